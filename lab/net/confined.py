#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A program with as little as its systemd unit leaves it, where no systemd runs: its capabilities and system calls.

    lab/net/confined.py service/tenantd.service PROGRAM ARGUMENT...

As systemd does it: the bounding set is cut down, no privileges can be gained any more, and a filter refuses system calls
that the unit does not name. What a group of calls like @system-service is, systemd-analyze says.
"""

import configparser
import ctypes
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 22, 2, 24, 38
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06    # BPF: of a word, of a constant, of a constant
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1         # with EPERM
HEADERS = Path("/usr/include")


def read(unit):
    """{setting: value} of [Service]."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    parser.optionxform = str
    parser.read(unit)
    return dict(parser["Service"])


def calls_of(words):
    """The names of these system calls and of all in these groups, and in the groups in them."""
    names, seen = set(), set()
    while words:
        groups = {word for word in words if word[0] == "@"} - seen
        names |= {word for word in words if word[0] != "@"}
        seen |= groups
        if not groups:
            break
        said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", *groups], check=True, text=True,
                              capture_output=True).stdout
        words = [line.strip() for line in said.splitlines() if line.startswith(" ") and not line.strip().startswith("#")]
    return names


def numbers(header, pattern):
    return {name: int(number) for name, number in re.findall(pattern, header.read_text(), re.M)}


def allowed_calls(settings):
    """Numbers; None where the unit has no filter."""
    if "SystemCallFilter" not in settings:
        return None
    known = numbers(HEADERS / f"{os.uname().machine}-linux-gnu/asm/unistd_64.h", r"^#define __NR_(\w+)\s+(\d+)$")
    return sorted(known[name] for name in calls_of(settings["SystemCallFilter"].split()) if name in known)


def drop_capabilities(settings):
    known = numbers(HEADERS / "linux/capability.h", r"^#define (CAP_\w+)\s+(\d+)$")
    kept = {known[name] for name in settings["CapabilityBoundingSet"].split()}
    for number in set(known.values()) - kept:
        LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)


def filter_calls(allowed):
    """One comparison each; the last says no."""
    code = [(LOAD, 0, 0, 0)]
    for number in allowed:
        code += [(JUMP_IF_EQUAL, 0, 1, number), (RETURN, 0, 0, ALLOW)]
    code += [(RETURN, 0, 0, REFUSE)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in code))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(program)))
    if LIBC.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head, 0, 0):
        raise OSError(ctypes.get_errno(), "this kernel takes no filter of system calls")


def main(unit, *command):
    settings = read(unit)
    allowed = allowed_calls(settings)
    drop_capabilities(settings)
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if allowed is not None:
        filter_calls(allowed)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
