#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""dot takes every recorded picture without a word and draws all of its names; tenantctl graph runs it, or says why not."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

HERE = Path(os.environ.get("srcdir", Path(__file__).resolve().parent.parent)) / "tests"
TENANTCTL = Path(os.environ.get("TENANTCTL", "./tenantctl")).resolve()
HOSTILE = 'x"]<b>&n?'
SKIPPED = 77
FAULTS = []


def check(what, good, *said):
    if not good:
        FAULTS.append(": ".join(map(str, (what, *said))))


def words(svg):
    """What one can read in the picture."""
    return {" ".join("".join(text.itertext()).split()) for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}


def draws(path):
    done = subprocess.run(["dot", "-Tsvg", path], capture_output=True, text=True)
    check(path.name, done.returncode == 0 and not done.stderr, done.stderr)
    return words(done.stdout) if done.returncode == 0 else set()


def pictures():
    files = sorted((HERE / "graphs").glob("*.dot"))
    check("tests/graphs", len(files) > 10, "few pictures")
    for path in files:
        seen = draws(path)
        bold = {text for text in re.findall(r"<B>([^<]+)</B>", path.read_text()) if "&" not in text}
        missing = {text for text in bold if not any(text.strip() in one for one in seen)}
        check(path.name, not missing, f"not drawn: {missing}")
        if "hostile" in path.name:
            check(path.name, {HOSTILE, "DLR"} <= seen, seen)


def run(*arguments, path=os.environ["PATH"], db):
    return subprocess.run([TENANTCTL, *arguments], text=True, capture_output=True,
                          env={"PATH": path, "TENANT_DB": str(db)})


def refused(what, done, sentence):
    check(what, (done.returncode, done.stdout, done.stderr) == (1, "", f"tenantctl: {sentence}\n"), done)


def commands(room):
    db, svg, nowhere = room / "tenants.db", room / "a.svg", room / "empty"
    nowhere.mkdir()
    (nowhere / "bin").mkdir()
    run("init", db=db)
    run("add", "site", "dc1", db=db)
    run("add", "node", "dlr", "--site", "dc1", "--roles", "dlr", "--router-id", "10.255.0.11", "--vtep", "10.255.0.11", db=db)
    run("add", "tenant", "acme", "--nodes", "dlr", db=db)
    run("add", "switch", "acme", "web", "10.1.1.0/24", db=db)
    before = set(room.iterdir())
    done = run("graph", db=db)
    check("graph", done.returncode == 0 and done.stdout.startswith("digraph ") and not done.stderr, done)
    done = run("graph", "acme", "--svg", str(svg), db=db)
    check("graph --svg", (done.returncode, done.stdout, done.stderr) == (0, "", ""), done)
    check("graph --svg", {"dlr", "web", "Tenant acme"} <= words(svg.read_text()), words(svg.read_text()))
    check("graph --svg", svg.stat().st_mode & 0o777 == 0o666 & ~umask(), oct(svg.stat().st_mode))
    done = run("graph", "acme", "--json", db=db)
    check("graph --json", done.stdout.startswith('{\n  "dot":"digraph'), done)
    drawn = svg.read_bytes()
    refused("no such tenant", run("graph", "beta", "--svg", str(svg), db=db),
            'tenant beta does not exist; "tenantctl show tenant" lists them')
    refused("no dot", run("graph", "--svg", str(svg), path=str(nowhere), db=db),
            "dot is not installed: install the package graphviz, or leave out --svg and give the text to dot elsewhere")
    refused("no folder", run("graph", "--svg", str(room / "none/a.svg"), db=db),
            f"{room}/none/a.svg cannot be written: No such file or directory")
    refused("a folder", run("graph", "--svg", str(nowhere), db=db), f"{nowhere} cannot be written: Is a directory")
    dot = nowhere / "bin" / "dot"
    dot.write_text("#!/bin/sh\necho half\nexit 1\n")
    dot.chmod(0o755)
    refused("dot fails", run("graph", "--svg", str(svg), path=f"{nowhere}/bin:{os.environ['PATH']}", db=db),
            "dot could not draw the picture; leave out --svg and see what dot says of the text")
    check("what was drawn before stays", svg.read_bytes() == drawn)
    check("nothing is left beside it", set(room.iterdir()) - before <= {svg}, set(room.iterdir()))


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def main():
    if not shutil.which("dot"):
        print("skipped: there is no dot here; the package graphviz has it")
        sys.exit(SKIPPED)
    pictures()
    with tempfile.TemporaryDirectory() as room:
        commands(Path(room))
    print("\n".join(f"FAILED: {fault}" for fault in FAULTS) or "all pictures drawn")
    sys.exit(bool(FAULTS))


if __name__ == "__main__":
    main()
