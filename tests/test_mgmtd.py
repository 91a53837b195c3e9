#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tenant lines in a stock mgmtd with our module: typed, shown, written, read at boot, taken back.

And what stock vtysh and frr-reload.py, which do not know them, make of them: nothing is lost and nothing misread. And
the same two with our extension of vtysh, which does.
Every line of tests/configuration/all.conf goes each of these ways; tests/test_lines says that every node has a line.
Runs in namespaces of its own; needs root and FRR.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))
from net.alone import CONF, HERE, LENIENT, MODULE, Daemon, own, own_namespaces, run    # noqa: E402

EXTENSION = MODULE.with_name("vtysh_tenant.so")
LINES = (HERE / "tests/configuration/all.conf").read_text().splitlines()
SORTED = sorted(LINES)
ROUTE, OTHER = "ip route 10.99.0.0/16 Null0", "ip route 10.98.0.0/16 Null0"
failures = []


def check(good, what):
    if not good:
        failures.append(what)
        print(f"FAILED: {what}")


def typing(mgmtd):
    check(mgmtd.type(*LINES) == {}, "a good line is answered with words")
    check(mgmtd.lines() == SORTED, f"show running-config is not what was typed: {set(mgmtd.lines()) ^ set(SORTED)}")
    check(mgmtd.type(*LINES) == {} or mgmtd.lines() == SORTED, "typing it all again changes it")


def too_early(mgmtd):
    """What cannot be without another line, before that: one sentence, and nothing changes."""
    line = "tenant-network source other location /var/lib/other.db"
    said = mgmtd.type(line).get(line, (0, "nothing"))
    check(said[0] and said[1].strip() == "% There is no such source yet; set its type first.", f"'{line}' is answered by {said}")
    check(mgmtd.lines() == SORTED, "a line that came too early changed something")


def writing(mgmtd):
    """vtysh's merged configuration, and the file that `write` makes."""
    status, said = run("vtysh", "-c", "show running-config")
    check(own(said) == SORTED, f"vtysh shows other lines: {set(own(said)) ^ set(SORTED)}")
    mgmtd.type(ROUTE)
    (CONF / "vtysh.conf").write_text("service integrated-vtysh-config\n")
    (CONF / "frr.conf").write_text("")
    status, said = run("vtysh", "-c", "write")
    written = (CONF / "frr.conf").read_text()
    check(own(written) == SORTED, f"write: {said}\n{written}")


def reload(change, *words):
    """frr-reload.py with the file changed by that function; (status, output)."""
    path = Path("/run/new.conf")
    path.write_text(change((CONF / "frr.conf").read_text()))
    return run("/usr/lib/frr/frr-reload.py", "--reload", "--stdout", *words, str(path))


def reloading(mgmtd):
    """frr-reload.py by stock vtysh: it refuses a file with a line it does not know, names it, and changes nothing."""
    for old, new in ((ROUTE, OTHER), ("tenant acme id 7", "tenant acme id 8")):
        status, said = reload(lambda text: text.replace(old, new))
        check(status and "Unknown command: tenant" in said, f"frr-reload.py, {new}: {status} {said}")
        check(ROUTE in mgmtd.running() and mgmtd.lines() == SORTED, f"frr-reload.py, {new}: changed something")
    # a file without them would take them away, line by line: stock vtysh cannot
    status, said = reload(lambda text: "\n".join(x for x in text.splitlines() if not x.startswith("tenant")) + "\n")
    check(mgmtd.lines() == SORTED, f"frr-reload.py took tenants away: {said}")


def loading(mgmtd):
    """vtysh -f by stock vtysh: it says which lines it does not know, and goes on behind them."""
    path = Path("/run/some.conf")
    path.write_text("tenant acme id 9\n" + ROUTE + "\ntenant other\n")
    status, said = run("vtysh", "-f", str(path))
    check(ROUTE in mgmtd.running(), f"vtysh -f did not go on behind a line it does not know: {said}")
    check("Unknown command" in said, f"vtysh -f is silent about a line it does not know: {said}")
    check(mgmtd.lines() == SORTED, "vtysh -f misread a tenant line")


