#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""OVN's database followed by the source that tenantd has (tests/ovn_follow): first a server that does wrong in every
way we know, then ovsdb-server itself, alone, with TLS, and as a cluster whose leader is killed again and again."""

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

HERE = Path(os.environ.get("srcdir", Path(__file__).resolve().parent.parent)).resolve()
sys.path[:0] = [str(HERE / "tests")]
import ovn_servers                       # noqa: E402
from ovn_servers import Cluster, until   # noqa: E402
from ovsdb_fake import NOTHING, Database, Fake    # noqa: E402

FOLLOW = Path.cwd() / "tests/ovn_follow"
PATIENCE = 20
SANITIZED = "asan" in Path.cwd().parts    # frees nothing at once
ROOM = Path(tempfile.mkdtemp(prefix="ovsdb-"))

class Follower:
    """ovn_follow, and what it said: the tenants that it has now, by name, with what belongs to each."""

    def __init__(self, remotes):
        self.process = subprocess.Popen([FOLLOW, remotes], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines, self.tenants, self.ids, self.loads, self.problems, self.fines = queue.Queue(), {}, {}, [], [], 0
        threading.Thread(target=self.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.stdin.close()
        status = self.process.wait(10)
        assert kind or status == 0, f"ovn_follow ended with status {status}"

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def take(self, line):
        assert line is not None, f"ovn_follow ended with status {self.process.wait()}"
        word, _, rest = line.partition(" ")
        if word == "load":
            self.loads.append(rest.split()[0])
            if rest.startswith("full"):
                self.tenants, self.ids = {}, {}
        elif word == "tenant":
            number, name = rest.split()[:2]
            self.tenants.pop(self.ids.get(number), None)
            self.ids[number] = name
            self.tenants[name] = [line]
        elif word in ("switch", "bad"):
            self.tenants[rest.split()[0]].append(line)
        elif word == "gone":
            self.tenants.pop(self.ids.pop(rest, None), None)
        elif word == "problem":
            self.problems.append(rest)
        elif word == "fine":
            self.fines += 1

    def until(self, look, what, patience=PATIENCE):
        end = time.monotonic() + patience
        while not look():
            try:
                self.take(self.lines.get(timeout=max(0.01, end - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"{what}: not within {patience} s; it has {self.tenants}, said {self.problems[-2:]}") from None

    def turn(self, seconds):
        """What comes in that time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self.take(self.lines.get(timeout=left))
            except queue.Empty:
                return

    def subnets(self):
        return sorted(line.split()[i + 1] for lines in self.tenants.values() for line in lines if line.startswith("switch")
                      for i, word in enumerate(line.split()) if word == "subnet")

    def until_subnets(self, *wanted, patience=PATIENCE):
        self.until(lambda: self.subnets() == sorted(wanted), f"subnets {wanted}", patience)

# ---- a network in the fake database ----

def uuid(table, number):
    return f"{table}0000000-0000-4000-8000-{number:012x}"

def network(database, text=None):
    """A router acme with a port in switch web, as rows."""
    database.rows.clear()
    database.rows.update({
        "NB_Global": {uuid(5, 1): {"external_ids": ["map", [["tn-provider", text or ovn_servers.provider()]]]}},
        "Logical_Router": {uuid(1, 1): {"name": "acme", "ports": ["uuid", uuid(2, 1)],
                                        "external_ids": ["map", [["tn-id", "1"], ["tn-nodes", "dlr1:dlr"]]]}},
        "Logical_Router_Port": {uuid(2, 1): {"name": "acme-web", "networks": "10.1.1.1/24"}},
        "Logical_Switch": {uuid(3, 1): {"name": "web", "ports": ["uuid", uuid(4, 1)]}},
        "Logical_Switch_Port": {uuid(4, 1): {"name": "web-acme", "type": "router",
                                             "options": ["map", [["router-port", "acme-web"]]]}}})
    return database

