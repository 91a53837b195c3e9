#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tenantctl add prefixes: a list as NetBox exports it becomes logical switches and subnets, and once more it is nothing new.

$TENANTCTL is the program (default: the one built here).
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import test_export    # noqa: E402
from test_export import Database, check    # noqa: E402

# A table of prefixes as NetBox 4 exports it, and the form in which it takes them.
EXPORTED = '''Prefix,Status,Children,VRF,Utilization,Tenant,Site,VLAN,Role,Description\r
10.1.0.0/16,Container,3,acme,5%,acme,,,,all of it\r
10.1.1.0/24,Active,0,acme,0%,acme,dc1,web (101),Production,"front, and ""back"""\r
10.1.2.0/24,Active,0,acme,0%,acme,dc1,web (101),Production,"two
lines"\r
10.1.3.0/24,Reserved,0,acme,0%,acme,dc1,db (102),Production,\r
10.9.9.0/24,Active,0,,0%,,dc1,,,of nobody\r
10.1.1.0/24,Active,0,other,0%,other,dc1,web (101),Production,\r
2001:db8:1::/64,Active,0,acme,0%,acme,dc1,six (106),,\r
'''
TAKEN = "\ufeffprefix,status,tenant,vlan,gateway\n10.1.1.0/24,active,acme,101,10.1.1.254\n\n10.1.2.0/24,active,acme,102,\n"
SUBNETS = """SELECT t.name, s.name, n.prefix, n.gateway FROM subnet n JOIN logical_switch s ON s.id = n.switch_id
             JOIN tenant t ON t.id = s.tenant_id ORDER BY n.id"""


def network():
    db = Database()
    for line in ("add site dc1", "add node dlr1 --site dc1 --roles dlr --router-id 10.255.0.1",
                 "add tenant acme --nodes dlr1", "add tenant other --nodes dlr1"):
        db.done(line)
    return db


def what_netbox_exports_is_taken():
    db = network()
    check("what is said", "new: 2 switches, 3 subnets; there already: 0 subnets\n"
          "left out: 2 lines that are not active, 1 without a tenant, 1 of IPv6\n",
          db.done(f"add prefixes {db.file('prefixes.csv', EXPORTED)}"))
    check("the subnets", [("acme", "web", "10.1.1.0/24", "10.1.1.1"), ("acme", "web", "10.1.2.0/24", "10.1.2.1"),
                          ("other", "web", "10.1.1.0/24", "10.1.1.1")],
          db.sql(SUBNETS))
    check("it is one change", 1, db.done("change history").count("add prefixes"))


def once_more_is_nothing_new():
    db = network()
    file = db.file("prefixes.csv", EXPORTED)
    db.done(f"add prefixes {file}")
    revision = db.revision()
    check("what is said", "new: 0 switches, 0 subnets; there already: 3 subnets",
          db.done(f"add prefixes {file}").splitlines()[0])
    check("the revision", revision, db.revision())
    grown = EXPORTED + "10.1.4.0/24,Active,0,acme,0%,acme,dc1,web (101),,\r\n"
    check("what is said of a longer one", "new: 0 switches, 1 subnets; there already: 3 subnets",
          db.done("add prefixes -", grown.encode()).splitlines()[0])


def what_netbox_takes_is_taken():
    db = network()
    db.done("add prefixes -", TAKEN.encode())
    check("the subnets", [("acme", "vlan101", "10.1.1.0/24", "10.1.1.254"), ("acme", "vlan102", "10.1.2.0/24", "10.1.2.1")],
          db.sql(SUBNETS))


def it_may_only_look():
    db = network()
    before = db.dump()
    check("what is said of it", "would be new: 2 switches, 3 subnets; there already: 0 subnets",
          db.done("add prefixes - --check", EXPORTED.encode()).splitlines()[0])
    shown = db.done("add prefixes - --dry-run", EXPORTED.encode())
    check("the plan is shown", True, "dlr1" in shown and "10.1.1.1/24" in shown)
    check("nothing is changed", before, db.dump())
    overlaps = b"prefix,tenant,switch\n10.1.1.0/24,acme,a\n10.1.1.0/25,acme,b\n"
    told = db.run("add prefixes - --check", overlaps)
    check("what would be refused is", (1, True, ""), (told.returncode, "overlaps" in told.stderr, told.stdout))
    check("nothing is changed by that", before, db.dump())


