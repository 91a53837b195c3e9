# SPDX-License-Identifier: GPL-2.0-or-later
"""Two edges of an NSSA, both `translate-candidate`, and the elected one dies (F3): with ospfd_tenant the other stands in
as soon as it sees that it cannot reach it (RFC 3101 3.1); ospfd alone waits until the dead one's LSA has aged out.

    dlr --(t0)-- [lan] --(t0)-- esg  --u0-- u0--.
                   '------(t0)-- esg2 --u0-- u1-- pe          no tenantd, no VRF: plain ospfd everywhere
"""

import signal
import time

import pytest

from tenantnet import BUILD, TenantNet

WEB = "10.1.1.0/24"
MODULE = f"-M {BUILD}/.libs/ospfd_tenant.so"
HELLO, DEAD, STABLE = 1, 3, 40    # seconds
IDS = {"dlr": "10.255.0.11", "esg": "10.255.0.12", "esg2": "10.255.0.13", "pe": "10.255.0.1"}
PORTS = {    # {router: {device: (address, area)}}
    "dlr": {"t0": ("10.0.51.3/29", 51)},
    "esg": {"t0": ("10.0.51.1/29", 51), "u0": ("10.0.1.2/30", 0)},
    "esg2": {"t0": ("10.0.51.2/29", 51), "u0": ("10.0.2.2/30", 0)},
    "pe": {"u0": ("10.0.1.1/30", 0), "u1": ("10.0.2.1/30", 0)},
}
MORE = {"dlr": " area 51 nssa\n redistribute connected\n",
        "esg": " area 51 nssa translate-candidate default-information-originate\n"}
MORE["esg2"] = MORE["esg"]


def ospfd(router):
    text = ""
    for device, (_, area) in PORTS[router].items():
        text += (f"interface {device}\n ip ospf area {area}\n ip ospf hello-interval {HELLO}\n"
                 f" ip ospf dead-interval {DEAD}\n" + " ip ospf network point-to-point\n" * (not area) + "exit\n")
    return (text + f"router ospf\n ospf router-id {IDS[router]}\n timers throttle spf 0 50 200\n"
            f" timers throttle lsa all 0\n timers lsa min-arrival 0\n{MORE.get(router, '')}exit\n")


class Pair(TenantNet):
    """Both edges on one transit, and no node of the database."""

    def __init__(self, name):
        special = {router: {"mgmtd": "", "zebra": "", "ospfd": ospfd(router)} for router in PORTS}
        super().__init__(name, routers=tuple(PORTS), nodes={}, wires={}, daemons=special,
                         options={(edge, "ospfd"): MODULE for edge in ("esg", "esg2")})
        self.links_made = [("lan", None, router, "t0", 1500) for router in ("dlr", "esg", "esg2")]
        self.links_made += [("esg", "u0", "pe", "u0", 1500), ("esg2", "u0", "pe", "u1", 1500)]

    def _build(self, tgen):
        tgen.add_switch("lan")
        super()._build(tgen)

    def daemons(self, router):
        return list(self.special[router])

    def _enter(self, router):
        super()._enter(router)
        self.ip(*(f"addr add {address} dev {device}" for device, (address, _) in PORTS[router].items()), router=router)

    def start_with(self, *modules):
        """Both edges anew, and settled: esg2, of the higher router id, translates."""
        self.options = {(edge, "ospfd"): MODULE for edge in modules}
        for edge in ("esg", "esg2"):
            self.restart(edge, "ospfd")
        self.wait(lambda: len(self.neighbors("dlr")) == 2 and len(self.neighbors("pe")) == 2, 20, "the adjacencies")
        since = [time.monotonic()]    # esg translates until it sees esg2, and takes that back with its next ABR task
        alone = lambda: self.translators() == {"esg2"} or since.append(time.monotonic())
        self.wait(lambda: alone() and time.monotonic() - since[-1] > 7, 40, "esg2 to stay the only translator")
        self.wait_route("pe", WEB)

    def translators(self):
        """Who says that it translates the DLR's subnet, as pe has it."""
        text = self.vty("pe", "ospfd", "show ip ospf database external 10.1.1.0")
        blocks = [block for block in text.split("LS age: ")[1:] if int(block.split("\n")[0]) < 3600]
        return {router for router, address in IDS.items() if any(f"Advertising Router: {address}\n" in b for b in blocks)}

    def stands_in(self):
        return self.show("esg", "ospfd", "show tenant ospf json")["default"]["standsIn"]


@pytest.fixture(scope="module")
def net(request):
    with Pair(request.module.__name__) as net:
        net.ip("link add web type dummy", "addr add 10.1.1.1/24 dev web", "link set web up", router="dlr")
        net.wait_route("pe", WEB)
        yield net


def kill_elected(net):
    """From now on its adjacencies age, and pe loses the route that way."""
    net.stop("esg2", "ospfd", how=signal.SIGKILL)
    return time.monotonic()


def test_the_higher_router_id_translates(net):
    net.start_with("esg", "esg2")
    assert not net.stands_in()


def test_a_dead_translator_is_replaced(net):
    """The dead interval, and two seconds to be sure."""
    began = kill_elected(net)
    net.wait(lambda: "esg" in net.translators(), DEAD + 5, "esg to translate in its place")
    net.wait(lambda: net.routes("pe").get(WEB) and net.routes("pe")[WEB].gateway == "10.0.1.2", 2, "the route by esg")
    print(f"\nreplaced {time.monotonic() - began:.1f} s after it died (dead interval {DEAD} s)")
    assert net.stands_in()
    assert "translate-always" not in net.running("esg", "ospfd")


def test_it_has_its_office_back_when_it_returns(net):
    """The other goes on for the TranslatorStabilityInterval of RFC 3101, so that the route is never away."""
    net.start("esg2", daemons=("ospfd",))
    began, there = time.monotonic(), []
    net.wait(lambda: there.append(WEB in net.routes("pe")) or net.translators() == {"esg2"}, STABLE + 25,
             "esg2 to be the only translator again")
    print(f"\nhanded back after {time.monotonic() - began:.1f} s")
    assert time.monotonic() - began >= STABLE
    assert all(there), f"the route was away in {there.count(False)} of {len(there)} looks"
    assert not net.stands_in()


def test_without_the_module_nobody_replaces_it(net):
    """The negative control."""
    net.start_with()
    began = kill_elected(net)
    net.wait(lambda: WEB not in net.routes("pe"), DEAD + 3, "the route to go with the dead edge")
    end = began + DEAD + 12    # two ABR tasks and more
    net.wait(lambda: time.monotonic() > end, DEAD + 13, "time to pass")
    assert "esg" not in net.translators() and WEB not in net.routes("pe"), "FRR's F3 is mended: ours can go"
