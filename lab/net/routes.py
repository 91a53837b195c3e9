"""IPv4 routes of network namespaces straight from the kernel: one dump, or every change as it happens.

    dump(fd)              the routes of a namespace, given an open file of it
    vrf_tables(fd)        {vrf name: table} of a namespace
    RouteWatcher(files)   one socket in each of {router: open file}, all of them read together

Everything is netlink parsed by hand, because an `ip` process for each look costs more than what is measured.
The kernel says nothing about IPv4 routes that vanish with their link: FRR's own deletions are seen, those are not.
But it tells of the address that goes with them, which RouteWatcher counts as the end of its connected route.
"""

import ctypes
import os
import select
import socket
import struct
import time
from collections import namedtuple
from contextlib import contextmanager

# hops: {(gateway, labels)} of all next hops; gateway, device and labels are those of the first
Route = namedtuple("Route", "table prefix proto metric gateway device labels hops")
Event = namedtuple("Event", "time router what table prefix proto route")    # route: None for an address

CLONE_NEWNET, CLONE_NEWUTS = 0x40000000, 0x04000000
RTM_NEWLINK, RTM_GETLINK = 16, 18
RTM_NEWADDR, RTM_DELADDR = 20, 21
RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE = 24, 25, 26
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE = 0x10, 0x40
SO_ATTACH_FILTER, SO_RCVBUFFORCE = 26, 33
RTM_F_CLONED = 0x200
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_MULTIPATH, RTA_TABLE = 1, 4, 5, 6, 9, 15
RTA_ENCAP_TYPE, RTA_ENCAP, ENCAP_MPLS, MPLS_LABELS = 21, 22, 1, 1
IFA_ADDRESS = 1
IFLA_IFNAME, IFLA_LINKINFO, INFO_KIND, INFO_DATA, VRF_TABLE = 3, 18, 1, 2, 1
PROTOCOLS = {2: "kernel", 3: "boot", 4: "static", 186: "bgp", 188: "ospf", 196: "static", 194: "sharp"}


@contextmanager
def inside(net, uts=None):
    """Run the block in another network (and host name) namespace; what it opens or starts stays there."""
    kinds = [(CLONE_NEWNET, net, "net")] + ([(CLONE_NEWUTS, uts, "uts")] if uts is not None else [])
    home = [os.open(f"/proc/thread-self/ns/{name}", os.O_RDONLY) for _, _, name in kinds]
    try:
        for kind, fd, _ in kinds:
            os.setns(fd, kind)
        yield
    finally:
        for (kind, _, _), fd in zip(kinds, home):
            os.setns(fd, kind)
            os.close(fd)


def attributes(data):
    """{type: value} of a run of netlink attributes."""
    found, at = {}, 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[at + 4:at + length]
        at += (length + 3) & ~3
    return found


def messages(data):
    at = 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        yield kind, data[at + 16:at + length]
        at += (length + 3) & ~3


def parse_labels(a):
    """The MPLS labels that a next hop with these attributes puts on, outermost first."""
    if RTA_ENCAP not in a or struct.unpack("=H", a[RTA_ENCAP_TYPE])[0] != ENCAP_MPLS:
        return ()
    return tuple(entry >> 12 for entry, in struct.iter_unpack("!I", attributes(a[RTA_ENCAP])[MPLS_LABELS]))


def parse_hops(a):
    """(device, attributes) of every next hop of a route with these attributes."""
    if RTA_MULTIPATH not in a or RTA_GATEWAY in a:
        device = struct.unpack("=I", a[RTA_OIF])[0] if RTA_OIF in a else 0
        return [(device, a)]
    found, data = [], a[RTA_MULTIPATH]
    while len(data) >= 8:
        length, _, _, device = struct.unpack_from("=HBBi", data)
        found.append((device, attributes(data[8:length])))
        data = data[(length + 3) & ~3:]
    return found


def parse_route(body):
    """A Route, or None where the message is about something else than an IPv4 route."""
    family, bits, _, _, table, proto, _, kind, flags = struct.unpack_from("=BBBBBBBBI", body)
    if family != socket.AF_INET or flags & RTM_F_CLONED or kind in (2, 3):    # local and broadcast addresses
        return None
    a = attributes(body[12:])
    number = lambda key, other: struct.unpack("=I", a[key])[0] if key in a else other
    address = socket.inet_ntoa(a.get(RTA_DST, bytes(4)))
    hops = parse_hops(a)
    gateways = [socket.inet_ntoa(hop[RTA_GATEWAY]) if RTA_GATEWAY in hop else None for _, hop in hops]
    labels = [parse_labels(hop) for _, hop in hops]
    return Route(number(RTA_TABLE, table), f"{address}/{bits}", PROTOCOLS.get(proto, str(proto)),
                 number(RTA_PRIORITY, 0), gateways[0], hops[0][0], labels[0], frozenset(zip(gateways, labels)))


