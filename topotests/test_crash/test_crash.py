# SPDX-License-Identifier: GPL-2.0-or-later
"""tenantd is killed between two operations of an apply, and FRR's daemons are: afterwards the node is as planned, and no
other tenant has lost a route or an adjacency.

    dlr --t0-- esg --u0-- pe1        tests/tenantd_crash in the place of tenantd, on all three at the same time

A tenant with all there is comes, takes a subnet, moves to another kernel table (which makes its VRF anew), and goes.
Each of these is begun by a tenantd that meets the fault after its N-th operation, and ended by an ordinary one.
Every so manieth N is tried, `lab/check --full` tries each of them, and random ones.
"""

import os
import random
import re
import signal
import threading
import time
from collections import Counter
from ipaddress import ip_interface
from pathlib import Path

import pytest

from tenantnet import BUILD, TenantNet

pytestmark = pytest.mark.filterwarnings("ignore:record_property is incompatible")    # lab/check reads it all the same
FULL = bool(os.environ.get("FRR_TENANT_FULL"))
STRIDE = 1 if FULL else 40
FIRST, LAST = map(int, os.environ.get("FRR_TENANT_PART", "1-9999").split("-"))    # operations; all take more than an hour
RANDOM = 500 if FULL else 6
SEED = int(os.environ.get("FRR_TENANT_SEED", "1"))
NODES = ("dlr", "esg", "pe1")
WHERE = "dlr:dlr esg:edge pe1:pe"
KEPT = ("stays", "quiet")
PROGRAM = BUILD / "tests/tenantd_crash"
TOLD = "operations.told"
NEVER = 1_000_000    # more operations than any change takes


# ---- what happens to the tenant, forth and back; the first state has no such tenant ----

def comes(db):
    db.tenant("victim", WHERE, ["10.9.0.0/16", "172.16.0.0/16"], id=9)
    db.switch("victim", "web", "10.9.1.0/24", id=90)
    db.link("victim", "paris", "pe1", "x9", "192.168.201.1/30", "ospf", vlan=9)


def goes(db):
    db.delete("tenant", "victim")


# {step: (the state it leads to, what is written)}
STEPS = {
    "a tenant comes": ("tenant", comes),
    "a tenant goes": ("", goes),
    "a subnet comes": ("subnet", lambda db: db.switch("victim", "more", "10.9.2.0/24", id=91)),
    "a subnet goes": ("tenant", lambda db: db.delete("logical_switch", "more")),
    "the VRF is made anew": ("anew", lambda db: db.sql("UPDATE tenant SET table_id = 2009 WHERE id = 9")),
    "the VRF is as it was": ("tenant", lambda db: db.sql("UPDATE tenant SET table_id = NULL WHERE id = 9")),
}
FROM = {"a tenant comes": "", "a tenant goes": "tenant", "a subnet comes": "tenant", "a subnet goes": "subnet",
        "the VRF is made anew": "tenant", "the VRF is as it was": "anew"}
WAYS = {"": ("a tenant goes",), "tenant": ("a tenant comes", "a subnet goes", "the VRF is as it was")}
STORIES = {"tenant": ("a tenant comes", "a tenant goes"), "subnet": ("a subnet comes", "a subnet goes"),
           "override": ("the VRF is made anew", "the VRF is as it was")}


class Net(TenantNet):
    def _configuration(self, router, daemon):
        """mgmtd with our module, which frees it of the locks of who was killed during a commit (tests/test_backend.py shows
        that it is needed); as it has something to say of tenants, tenantd need not wait for a minute whether it has."""
        more = f"tenant-network node-name {router}\n" if daemon == "mgmtd" else ""
        return super()._configuration(router, daemon) + more


