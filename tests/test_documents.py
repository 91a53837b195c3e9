#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The guides and manuals build without a warning, and say what is there: all of it, and nothing else.

Commands, lines of configuration, metrics, codes, reasons and paths are compared with the files (and the help of
tenantctl) that have them. Each comparison is then given documents that a hand has spoiled, and must find that out.
$TENANTCTL is the program (default: the one built here). Sphinx is needed for the building alone.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TREE = Path(os.environ.get("srcdir", Path(__file__).resolve().parent.parent)).resolve()
TENANTCTL = os.environ.get("TENANTCTL", "./tenantctl")
ROOMS = "vrf-sync|netconf|frr-plugin|yang|service|debian|tests|topotests|lab|doc"
BUILT = {"doc/conf.py", "doc/html", "frr-plugin/vtysh"}    # what stands in no clone
SKIPPED = 77

# (document, what stands there, what a hand makes of it, a word of the fault that must be found)
DOCTORED = (
    ("doc/user/vtysh.rst", ".. clicmd:: show tenant bgp\n", "", "show tenant bgp"),
    ("doc/user/vtysh.rst", ".. clicmd:: show tenant bgp\n", ".. clicmd:: show tenant isis\n", "show tenant isis"),
    ("doc/shared/tenantd-commands.rst", "``show tenant zebra``\n", "", "show tenant zebra"),
    ("doc/user/metrics.rst", "   * - ``tenantd_batches_total``\n", "", "tenantd_batches_total"),
    ("doc/user/errors.rst", "EC_TENANT_TRUNK (1929379846)\n", "", "EC_TENANT_TRUNK"),
    ("doc/user/errors.rst", "EC_TENANT_TRUNK (1929379846)\n", "EC_TENANT_TRUNK (1929379847)\n", "EC_TENANT_TRUNK"),
    ("doc/user/errors.rst", "**A tenant is held as it is**\n", "", "A tenant is held as it is"),
    ("doc/user/errors.rst", "``the tenant database has not been read yet``", "``the tenant database is asleep``", "asleep"),
    ("doc/user/database.rst", ".. clicmd:: tenantctl add reserved PREFIX\n", "", "add reserved PREFIX"),
    ("doc/user/database.rst", ".. clicmd:: tenantctl check\n", ".. clicmd:: tenantctl cheque\n", "cheque"),
    ("doc/user/database.rst", "   one more subnet on a logical switch\n", "", "one more subnet"),
    ("doc/shared/tenantctl-objects.rst", "``--peer-as N``", "", "--peer-as"),
    ("doc/shared/tenantctl-commands.rst", "``--svg FILE``", "", "--svg"),
    ("doc/shared/tenantctl-commands.rst", "``--confirm SECONDS``", "", "--confirm"),
    ("doc/shared/tenantctl-commands.rst", "``--provider``", "", "--provider"),
    ("doc/user/database.rst", ".. clicmd:: tenantctl import FILE\n", "", "import FILE"),
    ("doc/user/database.rst", ".. clicmd:: tenantctl change abort [CHANGE]\n", "", "change abort"),
    ("doc/user/configuration.rst", ".. clicmd:: tenant TENANT circuit WIRE vlan (1-4094)\n", "", "circuit WIRE vlan"),
    ("doc/user/configuration.rst", "vni (1-16777215)", "vni (1-16777216)", "vni (1-16777216)"),
    ("doc/user/netconf.rst", ".. clicmd:: no netconf user NAME\n", "", "no netconf user"),
    ("doc/user/netconf.rst", "<A.B.C.D|X:X::X:X> [port (1-65535)]\n", "ADDRESS\n", "netconf call-home NAME"),
    ("doc/user/yang.rst", "``/frr-tenant:source-stale``", "", "source-stale"),
    ("doc/developer/rooms.rst", "``vrf-sync/plan/diff.c``", "``vrf-sync/plan/differ.c``", "vrf-sync/plan/differ.c"),
    ("README.md", "](doc/user)", "](doc/usher)", "doc/usher"),
)


