# SPDX-License-Identifier: GPL-2.0-or-later
"""An edge with many tenants: where nothing changes ospfd does nothing in any of them, and a new subnet is translated as
fast as on an edge with one. 40 tenants; 500 with FRR_TENANT_FULL=1 (lab/check --full), and then the PE is a trunk's end
without daemons: 500 of its BGP instances would take most of the time, and say nothing of the edge.

What ospfd does without the module is shown with one tenant, in test_fast_translation.
"""

import os

import pytest

from tenantnet import ALL, BUILD, TenantNet

FULL = bool(os.environ.get("FRR_TENANT_FULL"))
MANY = 500 if FULL else 40
LONG = 60 + MANY
NAMES = [f"many{i}" for i in range(MANY)]


class EdgeNet(TenantNet):
    """DLR and edge; the others are there, and do nothing."""

    def __init__(self, name, **chosen):
        super().__init__(name, daemons={router: {} for router in ALL if router not in ("dlr", "esg")}, **chosen)
        self.provider = ["dlr", "esg"]

    def _wait_core(self):
        """There is none."""


@pytest.fixture(scope="module")
def net(request):
    options = {("esg", "ospfd"): f"-M {BUILD}/.libs/ospfd_tenant.so --limit-fds 20000"}
    with (EdgeNet if FULL else TenantNet)(request.module.__name__, options=options) as net:
        with net.db.together():
            for i, name in enumerate(NAMES):
                net.db.tenant(name, "dlr:dlr esg:edge pe1:pe", ["10.0.0.0/8"])
                net.db.switch(name, f"s{i}", "10.1.1.0/24")
        net.wait_settled(timeout=LONG)
        for name in NAMES:
            net.wait(lambda: "10.1.1.0" in net.lsas("esg", name, "external"), LONG, f"the translation in {name}")
            net.wait(lambda: FULL or "10.1.1.0" in net.lsas("pe1", name, "external"), LONG, f"it at the PE in {name}")
        yield net


def translations(net):
    return net.show("esg", "ospfd", "show tenant ospf json")


def work(net):
    """What the module and FRR's task did in each. Not what came: after half an hour the DLR sends its LSAs anew."""
    return {name: {what: row[what] for what in ("runs", "single", "repairs")} for name, row in translations(net).items()}


def youngest(net):
    """Seconds since the edge made anything new in some of the tenants."""
    return min(age for name in (NAMES[0], NAMES[MANY // 2], NAMES[-1])
               for age, _ in net.lsas("esg", name, "external").values())


def test_an_idle_edge_does_nothing_in_any_tenant(net):
    net.wait(lambda: youngest(net) >= 7, LONG, "the edge to be idle for longer than ospfd's ABR timer")
    net.pass_seconds(6)    # what the last of the tenants still had to do
    before, used = work(net), net.processor("esg", "ospfd")
    net.pass_seconds(6)
    used = net.processor("esg", "ospfd") - used
    after = work(net)
    print(f"\n{MANY} tenants: ospfd of the edge used {used * 1000:.0f} ms of processor in 6 s")
    assert len(after) == MANY and after == before


def test_a_new_subnet_is_translated_at_once(net):
    """The quickest of three: what else runs in the guest is not the module's doing."""
    for name in (NAMES[0], NAMES[-1]):
        took, runs = [], translations(net)[name]["runs"]
        for i in (2, 3, 4):
            net.db.switch(name, f"new{i}-{name}", f"10.1.{i}.0/24")
            net.wait(lambda: f"10.1.{i}.0" in net.lsas("esg", name, "external"), 10, f"the translation in {name}")
            took.append(translations(net)[name]["lastUs"])
        print(f"\n{name}: translated {took} us after they came")
        assert min(took) <= 50000, took
        assert translations(net)[name]["runs"] == runs, "FRR's task ran over all of the area"