@pytest.fixture(scope="module")
def net(request):
    options = {(router, "mgmtd"): f"-M {BUILD}/.libs/mgmtd_tenant.so" for router in NODES}
    options["pe1", "zebra"] = f"-M {BUILD}/.libs/zebra_tenant.so"
    with Net(request.module.__name__, routers=NODES, options=options) as net:
        net.ip("link add x9 type dummy", "link set x9 up", router="pe1")
        with net.db.together():
            for number, name in enumerate(KEPT, 1):
                net.db.tenant(name, WHERE, [f"10.{number}.0.0/16"], id=number)
                net.db.switch(name, "web", f"10.{number}.1.0/24")
        for name in KEPT:
            net.wait_ok(name)
            net.wait_route("pe1", f"10.{KEPT.index(name) + 1}.1.0/24", name)
            net.wait_route("dlr", "0.0.0.0/0", name)
        yield net


class Pauses(threading.Thread):
    """When the machine stood still, or had the processor for others: [(from, to)]."""

    def __init__(self):
        super().__init__(daemon=True)
        self.found, self.ended = [], threading.Event()
        self.start()

    def run(self):
        last = time.monotonic()
        while not self.ended.wait(0.1):
            now = time.monotonic()
            if now - last > 0.7:
                self.found.append((last, now))
            last = now


class Losses:
    """What the other tenants lose while it is watched."""

    def __init__(self, net):
        self.net, self.routes, self.adjacencies = net, [], []
        self.tables = {net.table(r, name) for r in NODES for name in KEPT}
        self.prefixes = {p for r in NODES for name in KEPT for p in net.routes(r, name)} - {"0.0.0.0/0"}
        full = {"dlr": 1, "esg": 2, "pe1": 1}    # what an earlier test took is to be back
        net.wait(lambda: all([state for state, _ in found] == ["Full"] * full[r] for (r, _), found in self.look().items()),
                 20, lambda: f"all adjacencies of the others: {self.look()}")
        self.uptimes = self.look()

    def __enter__(self):
        self.watcher, self.pauses = self.net.watch(*NODES), Pauses()
        return self

    def __exit__(self, *_):
        self.pauses.ended.set()
        for sock in self.watcher.sockets:
            sock.close()

    def look(self):
        return {(r, name): sorted(self.net.neighbors(r, name)) for r in NODES for name in KEPT}

    def forgive(self):
        """What was lost until now was not to be kept."""
        self.count()
        self.routes, self.adjacencies = [], []

    def count(self):
        """To be called now and then, or the kernel has to forget what it would have told."""
        while events := self.watcher.read():
            self.routes += [e for e in events if e.what == "del" and
                            (e.table in self.tables or e.table == 0 and e.prefix in self.prefixes)]
        before, self.uptimes = self.uptimes, self.look()
        for where, old in before.items():
            now = self.uptimes[where]
            if len(now) != len(old) or any(new[0] != "Full" or new[1] <= was[1] for was, new in zip(old, now)):
                self.adjacencies.append((time.monotonic(), where, old, now))


# ---- what a node holds ----

def blocks(text):
    """The lines of a running configuration, each with those that it stands below; in no order."""
    found, above = Counter(), []
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        above = above[:depth] + [line.strip()]
        if line.strip() not in ("", "!", "exit", "exit-address-family", "end"):
            found[" / ".join(above)] += 1
    return found


def held(net, router):
    links = {name: (link["master"], link["mtu"], link["mac"] if link["kind"] == "bridge" else "", link["alias"],
                    link["kind"]) for name, link in net.links(router).items()}
    static = {(r.table, r.prefix, r.proto, r.device) for r in net.routes(router, "victim").values() if r.proto == "static"}
    return {"links": links, "addresses": net.addresses(router), "static": static,
            "table": net.table(router, "victim"),
            **{d: blocks(net.running(router, d)) for d in net.daemons(router) if d in ("mgmtd", "ospfd", "bgpd")}}


def unknown_to_zebra(net, router):
    """Subnets of the tenant's devices that zebra has no connected route to: nothing is reached by them."""
    known = net.show(router, "zebra", "show ip route vrf victim connected json")
    links = net.links(router)
    return {str(network) for device, addresses in net.addresses(router).items() for address in addresses
            if links[device]["master"] == "victim" and str(network := ip_interface(address).network) not in known}