def add_subnet(database, number):
    """One more network of the port: the update, and the row as it is then."""
    row = database.rows["Logical_Router_Port"][uuid(2, 1)]
    word = f"10.1.{number}.1/24"
    have = row["networks"][1] if isinstance(row["networks"], list) else [row["networks"]]
    row["networks"] = ["set", sorted([*have, word])]
    updates = {"Logical_Router_Port": {uuid(2, 1): {"modify": {"networks": word}}}}
    return database.commit(updates), updates

def wanted(*numbers):
    return [f"10.1.{number}.0/24" for number in numbers]

def begin(count=1):
    database = network(Database())
    database.commit({})
    return database, [Fake(ROOM / f"fake{i}.sock", database, leader=i == 0) for i in range(count)]

def remotes(*fakes):
    return ",".join(f"unix:{fake.path}" for fake in fakes)

# ---- what a server may do ----

def a_change_is_handed_over_alone():
    database, (server,) = begin()
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        assert follower.loads == ["full"] and not follower.problems
        server.tell(*add_subnet(database, 2))
        follower.until_subnets(*wanted(1, 2))
        assert follower.loads == ["full", "part"]
        server.tell(database.commit({}), {"Logical_Router": {uuid(1, 1): {"delete": None}}})
        follower.until(lambda: not follower.tenants, "the tenant is gone")
        assert follower.loads == ["full", "part", "part"]
    server.stop()

def what_changed_meanwhile_comes_after_a_break():
    database, (server,) = begin()
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        server.drop()
        add_subnet(database, 2)
        follower.until_subnets(*wanted(1, 2))
        assert follower.loads == ["full", "part"], follower.loads
        assert server.asked_since[0] == NOTHING and server.asked_since[-1] != NOTHING
    server.stop()

def a_server_that_forgot_sends_everything():
    database, (server,) = begin()
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        server.forgets = True
        server.drop()
        add_subnet(database, 2)
        follower.until_subnets(*wanted(1, 2))
        assert follower.loads == ["full", "full"], follower.loads
    server.stop()

def a_change_told_twice_is_one():
    database, (server,) = begin()
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        change = add_subnet(database, 2)
        server.tell(*change)
        server.tell(*change)
        server.tell(*add_subnet(database, 3))
        follower.until_subnets(*wanted(1, 2, 3))
        assert not follower.problems
    server.stop()

def update(updates, transaction="x"):
    return {"id": None, "method": "update3", "params": ["rows", transaction, updates]}

WRONG = (
    (b"{\"id\": \xff}", "not UTF-8"),
    (b"{\"id\": \"\xc3", None),    # half a character, and then nothing
    (b"{\"id\": null, \"method\": \"update3\", \"par", None),
    (b"{\"id\": \0}", "a NUL"),
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", "no JSON object"),
    (b"[]", "no JSON object"),
    (b"[" * 4096, "no JSON object"),
    (b" " * (65 << 20), "a message of more than 64 MB"),
    (b"{\"x\": \"" + b"y" * (65 << 20), "a message of more than 64 MB"),
    (update([]), "none of OVSDB's"),
    (update({"Logical_Router": []}), "an update that is none"),
    (update({"Logical_Router": {uuid(1, 9): {"modify": {"name": "x"}}}}), "it never told of"),
    (update({"Logical_Router": {uuid(1, 9): {"delete": None}}}), "it never told of"),
    (update({"Logical_Router": {uuid(1, 1): {"insert": {"name": "x"}}}}), "was there"),
    (update({"Logical_Router": {uuid(1, 1): {"modify": {"name": 5}}}}), "a name of Logical_Router row"),
    (update({"Logical_Router": {uuid(1, 1): {"modify": {"external_ids": "x"}}}}), "a external_ids of"),
    (update({"Logical_Router_Port": {uuid(2, 1): {"modify": {"networks": ["map", []]}}}}), "a networks of"),
    ({"id": None, "method": "update3", "params": ["rows"]}, "none of OVSDB's"),
    ({"id": 2, "error": None, "result": [False, "x", {"NB_Global": {}}]}, None),
    ({"id": 2, "error": None, "result": [False, "x", {"NB_Global": {uuid(5, 9): {"initial": {}}}}]}, "nobody asked for"),
    ({"id": None, "method": "update2", "params": ["server", {"Database": 5}]}, "none of OVSDB's"),
    ({"id": 2, "error": {"error": "resources exhausted"}, "result": None}, "resources exhausted"),
)

