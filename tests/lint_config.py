# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks in FRR configuration for what must never stand in a tenant's VRF (C-26 and its kin).

    for fault in faults(text): ...    # one sentence each; text is one daemon's "show running-config", or its lines of a plan

What is outside a VRF (`router bgp N`, `router ospf` without one) is the operator's, and none of our business.
"""

import re

FORBIDDEN = {
    r"import vrf ": "makes instances, RDs and targets of its own",
    r"area \S+ nssa.* suppress-fa": "two edges without the forwarding address can loop",
    r"area \S+ nssa.* translate-candidate": "FRR never replaces a dead elected translator",
    r"area \S+ nssa.* translate-never": "nobody would translate",
    r"bgp retain route-target|no bgp ebgp-requires-policy": "takes a guard away",
}


def blocks(text):
    """(head of the block, line) of every line inside `router ... vrf X`."""
    head = None
    for line in map(str.strip, text.splitlines()):
        if re.match(r"router (ospf|bgp \S+) vrf \S+$", line):
            head = line
        elif line == "exit" or re.match(r"(router|interface|vrf) |route-map \S+ (permit|deny)", line):
            head = None
        elif head:
            yield head, line


def faults(text):
    maps = set(re.findall(r"^\s*route-map (\S+) (?:permit|deny) \d+", text, re.M))
    inside, found = {}, []
    for head, line in blocks(text):
        inside.setdefault(head, []).append(line)
        found += [f"{head}: {line}: {why}" for pattern, why in FORBIDDEN.items() if re.match(pattern, line)]
        named = re.search(r"route-map (?:vpn (?:import|export) )?(\S+)(?: in| out)?$", line)
        if line.startswith("redistribute ") and not named:
            found.append(f"{head}: {line}: nothing filters it")
        if named and named[1] not in maps:
            found.append(f"{head}: {line}: there is no such route-map")
    for head, lines in inside.items():
        found += open_doors(head, lines)
    return found


def open_doors(head, lines):
    """The VPN, or a customer's BGP, with no map in one of its directions."""
    for way in ("import", "export"):
        if f"{way} vpn" in lines and not any(l.startswith(f"route-map vpn {way} ") for l in lines):
            yield f"{head}: {way} vpn: nothing filters it"
    for line in lines:
        neighbor = re.match(r"neighbor (\S+) remote-as ", line)
        for way in ("in", "out"):
            if neighbor and not any(re.match(rf"neighbor {re.escape(neighbor[1])} route-map \S+ {way}$", l) for l in lines):
                yield f"{head}: {line}: nothing filters what goes {way}"