def difference(have, want):
    return {key: (have[key], want[key]) if not isinstance(have[key], Counter) else
            (have[key] - want[key], want[key] - have[key]) for key in want if have[key] != want[key]}


class Sweep:
    """Applies changes, some of them with faults, and counts."""

    def __init__(self, net):
        self.net, self.plans = net, {}
        self.brought_down = 0    # new mgmtds, by zebra
        self.state = ""
        self.met = Counter()    # faults, by router and by what they came after

    def go_to(self, state):
        while self.state != state:
            ways = [step for step in WAYS.get(state, ()) if FROM[step] == self.state]
            self.apply(*STEPS[ways[0] if ways else "a subnet goes" if self.state == "subnet" else "the VRF is as it was"], {})

    def rest_at(self, state):
        """There, and nobody is to meet a fault any more: an operation that did not come yet may come later."""
        self.go_to(state)
        for router in NODES:
            self.net.stop(router, "tenantd", how=signal.SIGKILL)
        self.net.start(*NODES, daemons=["tenantd"])
        self.compare(state, {})

    def begin(self, change, faults, more=""):
        """Make the change while no tenantd runs, and start those that meet the fault after {router: N}; their ids."""
        net = self.net
        for router in NODES:
            net.stop(router, "tenantd", how=signal.SIGKILL)
            (net.log / router / TOLD).unlink(missing_ok=True)
            net.instead[router, "tenantd"] = (f"TENANTD_CRASH={faults.get(router, NEVER)} {more} "
                                              f"TENANTD_CRASH_TOLD={net.log / router / TOLD} {PROGRAM}")
        with net.db.together():
            change(net.db)
        net.start(*NODES, daemons=["tenantd"])
        net.instead.clear()
        return {router: int((net.root(router) / "run/frr/tenantd.pid").read_text()) for router in NODES}

    def apply(self, state, change, faults):
        """The change, with tenantd killed after {router: N}; those where it was. Afterwards all is as planned."""
        net = self.net
        pids = self.begin(change, faults)
        killed = [router for router in NODES if self.is_killed(router, pids[router], state)]
        if killed:
            net.start(*killed, daemons=["tenantd"])
        self.compare(state, faults)
        for router in killed:
            told = (net.log / router / TOLD).read_text()
            self.met[f"{router} {'kernel' if 'kernel, message' in told else 'FRR'}"] += 1
        return killed

    def apply_while_killed(self, state, change, number, daemons, router="pe1"):
        """The change, with FRR's daemons killed after that operation; whether they were."""
        net = self.net
        pids = [net.pid(router, daemon) for daemon in daemons]
        for daemon in daemons:
            if old := net.connections.pop((router, daemon), None):
                old.close()
        self.begin(change, {router: number}, f"TENANTD_CRASH_KILL='{' '.join(map(str, pids))}'")
        told = net.log / router / TOLD
        net.wait(lambda: told.exists() or self.is_done(router, state), 60, f"the operation {number} of {router}")
        if met := told.exists():
            net.wait(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), 10, f"the end of {daemons}")
            net.start(router, daemons=daemons)
            if "mgmtd" in daemons:
                self.keep_mgmtd_up(router)
            net.wait(lambda: all(net.tenantd(router)["up"][daemon] for daemon in daemons), 20, f"tenantd to find {daemons}")
        self.compare(state, (number, daemons))
        return met

    def keep_mgmtd_up(self, router):
        """As watchfrr does. zebra 10.7.1 keeps an answer meant for the mgmtd that was, sends it to the new one before it
        says who it is, and an assertion ends that (lib/mgmt_msg.c, be_adapter_process_msg()): the next one stays."""
        net, folder = self.net, self.net.log / router
        settled = lambda: not net.pid(router, "mgmtd") or \
            re.search(r"Client:\s+zebra", net.vty(router, "mgmtd", "show mgmt backend-adapter all"))
        net.wait(settled, 20, f"zebra to find the new mgmtd of {router}")
        net.pass_seconds(0.5)
        if net.pid(router, "mgmtd"):
            return
        log = folder / "mgmtd.log"
        assert "be_adapter_process_msg(): assertion" in log.read_text(), "mgmtd ended for another reason"
        log.write_text("")
        for core in folder.glob("mgmtd_core*"):
            core.unlink()
        self.brought_down += 1
        net.start(router, daemons=["mgmtd"])

    def is_done(self, router, state):
        """All that was to be done. A tenant that nobody knows goes when mgmtd, too, has been heard, and is no work before."""
        told = self.net.tenantd(router)
        return told["revision"] >= self.net.revision() and not told["busy"] and \
            ("victim" in self.net.links(router)) == bool(state)

    def is_killed(self, router, pid, state):
        """When it is, or when it has done all there was to do."""
        def ended():
            if not os.path.exists(f"/proc/{pid}"):
                return "killed"
            return "done" if self.is_done(router, state) else None

        return self.net.wait(ended, 60, f"tenantd on {router} to be killed, or to be done") == "killed"

    def compare(self, state, faults):
        """It is as planned: tenantd says so, says so when it has read everything again, and all is there."""
        net = self.net
        for router in NODES:
            net.wait(lambda: self.is_done(router, state), 60, f"{router} to be done with '{state}'")
        self.state = state
        done = {r: self.is_as_planned(r) for r in NODES}
        for router in NODES:
            net.kill(router, "tenantd", signal.SIGHUP)
        assert {r: self.is_as_planned(r) for r in NODES} == done, f"a second survey found work: {state}, {faults}, {done}"
        for router in NODES:
            want = self.plans.setdefault((state, router), held(net, router))
            # bgpd hears of a VRF that went from zebra, after tenantd has
            other = lambda: difference(held(net, router), want)
            net.wait(lambda: not other(), 3, lambda: f"{router} to hold what it should in '{state}': {faults}, {other()}")
            net.wait(lambda: not unknown_to_zebra(net, router), 2,
                     lambda: f"zebra of {router} to have the connected {unknown_to_zebra(net, router)}: {state}, {faults}")

    def is_as_planned(self, router):
        """And how many operations it took since it started."""
        net = self.net
        said = lambda: net.vty(router, "tenantd", "show tenant plan")
        net.wait(lambda: said().startswith("Nothing: this node is as the database wants it"), 60,
                 lambda: f"nothing to be done on {router}: {said()}")
        told = net.tenantd(router)
        assert all(t["health"] == "ok" for t in told["tenants"]), told["tenants"]
        return [told[k] for k in ("added", "updated", "deleted", "failed")]


