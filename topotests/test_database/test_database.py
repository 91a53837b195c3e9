# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows that make no sense, and a database that is damaged: what works goes on working, and somebody is told why.

pe1 is DLR, edge and PE of both tenants, pe2 the far PE: a route in pe2's kernel is what a customer would see.
"""

import os
import shutil
import sqlite3

import pytest

from tenantdb import Database
from tenantnet import TenantNet

NODES = {"pe1": ("dc1", "dlr edge pe"), "pe2": ("branch", "pe")}
ALONE = "pe1:dlr,edge,pe pe2:pe"
KEPT = (("acme", "10.1.1.0/24"), ("globex", "10.2.1.0/24"))


@pytest.fixture(scope="module")
def net(request):
    with TenantNet(request.module.__name__, routers=("pe1", "p", "pe2"), nodes=NODES, wires={}) as net:
        with net.db.together():
            net.db.tenant("globex", ALONE, ["10.2.0.0/16"])    # the older one: of two claims hers is the better
            net.db.tenant("acme", ALONE, ["10.1.0.0/16"])
            net.db.switch("acme", "web", "10.1.1.0/24")
            net.db.switch("globex", "web", "10.2.1.0/24")
        net.wait_ok("acme")
        for name, prefix in KEPT:
            net.wait_route("pe2", prefix, name)
        yield net


BAD = {
    "overlap": ("INSERT INTO subnet (switch_id, prefix, gateway) SELECT id, '10.1.1.128/25', '10.1.1.129' "
                "FROM logical_switch WHERE name = 'web' AND tenant_id = 2",
                "DELETE FROM subnet WHERE prefix = '10.1.1.128/25'", "10.1.1.128/25"),
    "gateway": ("UPDATE subnet SET gateway = '10.9.9.9' WHERE prefix = '10.1.1.0/24'",
                "UPDATE subnet SET gateway = '10.1.1.1' WHERE prefix = '10.1.1.0/24'",
                "gateway 10.9.9.9 is outside subnet 10.1.1.0/24 of switch web"),
    "host bits": ("UPDATE subnet SET prefix = '10.1.1.7/24' WHERE prefix = '10.1.1.0/24'",
                  "UPDATE subnet SET prefix = '10.1.1.0/24' WHERE prefix = '10.1.1.7/24'", "has host bits set"),
    "no prefix": ("UPDATE subnet SET prefix = 'lots' WHERE prefix = '10.1.1.0/24'",
                  "UPDATE subnet SET prefix = '10.1.1.0/24' WHERE prefix = 'lots'", "write it like 10.1.1.0/24"),
    "long name": ("UPDATE tenant SET name = 'acme-of-the-western-world' WHERE name = 'acme'",
                  "UPDATE tenant SET name = 'acme' WHERE id = 2", "longer than 15 characters"),
    "reserved name": ("UPDATE tenant SET vrf = 'default' WHERE name = 'acme'",
                      "UPDATE tenant SET vrf = NULL WHERE name = 'acme'", "default cannot be the name of a VRF"),
    "outside": ("UPDATE aggregate SET prefix = '10.3.0.0/16' WHERE tenant_id = 2",
                "UPDATE aggregate SET prefix = '10.1.0.0/16' WHERE tenant_id = 2", "outside the address space"),
    "same number": ("UPDATE tenant SET table_id = 1001 WHERE name = 'acme'",
                    "UPDATE tenant SET table_id = NULL WHERE name = 'acme'", "is used by tenant"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_row_holds_its_tenant_with_one_sentence_and_no_other(net, what):
    bad, good, sentence = BAD[what]
    failed = lambda: [t for t in net.tenantd("pe1")["tenants"] if t["health"] == "failed"]
    with net.watch("pe1", "pe2") as watcher:
        net.db.sql(bad)
        try:
            reason = net.wait(failed, 10, "the tenant to be held")[0]["reason"]
            assert sentence in reason and "\n" not in reason, reason
            assert reason in net.vty("pe1", "tenantd", "show tenant")
            number = list(BAD).index(what) + 10
            net.db.switch("globex", f"new{number}", f"10.2.{number}.0/24")    # others are served meanwhile
            net.wait_route("pe2", f"10.2.{number}.0/24", "globex")
            assert "10.1.1.0/24" in net.routes("pe2", 1002)
        finally:
            net.db.sql(good)
        net.wait(lambda: not failed(), 10, f"the tenant to heal: {failed()}")
        net.wait_settled()
        assert not [e for e in watcher.read() if e.what == "del" and e.table == 1002]
    assert net.routes("pe1", "acme").keys() >= {"10.1.1.0/24"}


def test_the_status_tables_follow_what_happens(net):
    rows = lambda: {name: (health, reason) for name, health, reason in
                    net.db.sql("SELECT tenant, health, reason FROM tenant_status WHERE node = 'pe1'")}
    counted = lambda: net.db.sql("SELECT tenants, failed FROM node_status WHERE node = 'pe1'")[0]
    wait = lambda what, condition: net.wait(condition, 10, f"{what}: {rows()}, {counted()}")
    both = {"acme": ("ok", ""), "globex": ("ok", "")}
    wait("both tenants well", lambda: rows() == both and counted() == (2, 0))
    bad, good, sentence = BAD["gateway"]
    net.db.sql(bad)
    wait("one that failed", lambda: rows()["acme"][0] == "failed" and counted() == (2, 1))
    assert sentence in rows()["acme"][1] and rows()["globex"] == both["globex"]
    net.db.sql(good)
    wait("both well again", lambda: rows() == both and counted() == (2, 0))
    with net.db.together():
        net.db.tenant("brief", ALONE, ["10.3.0.0/16"])
    wait("a third", lambda: rows() == both | {"brief": ("ok", "")} and counted() == (3, 0))
    net.db.sql("DELETE FROM tenant WHERE name = 'brief'")
    wait("two", lambda: rows() == both and counted() == (2, 0))
    net.db.sql("UPDATE tenant SET name = 'acme-inc', vrf = 'acme' WHERE name = 'acme'")
    wait("the new name", lambda: rows().keys() == {"acme-inc", "globex"})
    net.db.sql("UPDATE tenant SET name = 'acme', vrf = NULL WHERE name = 'acme-inc'")
    wait("the old name", lambda: rows() == both)
    net.db.sql("DELETE FROM tenant_status")    # by whomever: the next changes bring them back
    for number in (108, 109):
        net.db.switch("globex", f"new{number}", f"10.2.{number}.0/24")
        net.wait_route("pe2", f"10.2.{number}.0/24", "globex")
        wait(f"row of switch {number}'s tenant", lambda: "globex" in rows())
    wait("all rows", lambda: rows() == both)


def trouble(net, part):
    """Wait until both nodes tell of it."""
    for router in ("pe1", "pe2"):
        net.wait(lambda: part in net.tenantd(router)["problem"], 15,
                 f"'{part}' at {router}: {net.tenantd(router)['problem']}")
        assert "Problem: " in net.vty(router, "tenantd", "show tenant")


def over(net, number):
    """It can be used again: no problem is told, and a new switch arrives."""
    for router in ("pe1", "pe2"):
        net.wait(lambda: net.tenantd(router)["problem"] == "", 15, f"the end of: {net.tenantd(router)['problem']}")
    net.db.switch("acme", f"again{number}", f"10.1.{number}.0/24")
    net.wait_route("pe2", f"10.1.{number}.0/24", "acme")


@pytest.fixture
def nothing_leaves(net):
    """No route of a tenant may be deleted while the test runs."""
    with net.watch("pe1", "pe2") as watcher:
        yield
        assert not [e for e in watcher.read() if e.what == "del" and e.table in (1001, 1002)]
    for name, prefix in KEPT:
        for router in ("pe1", "pe2"):
            assert prefix in net.routes(router, name)


def aside(net):
    """Let go of the database and move all its files away."""
    net.db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    net.db.close()
    away = net.db.path.parent / "away"
    away.mkdir(exist_ok=True)
    for file in net.db.path.parent.glob(net.db.path.name + "*"):
        shutil.move(file, away / file.name)
    return away


def back(net, away):
    for file in net.db.path.parent.glob(net.db.path.name + "*"):
        file.unlink()
    for file in sorted(away.iterdir(), reverse=True):
        shutil.move(file, net.db.path.parent / file.name)
    net.db.open()


def test_a_database_that_is_moved_away_changes_nothing(net, nothing_leaves):
    away = aside(net)
    trouble(net, "there is no database")
    back(net, away)
    over(net, 101)


def test_a_truncated_database_changes_nothing(net, nothing_leaves):
    net.db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    net.db.close()
    whole = net.db.path.read_bytes()
    with open(net.db.path, "r+b") as file:
        file.truncate(len(whole) // 3)
    with open(net.db.path, "r+b") as file:    # something is written, so that it is looked at
        os.utime(net.db.path)
        file.seek(0)
        file.write(whole[:24] + bytes(4) + whole[28:100])
    trouble(net, "database")
    for file in net.db.path.parent.glob(net.db.path.name + "-*"):
        file.unlink()
    new = net.db.path.with_suffix(".new")
    new.write_bytes(whole)
    os.chmod(new, 0o666)
    new.rename(net.db.path)
    net.db.open()
    over(net, 102)


def test_an_empty_database_in_its_place_changes_nothing(net, nothing_leaves):
    away = aside(net)
    empty = Database(net.db.path)
    empty.provider(NODES, {}, {"pe1": "10.255.0.1", "pe2": "10.255.0.2"})
    trouble(net, "the database has no tenants any more")
    empty.close()
    back(net, away)
    over(net, 103)


def test_a_file_that_is_no_database_changes_nothing(net, nothing_leaves):
    away = aside(net)
    net.db.path.write_bytes(b"")
    os.chmod(net.db.path, 0o666)
    trouble(net, "is not a tenant database")
    back(net, away)
    over(net, 104)


def test_every_tenant_deleted_at_once_changes_nothing(net, nothing_leaves):
    with net.db.together():
        rows = {t: net.db.sql(f"SELECT * FROM {t}") for t in ("tenant", "aggregate", "attachment", "logical_switch", "subnet")}
        net.db.sql("DELETE FROM tenant")
    trouble(net, "the database has no tenants any more")
    with net.db.together():
        for table, list_ in rows.items():
            for row in list_:
                net.db.sql(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", *row)
    over(net, 105)


def test_a_locked_database_is_read_when_the_lock_is_gone(net, nothing_leaves):
    with net.db.together():
        net.db.switch("acme", "late", "10.1.106.0/24")
        other = sqlite3.connect(net.db.path, isolation_level=None, timeout=0)
        with pytest.raises(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
        other.close()
        assert not net.never_pings("pe1", "10.255.0.2")    # half a second in which nothing is committed
        assert "10.1.106.0/24" not in net.routes("pe1", "acme")
    net.wait_route("pe2", "10.1.106.0/24", "acme")
    over(net, 107)
