#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tenantctl change, from outside: drafts, plans, confirmation, history, and the way back to any revision.

$TENANTCTL is the program (default: the one built here); $TEST_SEED repeats a random run.
"""

import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TENANTCTL = str(Path(os.environ.get("TENANTCTL", "./tenantctl")).resolve())
NETWORK = """add site dc1
add node dlr --site dc1 --router-id 10.255.0.11 --roles dlr --vtep 10.255.0.11
add node esg --site dc1 --router-id 10.255.0.12 --roles edge
add node pe1 --site dc1 --router-id 10.255.0.1 --roles pe
add wire transit-dc1 --kind transit --site dc1 --ports esg:t0,dlr:t0
add wire uplink-dc1 --kind uplink --site dc1 --ports pe1:u0,esg:u0
add tenant acme --nodes dlr,esg,pe1 --aggregates 10.1.0.0/16,192.168.0.0/16
add switch acme web 10.1.1.0/24
add link acme paris --node pe1 --interface x0 --address 192.168.201.1/30 --protocol bgp --peer 192.168.201.2 --peer-as 65101
add tenant globex --nodes dlr,esg,pe1 --aggregates 10.2.0.0/16
add switch globex web 10.2.1.0/24"""
failures, checks = [], 0


def check(what, wanted, got):
    global checks
    checks += 1
    if wanted != got:
        failures.append(what)
        print(f"FAILED: {what}\n  wanted: {wanted!r}\n  got:    {got!r}")


class Database:
    """A database of its own in which tenantctl is run."""

    made = None    # the first one: the others are its copies

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="change.")
        self.path = f"{self.folder.name}/tenants.db"
        if Database.made:
            with sqlite3.connect(Database.made) as first, sqlite3.connect(self.path) as copy:
                first.backup(copy)
            return
        for line in ("init", *NETWORK.splitlines()):
            self.done(line)
        copy = sqlite3.connect(f"{self.folder.name}/copy.db")
        sqlite3.connect(self.path).backup(copy)
        copy.close()
        Database.made, Database.folder_of_made = f"{self.folder.name}/copy.db", self.folder

    def run(self, line, **environment):
        words = line if isinstance(line, list) else line.split()
        return subprocess.run([TENANTCTL, *words], text=True, capture_output=True,
                              env={**os.environ, "TENANT_DB": self.path, **environment})

    def done(self, line, **environment):
        """What it prints."""
        told = self.run(line, **environment)
        check(f"tenantctl {line}", (0, ""), (told.returncode, told.stderr))
        return told.stdout.rstrip("\n")

    def refused(self, sentence, line, **environment):
        before, told = self.dump(), self.run(line, **environment)
        check(f"tenantctl {line}", (1, f"tenantctl: {sentence}\n", ""), (told.returncode, told.stderr, told.stdout))
        check(f"what tenantctl {line} leaves", before, self.dump())

    def json(self, line):
        return json.loads(self.done(f"--json {line}"))

    def sql(self, text):
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        try:
            return connection.execute(text).fetchall()
        finally:
            connection.close()

    def revision(self):
        return self.sql("SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'change_log'), 0)")[0][0]

    def dump(self):
        """All tables that say something of the network."""
        tables = [name for name, in self.sql("SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger'"
                                             " AND name LIKE '%_update'"
                                             " AND tbl_name <> 'meant' ORDER BY 1")]
        assert len(tables) >= 18, tables
        return {table: sorted(map(repr, self.sql(f'SELECT * FROM "{table}"'))) for table in tables}

    def draft(self, *lines, title=""):
        number = self.done(["change", "begin", title])
        for i, line in enumerate(lines, 1):
            check(line, f"kept as edit {i} of change {number}", self.done(f"{line} --change {number}"))
        return number

    def apply(self, number, options=""):
        self.done(f"change plan {number}")
        return self.done(f"change apply {number} {options}")

    def state(self, number):
        return self.json(f"change show {number}")["state"]


# ---- stories ----

def a_draft_is_kept_apart():
    db = Database()
    before = db.dump()
    number = db.draft("add subnet acme web 10.1.2.0/24", "add switch acme db 10.1.3.0/24 --purpose test",
                      title="more room")
    check("the database while a draft is made", before, db.dump())
    check("the draft's own view", True, "10.1.3.0/24" in db.done("show subnet acme", TENANT_CHANGE=number))
    db.refused("10.1.2.0/25 (switch web) overlaps 10.1.2.0/24 (switch web) in tenant acme; one of them must change",
               f"add subnet acme web 10.1.2.0/25 --change {number}")
    db.refused("tenant acme has no switch db; \"tenantctl show switch acme\" lists them",
               "add subnet acme db 10.1.4.0/24")
    check("its edits", [{"edit": 1, "command": "add subnet acme web 10.1.2.0/24"},
                        {"edit": 2, "command": "add switch acme db 10.1.3.0/24 --purpose test"}],
          db.json(f"change show {number}")["edits"])
    check("drafts", [(int(number), "draft", 2, "more room")],
          [(one["change"], one["state"], one["edits"], one["title"]) for one in db.json("change show")])
    db.done(f"change abort {number}")
    check("after abort", (before, []), (db.dump(), db.json("change show")))
    db.refused(f"change {number} is no draft any more, it was aborted; begin another with \"tenantctl change begin\"",
               f"add site x --change {number}")


def a_draft_does_what_its_commands_do():
    lines = ("add subnet acme web 10.1.2.0/24", "del link acme paris", "set provider --ospf-dead 8", "del tenant globex",
             "add tenant initech --nodes dlr,pe1", "set tenant acme --aggregates +10.9.0.0/16")
    drafted, typed = Database(), Database()
    for line in lines:
        typed.done(line)
    number = drafted.draft(*lines)
    drafted.apply(number)
    check("a draft and its commands", typed.dump(), drafted.dump())
    check("its state", "applied", drafted.state(number))


def only_what_was_planned_is_applied():
    db = Database()
    number = db.draft("add subnet acme web 10.1.2.0/24")
    db.refused(f"change {number} has no plan since its last edit; look at \"tenantctl change plan {number}\" first",
               f"change apply {number}")
    db.done(f"change plan {number}")
    planned = db.revision()
    db.done("add site far")
    db.refused(f"the database is at revision {planned + 1} and change {number} was planned at {planned}; "
               f"nothing was changed, look at \"tenantctl change plan {number}\" again", f"change apply {number}")
    db.done(f"change plan {number}")
    db.done(f"add subnet acme web 10.1.3.0/24 --change {number}")
    db.refused(f"change {number} has no plan since its last edit; look at \"tenantctl change plan {number}\" first",
               f"change apply {number}")
    db.done("add subnet globex web 10.2.2.0/24")
    db.done("del switch acme web")
    db.refused(f"edit 1 of change {number} (add subnet acme web 10.1.2.0/24) is not possible now: tenant acme has no "
               "switch web; \"tenantctl show switch acme\" lists them", f"change plan {number}")
    empty = db.draft()
    db.done(f"change plan {empty}")
    db.refused(f"change {empty} changes nothing in the database; give it edits with --change {empty}, or abort it",
               f"change apply {empty}")


def what_is_refused():
    db = Database()
    for sentence, line in (
            ("there is no change 77; \"tenantctl change show\" lists drafts", "change show 77"),
            ("there is no change 77; \"tenantctl change show\" lists drafts", "add site x --change 77"),
            ("seven is not the number of a change; \"tenantctl change show\" lists drafts", "change plan seven"),
            ("which change? give its number; \"tenantctl change show\" lists drafts", "change apply"),
            (f"{db.revision()} is no revision of this database; \"tenantctl change history\" lists them".replace(
                str(db.revision()), str(db.revision() + 1)), f"change rollback {db.revision() + 1}"),
            (f"the database is at revision {db.revision()}; there is nothing to take back",
             f"change rollback {db.revision()}"),
            ("0 is not a number from 1 to 100000", "change history 0"),
            ("--confirm 0 is not a number from 1 to 86400", "change apply 1 --confirm 0")):
        db.refused(sentence, line)
    number = db.draft("add subnet acme web 10.1.2.0/24")
    db.refused("node nowhere does not exist; \"tenantctl show node\" lists them",
               f"change plan {number} --node nowhere")
    db.refused(f"change {number} does not wait for a confirmation, its state is 'draft'; see \"tenantctl change show "
               f"{number}\"", f"change confirm {number}")
    db.refused("a draft is run again when it is applied; give the whole path of a file instead of \"key\"",
               f"set wire transit-dc1 --ospf-key-file key --change {number}")
    db.sql(f"UPDATE change_edit SET argv = '[\"show\", \"tenant\"]' WHERE change_id = {number}")
    db.refused(f"edit 1 of change {number} (show tenant) is not possible now: it is no command that changes the database",
               f"change plan {number}")
    db.sql("DELETE FROM change_log WHERE seq = 3")
    db.refused(f"the change log of database {db.path} no longer has all since revision 1; it keeps the last 100,000 "
               "changes, so only newer ones can be taken back", "change rollback 1")


def plan_of(*lines):
    """(sessions by what happens to them, prefixes added, prefixes withdrawn, all commands) of a draft."""
    db = Database()
    number = db.draft(*lines)
    told = db.json(f"change plan {number}")
    sessions = {}
    for node in told["nodes"]:
        for one in node["sessions"]:
            sessions.setdefault(one["session"], []).append((node["node"], one["vrf"], one["where"], one["reason"]))
    commands = {node["node"]: [line for op in node["operations"] for line in op.get("commands", [op.get("statement")])]
                for node in told["nodes"]}
    check(f"sessions reset of {lines}", told["sessions-reset"], len(sessions.get("reset", [])))
    return (sessions, [one["prefix"] for one in told["prefixes-added"]],
            [one["prefix"] for one in told["prefixes-withdrawn"]], commands)


def a_plan_tells_what_it_costs():
    sessions, added, withdrawn, commands = plan_of("add subnet acme web 10.1.2.0/24")
    check("a subnet", ({}, ["10.1.2.0/24"], [], {"dlr": ["ip addr add 10.1.2.1/24 dev ls1"]}),
          (sessions, added, withdrawn, commands))
    sessions, added, withdrawn, commands = plan_of("del subnet acme web 10.1.1.0/24")
    check("a subnet less", ({}, [], ["10.1.1.0/24"], {"dlr": ["ip addr del 10.1.1.1/24 dev ls1"]}),
          (sessions, added, withdrawn, commands))
    sessions, added, withdrawn, commands = plan_of("set wire transit-dc1 --mtu 1700")
    why = "the MTU of its device is another"
    check("another MTU", ({"reset": [("dlr", "acme", "t0.101", why), ("dlr", "globex", "t0.102", why),
                                     ("esg", "acme", "t0.101", why), ("esg", "globex", "t0.102", why)]}, [], []),
          (sessions, added, withdrawn))
    check("its commands", ["ip link set t0.101 mtu 1700", "ip link set t0.102 mtu 1700"], commands["dlr"])
    sessions, *_ = plan_of("set link acme paris --peer-as 65102")
    check("another AS", {"reset": [("pe1", "acme", "192.168.201.2", "its AS number is another")]}, sessions)
    sessions, *_ = plan_of("set node pe1 --router-id 10.255.0.9")
    check("another router id", {("acme", "192.168.201.2", "the router id is another"),
                                ("acme", "u0.101", "the router id is another"),
                                ("globex", "u0.102", "the router id is another")},
          {one[1:] for one in sessions["reset"]})
    sessions, *_ = plan_of("set provider --ospf-hello 2 --ospf-dead 8")
    check("other timers", 8, len(sessions["reset"]))
    sessions, added, withdrawn, _ = plan_of("del link acme paris", "add leak globex acme 10.2.1.0/24")
    check("a link less, a leak more", ({"ends": [("pe1", "acme", "192.168.201.2", None)]}, ["10.2.1.0/24"],
                                       ["192.168.201.0/30"]), (sessions, added, withdrawn))
    sessions, added, withdrawn, commands = plan_of("add tenant initech --nodes dlr,esg,pe1",
                                                   "add switch initech web 10.3.1.0/24")
    check("a tenant more", (["begins"], 4, ["10.3.1.0/24"], []),
          (list(sessions), len(sessions["begins"]), added, withdrawn))
    sessions, added, withdrawn, commands = plan_of("set tenant acme --description words")
    check("words only", ({}, [], [], {}), (sessions, added, withdrawn, commands))


def a_plan_tells_findings():
    db = Database()
    db.sql("INSERT INTO subnet (switch_id, prefix, gateway) VALUES (1, '10.1.1.128/25', '10.1.1.129')")
    number = db.draft("add subnet acme web 10.1.7.0/24", "add subnet globex web 10.2.2.0/24")
    told = db.json(f"change plan {number}")
    check("findings", True, len(told["findings"]) >= 1 and "acme" in told["findings"][0]["finding"])
    check("which are new", False, any(one["new"] for one in told["findings"]))
    check("a tenant that is held", [("globex", "10.2.2.0/24")],
          [(one["tenant"], one["prefix"]) for one in told["prefixes-added"]])
    text = db.done(f"change plan {number} --node dlr")
    check("the same for people", (True, True),
          ("# node dlr\n# kernel\nip addr add 10.2.2.1/24 dev ls2\n" in text, re.search(r"\nfindings: \d+, new: 0\n  ", text) is not None))


def confirmation():
    db = Database()
    before = db.dump()
    number = db.draft("del tenant globex", "add subnet acme web 10.1.2.0/24")
    check("what apply says", f"change {number} is applied and will be taken back in 60 s, unless \"tenantctl change "
          f"confirm {number}\" is run", db.apply(number, "--confirm 60"))
    other = db.draft("add site far")
    db.done(f"change plan {other}")
    db.refused(f"change {number} waits for its confirmation; confirm it, or abort it, before another is applied with "
               "--confirm", f"change apply {other} --confirm 60")
    left = db.sql(f"SELECT deadline FROM change WHERE id = {number}")[0][0] - time.time()
    check(f"its deadline, {left:.1f} s from now", True, 0 < left <= 60)
    db.sql(f"UPDATE change SET deadline = {int(time.time()) - 1} WHERE id = {number}")    # as if they had passed
    check("before anybody looks", "confirming", db.state(number))
    # any number of those who look: it happens once
    racers = [subprocess.Popen([TENANTCTL, "--db", db.path, "change", "begin", "x"], text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(8)]
    told = [racer.communicate()[1] for racer in racers]
    check("who took it back", [f"tenantctl: change {number} was not confirmed in time and has been taken back\n"],
          [one for one in told if one])
    check("its state", "rolled back", db.state(number))
    check("the database", before, db.dump())
    # in time
    number = db.draft("add subnet acme web 10.1.2.0/24")
    db.apply(number, "--confirm 60")
    db.done("add site far")
    check("confirm", f"change {number} is confirmed and stays", db.done(f"change confirm {number}"))
    check("its state", "confirmed", db.state(number))
    # at once
    before = db.dump()
    number = db.draft("add subnet acme web 10.1.3.0/24")
    db.apply(number, "--confirm 60")
    check("abort", f"change {number} is taken back", db.done(f"change abort {number}"))
    check("after abort", (before, "rolled back"), (db.dump(), db.state(number)))
    # what was changed since stays
    number = db.draft("add subnet acme web 10.1.4.0/24", "add subnet acme web 10.1.5.0/24")
    db.apply(number, "--confirm 60")
    db.done("set subnet acme web 10.1.4.0/24 --gateway 10.1.4.9")
    check("abort of what was changed", f"change {number} is taken back\nnot taken back: subnet 10.1.4.0/24 was changed "
          "since (gateway)", db.done(f"change abort {number}"))
    check("what is left", ["10.1.4.0/24"], [prefix for prefix, in db.sql("SELECT prefix FROM subnet WHERE prefix IN"
                                                                         " ('10.1.4.0/24', '10.1.5.0/24')")])
    check("what is told of it", "subnet 10.1.4.0/24 was changed since (gateway)",
          db.json(f"change show {number}")["left"])


def much_at_once():
    db = Database()
    number = db.draft(*(f"add subnet acme web 10.1.{n}.0/24" for n in range(2, 14)))
    db.apply(number, "--confirm 60")
    many = db.dump()
    db.done(f"change abort {number}")    # which withdraws 12 of 13, and is meant
    check("the nodes are told that it is meant", [(1,)],
          db.sql("SELECT max(meant.seq) = (SELECT max(seq) FROM change_log) FROM meant"))
    number = db.done(f"change rollback {db.json('change history 2')[1]['revision']}")
    db.apply(number)
    check("all of them again", many, db.dump())
    number = db.draft("del switch acme web")
    sentence = "tenant acme would lose 13 of its 13 prefixes at once; add --meant if it should"
    check("the brake in a plan", sentence, db.json(f"change plan {number}")["brake"])
    check("the same for people", f"brake: {sentence}", db.done(f"change plan {number}").splitlines()[-1])
    db.refused(sentence, f"change apply {number}")
    db.done(f"change apply {number} --meant")


def history():
    db = Database()
    number = db.draft("add subnet acme web 10.1.2.0/24", "add switch acme db 10.1.3.0/24", title="it's more\u00fc")
    db.apply(number)
    db.sql("UPDATE subnet SET advertise = 0")
    rows = db.json("change history 3")
    check("history", [("by SQL", "", ["acme subnet ~3", "globex subnet ~1"]),
                      ("it's more\u00fc", int(number), ["acme subnet +2", "acme logical_switch +1"]),
                      ("add switch globex web 10.2.1.0/24", 11, ["globex subnet +1", "globex logical_switch +1"])],
          [(row["what"], row["change"], sorted(row["rows"], key=lambda one: "globex" in one or "logical" in one))
           for row in rows])
    check("revisions", [db.revision(), db.revision() - 4, db.revision() - 7], [row["revision"] for row in rows])
    check("all of it", 13, len(db.json("change history")))
    back = db.done(f"change rollback {rows[1]['revision']}")
    db.apply(back)
    check("advertised again", [(4,)], db.sql("SELECT sum(advertise) FROM subnet"))
    # back to what tenantd held: the other tenants are not to wait for that one
    db.sql("UPDATE subnet SET gateway = '10.77.0.1' WHERE prefix = '10.2.1.0/24'")
    bad, wrong = db.revision(), db.dump()
    db.done("set subnet globex web 10.2.1.0/24 --gateway 10.2.1.1")
    back = db.done(f"change rollback {bad}")
    check("its plan", 1, len(db.json(f"change plan {back}")["findings"]))
    db.done(f"change apply {back}")
    check("back to a finding", wrong, db.dump())
    db.sql("UPDATE subnet SET gateway = '10.1.2.9' WHERE prefix = '10.1.2.0/24'")
    back = db.done(f"change rollback {rows[2]['revision']}")
    db.sql("UPDATE subnet SET gateway = '10.1.2.7' WHERE prefix = '10.1.2.0/24'")
    told = db.run(f"change plan {back}")
    check("a row that is no longer as it was", (1, True),
          (told.returncode, "is not possible now: subnet 10.1.2.0/24 was changed since (gateway)" in told.stderr))


RANDOM_LINES = (
    "add site s{0}", "del site s{0}", "add node n{0} --site dc1 --router-id 10.255.1.{0} --roles dlr,pe",
    "set node n{0} --router-id 10.255.2.{1}", "del node n{0}", "add tenant t{0} --nodes dlr,esg,pe1",
    "set tenant t{0} --nodes dlr,pe1", "del tenant t{0}", "add switch t{0} w{1} 10.{2}.1.0/24", "del switch t{0} w{1}",
    "add subnet t{0} w{1} 10.{2}.2.0/24", "set subnet t{0} w{1} 10.{2}.1.0/24 --gateway 10.{2}.1.7",
    "add link t{0} l{1} --node pe1 --interface x{1} --address 172.16.{1}.1/30 --protocol static --peer 172.16.{1}.2 "
    "--routes 172.20.{1}.0/24", "del link t{0} l{1}", "add leak t{0} t{1} 10.{2}.1.0/24", "del leak t{0} t{1} 10.{2}.1.0/24",
    "add circuit t{0} transit-dc1 --vlan 70{1}", "del circuit t{0} transit-dc1", "set provider --ospf-dead {0}0",
    "add reserved 203.0.{0}.0/24", "del reserved 203.0.{0}.0/24", "set pool transit --wires 1{0}")
RANDOM_SQL = (
    "DELETE FROM subnet WHERE id % 3 = {0} % 3", "UPDATE logical_switch SET mtu = 1400 + {0}",
    "INSERT INTO host (subnet_id, address) VALUES ({0}, '10.1.1.{1}')", "DELETE FROM tenant WHERE name = 't{0}'",
    "UPDATE tenant SET id = id + 100, description = 'moved' WHERE id NOT IN (SELECT tenant_id FROM attachment)",
    "INSERT INTO aggregate VALUES ({0}, '10.{1}.0.0/16')", "UPDATE wire SET bfd = 1 - bfd WHERE id = {0}",
    "DELETE FROM link_route", "UPDATE site SET locale = 'x{0}'", "DELETE FROM wire WHERE id > 2",
    "INSERT INTO wire (name, site_id, kind) VALUES ('w{0}', 1, 'transit')",
    "INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES ({0}, {1}, 'p{2}', {2})")


def edit_at_random(db, chance, count):
    for _ in range(count):
        line = chance.choice(RANDOM_LINES + RANDOM_SQL).format(*(chance.randint(1, 4) for _ in range(3)))
        if line.split()[0].islower():
            db.run(line)
            continue
        try:
            db.sql(line)
        except sqlite3.Error:
            pass


def rollback_leads_anywhere():
    seed = int(os.environ.get("TEST_SEED", 20261122))
    chance, changed = random.Random(seed), 0
    for round_ in range(4):
        db, seen = Database(), {}
        for _ in range(6):
            seen[db.revision()] = db.dump()
            edit_at_random(db, chance, 10)
        for revision in chance.sample(sorted(seen), 3):
            changed += seen[revision] != db.dump()
            if revision == db.revision():
                continue
            db.apply(db.done(f"change rollback {revision}"))
            check(f"round {round_} of seed {seed}: revision {revision}", seen[revision], db.dump())
            seen[db.revision()] = db.dump()
    check("rollbacks that had anything to do", True, changed >= 6)


STORIES = (a_draft_is_kept_apart, a_draft_does_what_its_commands_do, only_what_was_planned_is_applied, what_is_refused,
           a_plan_tells_what_it_costs, a_plan_tells_findings, confirmation, much_at_once, history, rollback_leads_anywhere)


def main():
    for story in STORIES:
        story()
    print(f"{checks} checks, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