def read(path):
    return (TREE / path).read_text()


def documents():
    """All that people read, by path."""
    found = [*TREE.glob("doc/**/*.rst"), *TREE.glob("doc/**/*.md"), TREE / "README.md", TREE / "lab/README.md"]
    return {str(path.relative_to(TREE)): path.read_text() for path in found}


def commands_of(text, start=""):
    """What ".. clicmd::" announces there, and the paragraph under it."""
    found = re.findall(r"^\.\. clicmd:: (.*)\n\n((?:   .*\n)*)", text, re.M)
    return {command: " ".join(words.split()) for command, words in found if command.startswith(start)}


def differ(where, what, wanted, told):
    yield from (f"{where}: {what} {one} is not told" for one in sorted(set(wanted) - set(told)))
    yield from (f"{where}: {what} {one} is told and not there" for one in sorted(set(told) - set(wanted)))


# ---- what is there, and is it told ----

def vtysh_faults(text):
    commands = re.findall(r'^#define CMD_\w+ +"(.*)"$', read("vrf-sync/commands.h"), re.M)
    assert len(commands) >= 8, commands
    guide, shared = "doc/user/vtysh.rst", "doc/shared/tenantd-commands.rst"
    yield from differ(guide, "command", commands, commands_of(text[guide], ("show tenant", "tenant ")))
    yield from differ(shared, "command", commands, re.findall(r"^``((?:show )?tenant .*)``$", text[shared], re.M))


def netconf_faults(text):
    commands = [command for file in (TREE / "netconf").glob("*.c")
                for command in re.findall(r'^DEFUN\(\w+, \w+,\s+"(.*)",$', file.read_text(), re.M)]
    assert len(commands) >= 9, commands
    guide = "doc/user/netconf.rst"
    yield from differ(guide, "command", commands, commands_of(text[guide]))


def metric_faults(text):
    names = {name for file in (TREE / "vrf-sync/metrics").glob("*.c")
             for name in re.findall(r'"((?:tenantd|process)_\w+)"', file.read_text())}
    assert len(names) >= 30, names
    guide = "doc/user/metrics.rst"
    yield from differ(guide, "metric", names, re.findall(r"^   \* - ``(\w+)``$", text[guide], re.M))


def code_faults(text):
    header, guide = read("vrf-sync/errors.h"), text["doc/user/errors.rst"]
    first = int(re.search(r"TENANT_FERR_START (\w+)", header)[1], 16)
    codes = re.findall(r"^\t(EC_\w+)", header, re.M)
    titles = dict(re.findall(r'\.code = (EC_\w+),\s*\.title = "(.*)",', read("vrf-sync/daemon/errors.c")))
    assert len(codes) >= 12 and set(codes) == set(titles), titles
    told = re.findall(r"^(EC_\w+ \(\d+\))\n-+\n", guide, re.M)
    yield from differ("doc/user/errors.rst", "code", [f"{code} ({first + i})" for i, code in enumerate(codes)], told)
    yield from (f"doc/user/errors.rst: {code} has not the title it has in the log: {title}"
                for code, title in titles.items() if f"\n\n**{title}**\n" not in guide)


def sentences():
    """Each text of the programs, as an expression that fits what it prints."""
    found = []
    for file in [*(TREE / "vrf-sync").glob("**/*.[ch]"), *TREE.glob("service/*.in")]:
        code = re.sub(r'(?<!\\)"\s*PRI[ud]64\s*"', "u", file.read_text())
        code = re.sub(r'(?<!\\)"\s*"', "", code)
        found += re.findall(r'"((?:[^"\\\n]|\\.)*)"', code)
    for text in set(found):
        text = text.replace('\\"', '"').removesuffix("\\n")
        parts = re.split(r"%[-.*0-9]*(?:l|z)*[sud]|@\w+@|\$\{[^}]*\}", text)
        if sum(map(len, parts)) >= 12:    # not what fits anything
            yield re.compile(".*".join(map(re.escape, parts)))


