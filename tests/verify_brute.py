# SPDX-License-Identifier: GPL-2.0-or-later
"""Who sees what, by brute force: every prefix, from every PE of every tenant, to every PE of every other.

It reads planned objects as plain lists and knows nothing of the verifier: no index, nothing kept, no shortcut. What
FRR does with a list or a map is written down here a second time, from FRR's documentation, on purpose.
"""

import ipaddress
from functools import lru_cache

KIND, TARGET, NAME, REF, NUM0, NUM1, NUM2, NET = range(8)
MAP_KINDS = {"route-map", "match-prefix", "match-rt", "match-tag", "match-next-hop", "set-rt", "set-no-rt", "set-tag",
             "on-match-next"}
DEVICES = {"vlan", "port", "bridge", "segment"}


@lru_cache(maxsize=100_000)
def network(text):
    """(address as a number, length) of an IPv4 network; None of anything else."""
    if not text or ":" in text:
        return None
    parsed = ipaddress.ip_interface(text).network
    return int(parsed.network_address), parsed.prefixlen


def holds(outer, inner):
    return outer[1] <= inner[1] and (outer[0] ^ inner[0]) >> (32 - outer[1]) == 0 if outer[1] else True


def text_of(net):
    return f"{ipaddress.ip_address(net[0])}/{net[1]}"


class Vrf:
    """What one node holds for one tenant, with what it holds for all."""

    def __init__(self, node, objects, shared):
        self.node, self.objects = node, objects
        self.mine, self.theirs = self.sort(objects), self.sort(shared)

    @staticmethod
    def sort(objects):
        """{(what, daemon, name): lines by sequence}"""
        found = {}
        for obj in objects:
            what = obj[KIND] if obj[KIND] in ("prefix-list", "extcommunity-list") else "map"
            if what != "map" or obj[KIND] in MAP_KINDS:
                found.setdefault((what, obj[TARGET], obj[NAME]), []).append(obj)
        return {key: sorted(lines, key=lambda line: line[NUM0]) for key, lines in found.items()}

    def lines(self, what, daemon, name):
        return self.mine.get((what, daemon, name)) or self.theirs.get((what, daemon, name)) or []

    def all(self, *kinds):
        return [obj for obj in self.objects if obj[KIND] in kinds]

    def one(self, kind):
        found = self.all(kind)
        return found[-1] if found else None

    # -- what FRR does --

    def list_permits(self, daemon, name, net):
        for line in self.lines("prefix-list", daemon, name):
            rule = network(line[NET])
            if rule and holds(rule, net) and net[1] <= (line[NUM2] or rule[1]):
                return bool(line[NUM1])
        return False

    def matches(self, part, route):
        kind = part[KIND]
        if kind == "match-prefix":
            return self.list_permits(part[TARGET], part[REF], route["net"])
        if kind == "match-next-hop":
            return route.get("hop") is not None and self.list_permits(part[TARGET], part[REF], route["hop"])
        if kind == "match-rt":
            listed = {(line[NUM1], line[NUM2]) for line in self.lines("extcommunity-list", part[TARGET], part[REF])}
            return bool(listed & route["targets"])
        if kind == "match-tag":
            return route["tag"] == part[NUM2]
        return True

    def apply(self, daemon, name, route):
        """The route as the map leaves it; None where it is denied."""
        route = dict(route, targets=set(route["targets"]))
        parts = self.lines("map", daemon, name)
        permitted = False
        for sequence in sorted({part[NUM0] for part in parts}):
            entry = [part for part in parts if part[NUM0] == sequence]
            entry.sort(key=lambda part: part[KIND] != "route-map")
            permitted = False
            if not all(self.matches(part, route) for part in entry):
                continue
            last = max(entry, key=lambda part: ORDER[part[KIND]])
            if not last[NUM1]:
                return None
            permitted = True
            for part in sorted(entry, key=lambda part: ORDER[part[KIND]]):
                if part[KIND] == "set-tag":
                    route["tag"] = part[NUM2]
                elif part[KIND] == "set-rt":
                    route["targets"].add((part[NUM1], part[NUM2]))
                elif part[KIND] == "set-no-rt":
                    route["targets"] = set()
            if not any(part[KIND] == "on-match-next" for part in entry):
                return route
        return route if permitted else None

    def through(self, statement, route):
        return self.apply(statement[TARGET], statement[REF], route) if statement[REF] else route

    # -- the VPN --

    def export(self, net):
        needed = [self.one(kind) for kind in ("bgp", "vpn-export", "vpn-rd", "vpn-rt-export")]
        if not all(needed):
            return None
        route = {"net": net, "tag": 0, "targets": set()}
        if self.one("vpn-export-map"):
            route = self.through(self.one("vpn-export-map"), route)
        if route:
            route["targets"].add((needed[3][NUM0], needed[3][NUM1]))
        return route

    def imports(self, route, exporter, hops):
        """By which targets it takes the route in."""
        statement = self.one("vpn-rt-import")
        if not (statement and self.one("bgp") and self.one("vpn-import")):
            return set()
        asn, own, leaks = statement[NUM0:NUM2 + 1]
        wanted = {(asn, own), (asn, leaks)} & route["targets"]
        if not wanted or not self.one("vpn-import-map"):
            return wanted
        tag = route["tag"] if exporter == self.node else 0
        taken = any(self.through(self.one("vpn-import-map"), dict(route, hop=network(hop), tag=tag)) for hop in hops)
        return wanted if taken else set()

    def nets(self):
        return {network(obj[NET]) for obj in self.all("gateway", "wire-address", "route")} - {None}

    def listed(self):
        """Every prefix that its lists speak of, permitted or denied."""
        return {network(obj[NET]) for obj in self.all("prefix-list") if obj[TARGET] == "bgpd"} - {None}


