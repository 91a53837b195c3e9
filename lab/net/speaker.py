"""A BGP neighbor that costs nothing: it sends UPDATEs made beforehand, and counts what it is told.

    with Speaker("10.0.9.2", "10.0.9.1", 65000, "vpn") as far:
        far.establish(20)                                    # in its network namespace
        customer.expect(prefixes)
        race([far, customer], far, data, lambda: not customer.missing, 60)

It has one address family, `unicast` (IPv4) or `vpn` (VPNv4), and knows prefixes of 24 bits only. It keeps no routes,
checks nothing it is sent, and has no timers: it is for one box and some minutes.
"""

import select
import socket
import struct
import time

from network import LabError

SAFI = {"unicast": 1, "vpn": 128}
OPEN, UPDATE, NOTIFICATION, KEEPALIVE = 1, 2, 3, 4
ORIGIN, AS_PATH, NEXT_HOP, LOCAL_PREF, MP_REACH, EXT_COMMUNITIES = 1, 2, 3, 5, 14, 16
TRANSITIVE, OPTIONAL, LONG = 0x40, 0x80, 0x10
HOLD = 600
VPN_BITS = 88 + 24    # label and route distinguisher before the prefix


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def attribute(flags, kind, value):
    return struct.pack("!BBH", flags | LONG, kind, len(value)) + value


def as_path(*numbers):
    return struct.pack("!BB", 2, len(numbers)) + struct.pack(f"!{len(numbers)}I", *numbers) if numbers else b""


def vpn_update(prefixes, next_hop, path, rd, rt, label):
    """rd: 8 bytes; rt: 8 bytes."""
    label = struct.pack("!I", label << 4 | 1)[1:]
    nlri = b"".join(bytes([VPN_BITS]) + label + rd + struct.pack("!I", p)[:3] for p in prefixes)
    reach = struct.pack("!HBB", 1, SAFI["vpn"], 12) + bytes(8) + socket.inet_aton(next_hop) + b"\0" + nlri
    attributes = (attribute(TRANSITIVE, ORIGIN, b"\0") + attribute(TRANSITIVE, AS_PATH, as_path(*path)) +
                  attribute(TRANSITIVE, LOCAL_PREF, struct.pack("!I", 100)) +
                  attribute(OPTIONAL | TRANSITIVE, EXT_COMMUNITIES, rt) + attribute(OPTIONAL, MP_REACH, reach))
    return message(UPDATE, struct.pack("!HH", 0, len(attributes)) + attributes)


def unicast_update(prefixes, next_hop, path):
    attributes = (attribute(TRANSITIVE, ORIGIN, b"\0") + attribute(TRANSITIVE, AS_PATH, as_path(*path)) +
                  attribute(TRANSITIVE, NEXT_HOP, socket.inet_aton(next_hop)))
    nlri = b"".join(b"\x18" + struct.pack("!I", p)[:3] for p in prefixes)
    return message(UPDATE, struct.pack("!HH", 0, len(attributes)) + attributes + nlri)


def nlri_of(body):
    """The part of an UPDATE that announces: (its entries, bytes of one of them); unicast or VPN."""
    at = 4 + struct.unpack_from("!H", body)[0]
    end = at + struct.unpack_from("!H", body, at - 2)[0]
    if end < len(body):
        return body[end:], 4
    while at < end:
        flags, kind = body[at], body[at + 1]
        length, head = (struct.unpack_from("!H", body, at + 2)[0], 4) if flags & LONG else (body[at + 2], 3)
        if kind == MP_REACH:
            value = body[at + head:at + head + length]
            return value[5 + value[3]:], 15
        at += head + length
    return b"", 1


class Speaker:
    def __init__(self, own, peer, own_as, family):
        self.own, self.peer, self.own_as, self.family = own, peer, own_as, family
        self.socket, self.buffer = None, b""
        self.missing = set()     # the first three bytes of each prefix that is to be announced to us yet
        self.announced = 0       # the same prefix announced again counts again
        self.last = None         # when the last of those came
        self.kinds = []          # message types that have come, but for UPDATE

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.socket:
            self.socket.close()

    def establish(self, timeout):
        """Until the session is up: bgpd refuses a neighbor that it does not have yet."""
        end = time.monotonic() + timeout
        while True:
            try:
                return self.greet()
            except OSError as error:
                if self.socket:
                    self.socket.close()
                if time.monotonic() > end:
                    raise LabError(f"no BGP session from {self.own} to {self.peer} in {timeout} s: {error}") from None
                time.sleep(0.2)

    def greet(self):
        self.buffer, self.kinds = b"", []
        self.socket = socket.create_connection((self.peer, 179), 5, (self.own, 0))
        capabilities = struct.pack("!BBHBB", 1, 4, 1, 0, SAFI[self.family]) + struct.pack("!BBI", 65, 4, self.own_as)
        options = struct.pack("!BB", 2, len(capabilities)) + capabilities
        self.socket.sendall(message(OPEN, struct.pack("!BHH4sB", 4, self.own_as, HOLD, socket.inet_aton(self.own),
                                                      len(options)) + options) + message(KEEPALIVE))
        while KEEPALIVE not in self.kinds:
            self.take()

    def take(self):
        """Read what is there, and count it."""
        data = self.socket.recv(1 << 20)
        if not data:
            raise ConnectionError(f"{self.peer} closed the session with {self.own}")
        self.buffer += data
        at = 0
        while len(self.buffer) - at >= 19:
            length, kind = struct.unpack_from("!HB", self.buffer, at + 16)
            if len(self.buffer) - at < length:
                break
            if kind == UPDATE:
                self.count(self.buffer[at + 19:at + length])
            elif kind == NOTIFICATION:
                raise ConnectionError(f"{self.peer} ended the session with {self.own}, "
                                      f"code {self.buffer[at + 19]}/{self.buffer[at + 20]}")
            else:
                self.kinds.append(kind)
            at += length
        self.buffer = self.buffer[at:]

    def count(self, body):
        entries, size = nlri_of(body)
        before = len(self.missing)
        self.missing.difference_update(entries[at - 3:at] for at in range(size, len(entries) + 1, size))
        self.announced += len(entries) // size
        if len(self.missing) < before:
            self.last = time.monotonic()

    def fileno(self):
        return self.socket.fileno()

    def expect(self, prefixes):
        """Count anew, until all of these /24s (as numbers) have been announced."""
        self.missing = {(prefix >> 8).to_bytes(3, "big") for prefix in prefixes}
        self.announced, self.last = 0, None


def race(speakers, sender, data, done, timeout):
    """Send data, all of them reading meanwhile, until done(); returns when the first byte was sent."""
    data, end = memoryview(data), time.monotonic() + timeout
    for one in speakers:
        one.socket.setblocking(False)
    since = time.monotonic()
    while not done():
        reading, writing, _ = select.select(speakers, [sender] if data else [], [], 0.5)
        for one in reading:
            one.take()
        if writing:
            data = data[sender.socket.send(data):]
        if time.monotonic() > end:
            raise LabError(f"bgpd was not through after {timeout} s: "
                           + ", ".join(f"{len(s.missing)} prefixes missing at {s.own}" for s in speakers))
    return since