def reason_faults(text):
    told = re.findall(r"^   \* - ``(.*)``$", text["doc/user/errors.rst"], re.M)
    assert len(told) >= 30, told
    known = list(sentences())
    yield from (f"doc/user/errors.rst: nothing says: {one}" for one in told
                if not any(pattern.fullmatch(one) for pattern in known))


def help_of(*words):
    return subprocess.run([TENANTCTL, *words, "--help"], text=True, capture_output=True, check=True).stdout


ALONE = ("init", "plan", "check", "release", "trace", "graph", "subscribe", "unsubscribe", "failover", "failback",
         "reprotect", "export", "import")    # verbs without object
VERBS = "|".join((*ALONE, "add", "set", "del", "move", "show", "change", "operation", "bubble", "edge"))


def tenantctl_commands():
    """{form: summary}, by its own help."""
    rows = re.findall(rf"^  (?=(?:{VERBS})\b)(.{{44,}}?) (\S.*)$", help_of(), re.M)
    return {" ".join(form.split()): summary for form, summary in rows}


def options_of(form):
    verb, *rest = form.split()
    words = [verb] if verb in ALONE else [verb, rest[0]]
    return verb if verb in ("change", "operation", "bubble", "edge") else words[-1], re.findall(r"^  (--[\w-]+)", help_of(*words).split("Example:")[0], re.M)


HELP = {}    # tenantctl is asked once


def tenantctl_faults(text):
    HELP.update(HELP or {form: (summary, *options_of(form)) for form, summary in tenantctl_commands().items()})
    assert len(HELP) >= 40, HELP
    told = commands_of(text["doc/user/database.rst"], "tenantctl ")
    yield from differ("doc/user/database.rst", "command", [f"tenantctl {form}" for form in HELP], told)
    entries = dict(re.findall(r"^\*\*([\w-]+)\*\*((?:.*\n)(?:(?: .*)?\n)*)", text["doc/shared/tenantctl-commands.rst"] + "\n" +
                              text["doc/shared/tenantctl-objects.rst"], re.M))
    for form, (summary, word, options) in HELP.items():
        if told.get(f"tenantctl {form}", summary) != summary:
            yield f"doc/user/database.rst: tenantctl {form} is said to {told[f'tenantctl {form}']!r}, not {summary!r}"
        yield from (f"doc/shared: {option} of {form} is not told" for option in options
                    if not re.search(rf"{option}\b(?!-)", entries.get(word, "")))


def line_faults(text):
    code = read("frr-plugin/tenant_lines.c")
    table = code[code.index("tenant_lines[] = {"):code.index("tenant_lines_count")]
    u32 = re.search(r'#define U32 "(.*)"', code)[1]
    lines = [words + (u32 if number else "") for words, number in
             re.findall(r'\{ "[^"]+",\s*"([^"]+)"( U32)?', table)]
    assert len(lines) == table.count("\t{ ") and len(lines) >= 70, lines
    yield from differ("doc/user/configuration.rst", "line", lines, commands_of(text["doc/user/configuration.rst"]))


def yang_faults(text):
    names = re.findall(r"^  (?:rpc|notification) (\S+) \{", read("yang/frr-tenant.yang"), re.M)
    assert len(names) >= 7, names
    told = re.findall(r"(?:^   \* - ``|^\.\. clicmd:: mgmt rpc )/frr-tenant:([\w-]+)(?:``$| )", text["doc/user/yang.rst"], re.M)
    yield from differ("doc/user/yang.rst", "RPC or notification", names, told)


