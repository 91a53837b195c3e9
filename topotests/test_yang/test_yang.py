# SPDX-License-Identifier: GPL-2.0-or-later
"""Tenants in FRR's own configuration: mgmtd with our module, stock vtysh, no database (yang/frr-tenant.yang).

What the provider's nodes share stands in every node's mgmtd.conf; tenants are typed. Each node is given the same.
"""

import json
import re
import signal

import pytest

from tenantnet import BUILD, REFERENCE
from yangnet import NODES, YangNet
from net.vty import VtyError

EXTENSION = f"{BUILD}/.libs/vtysh_tenant.so"
ACME = ["tenant acme", "tenant acme id 7", "tenant acme aggregate 10.1.0.0/16", "tenant acme aggregate 172.16.0.0/16",
        "tenant acme attachment dlr role dlr", "tenant acme attachment esg role edge",
        "tenant acme attachment pe1 role pe", "tenant acme attachment pe2 role pe",
        "tenant acme link paris", "tenant acme link paris node pe2", "tenant acme link paris interface x0",
        "tenant acme link paris address 192.168.201.1/30", "tenant acme link paris protocol ospf"]
WEB = ["tenant acme switch web", "tenant acme switch web id 1",
       "tenant acme switch web subnet 10.1.1.0/24 gateway 10.1.1.1"]


@pytest.fixture(scope="module")
def net(request):
    with YangNet(request.module.__name__) as net:
        for router in NODES:
            (net.root(router) / "etc/frr/vtysh.conf").touch()    # vtysh speaks of it where it is not there
        yield net


def test_a_switch_typed_into_mgmtd_arrives_at_the_remote_site(net):
    net.type(*ACME)
    net.type(*WEB)
    net.wait_health("acme")
    net.wait_route("ce", "10.1.1.0/24")
    net.wait_route("dlr", "0.0.0.0/0", "acme")
    assert net.ping("ce", "10.1.1.1", source="172.16.2.1")
    assert net.tenant("pe2", "acme")["source"] == "configuration"


def test_stock_vtysh_adds_and_removes_a_switch(net):
    switch = {"name": "db", "id": 2, "subnet": [{"prefix": "10.1.2.0/24", "gateway": "10.1.2.1"}]}
    data = {"frr-tenant:tenant-network": {"tenants": {"tenant": [{"name": "acme", "switch": [switch]}]}}}
    edit = f"mgmt edit merge / json lock commit {json.dumps(data, separators=(',', ':'))}"
    status, said = net.typed_in_vtysh("dlr", edit)
    assert status == 0, said
    net.wait_route("ce", "10.1.2.0/24")
    told = net.wait(lambda: next((s for s in net.state("dlr")["subnet"] if s["prefix"] == "10.1.2.0/24"
                                  and any(x["stage"] == "connected" for x in s["stage"])), None), 10, "its trace")
    assert told["written"] and all(int(x["after"]) >= 0 for x in told["stage"]), told
    net.type("no tenant acme switch db", routers=["dlr"])
    net.wait_no_route("ce", "10.1.2.0/24")
    assert "10.1.1.0/24" in net.routes("ce")


def test_vtysh_with_our_extension_adds_and_removes_a_switch(net):
    before = net.lines("dlr")
    lines = ["tenant acme switch dmz id 3", "tenant acme switch dmz subnet 10.1.3.0/24"]
    status, said = net.typed_in_vtysh("dlr", *lines)
    assert status and "Unknown command" in said and net.lines("dlr") == before, said    # stock vtysh knows no such line
    status, said = net.typed_in_vtysh("dlr", *lines, extension=EXTENSION)
    assert (status, said) == (0, "")
    net.wait_route("ce", "10.1.3.0/24")
    _, told = net.vtysh("dlr", "-c", "show running-config", extension=EXTENSION)
    assert set(lines) <= set(told.splitlines())
    _, told = net.vtysh("dlr", "-c", "show tenant acme subnets", extension=EXTENSION)
    assert re.search(r"dmz +10\.1\.3\.1 +10\.1\.3\.0/24", told), told    # no gateway typed: the first address
    status, said = net.typed_in_vtysh("dlr", "tenant acme switch dmz subnet 10.1.3.7/24 gateway 10.1.3.1", extension=EXTENSION)
    assert status and "is no network" in said, said
    assert net.typed_in_vtysh("dlr", "no tenant acme switch dmz", extension=EXTENSION) == (0, "")
    net.wait_no_route("ce", "10.1.3.0/24")
    assert net.lines("dlr") == before


BAD = (("tenant -acme", "is no name"),
       ("tenant acme switch web subnet 10.1.3.7/24 gateway 10.1.3.1", "is no network"),
       ("tenant acme switch web subnet 10.1.3.0/24 gateway 10.9.3.1", "is not in subnet"),
       ("tenant acme link paris address 192.168.201.1", "is no address of a router"),
       ("tenant acme vrf sixteen-letters-", "is no name of a VRF"),
       ("tenant acme id 0", "Unknown command"),
       ("tenant acme switch web mtu 70000", "Unknown command"),
       ("tenant acme switch web purpose fun", "Unknown command"),
       ("tenant-network wire transit ospf-key short", "is no key"),
       ("tenant-network leak from acme to acme prefix 10.1.0.0/16", "sees its own prefixes"),
       ("tenant-network source main type oracle", "Unknown command"))


def test_a_wrong_line_gets_one_sentence_and_changes_nothing(net):
    before, counters = net.lines("dlr"), net.state("dlr")["counters"]
    for line, words in BAD:
        with pytest.raises(VtyError, match=words) as caught:
            net.type(line, routers=["dlr"])
        said = str(caught.value).split(": ", 2)[-1].strip()
        assert len(said.splitlines()) == 1, f"{line}: {said}"
    assert net.lines("dlr") == before and net.state("dlr")["counters"] == counters


