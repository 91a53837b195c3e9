# SPDX-License-Identifier: GPL-2.0-or-later
"""The tenants are in PostgreSQL, and its primary dies: a new subnet is everywhere within a second, before and after."""

import sys
import time

import pytest

from tenantdb import Postgresql
from tenantnet import BUILD, REFERENCE, SITE, TREE, TenantNet

sys.path.insert(0, str(TREE / "tests"))
import postgres                                      # noqa: E402

NODES = ("dlr", "esg", "pe1", "pe2")
VRFS = (("dlr", "acme"), ("esg", "acme"), ("pe1", "acme"), ("pe2", "acme"), ("ce", None))


class PostgresqlNet(TenantNet):
    """Two servers, the second of which follows the first; nodes know both, and are a role that may only read."""

    def open_database(self):
        self.primary = postgres.Server()
        self.primary.make_database("tenants")
        with_schema = self.primary.session("tenants")
        with_schema.rows("CREATE ROLE frr_tenant_node LOGIN")
        with_schema.rows((BUILD / "vrf-sync/schema-postgresql.sql").read_text())
        self.standby = self.primary.standby()
        folders = f"{self.primary.folder},{self.standby.folder}"
        return Postgresql(self.primary, f"postgresql://frr_tenant_node@/tenants?host={folders}&port=5432,5432"
                                        "&target_session_attrs=read-write")

    def __exit__(self, *words):
        try:
            super().__exit__(*words)
        finally:
            self.primary.close()    # and its standby


@pytest.fixture(scope="module")
def net(request):
    options = {(router, daemon): f"-M {BUILD}/.libs/{daemon}_tenant.so" for router in NODES for daemon in ("zebra", "ospfd")}
    options |= {(router, "bgpd"): f"-M {BUILD}/.libs/bgpd_tenant.so" for router in ("pe1", "pe2")}
    with PostgresqlNet(request.module.__name__, options=options) as net:
        with net.db.together():
            net.db.tenant("acme", REFERENCE, ["10.1.0.0/16", "172.16.0.0/16"])
            net.db.link("acme", "paris", "pe2", "x0", "192.168.201.1/30", "ospf")
        net.wait_ok("acme")
        net.wait_route("dlr", "0.0.0.0/0", "acme", timeout=60)
        net.wait_route("esg", SITE, "acme", timeout=60)
        yield net


def comes_and_goes(net, name, prefix):
    began = time.monotonic()
    net.db.switch("acme", name, prefix)
    for router, vrf in VRFS:
        net.wait_route(router, prefix, vrf)
    print(f"{prefix} at the customer's site after {net.seconds_since(began)}")
    assert net.ping("ce", prefix.replace(".0/24", ".1"), source="172.16.2.1")
    net.db.delete("logical_switch", name)
    for router, vrf in VRFS:
        net.wait_no_route(router, prefix, vrf)


def test_a_row_brings_a_subnet_to_every_site_and_its_removal_takes_it_away(net):
    comes_and_goes(net, "web", "10.1.1.0/24")


def test_a_tenant_elsewhere_is_not_read_here(net):
    with net.db.together():
        net.db.tenant("globex", "pe2:pe")
    net.wait(lambda: "globex" in net.links("pe2"), 10, "the tenant at pe2")
    net.wait_settled()
    assert [t["name"] for t in net.tenantd("dlr")["tenants"]] == ["acme"]
    net.db.delete("tenant", "globex")
    net.wait_settled()


def all_report(net):
    """Every node says that it has applied what is in the database."""
    rows = dict(net.db.sql("SELECT node, revision FROM node_status"))
    return sorted(rows) == sorted(NODES) and min(rows.values()) == net.db.revision()


def test_nodes_report_into_it(net):
    net.db.switch("acme", "web", "10.1.1.0/24")
    net.wait(lambda: all_report(net), 10, "all nodes to report")
    net.wait(lambda: sorted(net.db.sql("SELECT node, health, reason FROM tenant_status WHERE tenant = 'acme'")) ==
             [(node, "ok", "") for node in sorted(NODES)], 10, "a tenant that is well on all")
    net.wait(lambda: {node for node, in net.db.sql("SELECT node FROM subnet_trace WHERE stages LIKE '%noticed%'")} == set(NODES),
             10, "the traces of all")
    net.db.delete("logical_switch", "web")


def test_a_server_that_takes_no_status_is_told_and_harms_nothing(net):
    owner = net.primary.session("tenants")
    owner.rows("REVOKE INSERT, UPDATE ON node_status FROM frr_tenant_node")
    log = net.log / "dlr" / "tenantd.log"
    net.wait(lambda: "does not take this node's status: ERROR:  permission denied for table node_status" in log.read_text(), 15,
             "the warning")
    comes_and_goes(net, "web", "10.1.1.0/24")
    time.sleep(3)
    told = [line.split("status: ")[1] for line in log.read_text().splitlines() if "does not take this node's status" in line]
    assert sorted(told) == sorted(set(told)), told
    owner.rows("GRANT INSERT, UPDATE ON node_status TO frr_tenant_node")
    net.wait(lambda: all_report(net), 15, "all nodes to report")


def test_the_network_stands_while_the_database_does_not_and_goes_on_with_its_standby(net):
    net.db.switch("acme", "web", "10.1.1.0/24")
    for router, vrf in VRFS:
        net.wait_route(router, "10.1.1.0/24", vrf)
    net.primary.caught_up(net.standby)
    with net.watch(*NODES, "ce") as watcher:
        net.primary.kill()
        for router in NODES:
            net.wait(lambda: "cannot be read" in net.vty(router, "tenantd", "show tenant"), 20, f"{router} to tell of it")
        assert "cannot be read" in net.vty("dlr", "tenantd", "show tenant json")
        assert net.ping("ce", "10.1.1.1", source="172.16.2.1")
        net.standby.promote()
        net.db.connect(net.standby)
        for router in NODES:
            net.wait(lambda: "cannot be read" not in net.vty(router, "tenantd", "show tenant"), 30, f"{router} to find the other")
        assert not [event for event in watcher.read() if event.what == "del"]
    comes_and_goes(net, "db", "10.1.2.0/24")
    assert "10.1.1.0/24" in net.routes("ce")


def test_a_role_that_only_reads_is_enough(net):
    rows = net.db.sql("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'tenantd'")
    assert rows == [("frr_tenant_node",)]
    assert "change_seq" not in net.vty("dlr", "tenantd", "show tenant")