@pytest.fixture
def report(record_property):
    """Tells counts, which lab/check adds up, and what they are made of; fails where anything was lost."""
    began = time.monotonic()

    def tell(counts, losses, what):
        told = (f"{sum(counts.values())} {what}, {len(losses.routes)} routes lost, "
                f"{len(losses.adjacencies)} adjacencies lost")
        record_property("counts", told)
        print(f"\ncounts: {told}\n{dict(counts)} in {time.monotonic() - began:.1f} s", flush=True)
        if losses.routes or losses.adjacencies:
            print(*losses.routes, *losses.adjacencies, "the machine stood still:", *losses.pauses.found, sep="\n")
        assert not losses.routes, losses.routes[:5]
        assert not losses.adjacencies, losses.adjacencies[:5]

    return tell


@pytest.fixture(scope="module")
def sweep(net):
    """Every state was reached without a fault first: that is the plan that counts."""
    sweep = Sweep(net)
    for step in ("a tenant comes", "a subnet comes", "a subnet goes", "the VRF is made anew", "the VRF is as it was",
                 "a tenant goes"):
        sweep.apply(*STEPS[step], {})
    return sweep


@pytest.mark.parametrize("story", STORIES)
def test_tenantd_killed_after_an_operation(net, sweep, report, story):
    """After the first, the second ... until the change has no more of them."""
    steps = STORIES[story]
    before = Counter(sweep.met)
    sweep.go_to(STEPS[steps[-1]][0])
    with Losses(net) as losses:
        number, going = FIRST, {(router, step) for router in NODES for step in steps}
        while going and number <= LAST:
            for step in steps:
                faults = {r: number + i * STRIDE // len(NODES) for i, r in enumerate(NODES) if (r, step) in going}
                killed = sweep.apply(*STEPS[step], faults)
                going -= {(r, step) for r in faults if r not in killed}
                losses.count()
            number += STRIDE
        report(sweep.met - before, losses, "crash points survived")


def test_tenantd_killed_at_random(net, sweep, report):
    """Any change, each node after an operation of its own."""
    chance, before = random.Random(SEED), Counter(sweep.met)
    most = Counter()    # operations of a node in a step, as far as it is known: it was done before the next one
    sweep.go_to("")
    with Losses(net) as losses:
        while sum((sweep.met - before).values()) < RANDOM:
            step = chance.choice([name for name in STEPS if FROM[name] == sweep.state])
            faults = {router: chance.randint(1, most[router, step] or 250) for router in NODES}
            for router in set(faults) - set(sweep.apply(*STEPS[step], faults)):
                most[router, step] = max(faults[router] - 1, 1)
            losses.count()
        report(sweep.met - before, losses, "random crash points survived")


# ---- FRR's daemons ----

# Not zebra: when a VRF goes while it is away, bgpd 10.7.1 never hears of it and keeps an empty "vrf victim" in its
# configuration (seen with N = 30); test_frr_restart has zebra's restart.
ALONE = ("ospfd", "bgpd", "mgmtd")
PAIRS = [pair for i, one in enumerate(ALONE) for pair in ((one, other) for other in ALONE[i + 1:])]
TOGETHER = [(d,) for d in ALONE] + PAIRS if FULL else [("bgpd",), ("ospfd",), ("ospfd", "bgpd")]
# These end without a loss to anybody; with ospfd FRR takes its adjacencies, and what was heard by them, from everybody.
HARMLESS = {"bgpd", "mgmtd"}


@pytest.mark.parametrize("daemons", TOGETHER, ids="+".join)
def test_daemons_of_frr_killed_during_an_apply(net, sweep, report, daemons):
    """On the PE, which has all three: in the midst of a tenant that comes, and of one that goes."""
    met = Counter()
    sweep.go_to("")
    with Losses(net) as losses:
        for number in [n for n in range(3, 70, 8) if FIRST <= n <= LAST] if FULL else (30,):
            for step in ("a tenant comes", "a tenant goes"):
                met["+".join(daemons)] += sweep.apply_while_killed(*STEPS[step], number, daemons)
                if set(daemons) <= HARMLESS:
                    losses.count()
                else:
                    losses.forgive()
        if sweep.brought_down:
            print(f"so far zebra has brought {sweep.brought_down} new mgmtds down")
        assert met, f"the changes take no operations that many: {daemons}"
        report(met, losses, "daemon faults during an apply survived")


@pytest.mark.parametrize("router, daemon", (("pe1", "tenantd"), ("pe1", "bgpd"), ("esg", "tenantd")))
def test_what_waits_in_zebra_is_not_lost_with_who_goes(net, sweep, router, daemon):
    """zebra 10.7.1 forgets more than what was its client's: tenantd takes nothing along (vrf-sync/daemon/zebra.c), and
    where zebra_tenant.so is, as on pe1, nobody does."""
    sweep.rest_at("tenant")
    device = {"pe1": "x9", "esg": "lo"}[router]
    told = lambda command: net.vty(router, "zebra", command)
    connected = lambda: any(r["protocol"] == "connected" for r in net.show(
        router, "zebra", "show ip route 192.0.2.0/24 json").get("192.0.2.0/24", ()))
    net.configure(router, "mgmtd", "zebra work-queue 2000")
    net.wait(lambda: not connected(), 5, "the route of the last time to be gone")
    net.wait(lambda: re.search(r" 2000 .*route_node processing", told("show work-queues")), 5, "zebra to be told")
    try:
        net.ip(f"addr add 192.0.2.1/24 dev {device}", router=router)
        net.wait(lambda: "192.0.2.1/24" in told(f"show interface {device}"), 2, "zebra to know the address")
        assert not connected(), "zebra has not waited"
        net.stop(router, daemon, how=signal.SIGKILL)
        net.wait(connected, 5, "the connected route that was waiting")
    finally:
        net.configure(router, "mgmtd", "zebra work-queue 1")
        net.ip(f"addr del 192.0.2.1/24 dev {device}", router=router)
        if not net.pid(router, daemon):
            net.start(router, daemons=[daemon])
    net.wait(lambda: net.tenantd(router)["up"].get(daemon, True), 20, f"tenantd to find {daemon}")
    sweep.compare("tenant", daemon)


def test_a_load_that_nobody_ends_takes_no_adjacency(net, sweep, report):
    """Who was killed in a transaction leaves an ospfd that sends no hello: the next tenantd ends it (apply/engine.c)."""
    sweep.rest_at("tenant")
    with Losses(net) as losses:
        for line in ("configure terminal", "XFRR_start_configuration"):
            net.vty("pe1", "ospfd", line)
        net.connections.pop(("pe1", "ospfd")).close()
        net.restart("pe1", "tenantd", how=signal.SIGKILL)
        net.pass_seconds(6)    # the dead interval is 4
        losses.count()
        report(Counter(loads=1), losses, "loads that nobody ended survived")


# ---- the kernel, and the clock ----

def dropped(net, router):
    """What the kernel had to tell tenantd and could not."""
    pid = net.pid(router, "tenantd")
    lines = Path(f"/proc/{pid}/net/netlink").read_text().splitlines()
    return sum(int(line.split()[8]) for line in lines[1:])


def test_what_changes_while_the_kernel_has_too_much_to_tell_is_noticed(net, sweep, report):
    """tenantd is stopped until its socket is full; what is changed by hand then, nobody tells it."""
    sweep.rest_at("tenant")
    device, address = "ls90", "10.9.1.1/24"
    mtu, before = net.links("dlr")[device]["mtu"], dropped(net, "dlr")
    with Losses(net) as losses:
        net.kill("dlr", "tenantd", signal.SIGSTOP)
        try:
            storm = [f"route {verb} unreachable 10.200.{n // 250}.{n % 250}/32 table 4000"
                     for n in range(10_000) for verb in ("add", "del")]
            while dropped(net, "dlr") == before:
                net.ip(*storm, router="dlr")
            net.ip(f"link set {device} mtu 1300", f"addr del {address} dev {device}", router="dlr")
        finally:
            net.kill("dlr", "tenantd", signal.SIGCONT)
        net.wait(lambda: net.links("dlr")[device]["mtu"] == mtu, 20, f"the MTU to be {mtu} again")
        net.wait(lambda: address in net.addresses("dlr").get(device, ()), 20, f"{address} to be back")
        losses.count()
        report(Counter(overruns=1), losses, "netlink overruns healed")


def test_a_clock_that_jumps_changes_nothing(net, sweep, report):
    """A day forth, two back, and to where it was: all that is timed is timed by the other clock."""
    if "User Mode Linux" not in Path("/proc/cpuinfo").read_text():
        pytest.skip("the clock is that of the whole machine")
    sweep.rest_at("tenant")
    real = lambda: time.time() - time.monotonic()
    first = real()
    met = Counter()
    with Losses(net) as losses:
        try:
            for number, days in enumerate((1, -2, 1), 1):
                time.clock_settime(time.CLOCK_REALTIME, time.time() + days * 86400)
                net.db.switch("victim", f"jump{number}", f"10.9.{20 + number}.0/24")
                net.wait_route("pe1", f"10.9.{20 + number}.0/24", "victim")
                net.wait_settled()
                met[f"{days:+} days"] += 1
                losses.count()
        finally:
            time.clock_settime(time.CLOCK_REALTIME, time.time() + first - real())
        report(met, losses, "clock jumps survived")
    with net.db.together():
        net.db.sql("DELETE FROM logical_switch WHERE name LIKE 'jump%'")
    net.wait_settled()
