#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What people and programs see of sites at a node: "show tenant NAME", "show tenant NAME hosts", the state and the
notifications of the YANG module as a NETCONF client has them, and tenants at sites in the configuration.

The node is dlr1 of tests/stories/two-sites and standby-site; tenantd is lab/bench.d/memory_alone, with a kernel that says
yes. Operations are rows written by this test, as tenantctl writes them. Runs in namespaces of its own; needs root and FRR.
"""

import json
import re
import sqlite3
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))
from net.alone import HERE, RUN    # noqa: E402
from net.netconf_box import SUBSCRIBE, check, hears, run_stories    # noqa: E402

DATABASE = RUN / "tenants.db"
SITES = {"dc1": 1, "dc2": 2}
MANY = 100
STATE = '<tenant-network xmlns="urn:frr-tenant:yang:frr-tenant"><state>{}</state></tenant-network>'
db = None


def wait(predicate, what, seconds=20):
    end = time.monotonic() + seconds
    while not (found := predicate()):
        if time.monotonic() > end:
            check(False, f"waited {seconds} s in vain for {what}")
            return None
        time.sleep(0.02)
    return found


def make_database(story):
    """In the place of the one before, if there was one."""
    global db
    fresh = DATABASE.with_suffix(".new")
    made = sqlite3.connect(fresh, isolation_level=None)
    made.executescript((HERE / "vrf-sync/schema.sql").read_text())
    made.executescript((HERE / f"tests/stories/{story}/database.sql").read_text())
    made.execute("PRAGMA journal_mode = DELETE")
    made.close()
    for file in DATABASE.parent.glob("tenants.db*"):
        file.unlink()
    fresh.rename(DATABASE)
    db = sqlite3.connect(DATABASE, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    for file in DATABASE.parent.glob("tenants.db*"):
        file.chmod(0o666)


def shown(box, words="acme"):
    return box.tenantd.ask(f"show tenant {words}")[1]


def shows(box, *wanted, words="acme"):
    """Each is a line, or a part of one, of what is shown; blanks count as one."""
    def lines():
        return " \n".join(" ".join(line.split()) for line in shown(box, words).splitlines())
    missing = wanted
    end = time.monotonic() + 10
    while (missing := [text for text in wanted if not re.search(text, lines(), re.M)]) and time.monotonic() < end:
        time.sleep(0.02)
    check(not missing, f"show tenant {words} lacks {missing}:\n{shown(box, words)}")


def now():
    return int(time.time() * 1000)


def begin(tenant=1, kind="failover", mode="planned", ago=0):
    row = db.execute("INSERT INTO operation (tenant_id, kind, mode, from_site, to_site, began) VALUES (?, ?, ?, 1, 2, ?)",
                     (tenant, kind, mode, now() - ago))
    return row.lastrowid


def phase(operation, name):
    db.execute("INSERT INTO operation_step (operation_id, name, began, written, first_seq, last_seq) VALUES (?, ?, ?, ?, 1, 1)",
               (operation, name, now(), now()))
    db.execute("UPDATE operation SET step = ? WHERE id = ?", (name, operation))


def heard(operation, name):
    db.execute("UPDATE operation_step SET heard = ? WHERE operation_id = ? AND name = ?", (now(), operation, name))


def end_as(operation, state, reason=""):
    db.execute("UPDATE operation SET state = ?, reason = ?, ended = ? WHERE id = ?", (state, reason, now(), operation))


# ---- configured ----

SHARED = ["tenant-network node-name dlr1"] + [
    f"tenant-network {line}" for site, n in SITES.items() for line in (
        f"site {site}", f"node dlr{n} site {site}", f"node dlr{n} router-id 10.255.0.{n}1", f"node dlr{n} vtep 10.254.0.{n}1",
        f"node dlr{n} role dlr")]
BETA = ["tenant beta id 7", "tenant beta attachment dlr1 role dlr", "tenant beta attachment dlr2 role dlr",
        "tenant beta recovery-site dc2", "tenant beta switch web id 5", "tenant beta switch web site dc1",
        "tenant beta switch web subnet 10.7.1.0/24", "tenant beta switch app id 6", "tenant beta switch app site dc1",
        "tenant beta switch app subnet 10.7.2.0/24", "tenant beta switch app recovery dc2 as app-dc2",
        "tenant beta switch app-dc2 id 8", "tenant beta switch app-dc2 site dc2", "tenant beta switch app-dc2 state ready",
        "tenant beta switch app-dc2 subnet 10.7.2.0/24"]


def configured(box):
    """A failover by hand, step by step, as doc/user/sites.rst has it: what another node is told, this one cannot know."""
    check(box.mgmtd.type(*SHARED, *BETA) == {}, "a good line is answered with words")
    wait(lambda: "beta" in box.tenantd.ask("show tenant")[1], "tenantd to hear of beta")
    shows(box, "this node is its dlr at dc1", "^Kept ready at dc2", "^web dc1 active 0", "^app dc1 active 0", "^app-dc2 dc2 none 0",
          words="beta")
    box.mgmtd.type("tenant beta switch web state leaving", "tenant beta switch app state leaving")
    shows(box, "^web dc1 leaving 0", "^app dc1 leaving 0", words="beta")
    box.mgmtd.type_together("tenant beta switch web site dc2", "no tenant beta switch web state",
                            "tenant beta switch app state ready", "no tenant beta switch app-dc2 state",
                            "tenant beta recovery-site dc1")
    shows(box, "^web dc2 ready 0", "^app dc1 ready 0", "^app-dc2 dc2 ready 0", "^Kept ready at dc1", words="beta")
    with box.client() as client:
        client.rpc(SUBSCRIBE.format(""))
        box.mgmtd.type("tenant beta switch web host 10.7.1.50 site dc1")
        hears(client, "host-moved", "<tenant>beta</tenant><address>10.7.1.50</address><from>dc2</from><to>dc1</to><by>written</by>")
    shows(box, "^web dc2 hosts 1", words="beta")
    shows(box, "^10.7.1.50 web dc1 yes written", words="beta hosts")
    # what is wrong together holds the tenant, as it is
    box.mgmtd.type("tenant beta egress active")
    shows(box, "^Tenant beta: failed, tenant beta has no active site", words="beta")
    box.mgmtd.type("tenant beta active-site dc2")
    shows(box, "^All traffic leaves by dc2; this site stands by", words="beta")
    wrong = box.mgmtd.type("tenant beta egress sideways", "tenant beta switch web host 10.7.1.0/24 site dc1")
    check(len(wrong) == 2, f"wrong lines are taken: {wrong}")
    box.mgmtd.type("no tenant beta")
    wait(lambda: "beta" not in box.tenantd.ask("show tenant")[1], "beta to go")
    check(box.mgmtd.type(*(f"no {line}" for line in reversed(SHARED[1:]))) == {}, "what was typed stays")


# ---- shown ----

def where_switches_are(box):
    make_database("two-sites")
    box.mgmtd.type("tenant-network node-name dlr1", "tenant-network source main type sqlite",
                   f"tenant-network source main location {DATABASE}")
    wait(lambda: "acme" in box.tenantd.ask("show tenant")[1], "tenantd to read the database")
    shows(box, "this node is its dlr at dc1", "^Kept ready at dc2", "^web dc1 active 0 ?$", "^db all sites active 0 ?$",
          "^app dc1 leaving 0 ?$", "^app-dc2 dc2 none 0 ?$")
    check("Operation" not in shown(box), f"there is no operation: {shown(box)}")
    db.execute("UPDATE logical_switch SET site_id = 2 WHERE name = 'web'")
    db.execute("UPDATE tenant SET recovery_site_id = 1")
    db.execute("UPDATE host SET site_id = 1 WHERE address = '10.1.2.60'")
    shows(box, "^web dc2 ready 0", "^db all sites active 1", "^Kept ready at dc1")
    told = json.loads(shown(box, "acme json"))
    check([told[key] for key in ("site", "egress", "activeSite", "standsBy", "recoverySite")] == ["dc1", "local", "", False, "dc1"]
          and {"name": "db", "site": "", "state": "active", "here": "active", "hostsHere": 1, "trackHosts": False}
          in told["switches"], f"json: {told}")
    check("switches" not in json.loads(box.tenantd.ask("show tenant json")[1])["tenants"][0], "a list of all has all of it")


def which_hosts(box):
    db.execute("UPDATE host SET site_id = 1, seen_by = 1 WHERE address = '10.1.2.60'")
    shows(box, "^10.1.2.60 db dc1 yes seen by dlr1", "^10.1.1.51 web dc2 no written", "^10.1.2.61 db - no written",
          words="acme hosts")
    told = {one["address"]: one for one in json.loads(shown(box, "acme hosts json"))}
    check(told["10.1.2.60"] == {"address": "10.1.2.60", "switch": "db", "site": "dc1", "ownRoute": True, "seenBy": "dlr1"},
          f"json: {told}")
    # who writes the site and knows nothing of the column has not seen it
    db.execute("UPDATE host SET site_id = 2 WHERE address = '10.1.2.60'")
    shows(box, "^10.1.2.60 db dc2 yes written", words="acme hosts")
    status, text = box.tenantd.ask("show tenant nobody hosts")
    check(status and "No tenant nobody" in text, text)


def which_operation(box):
    operation = begin(ago=5000)
    shows(box, f"^Operation {operation}, failover of acme from dc1 to dc2, planned: begun [56] s ago")
    phase(operation, "leaving")
    shows(box, f"^Operation {operation}, .*: leaving since 0 s, nodes are waited for")
    heard(operation, "leaving")
    shows(box, f"^Operation {operation}, .*: leaving since [01] s, all nodes are in step")
    check("Operations" not in shown(box, "json") and "Operations on sites: 1 running, 0 failed" in
          box.tenantd.ask("show tenant")[1], box.tenantd.ask("show tenant")[1])
    end_as(operation, "failed", "node dlr2 of dc2 was not in step")
    shows(box, f"^Operation {operation}, .*: failed [01] s ago, node dlr2 of dc2 was not in step")
    wait(lambda: "Operations on sites: 0 running, 1 failed" in box.tenantd.ask("show tenant")[1], "the node to count it")
    end_as(operation, "undone")
    shows(box, f"^Operation {operation}, .*: undone [01] s ago")
    told = json.loads(shown(box, "acme json"))["operation"]
    check([told[key] for key in ("id", "kind", "from", "to", "phase", "state")] ==
          [operation, "failover", "dc1", "dc2", "leaving", "undone"] and told["endedMs"] >= told["phaseEndedMs"] > 0, told)
    # one that is begun and over before anybody looks
    db.execute("BEGIN")
    quick = begin()
    phase(quick, "active")
    end_as(quick, "done")
    db.execute("COMMIT")
    shows(box, f"^Operation {quick}, .*: done [01] s ago")


# ---- told ----

def operations_are_told(box):
    with box.client() as client:
        client.rpc(SUBSCRIBE.format(""))
        operation = begin()
        phase(operation, "leaving")
        told = hears(client, "operation-changed", "<node>dlr1</node>", f"<id>{operation}</id><tenant>acme</tenant>",
                     "<kind>failover</kind><mode>planned</mode><from>dc1</from><to>dc2</to>", "<state>running</state>")
        while "<phase>leaving</phase>" not in told:    # it was told of when it had just begun
            told = hears(client, "operation-changed", f"<id>{operation}</id>")
        check("<phase-began>" in told and "<phase-ended>" not in told, told)
        heard(operation, "leaving")
        hears(client, "operation-changed", "<phase>leaving</phase>", "<phase-ended>")
        phase(operation, "active")
        end_as(operation, "failed", "dlr2 is asleep")
        hears(client, "operation-changed", "<phase>active</phase>", "<state>failed</state>", "<reason>dlr2 is asleep</reason>")
        db.execute("DELETE FROM operation WHERE id = ?", (operation,))
        shows(box, "^Tenant acme")
    words = box.tenantd.log.read_text()
    for line in (": leaving, nodes are waited for", ": leaving, all nodes are in step", ": failed, dlr2 is asleep"):
        check(f"operation {operation}, failover of acme from dc1 to dc2, planned{line}" in words, f"the log lacks '{line}'")


def many_operations_are_few_words(box):
    """A failover of 100 tenants: three phases of each, in four notifications at most, and the last says how each stands."""
    db.execute("BEGIN")
    for number in range(10, 10 + MANY):
        db.execute("INSERT INTO tenant (id, name) VALUES (?, ?)", (number, f"t{number}"))
        db.execute("INSERT INTO attachment (tenant_id, node_id, role) VALUES (?, 1, 'dlr')", (number,))
    db.execute("INSERT INTO tenant (id, name) VALUES (9, 'elsewhere')")    # not on this node
    db.execute("COMMIT")
    wait(lambda: f"t{9 + MANY}" in box.tenantd.ask("show tenant")[1], "the tenants")
    time.sleep(1.2)    # nothing has been told for a second
    with box.client() as client:
        client.rpc(SUBSCRIBE.format(""))
        before = len(box.tenantd.log.read_text().splitlines())
        db.execute("BEGIN")
        all_of_them = [begin(number, mode="disaster") for number in range(9, 10 + MANY)]
        db.execute("COMMIT")
        for step in (lambda one: phase(one, "active"), lambda one: heard(one, "active"), lambda one: end_as(one, "done")):
            db.execute("BEGIN")
            for one in all_of_them:
                step(one)
            db.execute("COMMIT")
            time.sleep(0.2)
        told, done = [], set()
        end = time.monotonic() + 10
        while len(done) < MANY and time.monotonic() < end:
            one = client.notification(2)
            if one and one[0] == "operation-changed":
                told.append(one[1])
                done |= {entry for entry in one[1].split("<operation>")[1:] if "<state>done</state>" in entry}
        check(len(done) == MANY and 2 <= len(told) <= 4, f"{len(done)} of {MANY} are told of as done, in {len(told)} notifications")
        check("elsewhere" not in "".join(told), "a tenant that is not served here is told of")
        lines = [line for line in box.tenantd.log.read_text().splitlines()[before:] if "operation" in line]
        check(2 <= len(lines) <= 4 and f"{MANY} operations on sites got on: 0 running, {MANY} done" in lines[-1], f"the log: {lines}")
    db.execute("BEGIN")
    db.execute("PRAGMA foreign_keys = ON")
    for number in range(9, 10 + MANY):
        db.execute("DELETE FROM attachment WHERE tenant_id = ?", (number,))
        db.execute("DELETE FROM operation WHERE tenant_id = ?", (number,))
        db.execute("DELETE FROM tenant WHERE id = ?", (number,))
    db.execute("INSERT INTO meant SELECT 1, seq + 1 FROM sqlite_sequence WHERE name = 'change_log'")
    db.execute("COMMIT")
    wait(lambda: "t10 " not in box.tenantd.ask("show tenant")[1], "the tenants to go")


def moves_are_told(box):
    with box.client() as client:
        client.rpc(SUBSCRIBE.format(""))
        db.execute("UPDATE host SET site_id = 1, seen_by = 1 WHERE address = '10.1.2.60'")
        hears(client, "host-moved", "<node>dlr1</node>", "<tenant>acme</tenant><address>10.1.2.60</address>",
              "<from>dc2</from><to>dc1</to><by>seen</by><seen-by>dlr1</seen-by>")
        # a new row, where its switch is not
        db.execute("INSERT INTO host (subnet_id, address, site_id, advertise) VALUES (1, '10.1.1.77', 1, 1)")
        hears(client, "host-moved", "<address>10.1.1.77</address><from>dc2</from><to>dc1</to><by>written</by>")
        db.execute("DELETE FROM host WHERE address = '10.1.1.77'")
        hears(client, "host-moved", "<address>10.1.1.77</address><from>dc1</from><to>dc2</to><by>written</by>")
        # to a site that is new with it
        db.execute("BEGIN")
        db.execute("INSERT INTO site (id, name) VALUES (3, 'dc3')")
        db.execute("INSERT INTO node (id, name, site_id, router_id, vtep) VALUES (7, 'dlr3', 3, '10.255.0.31', '10.254.0.31')")
        db.execute("INSERT INTO node_role VALUES (7, 'dlr')")
        db.execute("INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 7, 'dlr')")
        db.execute("UPDATE host SET site_id = 3, seen_by = 7 WHERE address = '10.1.2.60'")
        db.execute("COMMIT")
        hears(client, "host-moved", "<address>10.1.2.60</address><from>dc1</from><to>dc3</to><by>seen</by><seen-by>dlr3</seen-by>")
        db.execute("UPDATE host SET site_id = 1, seen_by = 1 WHERE address = '10.1.2.60'")
        hears(client, "host-moved", "<from>dc3</from><to>dc1</to>")
        # to and fro before it is told, not where they are but whether they have a route, and a switch that goes elsewhere with all its hosts: no move
        for site in SITES.values():
            db.execute("UPDATE host SET site_id = ? WHERE address = '10.1.2.60'", (3 - site,))
        db.execute("UPDATE host SET advertise = 0 WHERE address = '10.1.1.51'")
        db.execute("INSERT INTO host (subnet_id, address, advertise) VALUES (2, '10.1.2.99', 1)")
        db.execute("DELETE FROM host WHERE address = '10.1.1.51'")
        db.execute("UPDATE logical_switch SET site_id = 1 WHERE name = 'web'")
        told = client.notification(2)
        check(told is None or told[0] != "host-moved", f"what is no move is told: {told}")
        # many at once
        db.execute("BEGIN")
        for number in range(100, 150):
            db.execute("INSERT INTO host (subnet_id, address, site_id, advertise) VALUES (2, ?, 1, 1)", (f"10.1.2.{number}",))
        db.execute("COMMIT")
        shows(box, "^10.1.2.149 db dc1", words="acme hosts")
        db.execute("UPDATE host SET site_id = 2 WHERE address LIKE '10.1.2.1__'")
        told = hears(client, "host-moved", "10.1.2.100")
        check(told.count("<host>") == 50, f"{told.count('<host>')} of 50 hosts are in one notification")
    words = box.tenantd.log.read_text()
    for line in ("host 10.1.2.60 of tenant acme moved from dc2 to dc1, seen by dlr1",
                 "host 10.1.1.77 of tenant acme moved from dc2 to dc1, as somebody wrote", "40 more hosts moved"):
        check(line in words, f"the log lacks '{line}'")
    db.execute("DELETE FROM host WHERE address LIKE '10.1.2.1__'")


def sites_are_told(box):
    """An evacuation has no tenant: every node tells of it, and of a site that is one."""
    with box.client() as client:
        client.rpc(SUBSCRIBE.format(""))
        one = db.execute("INSERT INTO operation (kind, mode, from_site, began) VALUES ('evacuate', 'planned', 1, ?)", (now(),)).lastrowid
        phase(one, "leaving")
        db.execute("UPDATE site SET state = 'leaving' WHERE name = 'dc1'")
        hears(client, "operation-changed", f"<id>{one}</id><kind>evacuate</kind><mode>planned</mode><from>dc1</from>")
        shows(box, f"^Operation {one}, evacuation of dc1, planned: leaving since [0-9]+ s, nodes are waited for",
              "^Warning: site dc1 is leaving: what is at several sites goes by others", words="")
        db.execute("UPDATE site SET state = 'evacuated' WHERE name = 'dc1'")
        end_as(one, "failed", "node dlr2 of dc2 was not in step")
        shows(box, f"^Operation {one}, evacuation of dc1, planned: failed [0-9]+ s ago, node dlr2 of dc2", "^Warning: site dc1 is evacuated",
              words="")
        end_as(one, "done")
        hears(client, "operation-changed", f"<id>{one}</id>", "<state>done</state>")
        back = db.execute("INSERT INTO operation (kind, mode, to_site, began) VALUES ('restore', 'planned', 1, ?)", (now(),)).lastrowid
        db.execute("UPDATE site SET state = 'active' WHERE name = 'dc1'")
        end_as(back, "done")
        hears(client, "operation-changed", f"<id>{back}</id><kind>restore</kind>", "<to>dc1</to>", "<state>done</state>")
    words = box.tenantd.log.read_text()
    for line in (f"operation {one}, evacuation of dc1, planned: ", f"operation {back}, restore of dc1: done"):
        check(line in words, f"the log lacks '{line}'")
    wait(lambda: "evacuat" not in box.tenantd.ask("show tenant")[1], "dc1 to be in use")


# ---- the state ----

def the_state_has_it(box):
    operation = begin()
    phase(operation, "leaving")
    db.execute("UPDATE host SET site_id = 1, seen_by = 1, advertise = 1 WHERE address = '10.1.2.60'")
    shows(box, f"^Operation {operation}, .*: leaving", "^db all sites active 1")
    with box.client() as client:
        told = client.data(f'<get><filter type="subtree">{STATE.format("")}</filter></get>')
    for words in (f"<operation><id>{operation}</id><tenant>acme</tenant><kind>failover</kind>", "<phase>leaving</phase>",
                  "<switch><tenant>acme</tenant><name>db</name><here>active</here><hosts-here>1</hosts-here></switch>",
                  "<switch><tenant>acme</tenant><name>app</name><site>dc1</site><here>leaving</here>",
                  "<host><tenant>acme</tenant><switch>db</switch><address>10.1.2.60</address><site>dc1</site>"
                  "<own-route>true</own-route><seen-by>dlr1</seen-by></host>", "<egress>local</egress>",
                  "<recovery-site>dc1</recovery-site>"):
        check(words in told, f"the state lacks {words}: {told}")
    end_as(operation, "done")


def a_site_that_stands_by(box):
    """Another database in the place of the first: nothing of its operations is told."""
    before = box.tenantd.log.read_text().count("operation ")
    make_database("standby-site")
    shows(box, "^All traffic leaves by dc1, which is this site", "^db all sites active 1")
    shows(box, "^10.1.2.60 db dc1 yes", "^10.1.2.61 db dc2 no", words="acme hosts")
    db.execute("UPDATE tenant SET active_site_id = 2 WHERE id = 1")
    shows(box, "^All traffic leaves by dc2; this site stands by")
    told = json.loads(shown(box, "acme json"))
    check([told[key] for key in ("egress", "activeSite", "standsBy")] == ["active", "dc2", True], told)
    with box.client() as client:
        told = client.data(f'<get><filter type="subtree">{STATE.format("")}</filter></get>')
    check("<egress>active</egress><active-site>dc2</active-site><stands-by>true</stands-by>" in told, told)
    check("Operation" not in shown(box) and "operation" not in json.loads(shown(box, "acme json")), "another database's operation")
    check(box.tenantd.log.read_text().count("operation ") == before, "operations of another database are told of")


if __name__ == "__main__":
    sys.exit(run_stories(configured, where_switches_are, which_hosts, which_operation, operations_are_told,
                         many_operations_are_few_words, moves_are_told, sites_are_told, the_state_has_it,
                         a_site_that_stands_by))
