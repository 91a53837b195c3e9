#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tenantd as a back end of a stock mgmtd: what is typed becomes a plan; killed, both come back to the same.

tenantd is lab/bench.d/memory_alone: tenantd with a kernel and a zebra that say yes. Runs in namespaces of its own;
needs root and FRR.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))
from net.alone import CONF, HERE, MODULE, RUN, Daemon, own_namespaces    # noqa: E402
from net.vty import Vty    # noqa: E402

ALONE = Path("lab/bench.d/memory_alone").resolve()
CLIENT = Path(os.environ.get("FRR_TOPOTESTS", "/usr/src/frr/tests/topotests")) / "lib/fe_client.py"
DATABASE = Path("/run/frr/tenants.db")
SHARED = ["tenant-network node-name box", "tenant-network site dc1", "tenant-network node box site dc1",
          "tenant-network node box router-id 10.255.0.1", "tenant-network node box role dlr",
          "tenant-network node box role pe"]
ACME = ["tenant acme", "tenant acme id 7", "tenant acme attachment box role dlr", "tenant acme attachment box role pe",
        "tenant acme switch web id 5", "tenant acme switch web subnet 10.1.1.0/24 gateway 10.1.1.1"]
GLOBEX = ["tenant globex", "tenant globex id 8", "tenant globex attachment box role pe"]
failures = []


def check(good, what):
    if not good:
        failures.append(what)
        print(f"FAILED: {what}")


def wait(predicate, what, seconds=20):
    end = time.monotonic() + seconds
    while not (found := predicate()):
        if time.monotonic() > end:
            check(False, f"waited {seconds} s in vain for {what}")
            return None
        time.sleep(0.05)
    return found


class Box:
    """mgmtd and tenantd, and the daemons that tenantd writes into."""

    def __init__(self):
        self.mgmtd, self.tenantd = Daemon("mgmtd", "-M", MODULE), Daemon("tenantd", program=ALONE)
        self.others = [Daemon("ospfd"), Daemon("bgpd", "-n", "-p", "0")]

    def __enter__(self):
        for daemon in (self.mgmtd, *self.others, self.tenantd):
            daemon.start()
        return self

    def __exit__(self, *_):
        for daemon in (self.tenantd, *self.others, self.mgmtd):
            daemon.stop()

    def state(self):
        return wait(self.ask_state, "tenantd's state") or {}

    def ask_state(self):
        """Nothing while mgmtd and tenantd do not know each other."""
        status, text = self.mgmtd.ask("show mgmt get-data /frr-tenant:tenant-network/state")
        try:
            return json.loads(text)["frr-tenant:tenant-network"]["state"]
        except (ValueError, KeyError):
            return None

    def tenant(self, name):
        return next((t for t in self.state().get("tenant", ()) if t["name"] == name), {})

    def healthy(self, name):
        """And all of it in place: a tenant that has not been begun is well, too."""
        told = self.tenant(name)
        return told.get("health") == "ok" and 0 < int(told["objects-wanted"]) == int(told["objects-in-place"])

    def wait_healthy(self, name):
        wait(lambda: self.healthy(name), f"{name} to be ok, it is {self.tenant(name)}")

    def done(self):
        """Operations since tenantd started."""
        counters = self.state()["counters"]
        return [int(counters[k]) for k in ("added", "updated", "deleted", "failed")]

    def rpc(self, name, **given):
        self.mgmtd.ask("configure terminal")
        data = json.dumps({"frr-tenant:" + name: given}, separators=(",", ":"))
        status, text = self.mgmtd.ask(f"mgmt rpc /frr-tenant:{name} json {data}")
        self.mgmtd.ask("end")
        return text


def typed(box):
    # who the node is, it may be told last: what it heard before counts from then on
    box.mgmtd.type(*ACME[:3])
    wait(lambda: "no tenant is attached" in box.tenantd.ask("show tenant")[1], "tenantd to hear of acme")
    time.sleep(1)
    said = box.mgmtd.type(*SHARED, *ACME[3:], *GLOBEX)
    check(said == {}, f"good lines are answered with words: {said}")
    wait(lambda: box.state().get("node") == "box", "the configuration to be heard")
    for name in ("acme", "globex"):
        box.wait_healthy(name)
    acme = box.tenant("acme")
    check(acme["source"] == "configuration" and int(acme["objects-wanted"]) > 5 and
          acme["objects-wanted"] == acme["objects-in-place"], f"acme's state: {acme}")
    check("router bgp 65000 vrf acme" in box.others[1].running(), "bgpd was not told of acme")
    subnet = next(s for s in box.state()["subnet"] if (s["tenant"], s["prefix"]) == ("acme", "10.1.1.0/24"))
    stages = {x["stage"]: int(x["after"]) for x in subnet["stage"]}
    check(stages["planned"] >= stages["noticed"] >= 0, f"the subnet's trace: {subnet}")