def what_cannot_be_ends_the_connection_and_no_more():
    for number, (wrong, says) in enumerate(WRONG):
        database, (server,) = begin()
        with Follower(remotes(server)) as follower:
            follower.until_subnets(*wanted(1))
            server.say(wrong)
            if not says:
                server.drop()
            add_subnet(database, 2)
            follower.until_subnets(*wanted(1, 2))
            assert bool(follower.problems) == bool(says), f"wrong {number}: {follower.problems}"
            if says:
                follower.until(lambda: follower.fines, "it is fine again")
                assert says in follower.problems[0], f"wrong {number}: {follower.problems[0]}"
            assert wanted(1)[0] in follower.subnets()
            server.tell(*add_subnet(database, 3))
            follower.until_subnets(*wanted(1, 2, 3))
        server.stop()

def an_answer_that_breaks_off_is_nothing():
    database, (server,) = begin()
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        server.forgets, server.breaks = True, 2
        server.drop()
        add_subnet(database, 2)
        follower.until_subnets(*wanted(1, 2))
        assert follower.loads == ["full", "full"] and not server.breaks, follower.loads
    server.stop()

def rows_that_cannot_be_are_nothing():
    database, (server,) = begin()
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        add_subnet(database, 2)
        database.rows["Logical_Switch_Port"][uuid(4, 1)]["type"] = 5
        server.forgets = True
        server.drop()
        follower.until(lambda: follower.problems, "a problem")
        assert "a type of Logical_Switch_Port row" in follower.problems[0], follower.problems
        assert follower.subnets() == wanted(1)
        database.rows["Logical_Switch_Port"][uuid(4, 1)]["type"] = "router"
        follower.until_subnets(*wanted(1, 2))
        assert follower.loads == ["full", "full"] and follower.fines == 1
    server.stop()

def an_answer_of_100_mb_is_read_row_by_row():
    database, (server,) = begin()
    filling = {uuid(6, number): {"name": "other", "copp": "x" * 1000} for number in range(100000)}
    database.rows["Logical_Switch"].update(filling)
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1), patience=120)
        most = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{follower.process.pid}/status").read_text())[1]) // 1024
        print(f"an answer of 100 MB was read in {most} MB of memory", flush=True)
        assert SANITIZED or most < 80, f"it took {most} MB"
    server.stop()

def who_reads_a_long_answer_says_a_word():
    database, (server,) = begin()
    server.slow = 6
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        until(lambda: len([said for said in server.heard if said["method"] == "echo"]) >= 2, "echo requests", patience=2)
    server.stop()

def one_of_several_that_does_not_answer_is_waited_for_longer_each_time():
    _, (server, other) = begin(2)
    server.silent, other.leader = True, False
    with Follower(remotes(server, other)):
        began = []
        for count in 1, 2, 3:
            until(lambda: sum(said["method"] == "monitor_cond" for said in server.heard) == count, "it is asked", patience=30)
            began.append(time.monotonic())
    assert 9 < began[1] - began[0] < 14 and 19 < began[2] - began[1] < 24, began
    server.stop()
    other.stop()

def the_only_server_is_waited_for():
    database, (server,) = begin()
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        server.silent = True
        follower.until(lambda: follower.problems, "a problem", patience=12)
        assert "it does not answer, and is waited for" in follower.problems[0]
        follower.turn(12)
        server.silent = False
        server.tell(*add_subnet(database, 2))
        follower.until_subnets(*wanted(1, 2))
        assert len(server.asked_since) == 1 and follower.loads == ["full", "part"]
        assert len(follower.problems) == follower.fines == 1
    server.stop()

def a_server_that_says_nothing_is_left():
    database, servers = begin(2)
    with Follower(remotes(*servers)) as follower:
        follower.until_subnets(*wanted(1))
        servers[0].silent = True
        servers[1].leader = True
        add_subnet(database, 2)
        follower.until_subnets(*wanted(1, 2), patience=30)
        assert servers[1].asked_since and not follower.problems
    for server in servers:
        server.stop()

