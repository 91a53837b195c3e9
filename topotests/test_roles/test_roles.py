# SPDX-License-Identifier: GPL-2.0-or-later
"""One node in several roles: it needs no wire and no OSPF to itself, and the far PE has the subnets all the same.

Two wires join esg and pe1 over u0: an uplink, and a transit for the tenant whose edge is on pe1.
"""

import pytest

from tenantnet import TenantNet

NODES = {"esg": ("dc1", "dlr edge"), "pe1": ("dc1", "dlr edge pe"), "pe2": ("branch", "pe")}
WIRES = {"uplink": ("dc1", "uplink", {"pe1": ("u0", 1), "esg": ("u0", 2)}, {}),
         "transit": ("dc1", "transit", {"pe1": ("u0", 1), "esg": ("u0", 3)}, {"vlan_base": 500})}
CHOICES = (
    ("three", "pe1:dlr,edge,pe pe2:pe", ()),
    ("dlrpe", "pe1:dlr,pe pe2:pe", ()),
    ("dlredge", "esg:dlr,edge pe1:pe pe2:pe", ("esg", "pe1")),
    ("edgepe", "esg:dlr pe1:edge,pe pe2:pe", ("esg", "pe1")),
)


@pytest.fixture(scope="module")
def net(request):
    with TenantNet(request.module.__name__, routers=("esg", "pe1", "p", "pe2"), nodes=NODES, wires=WIRES) as net:
        net.ip("link add x0 type dummy", "link set x0 up", router="pe2")
        yield net


@pytest.mark.parametrize("name, where, speakers", CHOICES, ids=[c[0] for c in CHOICES])
def test_collapsed_roles_reach_the_far_pe_without_ospf_to_itself(net, name, where, speakers):
    with net.db.together():
        number = net.db.tenant(name, where)
        net.db.link(name, "far", "pe2", "x0", f"192.168.{number}.1/30", "static", vlan=number, peer=f"192.168.{number}.2")
        net.db.switch(name, "web", "10.1.1.0/24")
    net.wait_ok(name)
    net.wait_route("pe2", "10.1.1.0/24", name)
    assert net.ping("pe2", "10.1.1.1", source=f"192.168.{number}.1", vrf=name)
    for router in ("esg", "pe1"):
        assert (f"router ospf vrf {name}" in net.running(router, "ospfd")) == (router in speakers)
        there = 1 if router in speakers else 0    # besides, for seconds, one with the id that ospfd chose at first
        net.wait(lambda: len(net.neighbors(router, name) if there else []) == there, 20, f"{there} neighbors at {router}")
    net.db.delete("logical_switch", "web")
    net.wait_no_route("pe2", "10.1.1.0/24", name)
    net.db.delete("tenant", name)
    net.wait_settled()
    for router in ("esg", "pe1", "pe2"):
        net.wait(lambda: name not in net.links(router), 10, f"the VRF to leave {router}")