def asked(box):
    told = json.loads(box.rpc("trace", tenant="acme", prefix="10.1.1.0/24"))["frr-tenant:trace"]
    check({"noticed", "planned"} <= {x["stage"] for x in told["stage"]}, f"trace: {told}")
    for given, words in (({"tenant": "acme", "prefix": "10.9.9.0/24"}, "no subnet 10.9.9.0/24"),
                         ({"tenant": "nobody", "prefix": "10.9.9.0/24"}, "no tenant nobody")):
        told = box.rpc("trace", **given)
        check(words in told and len(told.strip().splitlines()) == 1, f"trace {given}: {told}")
    check("change" not in box.rpc("plan"), "something is still planned")
    before = box.done()
    box.rpc("resync")
    wait(lambda: not box.state()["busy"], "the end of the resync")
    # the kernel of this tenantd forgets what it was told: it is told again
    check(box.done()[2:] == before[2:], "a resync took something away")


class Listener:
    """FRR's own front-end client, from its topotests, told of this many notifications."""

    LOG = Path("/run/frr/listener.log")

    def __init__(self, count, *names):
        words = ["-v", "--notify-count", str(count), "--listen", *(f"/frr-tenant:{name}" for name in names)]
        self.process = subprocess.Popen([sys.executable, CLIENT, *words], stdout=subprocess.PIPE, text=True,
                                        stderr=open(self.LOG, "w"))
        wait(lambda: "Waiting for Notify" in self.LOG.read_text(), "the listener to listen")
        time.sleep(0.3)    # until mgmtd has read that, of which nothing tells

    def heard(self):
        try:
            return [json.loads(line) for line in self.process.communicate(timeout=20)[0].splitlines()]
        except subprocess.TimeoutExpired:
            self.process.kill()
            return [self.process.communicate()[0], self.LOG.read_text()]


def told(box):
    """Notifications: a tenant fails and is well again."""
    if not CLIENT.exists():
        print(f"skipped: notifications, for which {CLIENT} is needed")
        return
    listener = Listener(2, "tenant-failed", "tenant-healed")
    box.mgmtd.type("tenant globex attachment nowhere role pe")
    wait(lambda: box.tenant("globex").get("health") == "failed", "globex to be held")
    box.mgmtd.type("no tenant globex attachment nowhere")
    box.wait_healthy("globex")
    heard = listener.heard()
    check(len(heard) == 2 and all(isinstance(one, dict) for one in heard), f"heard: {heard}")
    if not failures:
        failed, healed = heard[0]["frr-tenant:tenant-failed"], heard[1]["frr-tenant:tenant-healed"]
        check(failed["tenant"] == healed["tenant"] == "globex" and failed["node"] == "box" and
              "nowhere" in failed["reason"], f"heard: {heard}")


def wrong_together(box):
    """Only the tenant that is wrong is held, and as it is."""
    box.mgmtd.type("tenant other", "tenant other id 7", "tenant acme attachment nowhere role pe")
    wait(lambda: box.tenant("acme").get("health") == "failed", "acme to be held")
    check("nowhere" in box.tenant("acme")["reason"], box.tenant("acme"))
    check("same id 7" in box.tenant("other").get("reason", ""), box.tenant("other"))
    check(box.healthy("globex"), "globex suffers")
    check("router bgp 65000 vrf acme" in box.others[1].running(), "acme is held, and was taken down")
    box.mgmtd.type("no tenant acme id 7")
    wait(lambda: "has no id" in box.tenant("acme").get("reason", ""), "acme without an id to be held")
    check("router bgp 65000 vrf acme" in box.others[1].running(), "acme lost its id, and was taken down")
    box.mgmtd.type("no tenant other", "tenant acme id 7", "no tenant acme attachment nowhere")
    box.wait_healthy("acme")
    check(box.tenant("other") == {}, "other is still there")