def we_answer_when_asked_whether_we_are_there():
    _, (server,) = begin()
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        server.say({"id": "there?", "method": "echo", "params": [1]})
        until(lambda: {"id": "there?", "result": [1], "error": None} in server.heard, "an answer")
    server.stop()

def only_the_leader_is_asked():
    database, servers = begin(3)
    with Follower(remotes(*reversed(servers))) as follower:
        follower.until_subnets(*wanted(1))
        assert [len(server.asked_since) for server in servers] == [1, 0, 0]
        servers[1].leader = True
        servers[0].tell_about(leader=False)
        add_subnet(database, 2)
        follower.until_subnets(*wanted(1, 2))
        assert [len(server.asked_since) for server in servers] == [1, 1, 0]
        assert follower.loads == ["full", "part"] and not follower.problems, follower.problems
    for server in servers:
        server.stop()

def a_server_that_is_behind_is_not_believed():
    database, servers = begin(2)
    old = network(Database())
    servers[1].database, servers[1].leader = old, True
    for number in (2, 3):
        add_subnet(database, number)
    with Follower(remotes(*servers)) as follower:
        follower.until_subnets(*wanted(1, 2, 3))
        servers[0].stop()
        follower.until(lambda: follower.problems, "nobody can be asked")
        follower.turn(1)
        assert follower.subnets() == wanted(1, 2, 3)
        assert not servers[1].asked_since and "behind" in "".join(follower.problems), follower.problems
        servers[1].database = database
        add_subnet(database, 4)
        follower.until_subnets(*wanted(1, 2, 3, 4))
    servers[1].stop()

def a_server_cut_off_from_its_cluster_is_not_asked():
    _, (server,) = begin()
    server.connected = False
    with Follower(remotes(server)) as follower:
        follower.until(lambda: follower.problems, "a problem")
        assert "cut off from its cluster" in follower.problems[0] and not server.asked_since
        server.connected = True
        follower.until_subnets(*wanted(1))
    server.stop()

def without_a_provider_nothing_is_loaded():
    database, (server,) = begin()
    good = database.rows["NB_Global"][uuid(5, 1)]
    database.rows["NB_Global"][uuid(5, 1)] = {}
    with Follower(remotes(server)) as follower:
        follower.until(lambda: follower.problems, "a problem")
        assert "NB_Global: external_ids:tn-provider" in follower.problems[0] and not follower.loads
        ids = {"external_ids": good["external_ids"]}
        database.rows["NB_Global"][uuid(5, 1)] = good
        server.tell(database.commit({}), {"NB_Global": {uuid(5, 1): {"modify": ids}}})
        follower.until_subnets(*wanted(1))
        assert follower.fines == 1
        # broken later: all stays as it is, and comes when it is mended
        broken = {"external_ids": ["map", [["tn-provider", "{"]]]}
        server.tell(database.commit({}), {"NB_Global": {uuid(5, 1): {"modify": broken}}})
        follower.until(lambda: len(follower.problems) == 2, "another problem")
        assert "it is no JSON" in follower.problems[1]
        server.tell(*add_subnet(database, 2))
        follower.turn(0.3)
        assert follower.subnets() == wanted(1)
        server.tell(database.commit({}), {"NB_Global": {uuid(5, 1): {"modify": ids}}})
        follower.until_subnets(*wanted(1, 2))
    server.stop()

def a_key_of_somebody_else_is_nothing_to_us():
    database, (server,) = begin()
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        server.tell(database.commit({}), {"NB_Global": {uuid(5, 1): {"modify": {"external_ids": ["map", [["other", "x"]]]}}}})
        server.tell(*add_subnet(database, 2))
        follower.until_subnets(*wanted(1, 2))
        assert follower.loads == ["full", "part"], follower.loads
    server.stop()


def everything_is_read_again_when_asked_for():
    _, (server,) = begin()
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        follower.process.stdin.write("\n")
        follower.process.stdin.flush()
        follower.until(lambda: follower.loads == ["full", "full"], "a second load")
        follower.until_subnets(*wanted(1))
    server.stop()

