#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Our modules in FRR's own daemons: each loads, and in another release it refuses, with one sentence.

Another release is the module with one digit of the release it was built for changed. In namespaces of its own; needs
root and FRR.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))
from net.alone import FRR, LENIENT, RUN, Daemon, own_namespaces    # noqa: E402

DAEMONS = ("zebra", "ospfd", "bgpd", "mgmtd")


def refused(daemon, module):
    """(status, first line) of a daemon that is to end at once."""
    try:
        done = subprocess.run([FRR / daemon, "-M", module, "--log", "stdout"], text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20, env={**os.environ, **LENIENT})
    except subprocess.TimeoutExpired:
        return 0, "it runs"
    return done.returncode, done.stdout.split("\n")[0]


def knows(daemon, module):
    """It runs, and has the module."""
    with Daemon(daemon, "-M", module) as running:
        return any(line.split()[:1] == [f"{daemon}_tenant"] for line in running.ask("show modules")[1].splitlines())


def other_release(module):
    """A copy that was built for another, and which."""
    release = re.search(r"[0-9.]+", subprocess.run([FRR / "zebra", "--version"], text=True, check=True,
                                                   stdout=subprocess.PIPE).stdout)[0].encode()
    other = release[:-1] + (b"9" if release[-1:] != b"9" else b"8")
    built = module.read_bytes()
    assert built.count(release + b"\0") >= 1, f"{module} does not say that it is for {release}"
    path = RUN / module.name
    path.write_bytes(built.replace(release + b"\0", other + b"\0"))
    return path, other.decode(), release.decode()


def main():
    own_namespaces()
    failures = 0
    for daemon in DAEMONS:
        module = Path(f".libs/{daemon}_tenant.so").resolve()
        if not knows(daemon, module):
            failures += 1
            print(f"FAILED: {daemon} does not show {module.name} among its modules")
        path, other, release = other_release(module)
        status, said = refused(daemon, path)
        wanted = f"{daemon}_tenant was built for FRR {other} and this is FRR {release}; install the module of that version"
        if not status or said != wanted:
            failures += 1
            print(f"FAILED: {daemon} with a {module.name} of another release: status {status}: {said}")
    print(f"{2 * len(DAEMONS)} checks, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