def it_is_kept_in_a_draft():
    db = network()
    file = db.file("prefixes.csv", TAKEN)
    number = db.done("change begin").strip()
    db.refused("a draft is run again when it is applied; give the whole path of a file instead of \"prefixes.csv\"",
               "add prefixes prefixes.csv", TENANT_CHANGE=number)
    db.done(f"add prefixes {file}", TENANT_CHANGE=number)
    check("not yet", [], db.sql(SUBNETS))
    check("the draft's plan", True, "10.1.1.254/24" in db.done(f"change plan {number}"))
    db.done(f"change apply {number}")
    check("the subnets", 2, len(db.sql(SUBNETS)))


def what_is_wrong_is_said():
    db = network()
    db.done("add switch acme web 10.1.1.0/24")
    head = "prefix,tenant,switch,gateway\n"
    for text, sentence in (
            ("", "line 1: it has to name the columns, and there is no \"prefix\""),
            ("prefix,switch\n", "line 1: it has to name the columns, and there is neither \"tenant\" nor \"vrf\""),
            ("prefix,vrf,role\n", "line 1: it has to name the columns, and there is neither \"switch\" nor \"vlan\""),
            (head + "10.2.1.0/24,acme,web\n", "line 2: it has 3 values, and the first line has 4"),
            (head + "10.2.1.0/24,nobody,web,\n", "line 2: tenant nobody does not exist; \"tenantctl show tenant\" lists them"),
            (head + "\n10.2.1.1/24,acme,web,\n", "line 3: 10.2.1.1/24 has host bits set; the network is 10.2.1.0/24"),
            (head + "ten,acme,web,\n", "line 2: ten is not a prefix; write it like 10.1.1.0/24"),
            (head + "10.2.1.0/24,acme,,\n", "line 2: 10.2.1.0/24 has no VLAN, which its logical switch would be named after; "
             "name one in a column \"switch\""),
            (head + "10.2.1.0/24,acme,web,first\n", "line 2: gateway first is not an address; write it like 10.1.1.1"),
            (head + "10.1.1.0/24,acme,web,10.1.1.9\n", "line 2: 10.1.1.0/24 is there with the gateway 10.1.1.1; \"tenantctl "
             "set subnet acme web 10.1.1.0/24 --gateway 10.1.1.9\" changes that"),
            (head + "10.2.1.0/24,acme,\"a\nb\",\n", "line 2: \"a?b\" cannot be the name of a switch; use at most 63 letters, "
             "digits, '-', '_' and '.', beginning with a letter or digit"),
            (head + "10.2.1.0/24,acme,\"a,\n\n", "line 2: the quotes of a value are not closed"),
            (head + "10.2.1.0/24,acme,a\"b,\n", "line 2: a quote stands in a value without quotes around it"),
            (head + "10.2.1.0/24,acme,\"a\"b,\n", "line 2: text stands behind a value in quotes"),
            (head + "10.2.1.0/24,acme,a\0,\n", "line 2: a NUL stands in a value")):
        file = db.file("bad.csv", text)
        db.refused(f"{file}, {sentence}", f"add prefixes {file}")
    missing = f"{db.folder.name}/none.csv"
    db.refused(f"{missing} cannot be read: No such file or directory", f"add prefixes {missing}")


STORIES = (what_netbox_exports_is_taken, once_more_is_nothing_new, what_netbox_takes_is_taken, it_may_only_look,
           it_is_kept_in_a_draft, what_is_wrong_is_said)


def main():
    wanted = sys.argv[1:]
    for story in STORIES:
        if not wanted or story.__name__ in wanted:
            story()
    print(f"{test_export.checks} checks, {len(test_export.failures)} failures")
    sys.exit(bool(test_export.failures))


if __name__ == "__main__":
    main()