def a_number_that_is_none_does_not_take_the_tenant_away():
    database, (server,) = begin()
    with Follower(remotes(server)) as follower:
        follower.until_subnets(*wanted(1))
        server.tell(database.commit({}), {"Logical_Router": {uuid(1, 1): {"modify": {
            "external_ids": ["map", [["tn-id", "one"]]]}}}})
        follower.until(lambda: any("bad acme" in line for line in follower.tenants.get("acme", [])), "a sentence")
        assert "external_ids:tn-id is one" in follower.tenants["acme"][-1]
        server.tell(database.commit({}), {"Logical_Router": {uuid(1, 1): {"modify": {
            "external_ids": ["map", [["tn-id", "one"]]]}}}})    # the key goes
        follower.until(lambda: not follower.tenants, "it is gone")
    server.stop()

FAKE = (a_change_is_handed_over_alone, what_changed_meanwhile_comes_after_a_break, a_server_that_forgot_sends_everything,
        a_change_told_twice_is_one, what_cannot_be_ends_the_connection_and_no_more, an_answer_that_breaks_off_is_nothing,
        rows_that_cannot_be_are_nothing, an_answer_of_100_mb_is_read_row_by_row, a_server_that_says_nothing_is_left,
        who_reads_a_long_answer_says_a_word, we_answer_when_asked_whether_we_are_there, only_the_leader_is_asked,
        a_server_that_is_behind_is_not_believed, a_server_cut_off_from_its_cluster_is_not_asked,
        without_a_provider_nothing_is_loaded, a_key_of_somebody_else_is_nothing_to_us,
        everything_is_read_again_when_asked_for, a_number_that_is_none_does_not_take_the_tenant_away)
LONG = (one_of_several_that_does_not_answer_is_waited_for_longer_each_time, the_only_server_is_waited_for)

# ---- ovsdb-server itself ----

def one_server_alone():
    cluster = Cluster(ROOM / "alone")
    with Follower(cluster.remotes) as follower:
        follower.until(lambda: follower.problems, "there is no provider yet")
        cluster.set_provider()
        cluster.router("acme", 1, aggregates="10.1.0.0/16", link_pe2="pe2 x0 192.168.201.1/30 ospf")
        cluster.switch("acme", "web", "10.1.1.1/24")
        follower.until_subnets("10.1.1.0/24")
        assert not any(line.startswith("bad") for line in follower.tenants["acme"]), follower.tenants
        assert follower.tenants["acme"][0].endswith("nodes 1:1 2:2 3:4 links pe2"), follower.tenants["acme"][0]
        cluster.switch("acme", "db", "10.1.2.1/24")
        follower.until_subnets("10.1.1.0/24", "10.1.2.0/24")
        loads = len(follower.loads)
        cluster.nbctl("lsp-add", "web", "vm1", "--", "lsp-add", "web", "vm2", "--", "lr-add", "stranger")
        cluster.nbctl("lsp-del", "vm1")
        cluster.no_switch("acme", "web")
        follower.until_subnets("10.1.2.0/24")
        assert len(follower.loads) - loads <= 2, "virtual machines are none of our business"
        # it knows no past: everything comes anew
        cluster.servers[0].kill()
        cluster.servers[0].start()
        cluster.switch("acme", "web", "10.1.3.1/24")
        follower.until_subnets("10.1.2.0/24", "10.1.3.0/24")
        assert follower.loads.count("full") >= 2
        cluster.nbctl("lr-del", "acme")
        follower.until(lambda: not follower.tenants, "the tenant is gone")
    cluster.stop()

def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

def make_certificates(folder, *names):
    """For each a CA of its own, and a certificate of that."""
    folder.mkdir()
    for name in names:
        at = folder / name
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-subj", f"/CN={name}-ca",
                "-keyout", f"{at}-cakey.pem", "-out", f"{at}-ca.pem")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{at}-key.pem", "-out", f"{at}.csr")
        openssl("x509", "-req", "-in", f"{at}.csr", "-CA", f"{at}-ca.pem", "-CAkey", f"{at}-cakey.pem", "-CAcreateserial",
                "-days", 2, "-out", f"{at}-cert.pem")