def tenantd_killed(box):
    box.tenantd.stop(signal.SIGKILL)
    box.tenantd.start()
    for name in ("acme", "globex"):
        box.wait_healthy(name)
    check("router bgp 65000 vrf acme" in box.others[1].running(), "bgpd lost acme")
    # the kernel of this tenantd forgets, FRR's daemons do not
    check(box.done()[2:] == [0, 0], f"tenantd took away or failed: {box.done()}")


def mgmtd_killed(box):
    """Without frr.conf it has nothing any more, which is no order; what it is then given again counts."""
    kept = box.mgmtd.lines()
    before = box.done()
    box.mgmtd.stop(signal.SIGKILL)
    box.mgmtd.start()
    box.mgmtd.type("tenant-network node-name box")
    wait(lambda: "has no tenants any more" in box.state().get("problem", ""), "the configuration to be held")
    for name in ("acme", "globex"):
        box.wait_healthy(name)
    check(box.mgmtd.type_together(*kept) == {}, "a good line is answered with words")
    wait(lambda: "problem" not in box.state(), "the end of it")
    check(box.mgmtd.lines() == kept, "the lines are others")
    for name in ("acme", "globex"):
        box.wait_healthy(name)
    check(box.done()[2] == before[2], f"something was taken away: {before} {box.done()}")
    box.mgmtd.stop(signal.SIGKILL)
    (CONF / "frr.conf").write_text("\n".join(line for line in kept if "globex" not in line) + "\n")
    box.mgmtd.start()
    wait(lambda: box.tenant("globex") == {}, "globex to go, which the new mgmtd does not know")
    box.wait_healthy("acme")


def mgmtd_killed_unanswered(box):
    """An answer meant for the old mgmtd does not go to the new one, which 10.7.1 ends by an assertion."""
    for _ in range(3):
        kept = box.mgmtd.lines()
        box.mgmtd.vty.command("configure terminal")
        box.tenantd.process.send_signal(signal.SIGSTOP)
        box.mgmtd.vty.socket.sendall(b"tenant acme description unanswered\0")
        time.sleep(0.3)
        box.mgmtd.stop(signal.SIGKILL)
        box.tenantd.process.send_signal(signal.SIGCONT)
        box.mgmtd.start()
        box.mgmtd.type("tenant-network node-name box")
        wait(lambda: "has no tenants any more" in box.state().get("problem", ""), "tenantd to come to the new mgmtd")
        check(box.mgmtd.process.poll() is None, f"the new mgmtd has ended: {box.mgmtd.log.read_text()[-400:]}")
        check(box.mgmtd.type_together(*kept) == {}, "a good line is answered with words")
        box.wait_healthy("acme")


def client_killed_during_its_commit(box):
    """mgmtd 10.7.1 leaves such a session open, with its locks, so that nobody can configure anything any more; our module
    closes it."""
    for number in range(3):
        client = Vty(str(RUN / "mgmtd.vty"))
        for line in ("configure terminal file-lock", "XFRR_start_configuration", f"tenant acme description gone{number}"):
            client.command(line)
        box.tenantd.process.send_signal(signal.SIGSTOP)
        client.socket.sendall(b"XFRR_end_configuration\0")
        time.sleep(0.3)
        client.close()
        box.tenantd.process.send_signal(signal.SIGCONT)
        wait(lambda: box.mgmtd.type_together(f"tenant acme description after{number}") == {} and
             f"tenant acme description after{number}" in box.mgmtd.lines(), "mgmtd to be free for another")
    box.mgmtd.type("no tenant acme description")
    box.wait_healthy("acme")