def parse_address(body):
    """The prefix of an IPv4 address, as its connected route has it; None for another family."""
    family, bits = struct.unpack_from("=BB", body)
    if family != socket.AF_INET:
        return None
    number = struct.unpack("!I", attributes(body[8:])[IFA_ADDRESS])[0] & (0xFFFFFFFF << (32 - bits) & 0xFFFFFFFF)
    return f"{socket.inet_ntoa(struct.pack('!I', number))}/{bits}"


def ask(fd, kind, body):
    with inside(fd):
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    with sock:
        sock.send(struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + body)
        while True:
            for kind, answer in messages(sock.recv(1 << 20)):
                if kind == NLMSG_DONE:
                    return
                if kind == NLMSG_ERROR:
                    raise OSError(-struct.unpack_from("=i", answer)[0], "the kernel refused a route dump")
                yield kind, answer


def dump(fd, table=None):
    """Every IPv4 route of a namespace, or of one of its tables."""
    body = struct.pack("=BBBBBBBBI", socket.AF_INET, 0, 0, 0, 0, 0, 0, 0, 0)
    found = (parse_route(answer) for kind, answer in ask(fd, RTM_GETROUTE, body) if kind == RTM_NEWROUTE)
    return [route for route in found if route and table in (None, route.table)]


def vrf_tables(fd):
    tables = {}
    for kind, answer in ask(fd, RTM_GETLINK, struct.pack("=BxHiII", 0, 0, 0, 0, 0)):
        a = attributes(answer[16:])
        info = attributes(a.get(IFLA_LINKINFO, b""))
        if kind == RTM_NEWLINK and info.get(INFO_KIND, b"").rstrip(b"\0") == b"vrf":
            table = attributes(info[INFO_DATA])[VRF_TABLE]
            tables[a[IFLA_IFNAME].rstrip(b"\0").decode()] = struct.unpack("=I", table)[0]
    return tables


def leave_out_noise(sock, tables=()):
    """Have the kernel drop new addresses, and routes of local and broadcast ones: each would cost whoever makes
    them a change of process, and what is measured would take twice as long. With tables, routes of others, too; the
    kernel writes the table's number before all other attributes of a route."""
    load_type, load_kind, load_table, equal, give = 0x28, 0x30, 0x20, 0x15, 0x06
    chosen = [(equal, len(tables) - i, 0, socket.htonl(table)) for i, table in enumerate(tables)]
    if chosen:
        chosen = [(load_table, 0, 0, 16 + 12 + 4), *chosen, (give, 0, 0, 0)]
    program = ((load_type, 0, 0, 4), (equal, 6 + len(chosen), 0, socket.htons(RTM_NEWADDR)),
               (equal, 1, 0, socket.htons(RTM_NEWROUTE)), (equal, 0, 3 + len(chosen), socket.htons(RTM_DELROUTE)),
               (load_kind, 0, 0, 16 + 7), (equal, 2 + len(chosen), 0, 2), (equal, 1 + len(chosen), 0, 3), *chosen,
               (give, 0, 0, 0xFFFFFFFF), (give, 0, 0, 0))
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(code)))


class RouteWatcher:
    """Changes of IPv4 routes in several namespaces, or of some tables there: `with RouteWatcher(files) as watcher`."""

    def __init__(self, files, tables=()):
        self.sockets = {}
        for router, fd in files.items():
            with inside(fd):
                sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
            sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
            leave_out_noise(sock, tables)
            sock.bind((0, RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_IFADDR))
            self.sockets[sock] = router

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sock in self.sockets:
            sock.close()

    def read(self, timeout=0):
        """The events that are there, waiting up to `timeout` seconds for the first; empty after that."""
        ready, _, _ = select.select(list(self.sockets), [], [], timeout)
        now = time.monotonic()
        return [event for sock in ready for event in self.take(sock, now)]

    def take(self, sock, now):
        """The events of one socket that is ready."""
        router, events = self.sockets[sock], []
        for kind, body in messages(sock.recv(1 << 20)):
            if kind == RTM_DELADDR and (prefix := parse_address(body)):
                events.append(Event(now, router, "del", 0, prefix, "kernel", None))
            elif kind in (RTM_NEWROUTE, RTM_DELROUTE) and (route := parse_route(body)):
                what = "add" if kind == RTM_NEWROUTE else "del"
                events.append(Event(now, router, what, route.table, route.prefix, route.proto, route))
        return events

    def wait_for(self, prefix, routers, timeout, what="add"):
        """{router: time} of the first such event on each router; those missing after `timeout` are left out."""
        end, seen = time.monotonic() + timeout, {}
        while len(seen) < len(routers) and (left := end - time.monotonic()) > 0:
            for event in self.read(left):
                if event.prefix == prefix and event.what == what and event.router in routers:
                    seen.setdefault(event.router, event.time)
        return seen
