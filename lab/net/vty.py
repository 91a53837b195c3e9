"""A persistent connection to one FRR daemon's vty socket.

A vtysh process for every command costs a tenth of a second in a guest; this costs nothing. The protocol: a
request is the line and a NUL byte; the reply is text without NUL, then three NUL bytes and a status (0 is
success). mgmtd must not be sent a second command before the first is answered, so none is pipelined here.

    vty = Vty("/run/frr/ft-pe1/ospfd.vty")
    text = vty.command("show ip ospf neighbor json")    # raises VtyError where the daemon refuses
"""

import socket


class VtyError(Exception):
    """The daemon answered with a status other than success."""


class Vty:
    def __init__(self, path, timeout=20):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        try:
            self.socket.connect(path)
            self.command("enable")
        except BaseException:
            self.socket.close()
            raise

    def close(self):
        self.socket.close()

    def command(self, line):
        status, text = self.ask(line)
        if status:
            raise VtyError(f"{self.path}: '{line}' ended with status {status}: {text.strip()}")
        return text

    def configure(self, lines):
        """Enter configuration mode, send the lines, and leave again even if one is refused."""
        self.command("configure terminal")
        try:
            for line in lines:
                self.command(line)
        finally:
            self.ask("end")

    def ask(self, line):
        """Send one line; return (status, text)."""
        self.socket.sendall(line.encode() + b"\0")
        reply = bytearray()
        while len(reply) < 4 or reply[-4:-1] != b"\0\0\0":
            part = self.socket.recv(65536)
            if not part:
                raise ConnectionError(f"{self.path}: the daemon closed the connection after '{line}'.")
            reply += part
        return reply[-1], reply[:-4].decode(errors="replace")