def tls():
    port, keys = 16641, ROOM / "keys"
    make_certificates(keys, "good", "evil")
    cluster = Cluster(ROOM / "tls", 1, f"--remote=pssl:{port}:127.0.0.1", f"--private-key={keys}/good-key.pem",
                      f"--certificate={keys}/good-cert.pem", f"--ca-cert={keys}/good-ca.pem")
    cluster.set_provider()
    cluster.router("acme", 1)
    cluster.switch("acme", "web", "10.1.1.1/24")

    def place(name, ca):
        return f"ssl:127.0.0.1:{port},key={keys}/{name}-key.pem,certificate={keys}/{name}-cert.pem,ca={keys}/{ca}-ca.pem"

    with Follower(place("good", "good")) as follower:
        follower.until_subnets("10.1.1.0/24")
        cluster.switch("acme", "db", "10.1.2.1/24")
        follower.until_subnets("10.1.1.0/24", "10.1.2.0/24")
    for name, ca, says in (("good", "evil", "certificate"), ("evil", "good", ""), ("none", "good", "its certificate")):
        with Follower(place(name, ca)) as follower:
            follower.until(lambda: follower.problems, "a problem")
            assert says in follower.problems[0], follower.problems[0]
            follower.turn(0.5)
            assert not follower.loads
    cluster.stop()

def no_change_is_lost_when_leaders_are_killed():
    rounds, changes = int(os.environ.get("OVSDB_ROUNDS", 4)), 8
    cluster = Cluster(ROOM / "raft", 3)
    cluster.set_provider()
    cluster.router("acme", 1)
    have, number = set(), 0
    with Follower(cluster.remotes) as follower:
        for _ in range(rounds):
            leader = cluster.leader()
            for change in range(changes):
                if change == changes // 2:
                    leader.kill()
                number += 1
                cluster.switch("acme", f"ls{number}", f"10.1.{number}.1/24")
                have.add(number)
                if number % 3 == 0:
                    gone = min(have)
                    cluster.no_switch("acme", f"ls{gone}")
                    have.remove(gone)
            follower.until_subnets(*wanted(*have), patience=60)
            leader.start()
            until(lambda: cluster.leader() and follower.subnets() == sorted(wanted(*have)), "the cluster is whole")
        kept = follower.loads.count("part")
    cluster.stop()
    print(f"counts: {number} switches made while leaders of OVN's database were killed, {rounds} of these killed")
    print(f"{kept} loads of what changed, {follower.loads.count('full')} of everything")
    assert kept > number // 2

def a_change_costs_what_it_changes():
    tenants = int(os.environ.get("OVSDB_TENANTS", 200))
    cluster = Cluster(ROOM / "big")
    cluster.set_provider()
    for number in range(1, tenants + 1):
        words = ["lr-add", f"t{number}", "--", "set", "Logical_Router", f"t{number}", f"external_ids:tn-id={number}"]
        for switch in range(1, 6):
            name, port = f"t{number}s{switch}", f"t{number}-s{switch}"
            words += ["--", "ls-add", name, "--", "lrp-add", f"t{number}", port, "00:00:00:00:00:01",
                      f"10.{number // 200}.{number % 200}.{switch * 16 + 1}/28", "--", "lsp-add", name, f"{name}-r", "--",
                      "lsp-set-type", f"{name}-r", "router", "--", "lsp-set-options", f"{name}-r", f"router-port={port}"]
        cluster.nbctl(*words)
    began = time.monotonic()
    with Follower(cluster.remotes) as follower:
        follower.until(lambda: len(follower.tenants) == tenants and len(follower.subnets()) == 5 * tenants, "all of it")
        whole, took = time.monotonic() - began, []
        for number in range(1, 31):
            cluster.nbctl("lrp-add", f"t{number}", f"t{number}-x", "00:00:00:00:00:01", f"10.9.{number}.1/24")
            cluster.nbctl("ls-add", f"x{number}")
            before, began = follower.loads.count("part"), time.monotonic()
            cluster.nbctl("lsp-add", f"x{number}", f"x{number}-r", "--", "lsp-set-type", f"x{number}-r", "router", "--",
                          "lsp-set-options", f"x{number}-r", f"router-port=t{number}-x")
            follower.until(lambda: f"10.9.{number}.0/24" in " ".join(follower.tenants[f"t{number}"]), "the subnet")
            took.append(time.monotonic() - began)
            assert follower.loads.count("part") - before <= 2
        assert follower.loads.count("full") == 1
    cluster.stop()
    print(f"{tenants} tenants of 5 switches read in {whole * 1000:.0f} ms; one more subnet, with ovn-nbctl's own time: "
          f"median {sorted(took)[15] * 1000:.0f} ms, most {max(took) * 1000:.0f} ms")


