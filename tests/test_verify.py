#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The verifier against a brute-force checker that shares nothing with it, over random networks.

Every second network has a fault planted. Both must name the same pairs of tenants, each witness of the verifier must be
one that the checker has, too, and nothing may be found in a network that is sound. FRR_TENANT_FULL=1: 10,000 networks,
and other ones each time; else 300, always the same.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(os.environ.get("srcdir", Path(__file__).resolve().parent.parent)) / "tests"
sys.path.insert(0, str(HERE))
from verify_brute import Network    # noqa: E402

PROGRAM = Path("tests/verify_random")
FULL = os.environ.get("FRR_TENANT_FULL") == "1"
COUNT = 10_000 if FULL else 300
SHOWN = 5

SEES = re.compile(r"tenant (\S+) would see (\S+) of tenant (\S+) on (\S+) by route target (\S+),"
                  r" which \S+ VRF exports on (\S+);")
SHARES = re.compile(r"tenants (\S+) and (\S+) would share (VRF|kernel table|interface|VNI|route distinguisher)"
                    r" (\S+?)(?: on (\S+?))?,")
OF_ONE = re.compile(r"no route of last resort|would go into table|takes route targets off")    # not of the VPN
LOOP = re.compile(r"routes of tenant (\S+) could go round between BGP and OSPF, because (\S+) (.*);")


def said(intent):
    """What the verifier found: (sights, shared things, loops)."""
    sights, shared, loops = set(), set(), set()
    for kind, sentence in intent["found"]:
        if found := SEES.match(sentence):
            sights.add(found.groups())
        elif found := SHARES.match(sentence):
            one, two, what, value, node = found.groups()
            shared.add((what, node or "", value, frozenset((one, two))))
        elif found := LOOP.match(sentence):
            loops.add(found.groups())
        elif kind in ("isolation", "loop") and not OF_ONE.search(sentence):
            raise SystemExit(f"test_verify: cannot read \"{sentence}\"")
    return sights, shared, {loop for loop in loops if "tells OSPF itself" not in loop[2]}


def pairs(sights):
    return {(viewer, owner) for viewer, _, owner, *_ in sights}


def compare(intent):
    """Differences, as sentences."""
    brute = Network(intent)
    sights, shared, loops = said(intent)
    truth = brute.seen()
    for pair in pairs(truth) ^ pairs(sights):
        yield f"{pair[0]} sees {pair[1]}: only {'the checker' if pair in pairs(truth) else 'the verifier'} says so"
    for witness in sights - truth:
        yield f"no such witness: {witness}"
    for thing in brute.shared() ^ shared:
        yield f"shared by one alone: {thing}"
    for loop in set(brute.loops()) ^ loops:
        yield f"a loop by one alone: {loop}"
    if intent["sound"] and not intent["faulty"] and intent["found"]:
        yield f"false alarm: {intent['found'][0]}"


def main():
    seed = str(time.time_ns() % 1_000_000_000) if FULL else os.environ.get("TEST_SEED", "1")
    differences = faulty = sound = violating = isolation = 0
    with subprocess.Popen([PROGRAM, str(COUNT), seed], stdout=subprocess.PIPE, text=True) as program:
        for number, line in enumerate(program.stdout, 1):
            intent = json.loads(line)
            faulty += intent["faulty"]
            sound += intent["sound"] and not intent["faulty"]
            violating += bool(intent["found"])
            isolation += any(kind == "isolation" for kind, _ in intent["found"])
            for difference in compare(intent):
                differences += 1
                if differences <= SHOWN:
                    print(f"network {number} of seed {seed}: {difference}")
    if program.returncode:
        raise SystemExit(f"test_verify: {PROGRAM} ended with status {program.returncode}")
    print(f"{number} intents compared (seed {seed}), {faulty} with a fault planted, {violating} with a violation,"
          f" {isolation} of isolation, {sound} sound, {differences} differences")
    print(f"counts: {number} intents compared, {violating} of them with a violation, {differences} differences")
    if number != COUNT or not sound or not isolation or differences:
        sys.exit(1)


if __name__ == "__main__":
    main()