def guard_raised(box):
    """Two tenants gone together are held, until the guard says that as many may go."""
    box.mgmtd.type_together(*GLOBEX)
    box.wait_healthy("globex")
    lines, before = box.mgmtd.lines(), box.done()
    check(box.mgmtd.type_together("no tenant acme", "no tenant globex") == {}, "a good line is answered with words")
    wait(lambda: "has no tenants any more" in box.state().get("problem", ""), "both to be held")
    check(box.healthy("acme") and box.healthy("globex") and box.done() == before, f"{before} {box.done()}")
    box.mgmtd.type("tenant-network guard tenants-gone 2")
    wait(lambda: box.tenant("acme") == {} == box.tenant("globex"), "both to go")
    wait(lambda: "problem" not in box.state(), "the end of it")
    box.mgmtd.type("no tenant-network guard tenants-gone")
    check(box.mgmtd.type_together(*lines) == {}, "a good line is answered with words")
    for name in ("acme", "globex"):
        box.wait_healthy(name)
    box.mgmtd.type("no tenant globex")
    wait(lambda: box.tenant("globex") == {}, "globex to go")


def braked(box):
    """A tenant that would lose very much at once is held until somebody says that it is meant."""
    def has(count, what):
        """So many of them are wanted, and in place."""
        def is_so():
            acme = box.tenant("acme")
            return len([s for s in box.state()["subnet"] if s["tenant"] == "acme"]) == count and \
                acme["health"] == "ok" and acme["objects-in-place"] == acme["objects-wanted"]
        wait(is_so, what)
    many = [f"tenant acme switch web subnet 10.1.{i}.0/24" for i in range(10, 40)]
    check(box.mgmtd.type_together(*many) == {}, "a good line is answered with words")
    has(31, "30 subnets more")
    before = box.done()
    box.mgmtd.type_together(*[f"no {line}" for line in many[:11]])
    reason = wait(lambda: box.tenant("acme").get("reason", ""), "acme to be held") or ""
    check("would lose 11 of its 31 prefixes at once" in reason and "tenant release" in reason, f"the reason is {reason}")
    check(box.done() == before, f"something was done: {before} {box.done()}")
    status, words = box.tenantd.ask("tenant release")
    check(not status and not words, f"tenant release: {status} {words}")
    has(20, "11 subnets to go")
    # by the operation, and once only
    box.mgmtd.type_together(*[f"no {line}" for line in many[11:]])
    wait(lambda: "would lose 19 of its 20" in box.tenant("acme").get("reason", ""), "acme to be held again")
    box.rpc("release")
    has(1, "19 subnets to go")
    # as much as the guard lets
    box.mgmtd.type_together("tenant-network guard withdrawn-prefixes 30", *many)
    has(31, "30 subnets more")
    box.mgmtd.type_together(*[f"no {line}" for line in many])
    has(1, "30 subnets to go")
    box.mgmtd.type("no tenant-network guard withdrawn-prefixes")


# daemon, how a hand changes it, and which line it took away or brought
HANDS = (("bgpd", ("router bgp 65000 vrf acme", "address-family ipv4 unicast", "rt vpn import 65000:8 65000:7"),
          "rt vpn import 65000:8 65000:7", True),
         ("bgpd", ("router bgp 65000 vrf acme", "address-family ipv4 unicast", "no export vpn"), None, False),
         ("bgpd", ("no router bgp 65000 vrf acme",), "router bgp 65000 vrf acme", False),
         ("bgpd", ("route-map TN-acme-IMP permit 10", "no match extcommunity TN-acme-OWN"),
          "match extcommunity TN-acme-OWN", False),
         ("bgpd", ("no route-map TN-acme-EXP deny 5",), "route-map TN-acme-EXP deny 5", False),
         ("bgpd", ("bgp extcommunity-list standard TN-nobody-OWN seq 5 permit rt 65000:7",), "TN-nobody-OWN", True),
         ("ospfd", ("no ip prefix-list TENANT-RESERVED seq 2 permit 127.0.0.0/8 le 32",), "TENANT-RESERVED seq 2", False),
         ("ospfd", ("ip prefix-list TENANT-RESERVED seq 9 permit any",), "TENANT-RESERVED seq 9", True))


