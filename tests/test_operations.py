#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tenantctl failover, failback, reprotect, bubble and operation, from outside: what is refused and leaves the database as
it was, what each step writes and waits for, and what becomes of one whose runner is killed.

Nodes are a thread of this test, which writes node_status and tenant_status as tenantd does; in one story, which takes root,
they are tenantd itself, each on a kernel and with daemons that agree to everything ("lab/bench memory"). What the network
does with the rows is for topotests. $TENANTCTL is the program (default: the one built here).
"""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TENANTCTL = str(Path(os.environ.get("TENANTCTL", "./tenantctl")).resolve())
SITES = {"dc1": 1, "dc2": 2}
NODES = [f"{name}{number}" for number in SITES.values() for name in ("dlr", "esg", "pe")]
NETWORK = [line for site, n in SITES.items() for line in (
    f"add site {site}",
    f"add node dlr{n} --site {site} --router-id 10.255.{n}.11 --roles dlr --vtep 10.255.{n}.11",
    f"add node esg{n} --site {site} --router-id 10.255.{n}.12 --roles edge",
    f"add node pe{n} --site {site} --router-id 10.255.{n}.1 --roles pe",
    f"add wire transit-{site} --kind transit --site {site} --ports esg{n}:t0,dlr{n}:t0",
    f"add wire uplink-{site} --kind uplink --site {site} --ports pe{n}:u0,esg{n}:u0")] + [
    "add site dc3",
    "add tenant acme --sites dc1,dc2 --recovery-site dc2 --aggregates 10.1.0.0/16",
    "add switch acme web 10.1.1.0/24 --site dc1",
    "add switch acme db 10.1.2.0/24 --site dc1",
    "add switch acme copies 10.1.9.0/24 --site dc1 --purpose replication",
    "add switch acme all 10.1.3.0/24 --scope universal"]
failures, checks = [], 0


def check(what, wanted, got):
    global checks
    checks += 1
    if wanted != got:
        failures.append(what)
        print(f"FAILED: {what}\n  wanted: {wanted!r}\n  got:    {got!r}", flush=True)


def until(predicate, what, seconds=20):
    end = time.monotonic() + seconds
    while not (answer := predicate()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.002)
    return answer


class Database:
    """A database of its own, and the nodes that follow it."""

    made = None    # the first one: the others are its copies

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="operations.")
        self.path = f"{self.folder.name}/tenants.db"
        if Database.made:
            with sqlite3.connect(Database.made) as first, sqlite3.connect(self.path) as copy:
                first.backup(copy)
        else:
            for line in ("init", *NETWORK):
                self.done(line)
            with sqlite3.connect(self.path) as first, sqlite3.connect(f"{self.folder.name}/copy.db") as copy:
                first.backup(copy)
            Database.made, Database.folder_of_made = f"{self.folder.name}/copy.db", self.folder
        self.alive, self.seen, self.over = set(NODES), [], False
        self.db = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        self.follower = threading.Thread(target=self.follow, daemon=True)
        self.follower.start()
        until(lambda: self.sql("SELECT count(*) FROM node_status")[0][0] == len(NODES), "the nodes")

    def close(self):
        self.over = True
        self.follower.join()
        self.db.close()

    def follow(self):
        """What every tenantd that is alive does: it says which revision it is in step with."""
        db, said = sqlite3.connect(self.path, isolation_level=None, timeout=10), {}
        while not self.over:
            newest = db.execute("SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'change_log'").fetchone()[0]
            late = [node for node in NODES if node in self.alive and said.get(node) != newest]
            if late:
                state = db.execute("SELECT name, site_id, state FROM logical_switch ORDER BY id").fetchall()
                db.execute("BEGIN IMMEDIATE")
                for node in late:
                    db.execute("REPLACE INTO node_status VALUES (?, ?, 1, 0, strftime('%Y-%m-%d %H:%M:%f', 'now'))",
                               (node, newest))
                    db.execute("INSERT OR IGNORE INTO tenant_status SELECT n.name, t.name, 'ok', '', 'now' FROM tenant t"
                               " JOIN attachment a ON a.tenant_id = t.id JOIN node n ON n.id = a.node_id WHERE n.name = ?",
                               (node,))
                    said[node] = newest
                db.execute("COMMIT")
                self.seen += [(node, state) for node in late]
            time.sleep(0.002)
        db.close()

    def run(self, line, **environment):
        words = line if isinstance(line, list) else line.split()
        return subprocess.run([TENANTCTL, *words], text=True, capture_output=True,
                              env={**os.environ, "TENANT_DB": self.path, **environment})

    def start(self, line):
        return subprocess.Popen([TENANTCTL, *line.split()], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**os.environ, "TENANT_DB": self.path})

    def done(self, line, **environment):
        """What it prints."""
        told = self.run(line, **environment)
        check(f"tenantctl {line}", (0, ""), (told.returncode, told.stderr))
        return told.stdout.rstrip("\n")

    def refused(self, sentence, line, **environment):
        before, told = self.dump(), self.run(line, **environment)
        check(f"tenantctl {line}", (1, f"tenantctl: {sentence}\n"),
              (told.returncode, re.sub(r"(nothing|newer one) for \d+ s", r"\1 for N s", told.stderr)))
        check(f"what tenantctl {line} leaves", before, self.dump())
        return told.stdout

    def json(self, line):
        return json.loads(self.done(f"--json {line}"))

    def sql(self, text, *values):
        with sqlite3.connect(self.path, isolation_level=None, timeout=10) as db:
            db.execute("PRAGMA foreign_keys = ON")
            found = db.execute(text, values).fetchall()
        db.close()
        return found

    def dump(self):
        """All tables that say something of the network, and the operations."""
        tables = [name for name, in self.sql("SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger'"
                                             " AND name LIKE '%_update' AND tbl_name <> 'meant' ORDER BY 1")]
        assert len(tables) >= 18, tables
        return {table: sorted(map(repr, self.sql(f'SELECT * FROM "{table}"'))) for table in
                [*tables, "operation", "operation_step"]}

    def network(self):
        return {table: rows for table, rows in self.dump().items() if not table.startswith("operation")}

    def switches(self, tenant="acme"):
        return {name: (site, state) for name, site, state in self.sql(
            "SELECT s.name, ifnull(site.name, '-'), s.state FROM logical_switch s LEFT JOIN site ON site.id = s.site_id"
            " JOIN tenant t ON t.id = s.tenant_id WHERE t.name = ?", tenant)}

    def operation(self, number=None):
        """The newest, or this one."""
        found = [one for one in self.json("operation show") if number in (None, one["operation"])]
        return found[-1] if found else None


AT_DC1 = {"web": ("dc1", "active"), "db": ("dc1", "active"), "copies": ("dc1", "active"), "all": ("-", "active")}
LEAVING = {**AT_DC1, "web": ("dc1", "leaving"), "db": ("dc1", "leaving")}
AT_DC2 = {**AT_DC1, "web": ("dc2", "active"), "db": ("dc2", "active")}


# ---- stories ----

def what_is_not_ready_is_refused(db):
    say = "say how it is meant: one of --planned, --disaster and --partial HOST,..."
    db.refused("site dc9 does not exist; \"tenantctl show site\" lists them", "failover acme --to dc9 --planned")
    db.refused("tenant nobody does not exist; \"tenantctl show tenant\" lists them", "failover nobody --to dc2 --planned")
    db.refused(say, "failover acme --to dc2")
    db.refused(say, "failover acme --to dc2 --planned --disaster")
    db.refused("say how it is meant: either --planned or --disaster", "failback acme")
    db.refused("name either a tenant, or --all that are recovered at dc2", "failover --to dc2 --planned")
    db.refused("name either a tenant, or --all that are recovered at dc2", "failover acme --all --to dc2 --planned")
    db.refused("--partial is about hosts of one tenant; leave --all out, and name it", "failover --all --to dc2 --partial 10.1.1.5")
    db.refused("tenant acme has nothing at another site that could go to dc1", "failover acme --to dc1 --planned")
    db.refused("no tenant has anything elsewhere that is recovered at dc1", "failover --all --to dc1 --planned")
    db.refused("no DLR of dc3 serves tenant acme; attach one with \"tenantctl set tenant acme --nodes +NODE\"",
               "failover acme --to dc3 --planned")
    db.refused("tenant acme has not failed over; there is no way back to go", "failback acme --planned")
    db.refused("tenant acme has not failed over; there is no way back to go", "reprotect acme")
    db.refused("there is no operation 7; \"tenantctl operation show\" lists them", "operation resume 7")
    db.refused("there is no operation x; \"tenantctl operation show\" lists them", "operation undo x")
    db.refused("host 10.9.9.9 is in no subnet of tenant acme; \"tenantctl show subnet acme\" lists them",
               "failover acme --to dc2 --partial 10.1.1.5,10.9.9.9")
    db.refused("10.1.1 is not an address; write it like 10.1.1.1", "failover acme --to dc2 --partial 10.1.1")
    db.refused("--hook /nowhere/hook is no program that can be run; give its whole path, below 256 characters",
               "failover acme --to dc2 --planned --hook /nowhere/hook")
    db.refused("failover waits for nodes and cannot be kept in a draft; leave --change and $TENANT_CHANGE out",
               "failover acme --to dc2 --planned", TENANT_CHANGE=db.done("change begin"))
    check("operations", "there is no operation", db.done("operation show"))
    check("switches", AT_DC1, db.switches())


def what_rows_lack_is_refused(db):
    db.done("set tenant acme --nodes -esg2")
    db.refused("no edge of dc2 serves tenant acme; attach one with \"tenantctl set tenant acme --nodes +NODE\"",
               "failover acme --to dc2 --planned")
    db.done("set tenant acme --nodes +esg2,-pe2")
    db.refused("no PE of dc2 serves tenant acme; attach one with \"tenantctl set tenant acme --nodes +NODE\"",
               "failover acme --to dc2 --disaster")
    db.done("set tenant acme --nodes +pe2")
    db.done("set tenant acme --recovery-site auto")
    db.refused("switch web of tenant acme is not mapped to dc2; map it with \"tenantctl add map acme web dc2\"",
               "failover acme --to dc2 --planned")
    db.refused("switch web of tenant acme is not at dc2; keep it ready there with \"tenantctl add map acme web dc2\" first",
               "failover acme --to dc2 --partial 10.1.1.5")
    db.done("add map acme web dc2")
    db.done("add switch acme db2 10.1.22.0/24 --site dc2")
    db.done("add map acme db dc2 --as db2")
    db.refused("switch db2, as which switch db of tenant acme is recovered at dc2, is in use there already",
               "failover acme --to dc2 --planned --from dc1")
    db.refused("it has something at dc1 and dc2 that could go; say which with --from SITE", "failover acme --to dc3 --disaster")


def what_nodes_say_is_judged(db):
    until(lambda: len(db.seen) >= len(NODES), "nodes")
    db.alive.clear()
    db.sql("DELETE FROM node_status WHERE node = 'esg2'")
    db.refused("node esg2 has never said how far it is; is tenantd running there?", "failover acme --to dc2 --disaster")
    db.alive.add("esg2")
    db.sql("UPDATE tenant SET max_routes = 900")
    until(lambda: db.sql("SELECT count(*) FROM node_status WHERE node = 'esg2'")[0][0], "esg2")
    db.sql("UPDATE change_log SET at = at - 5000")
    revision = db.sql("SELECT revision FROM node_status WHERE node = 'dlr2'")[0][0]
    db.refused(f"node dlr2 is at revision {revision}, and the database has had a newer one for N s; see \"tenantctl show status\"",
               "failover acme --to dc2 --disaster")
    db.alive.update(NODES)
    db.sql("UPDATE tenant SET max_routes = 1000")
    newest = lambda: db.sql("SELECT max(seq) FROM change_log")[0][0]
    in_step = lambda: db.sql("SELECT min(revision) FROM node_status")[0][0] == newest()
    until(in_step, "all in step")
    db.alive.clear()
    db.sql("UPDATE node_status SET updated = datetime('now', '-95.5 seconds') WHERE node LIKE '%1'")
    db.sql("UPDATE tenant_status SET health = 'failed', reason = 'bgpd refused it' WHERE node = 'pe1'")
    check("a disaster asks nobody at the old site", "ok", db.json("failover acme --to dc2 --disaster --check")[0]["is"])
    db.refused("node dlr1 has said nothing for N s; is tenantd running there?", "failover acme --to dc2 --planned")
    table = db.refused("4 checks are not as needed; nothing was changed", "--json failover acme --to dc2 --planned --check")
    check("how long", True, 95 <= int(re.search(r"nothing for (\d+) s", table)[1]) < 130)
    check("all checks", ["node dlr1", "node esg1", "node pe1", "tenant acme on pe1"],
          [row["check"] for row in json.loads(table) if row["is"] != "ok"])
    db.sql("UPDATE node_status SET updated = datetime('now')")
    db.refused("tenant acme is failed on node pe1: bgpd refused it", "failover acme --to dc2 --planned")
    db.sql("DELETE FROM tenant_status WHERE node = 'dlr2'")
    db.refused("node dlr2 says nothing of tenant acme; see \"tenantctl show status\"", "failover acme --to dc2 --disaster")


def planned_gives_up_first(db):
    before = db.network()
    db.seen.clear()
    text = db.done("failover acme --to dc2 --planned --check")
    check("ready", True, "switch web" in text and "not ready" not in text)
    text = db.done("failover acme --to dc2 --planned --dry-run")
    for line in ("## phase leaving", "## phase active", "# node dlr1", "# node dlr2", "prefixes withdrawn: 2", "prefixes added: 2",
                 'update logical_switch 1:  state "active" ->  "leaving"'):
        check(f"dry run: {line}", True, any(one.split() == line.split() for one in text.splitlines()))
    check("a dry run changes nothing", before, db.network())
    told = db.done("failover acme --to dc2 --planned")
    print(told)
    check("what it says", True, told.startswith("operation 1, failover of acme from dc1 to dc2, planned: done in ") and
          "(leaving " in told and ", active " in told)
    check("switches", AT_DC2, db.switches())
    states = [dict((name, (site, state)) for name, site, state in seen) for node, seen in db.seen if node == "dlr1"]
    check("the old site was asked to leave before", True, any(s["web"] == (1, "leaving") for s in states))
    row = db.operation()
    check("its row", ("acme", "failover", "planned", "dc1", "dc2", "done", "active", ""),
          tuple(row[key] for key in ("tenant", "kind", "mode", "from", "to", "state", "step", "reason")))
    check("its steps", ["leaving", "active"], [step["step"] for step in row["steps"]])
    check("times", True, all(0 <= step["in-step-ms"] < 5000 for step in row["steps"]))
    check("all that is withdrawn is meant", True, db.sql("SELECT seq = (SELECT max(seq) FROM change_log) FROM meant")[0][0])
    history = [one["what"] for one in db.json("change history 2")]
    check("history", ["failover of acme from dc1 to dc2, planned: active", "failover of acme from dc1 to dc2, planned: leaving"],
          history)
    db.refused("tenant acme has nothing at another site that could go to dc2", "failover acme --to dc2 --planned")
    db.refused("switch web of tenant acme is not ready at dc1; \"tenantctl reprotect acme\" first", "failback acme --planned")
    db.done("reprotect acme")
    check("ready at", ["dc1"], db.json("show switch acme web")[0]["ready-at"])
    db.refused("reprotect of tenant acme would change nothing; it is as asked for", "reprotect acme")
    db.done("failback acme --planned")
    check("back", AT_DC1, db.switches())
    db.refused("tenant acme has come back to dc1 already", "failback acme --planned")
    db.done("reprotect acme")
    check("as it was", before, db.network())
    check("operations", [("failover", "done"), ("reprotect", "done"), ("failback", "done"), ("reprotect", "done")],
          [(one["kind"], one["state"]) for one in db.json("operation show acme")])
    number = db.done(f"change rollback {db.json('change history 4')[3]['revision']}")
    db.done(f"change plan {number}")
    db.done(f"change apply {number}")
    check("rolled back to before the way back", AT_DC2, db.switches())


def a_disaster_asks_the_surviving_site_alone(db):
    until(lambda: len(db.seen) >= len(NODES), "nodes")
    db.alive -= {"dlr1", "esg1", "pe1"}
    db.sql("UPDATE node_status SET updated = datetime('now', '-1 hour') WHERE node LIKE '%1'")
    db.done("failover acme --to dc2 --disaster")
    check("switches", AT_DC2, db.switches())
    check("steps", ["active"], [step["step"] for step in db.operation()["steps"]])
    db.refused("node dlr1 has said nothing for N s; is tenantd running there?", "reprotect acme")


def other_switches_take_over(db):
    for line in ("set tenant acme --recovery-site auto", "add map acme web dc2", "add switch acme db2 --site dc2"):
        db.done(line)
    db.sql("UPDATE logical_switch SET state = 'ready' WHERE name = 'db2'")
    db.done("add subnet acme db2 10.1.2.0/24")
    db.done("add map acme db dc2 --as db2")
    before = db.network()
    db.done("failover acme --to dc2 --planned")
    check("switches", {**AT_DC1, "web": ("dc2", "active"), "db": ("dc1", "ready"), "db2": ("dc2", "active")}, db.switches())
    db.done("reprotect acme")
    check("maps", {("web", "dc1", "web"), ("db2", "dc1", "db")},
          {(row["switch"], row["site"], row["as"]) for row in db.json("show map")})
    check("no recovery site for all", None, db.json("show tenant acme")["recovery-site"])
    db.done("failback acme --planned")
    check("back", {**AT_DC1, "db2": ("dc2", "ready")}, db.switches())
    db.done("reprotect acme")
    check("as it was", before, db.network())


def all_traffic_leaves_by_another_site(db):
    db.done("add tenant beta --sites dc1,dc2 --egress active --active-site dc1 --aggregates 10.1.0.0/16")
    db.done("add switch beta all 10.1.3.0/24 --scope universal")
    db.done("failover beta --to dc2 --planned")
    check("active site", "dc2", db.json("show tenant beta")["active-site"])
    check("one step", ["active"], [step["step"] for step in db.operation()["steps"]])
    db.done("failback beta --planned")
    check("active site again", "dc1", db.json("show tenant beta")["active-site"])


def hosts_alone(db):
    db.done("add host acme web 10.1.1.5 --site dc1")
    before = db.network()
    db.done("failover acme --to dc2 --partial 10.1.1.5,10.1.1.6,10.1.3.7")
    hosts = lambda: {(row["switch"], row["address"], row["site"], row["advertise"]) for row in db.json("show host acme")}
    check("hosts", {("web", "10.1.1.5", "dc2", True), ("web", "10.1.1.6", "dc2", True), ("all", "10.1.3.7", "dc2", True)}, hosts())
    check("switches stay", AT_DC1, db.switches())
    db.refused("only hosts of tenant acme have failed over; its switches are protected as they were", "reprotect acme")
    db.done("operation undo 1")
    check("undone", before, db.network())
    check("its state", "undone", db.operation()["state"])
    db.done("failover acme --to dc2 --partial 10.1.1.5,10.1.3.7")
    db.done("failback acme --planned")
    check("back", {("web", "10.1.1.5", "dc1", False), ("all", "10.1.3.7", "dc1", True)}, hosts())


def nodes_that_do_not_answer(db):
    before = db.network()
    until(lambda: len(db.seen) >= len(NODES), "nodes")
    db.alive.remove("esg1")
    revision = db.sql("SELECT max(seq) FROM change_log")[0][0]
    told = db.run("failover acme --to dc2 --planned --wait 1")
    sentence = f"node esg1 of dc1 was not in step with revision {revision + 3} in 1 s; of acme: its switches are leaving dc1" \
               " and are not yet active at dc2"
    check("it fails and says where it stands", (1, f"tenantctl: {sentence}\n"), (told.returncode, told.stderr))
    check("its row", ("failed", "leaving", sentence), tuple(db.operation()[key] for key in ("state", "step", "reason")))
    check("switches", LEAVING, db.switches())
    db.refused("operation 1 of tenant acme has failed; \"tenantctl operation resume 1\" or \"tenantctl operation undo 1\" first",
               "failover acme --to dc2 --disaster")
    db.done("operation undo 1")
    check("undone", before, db.network())
    db.refused("operation 1 is undone already", "operation undo 1")
    db.refused("operation 1 is undone; there is nothing to go on with", "operation resume 1")
    db.alive.add("esg1")
    until(lambda: db.sql("SELECT min(revision) FROM node_status")[0] == db.sql("SELECT max(seq) FROM change_log")[0], "all")
    db.alive.remove("esg1")
    check("again", 1, db.run("failover acme --to dc2 --planned --wait 1").returncode)
    db.done("operation resume 2 --disaster")
    check("went on without the old site", AT_DC2, db.switches())
    check("its state", "done", db.operation()["state"])
    db.sql("UPDATE logical_switch SET mtu = 1400 WHERE name = 'web'")
    left = db.run("operation undo 2")
    check("what was changed since is not undone", 1, left.returncode)
    check("and nothing else of it", AT_DC2, db.switches())
    check("nor its state", "done", db.operation()["state"])


def a_runner_that_is_killed(db):
    """Before its first step, after each commit, while it waits: whoever resumes it goes on, whoever undoes it gets back."""
    before = db.network()
    hook = Path(db.folder.name, "hook")
    hook.write_text(f"#!/bin/sh\n[ -e {db.folder.name}/stop-$STEP-$PHASE ] || exit 0\n"
                    f"echo $$ >{db.folder.name}/pid.new; mv {db.folder.name}/pid.new {db.folder.name}/pid; exec sleep 60\n")
    hook.chmod(0o755)
    pid = Path(db.folder.name, "pid")
    number = 0
    for stop, state in (("before-leaving", AT_DC1), ("after-leaving", LEAVING), ("before-active", LEAVING), ("after-active", AT_DC2)):
        for how in ("resume", "undo"):
            number += 1
            Path(db.folder.name, f"stop-{stop}").touch()
            runner = db.start(f"failover acme --to dc2 --planned --hook {hook}")
            until(pid.exists, f"the hook at {stop}: {runner.poll()}")
            runner.kill()
            os.kill(int(pid.read_text()), signal.SIGKILL)
            pid.unlink()
            runner.communicate()
            Path(db.folder.name, f"stop-{stop}").unlink()
            check(f"{stop}: the rows", state, db.switches())
            check(f"{stop}: it stands as running", "running", db.operation()["state"])
            db.refused(f"operation-in-progress: operation {number} of tenant acme runs; see \"tenantctl operation show acme\","
                       " and resume or undo it if who ran it has died", "failover acme --to dc2 --planned")
            db.done(f"operation {how} {number}")
            if how == "resume":
                check(f"{stop}: resumed", (AT_DC2, "done"), (db.switches(), db.operation()["state"]))
                db.done(f"operation undo {number}")
            check(f"{stop}: undone", before, db.network())
    until(lambda: db.sql("SELECT min(revision) FROM node_status")[0] == db.sql("SELECT max(seq) FROM change_log")[0], "all")
    for node, state in (("pe1", LEAVING), ("pe2", AT_DC2)):    # killed while it waits
        number += 1
        db.alive.remove(node)
        runner = db.start("failover acme --to dc2 --planned --wait 60")
        until(lambda: db.switches() == state, f"the rows while {node} is silent")
        os.kill(runner.pid, signal.SIGKILL)
        runner.communicate()
        db.alive.add(node)
        db.done(f"operation resume {number}")
        check(f"waiting for {node}: resumed", (AT_DC2, "done"), (db.switches(), db.operation()["state"]))
        db.done(f"operation undo {number}")
        check(f"waiting for {node}: undone", before, db.network())
        until(lambda: db.sql("SELECT min(revision) FROM node_status")[0] == db.sql("SELECT max(seq) FROM change_log")[0], "all")


def one_that_is_taken_over_stops(db):
    until(lambda: len(db.seen) >= len(NODES), "nodes")
    db.alive.remove("pe1")
    runner = db.start("failover acme --to dc2 --planned --wait 60")
    until(lambda: db.switches() == LEAVING, "the first step")
    before = db.done("operation undo 1")
    check("undone while it ran", "operation 1 is undone: failover of acme from dc1 to dc2, planned", before)
    db.alive.add("pe1")
    told = runner.communicate()[1]
    check("the runner stops", (1, "tenantctl: operation 1 was taken over by somebody else, and goes on, or back, there; see"
                                  " \"tenantctl operation show acme\"\n"), (runner.returncode, told))
    check("and changes nothing", (AT_DC1, "undone"), (db.switches(), db.operation()["state"]))


def hooks_run_around_each_step(db):
    hook, log = Path(db.folder.name, "hook"), Path(db.folder.name, "log")
    hook.write_text(f"#!/bin/sh\necho $TENANT $OPERATION $FROM $TO $STEP $PHASE >>{log}\necho aside\n"
                    f"[ $STEP-$PHASE != \"$(cat {db.folder.name}/fail)\" ]\n")
    hook.chmod(0o755)
    fail = Path(db.folder.name, "fail")
    fail.write_text("before-active")
    told = db.run(f"failover acme --to dc2 --planned --hook {hook}")
    sentence = f"hook program {hook} before active ended with status 1"
    check("a hook that fails", (1, f"aside\naside\naside\ntenantctl: {sentence}\n"), (told.returncode, told.stderr))
    check("stops the operation before its step", (LEAVING, "failed", sentence),
          (db.switches(), db.operation()["state"], db.operation()["reason"]))
    fail.write_text("")
    told = db.run("operation resume 1")
    check("resumed with the same hook", (0, "aside\naside\n", AT_DC2), (told.returncode, told.stderr, db.switches()))
    check("what hooks were told", [f"acme 1 dc1 dc2 {step}" for step in
                                   ("before leaving", "after leaving", "before active", "before active", "after active")],
          log.read_text().splitlines())


def many_at_once_by_priority(db):
    names = [f"t{number:02}" for number in range(30)]
    for number, name in enumerate(names):
        db.done(f"add tenant {name} --sites dc1,dc2 --recovery-site dc2 --recovery-priority {number % 3 + 1}"
                f" --aggregates 10.{number + 20}.0.0/16")
        db.done(f"add switch {name} web 10.{number + 20}.1.0/24 --site dc1")
    db.done("set tenant acme --recovery-site auto")
    until(lambda: db.sql("SELECT count(*) FROM tenant_status WHERE node = 'pe2'")[0][0] == 31, "all tenants on all nodes")
    db.sql("UPDATE tenant_status SET health = 'failed', reason = 'no room' WHERE tenant = 't07' AND node = 'pe2'")
    began = time.monotonic()
    told = db.run("failover --all --to dc2 --planned")
    took = time.monotonic() - began
    check("one is not ready", (1, "tenantctl: 1 of 30 tenants have not failed over to dc2; the first: tenant t07 is failed on"
                                  " node pe2: no room\n"), (told.returncode, told.stderr))
    check("and it is named", True, "t07: not begun: tenant t07 is failed on node pe2: no room" in told.stdout.splitlines())
    check("the others went", {name: ("dc1" if name == "t07" else "dc2", "active") for name in names},
          {name: db.switches(name)["web"] for name in names})
    rows = db.sql("SELECT t.recovery_priority, o.began, o.ended FROM operation o JOIN tenant t ON t.id = o.tenant_id")
    groups = {priority: [(b, e) for p, b, e in rows if p == priority] for priority in (1, 2, 3)}
    check("each group", [10, 9, 10], [len(groups[priority]) for priority in (1, 2, 3)])
    for first, then in ((1, 2), (2, 3)):
        check(f"group {then} waits for group {first}", True, max(e for _, e in groups[first]) <= min(b for b, _ in groups[then]))
    at_once = [sum(b <= when <= e for b, e in groups[1]) for when, _ in groups[1]] + \
              [sum(b <= when <= e for b, e in groups[1]) for _, when in groups[1]]
    check("ten at once", 10, max(at_once))
    print(f"29 planned failovers in 3 groups: {took * 1000:.0f} ms")
    check("a group is one change for the nodes", 10, db.sql(
        "SELECT count(*) FROM operation_step WHERE name = 'active' AND written BETWEEN ? AND ?",
        min(b for b, _ in groups[1]), max(e for _, e in groups[1]))[0][0])
    check("in the history", True, "a step of 10 operations on sites" in
          [one["what"] for one in db.json("change history 10")])
    db.done("operation undo 1")
    check("one of them undone", [("dc1", "active"), ("dc2", "active")], [db.switches(name)["web"] for name in ("t00", "t03")])
    db.refused("1 check is not as needed; nothing was changed", "failover --all --to dc2 --planned --check")
    db.sql("UPDATE tenant_status SET health = 'ok' WHERE tenant = 't07'")
    db.sql("INSERT INTO subnet (switch_id, prefix, gateway) SELECT id, '10.20.9.0/24', '10.1.1.1' FROM logical_switch"
           " WHERE tenant_id = (SELECT id FROM tenant WHERE name = 't00')")
    told = db.json("failover --all --to dc2 --disaster")
    check("what was broken before goes with the others", [("t00", "done"), ("t07", "done")],
          sorted((one["tenant"], one["state"]) for one in told))
    check("nobody is left", "tenantctl: no tenant has anything elsewhere that is recovered at dc2\n",
          db.run("failover --all --to dc2 --disaster").stderr)


def one_that_is_refused_stops_no_other(db):
    for number in (1, 2, 3):
        db.done(f"add tenant t{number} --sites dc1,dc2 --recovery-site dc2 --aggregates 10.{number + 20}.0.0/16")
        db.done(f"add switch t{number} web 10.{number + 20}.1.0/24 --site dc1")
    db.done("set tenant acme --recovery-site auto")
    until(lambda: db.sql("SELECT count(*) FROM tenant_status WHERE node = 'pe2'")[0][0] == 4, "all tenants on all nodes")
    before = db.network()
    spoil = "CREATE TRIGGER spoil BEFORE UPDATE ON logical_switch WHEN NEW.tenant_id = 3 AND {} BEGIN SELECT RAISE (ABORT, 'not this one'); END"
    for when, told, state in (("1", "t2: not begun: not this one", "not begun"),
                              ("EXISTS (SELECT 1 FROM operation WHERE tenant_id = 3 AND state = 'running')",
                               "operation 4, failover of t2 from dc1 to dc2, planned: failed: not this one", "failed")):
        db.sql(spoil.format(when))
        done = db.run("failover --all --to dc2 --planned")
        db.sql("DROP TRIGGER spoil")
        check(f"{state}: the sentence", (1, "tenantctl: 1 of 3 tenants have not failed over to dc2; the first: not this one\n", True),
              (done.returncode, done.stderr, told in done.stdout.splitlines()))
        check(f"{state}: the others", ["dc2", "dc1", "dc2"], [db.switches(f"t{number}")["web"][0] for number in (1, 2, 3)])
        for one in db.json("operation show"):
            if one["state"] in ("done", "failed"):
                db.done(f"operation undo {one['operation']}")
        check(f"{state}: undone", before, db.network())


def a_bubble_has_no_way_out(db):
    before = db.network()
    db.refused("site dc9 does not exist; \"tenantctl show site\" lists them", "bubble start acme --at dc9")
    db.refused("no DLR of dc3 serves tenant acme; attach one with \"tenantctl set tenant acme --nodes +NODE\"",
               "bubble start acme --at dc3")
    db.done("add tenant acme.test --nodes dlr1")
    db.refused("tenant acme.test exists already; change it with \"tenantctl set tenant acme.test\"", "bubble start acme --at dc2")
    db.done("del tenant acme.test")
    plans = {node: db.done(f"plan --node {node}") for node in NODES}
    told = db.done("bubble start acme --at dc2")
    check("what it says", True, told.startswith("operation 1, bubble of acme at dc2: done in "))
    row = db.json("show tenant acme.test")
    check("it", ("acme", ["dlr2:dlr"], "ok", []), (row["bubble-of"], row["nodes"], row["state"], row["findings"]))
    check("its networks", {("web", "10.1.1.0/24", False), ("db", "10.1.2.0/24", False), ("all", "10.1.3.0/24", False)},
          {(one["switch"], one["prefix"], one["announced"]) for one in row["subnets"]})
    check("where they are", {("dc2", "active", "test")},
          {(one["site"], one["state"], one["purpose"]) for one in row["switches"]})
    check("nothing is found", "", db.run("check").stderr)
    plan = db.done("plan --node dlr2 --tenant acme.test")
    parts = dict(part.split("\n", 1) if "\n" in part else (part, "") for part in plan.split("# ")[1:])
    check("its VRF and three gateways", (True, 3), ("ip link add acme.test type vrf" in parts["kernel"],
                                                     parts["kernel"].count("ip addr add 10.1.")))
    check("no router speaks for it", ["kernel"], [name for name, lines in parts.items() if lines.strip()])
    for node in NODES:
        now = db.done(f"plan --node {node}")
        gone = set(plans[node].splitlines()) - set(now.splitlines())
        check(f"{node}: production", (set(), node == "dlr2"), (gone, now != plans[node]))
    db.refused("tenant acme has a test bubble already; \"tenantctl bubble stop acme\" first", "bubble start acme --at dc1")
    way = "nothing may lead out of a test bubble; "
    db.refused(f"{way}only DLRs serve it", "set tenant acme.test --nodes +esg2")
    db.refused(f"{way}it has no links", "add link acme.test x --node pe2 --interface x9 --address 192.168.9.1/30 --protocol ospf")
    db.refused(f"{way}it has no leaks", "add leak acme.test acme 10.1.1.0/24")
    db.refused("tenant acme.test is a test bubble, which goes nowhere; stop it instead", "failover acme.test --to dc1 --disaster")
    db.done("failover acme --to dc2 --planned")
    check("production goes over beside it", AT_DC2, db.switches())
    db.done("operation undo 2")
    db.done("bubble stop acme")
    check("as it was", before, db.network())
    db.refused("tenant acme has no test bubble; \"tenantctl bubble start acme\" makes one", "bubble stop acme")
    until(lambda: len(db.seen) >= len(NODES), "nodes")
    db.alive.remove("dlr2")
    check("one that nobody makes", 1, db.run("bubble start acme --at dc2 --wait 1").returncode)
    db.done("operation undo 3")
    check("undone", before, db.network())


def site_state(db, site="dc1"):
    return db.sql("SELECT state FROM site WHERE name = ?", site)[0][0]


def an_evacuation_that_cannot_be_is_refused(db):
    alone = "switch {0} of tenant {1} is at dc1 and is recovered nowhere; map it with \"tenantctl add map {1} {0} SITE\"," \
            " or let it go on by the edges that are left with --stay"
    nobody = "no other site serves tenant {0}; attach the DLRs and edges of one with \"tenantctl set tenant {0} --nodes +NODE\"," \
             " or let it go on by the edges that are left with --stay"
    db.refused("site dc9 does not exist; \"tenantctl show site\" lists them", "edge evacuate dc9")
    db.refused("site dc9 does not exist; \"tenantctl show site\" lists them", "edge restore dc9")
    db.refused("site dc1 is not evacuated; its edges are in use", "edge restore dc1")
    db.done("set tenant acme --recovery-site auto")
    db.refused(alone.format("web", "acme"), "edge evacuate dc1")
    db.refused(alone.format("web", "acme"), "edge evacuate dc1 --disaster")
    db.refused("2 checks are not as needed; nothing was changed", "edge evacuate dc1 --check")
    db.done("set tenant acme --recovery-site dc2 --nodes -esg2")
    db.refused(nobody.format("acme"), "edge evacuate dc1")
    db.done("set tenant acme --nodes +esg2")
    db.done("add tenant beta --sites dc1 --aggregates 10.1.0.0/16")
    db.done("add switch beta all 10.1.3.0/24 --scope universal")
    db.refused(nobody.format("beta"), "edge evacuate dc1 --disaster")
    db.sql("DELETE FROM tenant WHERE name = 'beta'")
    newest = lambda: db.sql("SELECT max(seq) FROM change_log")[0][0]
    until(lambda: db.sql("SELECT min(revision) FROM node_status")[0][0] == newest(), "all in step")
    db.alive.clear()
    db.sql("UPDATE tenant_status SET health = 'failed', reason = 'no room' WHERE node = 'esg2'")
    db.refused("tenant acme is failed on node esg2: no room", "edge evacuate dc1 --disaster")
    db.sql("UPDATE tenant_status SET health = 'ok'")
    db.sql("UPDATE node_status SET updated = datetime('now', '-95.5 seconds') WHERE node = 'esg1'")
    db.refused("node esg1 has said nothing for N s; is tenantd running there?", "edge evacuate dc1")
    db.sql("UPDATE node_status SET updated = datetime('now')")
    db.alive.update(set(NODES) - {"pe1"})
    check("a failover that fails", 1, db.run("failover acme --to dc2 --planned --wait 1").returncode)
    db.refused("operation 1 of tenant acme has failed; \"tenantctl operation resume 1\" or \"tenantctl operation undo 1\" first",
               "edge evacuate dc1 --disaster")


def edges_are_evacuated_and_used_again(db):
    before = db.network()
    db.done("add tenant late --sites dc1,dc2 --recovery-site dc2 --recovery-priority 4 --aggregates 10.1.0.0/16")
    db.done("add switch late web 10.1.1.0/24 --site dc1")
    db.done("add tenant out --sites dc1,dc2 --egress active --active-site dc1 --aggregates 10.1.0.0/16")
    db.done("add switch out all 10.1.3.0/24 --scope universal")
    until(lambda: db.sql("SELECT count(*) FROM tenant_status WHERE node = 'pe2'")[0][0] == 3, "all tenants on all nodes")
    with_all = db.network()
    text = db.done("edge evacuate dc1 --check")
    check("ready", (True, False), ("another site for out" in text, "not ready" in text))
    text = db.done("edge evacuate dc1 --dry-run")
    for line in ("## phase leaving", "## phase evacuated", 'update site 1: state "active" -> "leaving"', "prefixes withdrawn: 1",
                 'update tenant 3: active_site_id 1 -> 2', 'update site 1: state "leaving" -> "evacuated"'):
        check(f"dry run: {line}", True, any(one.split() == line.split() for one in text.splitlines()))
    check("looking changes nothing", with_all, db.network())
    db.seen.clear()
    told = db.done("edge evacuate dc1")
    print(told)
    lines = told.splitlines()
    check("what it says", (4, True), (len(lines), lines[3].startswith("operation 4, evacuation of dc1, planned: done in ") and
                                      "(leaving " in lines[3] and ", evacuated " in lines[3]))
    check("by priority", ["late"], [name for name in ("acme", "late", "out") if f"failover of {name} " in lines[2]])
    check("switches", (AT_DC2, ("dc2", "active")), (db.switches(), db.switches("late")["web"]))
    check("active site", "dc2", db.json("show tenant out")["active-site"])
    check("the site", "evacuated", db.json("show site dc1")[0]["state"])
    row = db.operation()
    check("its row", (None, "evacuate", "planned", "dc1", None, "done", "evacuated"),
          tuple(row[key] for key in ("tenant", "kind", "mode", "from", "to", "state", "step")))
    check("all that is withdrawn is meant", True, db.sql("SELECT seq = (SELECT max(seq) FROM change_log) FROM meant")[0][0])
    plan = db.done("plan --node dlr1 --tenant out")
    check("no gateway is left", ([], True), (re.findall("ip addr add 10.1.*", plan), "02:47:00:00:00:01" in plan))
    db.refused("site dc1 is evacuated already; \"tenantctl edge restore dc1\" has its edges used again", "edge evacuate dc1")
    told = db.run("edge evacuate dc2")
    check("nor can the other one be", (1, True), (told.returncode, "no other site serves tenant" in told.stderr))
    db.done("reprotect late")
    db.refused("site dc1 is evacuated; \"tenantctl edge restore dc1\" first", "failback late --planned")
    db.refused("the active site of tenant out is dc1, which is evacuated; make another one active with \"tenantctl failover out"
               " --disaster --to SITE\"", "set tenant out --active-site dc1")
    told = db.done("edge restore dc1").splitlines()
    check("what restore says", True, told[0].startswith("operation 6, restore of dc1: done in ") and "(active " in told[0])
    check("who stays", [f"tenant {name} stays where it has gone; \"tenantctl reprotect {name}\" and \"tenantctl failback {name}"
                        " --planned\" bring it back to dc1" for name in ("acme", "late", "out")], told[1:])
    check("the site", "active", site_state(db))
    check("switches stay", (AT_DC2, ("dc2", "active")), (db.switches(), db.switches("late")["web"]))
    for number in (6, 5, 4, 3, 2, 1):
        db.done(f"operation undo {number}")
    check("all undone", with_all, db.network())
    for name in ("late", "out"):
        db.sql("DELETE FROM tenant WHERE name = ?", name)
    check("as it was", before, db.network())


def what_stays_goes_on(db):
    for line in ("set tenant acme --recovery-site auto", "add map acme db dc2"):
        db.done(line)
    db.done("edge evacuate dc1 --stay")
    check("switches", {**AT_DC1, "db": ("dc2", "active")}, db.switches())
    plan = db.done("plan --node dlr1")
    check("gateways at dc1", {"10.1.1.1/24", "10.1.9.1/24"}, set(re.findall(r"ip addr add (10\.1\.\S+)", plan)))
    check("the site", "evacuated", site_state(db))


def an_evacuation_asks_nobody_who_is_lost(db):
    until(lambda: len(db.seen) >= len(NODES), "nodes")
    db.alive -= {"dlr1", "esg1", "pe1"}
    db.sql("UPDATE node_status SET updated = datetime('now', '-1 hour') WHERE node LIKE '%1'")
    db.done("edge evacuate dc1 --disaster")
    check("switches", AT_DC2, db.switches())
    check("steps", ["evacuated"], [step["step"] for step in db.operation()["steps"]])
    db.refused("node dlr1 has said nothing for N s; is tenantd running there?", "edge restore dc1")


def an_evacuation_that_breaks_off(db):
    db.sql("DELETE FROM logical_switch WHERE name <> 'all'")
    before = db.network()
    newest = lambda: db.sql("SELECT max(seq) FROM change_log")[0][0]
    in_step = lambda: db.sql("SELECT min(revision) FROM node_status")[0][0] == newest()
    until(in_step, "all in step")
    db.alive.remove("esg1")
    revision = newest()
    told = db.run("edge evacuate dc1 --wait 1")
    sentence = f"node esg1 of dc1 was not in step with revision {revision + 2} in 1 s; of dc1: dc1 gives up what" \
               " is at several sites, and is not evacuated yet"
    check("it fails and says where it stands", (1, f"tenantctl: {sentence}\n"), (told.returncode, told.stderr))
    check("its row", ("failed", "leaving", sentence), tuple(db.operation()[key] for key in ("state", "step", "reason")))
    stands = "operation 1 of site dc1 has failed; \"tenantctl operation resume 1\" or \"tenantctl operation undo 1\" first"
    db.refused(stands, "failover acme --to dc2 --partial 10.1.3.5")
    db.refused(stands, "edge evacuate dc2 --disaster")
    db.done("operation undo 1")
    check("undone", before, db.network())
    db.alive.add("esg1")
    until(in_step, "all in step")
    db.alive.remove("esg1")
    check("again", 1, db.run("edge evacuate dc1 --wait 1").returncode)
    db.done("operation resume 2 --disaster")
    check("went on without the old site", ("evacuated", "done"), (site_state(db), db.operation()["state"]))
    db.alive.add("esg1")
    until(in_step, "all in step")
    db.alive.remove("pe1")
    runner = db.start("edge restore dc1 --wait 60")
    until(lambda: site_state(db) == "active", "the row")
    db.refused("operation-in-progress: operation 3 of site dc1 runs; see \"tenantctl operation show\", and resume or undo it if who ran"
               " it has died", "edge evacuate dc1")
    runner.kill()
    runner.communicate()
    db.alive.add("pe1")
    db.done("operation resume 3")
    check("resumed", ("active", "done"), (site_state(db), db.operation()["state"]))
    check("as it was", before, db.network())


def a_tenant_that_cannot_go_stops_a_planned_evacuation(db):
    db.done("add tenant t1 --sites dc1,dc2 --recovery-site dc2 --aggregates 10.21.0.0/16")
    db.done("add switch t1 web 10.21.1.0/24 --site dc1")
    until(lambda: db.sql("SELECT count(*) FROM tenant_status WHERE node = 'pe2'")[0][0] == 2, "all tenants on all nodes")
    spoil = "CREATE TRIGGER spoil BEFORE UPDATE ON logical_switch WHEN NEW.tenant_id = 2 AND EXISTS (SELECT 1 FROM operation" \
            " WHERE tenant_id = 2 AND state = 'running') BEGIN SELECT RAISE (ABORT, 'not this one'); END"
    db.sql(spoil)
    told = db.run("edge evacuate dc1")
    check("it stops", (1, "tenantctl: 1 of 2 tenants have not left dc1, whose edges are in use as before; the first: not this one\n",
                       "active"), (told.returncode, told.stderr, site_state(db)))
    db.done("operation undo 2")
    told = db.run("edge evacuate dc1 --disaster")
    check("a disaster goes on, as far as it goes", (1, "active"), (told.returncode, site_state(db)))
    db.sql("DROP TRIGGER spoil")
    for one in db.json("operation show"):
        if one["state"] == "failed":
            db.done(f"operation resume {one['operation']}")
    db.done("edge evacuate dc1 --disaster")
    check("taken up by the same words", ("evacuated", ("dc2", "active")), (site_state(db), db.switches("t1")["web"]))


# ---- tenantd itself ----

class Box:
    """A node with all roles: a tenantd alone in a network, and FRR's daemons, for which every command succeeds."""

    def __init__(self, name, database):
        self.room = Path("/run/frr", name)
        self.room.mkdir()
        for daemon in ("ospfd", "bgpd", "mgmtd"):
            listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listening.bind(str(self.room / f"{daemon}.vty"))
            os.chmod(self.room / f"{daemon}.vty", 0o777)
            listening.listen()
            threading.Thread(target=self.accept, args=(listening,), daemon=True).start()
        config = self.room / "tenantd.conf"
        config.write_text(f"tenant node {name}\ntenant database sqlite {database}\n")
        for path in (self.room, config):
            shutil.chown(path, "frr", "frr")
        self.process = subprocess.Popen(["unshare", "--net", MEMORY_ALONE, "-N", name, "-f", config, "--log",
                                         f"file:{self.room}/log"], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    def accept(self, listening):
        while True:
            threading.Thread(target=self.serve, args=listening.accept()[:1], daemon=True).start()

    def serve(self, connection):
        try:
            while asked := connection.recv(1 << 16):
                connection.sendall(b"\0\0\0\0" * asked.count(b"\0"))
        except OSError:
            pass    # tenantd has ended

    def end(self):
        self.process.kill()
        self.process.wait()


MEMORY_ALONE = str(Path(os.environ.get("FRR_TENANT_PROGRAMS", "."), "lab/bench.d/memory_alone").resolve())
MANY = 100


def tenantd_does_its_part(db):
    """The same with two of them, and a hundred tenants."""
    if os.geteuid() or not os.path.exists(MEMORY_ALONE) or "--inside" not in sys.argv:
        print("skipped: the story of tenantd itself takes root, namespaces, and lab/bench.d/memory_alone")
        return
    folder = Path("/run/frr/database")
    folder.mkdir()
    db.path = str(folder / "tenants.db")
    db.done("init")
    for n in (1, 2):
        db.done(f"add site dc{n}")
        db.done(f"add node box{n} --site dc{n} --router-id 10.255.0.{n} --roles dlr,edge,pe --vtep 10.255.0.{n}")
    db.sql("WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
           " INSERT INTO tenant (name, recovery_site_id) SELECT 't' || i, 2 FROM n", MANY)
    db.sql("INSERT INTO attachment (tenant_id, node_id, role) SELECT t.id, r.node_id, r.role FROM tenant t, node_role r")
    db.sql("INSERT INTO logical_switch (tenant_id, name, site_id) SELECT id, 'web', 1 FROM tenant")
    db.sql("INSERT INTO subnet (switch_id, prefix, gateway) SELECT id, '10.1.1.0/24', '10.1.1.1' FROM logical_switch")
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, "frr", "frr")
    boxes = [Box(name, db.path) for name in ("box1", "box2")]
    try:
        ok = lambda: db.sql("SELECT count(*) FROM tenant_status WHERE health = 'ok'")[0][0] == 2 * MANY
        until(ok, "all tenants on both", 60)
        for line in ("failover t1 --to dc2 --planned", "reprotect t1", "failback t1 --planned", "reprotect t1"):
            print(db.done(line))
            check(f"{line}: both nodes are well", 2 * MANY,
                  db.sql("SELECT count(*) FROM tenant_status WHERE health = 'ok'")[0][0])
        boxes[0].end()
        began = time.monotonic()
        told = db.done("failover --all --to dc2 --disaster")
        print(f"{MANY} disasters at once: {(time.monotonic() - began) * 1000:.0f} ms")
        check("all of them", MANY, told.count("done in"))
        check("where they are", MANY, db.sql("SELECT count(*) FROM logical_switch WHERE site_id = 2 AND state = 'active'")[0][0])
        boxes[0].process = subprocess.Popen(boxes[0].process.args, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        in_step = lambda: db.sql("SELECT count(DISTINCT revision) FROM node_status")[0][0] == 1
        until(in_step, "the old site, which does its part when it comes back", 60)
        db.done("reprotect t2")
    finally:
        for box in boxes:
            box.end()


STORIES = (what_is_not_ready_is_refused, what_rows_lack_is_refused, what_nodes_say_is_judged, planned_gives_up_first,
           a_disaster_asks_the_surviving_site_alone, other_switches_take_over, all_traffic_leaves_by_another_site, hosts_alone,
           nodes_that_do_not_answer, a_runner_that_is_killed, one_that_is_taken_over_stops, hooks_run_around_each_step,
           many_at_once_by_priority, one_that_is_refused_stops_no_other, a_bubble_has_no_way_out,
           an_evacuation_that_cannot_be_is_refused, edges_are_evacuated_and_used_again, what_stays_goes_on,
           an_evacuation_asks_nobody_who_is_lost, an_evacuation_that_breaks_off,
           a_tenant_that_cannot_go_stops_a_planned_evacuation, tenantd_does_its_part)


def enter_namespaces():
    """Where that is possible: what tenantd and FRR would make is made there alone."""
    if "--inside" in sys.argv:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        Path("/run/frr").mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", "/run/frr"], check=True)
        os.chmod("/run/frr", 0o755)
    elif not os.geteuid() and not subprocess.run(["unshare", "-mn", "true"], stderr=subprocess.DEVNULL).returncode:
        os.execvp("unshare", ["unshare", "-mn", sys.executable, __file__, "--inside", *sys.argv[1:]])


def main():
    enter_namespaces()
    wanted = [word for word in sys.argv[1:] if word != "--inside"]
    for story in STORIES:
        if wanted and story.__name__ not in wanted:
            continue
        db = Database()
        try:
            story(db)
        except (TimeoutError, KeyError, IndexError, ValueError, sqlite3.Error) as error:
            check(story.__name__, None, repr(error))
        finally:
            db.close()
    print(f"{checks} checks, {len(failures)} failures")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