# within an entry, as they are typed: the last one says whether it permits
ORDER = {kind: place for place, kind in enumerate(
    ("route-map", "match-prefix", "match-rt", "match-tag", "match-next-hop", "set-rt", "set-no-rt", "set-tag",
     "on-match-next"))}


class Network:
    def __init__(self, intent):
        self.intent = intent
        self.vrfs = {name: [Vrf(node, objects, intent["nodes"][node]["objects"])
                            for node, objects in tenant["on"].items() if objects]
                     for name, tenant in intent["tenants"].items()}

    def is_leaked(self, owner, viewer, net):
        return any(to == viewer and holds(network(prefix), net)
                   for to, prefix in self.intent["tenants"][owner]["leaks"])

    def candidates(self, owner, viewer):
        nets = set().union(*(vrf.nets() | vrf.listed() for vrf in self.vrfs[owner]),
                           *(vrf.listed() for vrf in self.vrfs[viewer]))
        return nets | ({(0, 1), (1 << 31, 1)} if (0, 0) in nets else set())

    def pair_sees(self, owner, viewer):
        for net in self.candidates(owner, viewer):
            if self.is_leaked(owner, viewer, net):
                continue
            for exporter in self.vrfs[owner]:
                route = exporter.export(net)
                if not route:
                    continue
                hops = self.intent["nodes"][exporter.node]["hops"]
                for importer in self.vrfs[viewer]:
                    for asn, number in importer.imports(route, exporter.node, hops):
                        yield viewer, text_of(net), owner, importer.node, f"{asn}:{number}", exporter.node

    def seen(self):
        """(viewer, prefix, owner, where, target, exported where) of all that nobody leaks."""
        return {sight for owner in self.vrfs for viewer in self.vrfs if owner != viewer
                for sight in self.pair_sees(owner, viewer)}

    @staticmethod
    def things(vrfs):
        """What one tenant alone may have: (kind, node or "", value)."""
        for vrf in vrfs:
            for obj in vrf.all("vrf"):
                yield "VRF", vrf.node, obj[NAME]
                yield "kernel table", vrf.node, str(obj[NUM0])
            for obj in vrf.all(*DEVICES):
                yield "interface", vrf.node, obj[NAME]
            for obj in vrf.all("vxlan"):
                yield "VNI", "", str(obj[NUM0])
            for obj in vrf.all("vpn-rd"):
                yield "route distinguisher", "", f"{obj[NET].split('/')[0]}:{obj[NUM0]}"

    def shared(self):
        owners = {}
        for name, vrfs in self.vrfs.items():
            for thing in self.things(vrfs):
                owners.setdefault(thing, set()).add(name)
        return {(*thing, frozenset((one, two))) for thing, names in owners.items()
                for one in names for two in names if one < two}

    def loops(self):
        """(tenant, node, what) where a route could come back from OSPF into BGP, or be preferred."""
        tag = self.intent["tag"]
        for name, vrfs in self.vrfs.items():
            nets = {(0, 0)}.union(*(vrf.nets() for vrf in vrfs))
            for vrf in vrfs:
                if not (vrf.one("bgp") and vrf.one("ospf")):
                    continue
                marks = vrf.one("ospf-redistribute-bgp")
                takes = vrf.one("bgp-redistribute-ospf")
                zebra = vrf.one("zebra-ospf-map")
                fresh = {"net": (0, 0), "tag": 0, "targets": set()}
                marked = [dict(fresh, net=net, tag=tag) for net in nets]
                if marks and (vrf.through(marks, fresh) or {"tag": tag})["tag"] != tag:
                    yield name, vrf.node, "does not mark what it takes from BGP into OSPF"
                if takes and any(vrf.through(takes, route) for route in marked):
                    yield name, vrf.node, "takes marked routes from OSPF into BGP"
                if vrf.one("vpn-import") and vrf.one("ospf-network") and (
                        not zebra or any(vrf.through(zebra, route) for route in marked)):
                    yield name, vrf.node, "prefers marked routes of OSPF to those of BGP"
