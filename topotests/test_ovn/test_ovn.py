# SPDX-License-Identifier: GPL-2.0-or-later
"""The tenants are in OVN's Northbound database, a cluster of three servers that every node's tenantd follows: what is typed
with ovn-nbctl arrives at the customer's other site, and goes, also while the cluster loses its leader.

The nodes reach the servers by unix sockets in a folder that all see: the management network of this test.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tenantnet import BUILD, REFERENCE, SITE, TREE, TenantNet

sys.path.insert(0, str(TREE / "tests"))
from ovn_servers import Cluster    # noqa: E402

NODES = ("dlr", "esg", "pe1", "pe2")
VRFS = (("dlr", "acme"), ("esg", "acme"), ("pe1", "acme"), ("pe2", "acme"), ("ce", None))
SHARED = ("provider", "pool", "reserved", "reserved_port", "site", "node", "node_role", "wire", "wire_port")


class OvnNet(TenantNet):
    """tenantd follows OVN; the SQLite database only says what all tenants share, and is written out from there."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.folder = Path(tempfile.mkdtemp(prefix="ovn-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.ovn = Cluster(self.folder, 3)

    def __exit__(self, *arguments):
        try:
            super().__exit__(*arguments)
        finally:
            self.ovn.stop()
            shutil.rmtree(self.folder)

    def _configuration(self, router, daemon):
        text = super()._configuration(router, daemon)
        return text.replace(f"sqlite {self.db.path}", f"ovn {self.ovn.remotes}") if daemon == "tenantd" else text

    def document(self):
        tables = {}
        for table in SHARED:
            names = [column[1] for column in self.db.sql(f"PRAGMA table_info({table})")]
            tables[table] = [{name: value for name, value in zip(names, row) if value is not None}
                             for row in self.db.sql(f"SELECT * FROM {table}")]
        return json.dumps({"format": "frr-tenant", **tables})

    def wait_well(self, *names):
        """Until the tenant is in place on these nodes, or on all."""
        for router in names or NODES:
            self.wait(lambda: self.health(router, "acme")[0] == "ok" and not self.tenantd(router)["busy"], 30,
                      lambda: f"tenant acme to be well at {router}: {self.health(router, 'acme')}")

    def state(self):
        """What nodes have of the tenant, in the kernel and of each daemon's configuration."""
        return {router: (sorted(self.links(router)), sorted(self.routes(router, "acme"))) for router in NODES}


@pytest.fixture(scope="module")
def net(request):
    options = {(router, daemon): f"-M {BUILD}/.libs/{daemon}_tenant.so" for router in NODES for daemon in ("zebra", "ospfd")}
    with OvnNet(request.module.__name__, options=options) as net:
        net.ovn.set_provider(net.document())
        net.ovn.router("acme", 1, nodes=REFERENCE, aggregates="10.1.0.0/16 172.16.0.0/16",
                       link_paris="pe2 x0 192.168.201.1/30 ospf")
        net.wait_well()
        net.wait_route("dlr", "0.0.0.0/0", "acme", timeout=60)
        net.wait_route("esg", SITE, "acme", timeout=60)
        yield net


def arrives(net, prefix, timeout=20):
    for router, vrf in VRFS:
        net.wait_route(router, prefix, vrf, timeout)


def leaves(net, prefix):
    for router, vrf in VRFS:
        net.wait_no_route(router, prefix, vrf)


def test_a_switch_typed_into_ovn_is_at_every_site(net):
    began = time.monotonic()
    net.ovn.switch("acme", "web", "10.1.1.1/24")
    for router, vrf in VRFS:
        net.wait_route(router, "10.1.1.0/24", vrf)
        print(f"{router}: {net.seconds_since(began)}")
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")
    began = time.monotonic()
    net.ovn.no_switch("acme", "web")
    leaves(net, "10.1.1.0/24")
    print(f"gone: {net.seconds_since(began)}")
    assert net.never_pings("ce", "10.1.1.1", source="172.16.2.1")


def test_a_change_arrives_although_the_leader_is_killed(net):
    net.ovn.switch("acme", "web", "10.1.1.1/24")
    arrives(net, "10.1.1.0/24")
    leader = net.ovn.leader()
    leader.kill()
    began = time.monotonic()
    net.ovn.switch("acme", "db", "10.1.2.1/24")
    arrives(net, "10.1.2.0/24", 40)
    print(f"at the remote site {net.seconds_since(began)} after the leader was killed")
    leader.start()
    net.ovn.no_switch("acme", "web")
    leaves(net, "10.1.1.0/24")
    assert "10.1.2.0/24" in net.routes("ce")
    net.ovn.no_switch("acme", "db")
    leaves(net, "10.1.2.0/24")


def test_without_any_server_everything_stays(net):
    net.ovn.switch("acme", "web", "10.1.1.1/24")
    arrives(net, "10.1.1.0/24")
    net.wait_well()
    before = net.state()
    for server in net.ovn.servers:
        server.kill()
    net.wait(lambda: "OVN's database cannot be followed" in net.vty("dlr", "tenantd", "show tenant"), 20, "a sentence at dlr")
    net.stays(lambda: net.state() == before, 3, "all as it was")
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")
    for server in net.ovn.servers:
        server.start()
    net.ovn.switch("acme", "db", "10.1.2.1/24")
    arrives(net, "10.1.2.0/24", 60)
    assert "10.1.1.0/24" in net.routes("ce")
    net.wait(lambda: "cannot be followed" not in net.vty("dlr", "tenantd", "show tenant"), 20, "the sentence to go")
    net.ovn.no_switch("acme", "db")
    net.ovn.no_switch("acme", "web")
    leaves(net, "10.1.1.0/24")


def test_what_cannot_be_holds_the_tenant_and_says_which_key(net):
    net.ovn.switch("acme", "web", "10.1.1.1/24")
    arrives(net, "10.1.1.0/24")
    net.ovn.nbctl("set", "Logical_Router", "acme", "external_ids:tn-nodes=\"pe9:pe\"")
    says = "Logical_Router acme: external_ids:tn-nodes names node pe9"
    net.wait(lambda: says in net.health("dlr", "acme")[1], 20, "a sentence")
    net.stays(lambda: "10.1.1.0/24" in net.routes("ce"), 2, "the route stays")
    net.ovn.nbctl("set", "Logical_Router", "acme", f"external_ids:tn-nodes={json.dumps(REFERENCE)}")
    net.wait_well()
    # OVN's own way would write the same VRF
    net.ovn.nbctl("set", "Logical_Router", "acme", "options:dynamic-routing=true")
    net.wait(lambda: "options:dynamic-routing" in net.health("dlr", "acme")[1], 20, "a sentence")
    net.stays(lambda: "10.1.1.0/24" in net.routes("ce"), 2, "the route stays")
    net.ovn.nbctl("remove", "Logical_Router", "acme", "options", "dynamic-routing")
    net.wait_well()
    net.ovn.no_switch("acme", "web")
    leaves(net, "10.1.1.0/24")


def test_a_router_that_is_deleted_leaves_nothing(net):
    net.ovn.switch("acme", "web", "10.1.1.1/24")
    arrives(net, "10.1.1.0/24")
    net.ovn.nbctl("lr-del", "acme", "--", "ls-del", "web")
    for router in NODES:
        net.wait(lambda: not [name for name in net.links(router) if name == "acme" or name.startswith("ls")], 30,
                 f"nothing of acme at {router}")
    net.wait_no_route("ce", "10.1.1.0/24")