def as_typed(form):
    """An expression for what may be typed: NAME and (1-10) are any word, <a|b> one of these, [json] may be missing."""
    words = []
    for word in re.findall(r"\[[^]]*\]|<[^>]*>|\S+", form):
        if word.startswith("["):
            break
        words.append(r"\S+" if re.fullmatch(r"[A-Z][A-Z.-]*|\(.*\)|<.*>", word) else re.escape(word))
    return re.compile(rf"(?<![\w-]){' '.join(words)}(?![\w-])")


def run_faults(text):
    """Every command that the guide has is run by a test."""
    network = "\n".join(file.read_text() for file in sorted((TREE / "topotests").glob("**/*.py")))
    database = re.sub(r"\\\n\s*|['\"]", "", read("tests/test_tenantctl.sh"))
    for where, start, tests in (("doc/user/vtysh.rst", "show tenant", network),
                                ("doc/user/database.rst", "tenantctl ", database),
                                ("doc/user/configuration.rst", "tenant", read("tests/configuration/all.conf"))):
        for form in commands_of(text[where], start):
            if not as_typed(form.removeprefix("tenantctl ")).search(tests):
                yield f"{where}: no test runs {form}"


def path_faults(text):
    named = re.compile(rf"(?<![\w./@-])(?:{ROOMS})/[\w./-]*\w(?![\w*])")
    for where, words in text.items():
        for path in set(named.findall(words)) - BUILT:
            if not (TREE / path).exists() and not ("stories/" not in path and list(TREE.glob(path + ".*"))):
                yield f"{where}: there is no {path}"
        for path in re.findall(r"\]\(([\w./-]+)", words) if where.endswith(".md") else ():
            if not (TREE / where).parent.joinpath(path).exists():
                yield f"{where}: there is no {path}"


CHECKS = (vtysh_faults, netconf_faults, metric_faults, code_faults, reason_faults, tenantctl_faults, line_faults,
          yang_faults, run_faults, path_faults)


def faults(text):
    return [fault for check in CHECKS for fault in check(text)]


# ---- building ----

def build(source, scratch):
    """What Sphinx complains of, of each builder; the manuals must come of it."""
    for builder in ("html", "man"):
        done = subprocess.run(["sphinx-build", "-q", "-W", "--keep-going", "-n", "-b", builder, "-c", "doc", "-d",
                               scratch / "doctrees", source, scratch / builder], text=True, capture_output=True)
        if done.returncode:
            yield f"sphinx-build -b {builder}: {done.stderr.strip() or done.returncode}"
    yield from (f"there is no {path}" for path in ("html/user/index.html", "man/tenantctl.8", "man/tenantd.8")
                if not (scratch / path).exists())


def build_faults():
    with tempfile.TemporaryDirectory() as scratch:
        yield from build(TREE / "doc", Path(scratch, "good"))
        spoiled = Path(scratch, "spoiled")
        shutil.copytree(TREE / "doc", spoiled)
        with (spoiled / "user/index.rst").open("a") as file:
            file.write("\n:ref:`nowhere`\n")
        if not any("nowhere" in fault for fault in build(spoiled, Path(scratch, "bad"))):
            yield "a reference that leads nowhere is not found out"


def main():
    text = documents()
    wrong = faults(text)
    for where, before, after, word in DOCTORED:
        if before not in text[where]:
            wrong.append(f"{where} has no {before!r}: this control looks at nothing")
        found = set(faults({**text, where: text[where].replace(before, after)})) - set(wrong)
        if not any(word in fault for fault in found):
            wrong.append(f"{where}: {before!r} made {after!r} is not found out")
    sphinx = shutil.which("sphinx-build")
    wrong += build_faults() if sphinx else ()
    print("".join(f"FAILED: {fault}\n" for fault in wrong) +
          f"{len(text)} documents, {len(CHECKS)} comparisons, {len(DOCTORED)} controls, {len(wrong)} faults")
    if not sphinx and not wrong:
        print("skipped: the building, for which sphinx-build is needed (python3-sphinx)")
        sys.exit(SKIPPED)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
