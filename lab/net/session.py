"""What lab/shell on the host and lab/shell-agent in the guest agree on.

A console is a byte pipe either way. Both sides speak in frames: one letter, four bytes of length, the content.

    host to guest   S start {id, node, mode, commands, rows, columns}   D keys   H hang up
    guest to host   A id (what came before belongs to a session that is gone)   O output   X exit status
"""

import os
import struct
from pathlib import Path

PREFIX = "ft-"
ROOM = "/run/frr-tenant-lab"            # of the demo's network: its tenant database, and
SETTINGS = f"{ROOM}/environment"        # NAME=VALUE lines for shells on its routers


def frame(kind, content=b""):
    return kind + struct.pack("!I", len(content)) + content


class Frames:
    """Cuts a stream of bytes into (kind, content)."""

    def __init__(self):
        self.buffer = bytearray()

    def feed(self, data):
        self.buffer += data
        while len(self.buffer) >= 5:
            length = struct.unpack_from("!I", self.buffer, 1)[0]
            if len(self.buffer) < 5 + length:
                return
            kind, content = bytes(self.buffer[:1]), bytes(self.buffer[5:5 + length])
            del self.buffer[:5 + length]
            yield kind, content


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data):]


def routers():
    try:
        return sorted(n[len(PREFIX):] for n in os.listdir("/run/netns") if n.startswith(PREFIX))
    except FileNotFoundError:
        return []


def settings():
    try:
        return Path(SETTINGS).read_text().splitlines()
    except OSError:
        return []


def command(node, mode, commands):
    """The command line of a session on a router of this machine; ValueError says why there is none."""
    there = routers()
    if not there:
        raise ValueError("the network is not up (yet): wait until lab/demo says so.")
    if node not in there:
        raise ValueError(f"there is no router '{node}': the routers are {', '.join(there)}.")
    space = PREFIX + node
    enter = ["ip", "netns", "exec", space, "unshare", "--uts", "sh", "-c",
             'echo "$0" >/proc/sys/kernel/hostname; exec "$@"', node, "env", *settings()]
    if mode == "sh":
        return enter + (["sh", "-c", "\n".join(commands)] if commands else ["bash"])
    return enter + ["vtysh", "-N", space] + [word for text in commands for word in ("-c", text)]