def what_tenantctl_exports_is_a_provider():
    database, tool = ROOM / "tenants.db", Path.cwd() / "tenantctl"
    for words in ("init --asn 65000", "add site dc1", "add node dlr1 --site dc1 --router-id 10.255.0.1 --roles dlr"):
        subprocess.run([tool, "--db", database, *words.split()], check=True, capture_output=True, text=True)
    told = subprocess.run([tool, "--db", database, "export", "--provider"], check=True, capture_output=True, text=True).stdout
    assert told.count("\n") == 1
    cluster = Cluster(ROOM / "exported")
    cluster.set_provider(told.strip())
    cluster.router("acme", 1, nodes="dlr1:dlr")
    cluster.switch("acme", "web", "10.1.1.1/24")
    with Follower(cluster.remotes) as follower:
        follower.until_subnets("10.1.1.0/24")
        assert "nodes 1:1" in follower.tenants["acme"][0] and not follower.problems
    cluster.stop()


def the_guides_own_lines_make_a_tenant():
    text = (HERE / "doc/user/ovn.rst").read_text()
    document = json.loads(re.search(r"schema.sql`::\n\n(    \{.*?\n)\n", text, re.S)[1])
    lines = "".join(re.findall(r"::\n\n((?:    ovn-nbctl (?:lr|ls)-add.*\n(?:    .*\n)*))", text))
    cluster = Cluster(ROOM / "guide")
    cluster.set_provider(json.dumps(document))
    subprocess.run(["bash", "-ec", lines], check=True, capture_output=True, text=True,
                   env={**os.environ, "OVN_NB_DB": cluster.remotes})
    with Follower(cluster.remotes) as follower:
        follower.until_subnets("10.1.1.0/24")
        assert follower.tenants["acme"][0].endswith("nodes 1:1 2:2 3:4 4:4 links paris"), follower.tenants
        assert not any(line.startswith("bad") for line in follower.tenants["acme"]), follower.tenants
    cluster.stop()


REAL = (one_server_alone, the_guides_own_lines_make_a_tenant, what_tenantctl_exports_is_a_provider, a_change_costs_what_it_changes, tls, no_change_is_lost_when_leaders_are_killed)

def main():
    tests = list(FAKE) + (list(REAL) if ovn_servers.are_here() else [])
    if os.environ.get("FRR_TENANT_FULL"):
        tests += LONG
    else:
        print("left out: what takes 30 s of silence, without FRR_TENANT_FULL=1")
    if not ovn_servers.are_here():
        print("without ovsdb-server and ovn-nbctl: the server that does wrong alone")
    tests = [test for test in tests if not sys.argv[1:] or test.__name__ in sys.argv[1:]]
    failures = 0
    for test in tests:
        began = time.monotonic()
        try:
            test()
        except (AssertionError, OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
            failures += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(f"{__file__}:{where.lineno}:F:ovsdb:{test.__name__}:0: {type(error).__name__}: {error} ({where.line})")
            print(getattr(error, "stderr", "") or "")
        print(f"{test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    shutil.rmtree(ROOM, ignore_errors=True)
    passed = len(tests) - failures
    print(f"{100 * passed // len(tests)}%: Checks: {len(tests)}, Failures: {failures}, Errors: 0")
    return failures > 0

if __name__ == "__main__":
    sys.exit(main())