def with_the_extension(mgmtd):
    """vtysh with ours: it types them, reads them, and frr-reload.py changes, takes away and adds just what differs."""
    kept = (CONF / "frr.conf").read_text()    # frr-reload.py writes it anew
    bin_dir = Path("/run/with-ours")
    bin_dir.mkdir(exist_ok=True)
    settings = " ".join(f"{k}={v}" for k, v in {**LENIENT, "LD_PRELOAD": EXTENSION}.items())
    (bin_dir / "vtysh").write_text(f'#!/bin/sh\nexec env {settings} /usr/bin/vtysh "$@"\n')
    (bin_dir / "vtysh").chmod(0o755)
    vtysh = str(bin_dir / "vtysh")
    status, said = run(vtysh, "-c", "configure terminal", "-c", "tenant typed id 77", "-c", "no tenant typed")
    check((status, own(said)) == (0, []) and "%" not in said, f"typed: {said}")
    check(mgmtd.lines() == SORTED, f"typed and taken back: {set(mgmtd.lines()) ^ set(SORTED)}")
    status, said = run(vtysh, "-c", "configure terminal", "-c", "tenant typed switch web mtu 70000")
    check(status and "Unknown command" in said, f"a wrong line: {status} {said}")
    status, said = run(vtysh, "-b")
    check(status == 0 and "Unknown" not in said and mgmtd.lines() == SORTED, f"vtysh -b: {status} {said}")
    for old, new in ((ROUTE, OTHER), ("tenant acme id 7", "tenant acme id 9")):
        status, said = reload(lambda _: kept.replace(old, new), "--bindir", str(bin_dir))
        check(not status, f"frr-reload.py, {new}: {said}")
        expected = sorted(line.replace(old, new) for line in LINES)
        check(mgmtd.lines() == expected, f"frr-reload.py, {new}: {set(mgmtd.lines()) ^ set(expected)}")
    status, said = reload(lambda text: "\n".join(x for x in text.splitlines() if not x.startswith("tenant")) + "\n",
                          "--bindir", str(bin_dir))
    check(mgmtd.lines() == [], f"frr-reload.py left, without them in the file: {status} {mgmtd.lines()} {said}")
    status, said = reload(lambda _: kept, "--bindir", str(bin_dir))
    check(mgmtd.lines() == SORTED, f"frr-reload.py, all of it again: {status} {set(mgmtd.lines()) ^ set(SORTED)} {said}")


def booting(mgmtd):
    """A new mgmtd reads our lines from frr.conf itself; vtysh -b adds the others."""
    check(mgmtd.lines() == SORTED, f"mgmtd did not read frr.conf: {set(mgmtd.lines()) ^ set(SORTED)}")
    status, said = run("vtysh", "-b")
    check(ROUTE in mgmtd.running(), f"vtysh -b did not load the rest of frr.conf: {said}")
    check(mgmtd.lines() == SORTED, "vtysh -b changed tenants")


def taking_back(mgmtd):
    """Each line's "no", as frr-reload.py would send it, in the order of the file; then nothing is left."""
    said = mgmtd.type(*("no " + line for line in LINES))
    wrong = {line: answer for line, answer in said.items() if answer[0]}
    check(wrong == {}, f"a line's own no is refused: {wrong}")
    check(mgmtd.lines() == [], f"left: {mgmtd.lines()}")
    mgmtd.type(*LINES)
    for line in reversed(LINES):
        mgmtd.type("no " + line)
        check(line not in mgmtd.lines(), f"'no {line}' left it there")


def main():
    own_namespaces()
    with Daemon("mgmtd", "-M", MODULE) as mgmtd:
        typing(mgmtd)
        too_early(mgmtd)
        writing(mgmtd)
        reloading(mgmtd)
        loading(mgmtd)
        with_the_extension(mgmtd)
    with Daemon("mgmtd", "-M", MODULE) as mgmtd:
        booting(mgmtd)
        taking_back(mgmtd)
    print(f"{len(LINES)} lines, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
