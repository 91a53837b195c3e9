# SPDX-License-Identifier: GPL-2.0-or-later
"""A customer's BGP router that announces as much as it likes, at once: one session, IPv4 unicast, no routes of its own.

    with Speaker(net, "ce", "192.168.201.1", "192.168.201.2", 64512) as speaker:
        speaker.announce(prefixes)
        speaker.withdraw(prefixes)

A bgpd in its place needs more processor for 10,000 routes than who takes them. Messages have up to 65535 octets (RFC
8654), as between two bgpd: all 10,000 fit into one.
"""

import contextlib
import socket
import struct
import threading

OPEN, UPDATE, KEEPALIVE = 1, 2, 4
LARGEST = 60000
CAPABILITIES = (b"\x01\x04\x00\x01\x00\x01", b"\x06\x00")    # IPv4 unicast, extended messages; four-octet AS is added


class Speaker:
    def __init__(self, net, router, peer, address, asn):
        self.asn, self.address = asn, socket.inet_aton(address)
        self.up, self.lock = threading.Event(), threading.Lock()

        def connect():
            with net.inside(router):
                return socket.create_connection((peer, 179), timeout=5, source_address=(address, 0))

        self.socket = net.wait(connect, 20, f"{peer} to take the session")
        self.socket.settimeout(None)
        known = b"".join((*CAPABILITIES, b"\x41\x04" + struct.pack("!I", asn)))
        self.send(OPEN, struct.pack("!BHH4sBBB", 4, asn, 180, self.address, len(known) + 2, 2, len(known)) + known)
        threading.Thread(target=self._listen, daemon=True).start()
        assert self.up.wait(20), f"no session with {peer}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def send(self, kind, body=b""):
        with self.lock:
            self.socket.sendall(b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body)

    def _listen(self):
        """Answer what keeps the session, until the other end closes it."""
        stream = self.socket.makefile("rb")
        with contextlib.suppress(OSError, ValueError):
            while len(head := stream.read(19)) == 19:
                length, kind = struct.unpack("!HB", head[16:])
                stream.read(length - 19)
                if kind in (OPEN, KEEPALIVE):
                    self.send(KEEPALIVE)
                if kind == KEEPALIVE:
                    self.up.set()
        self.up.clear()

    @property
    def is_up(self):
        return self.up.is_set()

    def announce(self, prefixes):
        path = b"\x02\x01" + struct.pack("!I", self.asn)
        attributes = b"\x40\x01\x01\x00" + b"\x40\x02" + bytes([len(path)]) + path + b"\x40\x03\x04" + self.address
        for part in packed(prefixes):
            self.send(UPDATE, struct.pack("!HH", 0, len(attributes)) + attributes + part)

    def withdraw(self, prefixes):
        for part in packed(prefixes):
            self.send(UPDATE, struct.pack("!H", len(part)) + part + b"\0\0")


def packed(prefixes):
    """As in an UPDATE, in parts that fit into one."""
    part = b""
    for prefix in prefixes:
        address, length = prefix.split("/")
        part += bytes([int(length)]) + socket.inet_aton(address)[:(int(length) + 7) // 8]
        if len(part) > LARGEST:
            yield part
            part = b""
    if part:
        yield part