def test_what_is_wrong_together_holds_that_tenant_alone(net):
    net.type("tenant other", "tenant other id 7", routers=["dlr"])    # acme's
    told = net.wait(lambda: net.tenant("dlr", "other"), 10, "the state of other")
    assert told["health"] == "failed" and "acme" in told["reason"] and "same id 7" in told["reason"], told
    assert net.tenant("dlr", "acme")["health"] == "ok"
    net.type("tenant acme attachment nowhere role pe", routers=["dlr"])
    net.wait_health("acme", "failed", ["dlr"])
    assert "nowhere" in net.tenant("dlr", "acme")["reason"]
    assert "10.1.1.0/24" in net.routes("ce")    # held as it is
    net.type("no tenant acme attachment nowhere", "no tenant other", routers=["dlr"])
    net.wait_health("acme", routers=["dlr"])
    assert net.tenant("dlr", "other") == {}


def test_two_nodes_of_one_router_id_are_held(net):
    """C-24; without the guard, by hand, DLR and edge take no word of each other."""
    own, twin = (f"tenant-network node esg router-id {net.SHAPE.LOOPBACK[name]}" for name in ("esg", "dlr"))
    net.type(twin, routers=["esg"])
    net.wait_health("acme", "failed", ["esg"])
    reason = net.tenant("esg", "acme")["reason"]
    assert "dlr and esg have the same router id" in reason, reason
    before = net.running("esg", "ospfd")
    assert f"ospf router-id {net.SHAPE.LOOPBACK['dlr']}" not in before and "10.1.1.0/24" in net.routes("ce")
    net.type(own, routers=["esg"])
    net.wait_health("acme", routers=["esg"])
    lines = before.splitlines()
    first = lines.index("router ospf vrf acme")
    block = lines[first:lines.index("exit", first) + 1]
    net.stop("esg", "tenantd")
    net.configure("esg", "ospfd", "no router ospf vrf acme",
                  *(line.replace(net.SHAPE.LOOPBACK["esg"], net.SHAPE.LOOPBACK["dlr"]) for line in block))
    net.wait(lambda: "Full" in (state for state, _ in net.neighbors("esg", "acme")), 20, "the PE beside esg")
    net.wait_no_route("ce", "10.1.1.0/24")
    net.stays(lambda: "10.1.1.0/24" not in net.routes("ce"), 8, "the subnet to stay away")
    net.configure("esg", "ospfd", "no router ospf vrf acme")
    net.start("esg", daemons=["tenantd"])
    net.wait_health("acme", routers=["esg"])
    net.wait_route("ce", "10.1.1.0/24")


def test_tenantd_killed_is_told_all_of_it_again(net):
    before = net.lines("dlr")
    for router in NODES:
        net.stop(router, "tenantd", how=signal.SIGKILL)
    with net.watch(*NODES, "ce") as watcher:
        net.start(*NODES, daemons=["tenantd"])
        net.wait_health("acme")
        assert not [event for event in watcher.read() if event.what == "del"]
    for router in NODES:
        told = net.tenantd(router)
        assert [told[k] for k in ("added", "updated", "deleted", "failed")] == [0, 0, 0, 0], (router, told)
    assert net.lines("dlr") == before


def test_mgmtd_killed_takes_nothing_with_it(net):
    """It comes back with what mgmtd.conf has, which is not the tenant: two tenants gone at once is no order."""
    net.type("tenant globex", "tenant globex id 8", "tenant globex attachment dlr role dlr", routers=["dlr"])
    net.wait_health("globex", routers=["dlr"])
    kept = net.lines("dlr")
    # A new mgmtd 10.7.1 ends where a back end's first words are no subscription (an assertion in mgmt_be_adapter.c,
    # seen once). By its source, what one had not sent when mgmtd died goes first: let zebra finish telling of VRFs.
    net.pass_seconds(3)
    net.restart("dlr", "mgmtd", how=signal.SIGKILL)
    net.wait(lambda: "has no tenants any more" in net.state("dlr").get("problem", ""), 20, "what is wrong")
    assert "10.1.1.0/24" in net.routes("ce") and {"acme", "globex"} <= set(net.links("dlr"))
    net.type(*[line for line in kept if line.startswith("tenant ")], routers=["dlr"])    # as vtysh -b does
    net.wait(lambda: "problem" not in net.state("dlr"), 10, "the end of it")
    assert net.lines("dlr") == kept
    net.type("no tenant globex", routers=["dlr"])
    net.wait(lambda: "globex" not in net.links("dlr"), 10, "globex to leave")
    assert "10.1.1.0/24" in net.routes("ce")


def test_a_tenant_in_a_database_too_is_held_and_both_are_named(net):
    net.db.tenant("acme", REFERENCE, ["10.9.0.0/16"])
    net.type("tenant-network source main type sqlite", f"tenant-network source main location {net.db.path}",
             routers=["dlr"])
    net.wait_health("acme", "failed", ["dlr"])
    reason = net.tenant("dlr", "acme")["reason"]
    assert str(net.db.path) in reason and "configuration" in reason, reason
    assert "10.1.1.0/24" in net.routes("ce")
    net.db.delete("tenant", "acme")
    net.wait_health("acme", "ok", ["dlr"])
    net.db.tenant("initech", "dlr:dlr")
    net.wait(lambda: net.tenant("dlr", "initech").get("source") == "database", 10, "a tenant of the database beside it")
    assert "10.1.1.0/24" in net.routes("ce")