def typed_by_hand(box):
    """What somebody types into a daemon is put right, told of, and nobody else's is touched."""
    daemons = {daemon.name: daemon for daemon in box.others}
    daemons["bgpd"].vty.configure(["router bgp 65000 vrf theirs", "bgp router-id 192.0.2.1"])

    def lines_of(daemon):    # an instance that was made anew is the last one
        return sorted(daemon.running().splitlines())
    for name, lines, line, is_added in HANDS:
        daemon = daemons[name]
        good, told = lines_of(daemon), box.tenantd.log.read_text().count(f"changed what {name} holds")
        daemon.vty.configure(lines)
        check(lines_of(daemon) != good, f"{lines} changes nothing in {name}")
        check(line is None or (line in daemon.running()) == is_added, f"{lines} at {name}: {line}")
        wait(lambda: lines_of(daemon) == good, f"{lines} at {name} to be put right", 10)
        check(box.tenantd.log.read_text().count(f"changed what {name} holds") > told, f"the log does not tell of {lines}")
        box.wait_healthy("acme")
    # or only told of
    daemon, (_, lines, line, _) = daemons["bgpd"], HANDS[0]
    box.tenantd.type("tenant drift report")
    daemon.vty.configure(lines)
    wait(lambda: "it stays, and would be put right by 1 statement" in box.tenantd.log.read_text(), "the log to tell of it", 10)
    box.mgmtd.type("tenant acme switch web subnet 10.1.9.0/24")    # a batch for another reason
    wait(lambda: "10.1.9.0/24" in box.tenantd.ask("show tenant acme subnets")[1], "the subnet")
    time.sleep(8)
    check(line in daemon.running(), "what is only told of is put right")
    check(box.tenantd.log.read_text().count("it stays, and would") == 1, "it is told of more than once")
    box.tenantd.type("tenant drift repair")
    wait(lambda: line not in daemon.running(), "it to be put right after all", 10)
    box.mgmtd.type("no tenant acme switch web subnet 10.1.9.0/24")
    check("router bgp 65000 vrf theirs" in daemons["bgpd"].running(), "another's instance was taken away")
    daemons["bgpd"].vty.configure(["no router bgp 65000 vrf theirs"])


def both_sources(box):
    database = sqlite3.connect(DATABASE, isolation_level=None)
    database.executescript((HERE / "vrf-sync/schema.sql").read_text())
    database.executescript("INSERT INTO site (id, name) VALUES (1, 'dc1');"
                           "INSERT INTO node (id, site_id, name, router_id) VALUES (1, 1, 'box', '10.255.0.1');"
                           "INSERT INTO node_role VALUES (1, 'dlr'), (1, 'pe');"
                           "INSERT INTO tenant (id, name) VALUES (1, 'initech'), (2, 'acme');"
                           "INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'pe'), (2, 1, 'pe')")
    for file in DATABASE.parent.glob("tenants.db*"):
        file.chmod(0o666)
    box.mgmtd.type("tenant-network source main type sqlite", f"tenant-network source main location {DATABASE}")
    wait(lambda: box.tenant("initech").get("source") == "database", "the database's tenant")
    wait(lambda: box.tenant("acme").get("health") == "failed", "acme to be held")
    reason = box.tenant("acme").get("reason", "")
    check(str(DATABASE) in reason and "configuration" in reason, f"the reason names not both: {reason}")
    check("router bgp 65000 vrf acme" in box.others[1].running(), "acme was taken down")
    database.execute("PRAGMA foreign_keys = ON")
    database.execute("DELETE FROM tenant WHERE name = 'acme'")
    box.wait_healthy("acme")
    check(box.tenant("acme").get("source") == "configuration", box.tenant("acme"))
    database.execute("INSERT INTO tenant (id, name) VALUES (7, 'umbrella')")
    wait(lambda: box.tenant("acme").get("health") == "failed", "acme to be held for its id")
    reason = box.tenant("acme").get("reason", "")
    check("id 7 is tenant umbrella" in reason and "acme" in reason, f"the reason names not both: {reason}")
    box.mgmtd.type("no tenant acme")
    wait(lambda: box.tenant("acme") == {}, "acme to go")
    check(box.healthy("initech"), "initech suffers")
    database.close()


def main():
    own_namespaces()
    with Box() as box:
        for story in (typed, asked, told, wrong_together, tenantd_killed, client_killed_during_its_commit,
                      mgmtd_killed_unanswered, mgmtd_killed, guard_raised, braked, typed_by_hand, both_sources):
            story(box)
            print(f"{story.__name__}: {len(failures)} failures so far", flush=True)
    end, words = box.tenantd.process.returncode, box.tenantd.log.read_text()
    check(end == 0 and "memstats" not in words and "Sanitizer" not in words, f"tenantd ended with {end}")
    if failures:
        print(words[-3000:])
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
