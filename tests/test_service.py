#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The systemd units: how exposed systemd finds each, and that tenantd works with no more than its unit leaves it.

A figure that rises above its limit fails: lower the figure, or say in doc/user/security.rst why not. The figures there are
those found here. In namespaces of its own; needs root, FRR and systemd-analyze.
"""

import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))
from net.alone import HERE, RUN, Daemon, own_namespaces    # noqa: E402
from net.confined import read                              # noqa: E402

LIMITS = {"tenantd": 2.8, "frr-netconfd": 2.6}    # systemd's scale: 0 is nothing, 10 is all of the machine
BUILD = Path.cwd()
NET_ADMIN = 1 << 12


def exposure(unit):
    said = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit], text=True,
                          capture_output=True).stdout
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", said)[1])


def status(pid):
    return dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())


class Confined(Daemon):
    """tenantd as its unit starts it."""

    def __init__(self):
        unit = BUILD / "service/tenantd.service"
        super().__init__("tenantd", unit, BUILD / "tenantd", program=HERE / "lab/net/confined.py")


def check(good, what):
    if not good:
        print(f"FAILED: {what}")
    return not good


def judge_units():
    failures = 0
    guide = (HERE / "doc/user/security.rst").read_text()
    for name, limit in LIMITS.items():
        figure = exposure(BUILD / f"service/{name}.service")
        print(f"{name}.service: exposure {figure}, limit {limit}")
        failures += check(figure <= limit, f"{name}.service is more exposed than {limit}: {figure}")
        failures += check(f"``{name}.service`` {figure}" in guide, f"doc/user/security.rst does not say {figure} for {name}.service")
    return failures


def judge_process(tenantd):
    """Who it is, what it may, and who gets at it."""
    said, frr = status(tenantd.process.pid), pwd.getpwnam("frr").pw_uid
    sock = (RUN / "tenantd.vty").stat()
    failures = check(set(said["Uid"].split()) == {str(frr)}, f"tenantd has the user ids {said['Uid']}")
    failures += check(int(said["CapPrm"], 16) == NET_ADMIN, f"tenantd may more than CAP_NET_ADMIN: {said['CapPrm']}")
    failures += check(said["NoNewPrivs"] == "1" and said["Seccomp"] == "2", "tenantd is not confined as its unit says")
    failures += check(not stat.S_IMODE(sock.st_mode) & 0o007, f"tenantd.vty is for all: {stat.S_IMODE(sock.st_mode):o}")
    stranger = subprocess.run(["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", sys.executable, "-c",
                               f"import socket; socket.socket(socket.AF_UNIX).connect('{RUN}/tenantd.vty')"], capture_output=True)
    failures += check(b"PermissionError" in stranger.stderr, "a stranger gets at tenantd.vty")
    return failures


def judge_database(tenantd):
    """tenantctl's database is tenantd's to read and the group's to write, and no concern of others."""
    folder = RUN / "db"
    database = folder / "tenants.db"
    subprocess.run([BUILD / "tenantctl", "--db", database, "init"], check=True)
    tenantd.type("tenant node box", f"tenant database sqlite {database}")
    end = time.monotonic() + 20
    while "no node" not in (text := tenantd.ask("show tenant")[1]) and "box" not in text and time.monotonic() < end:
        time.sleep(0.1)
    failures = check((database.parent / "tenants.db-shm").exists(), f"tenantd does not read the database: {text}")
    for path in (folder, *folder.iterdir()):
        mode = stat.S_IMODE(path.stat().st_mode)
        failures += check(not mode & 0o007, f"{path.name} is for all: {mode:o}")
        failures += check(path.stat().st_gid == pwd.getpwnam("frr").pw_gid, f"{path.name} is not of group frr")
    return failures


def main():
    own_namespaces()
    if not shutil.which("systemd-analyze"):
        print("skipped: there is no systemd-analyze")
        sys.exit(77)
    failures = judge_units()
    if "sanitize" in subprocess.run(["nm", "-D", BUILD / "tenantd"], text=True, capture_output=True).stdout or \
            "__asan_init" in subprocess.run(["nm", "-D", BUILD / "tenantd"], text=True, capture_output=True).stdout:
        print("a sanitized tenantd calls what no unit allows: it is not run here")
    else:
        with Confined() as tenantd:
            failures += judge_process(tenantd) + judge_database(tenantd)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
