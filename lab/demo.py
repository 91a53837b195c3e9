"""The story that lab/demo tells, inside the lab: a network, a customer, and switches that come and go.

Every line of it is measured or read from a router while it is printed; what does not happen in time ends it with
one sentence and exit status 1.
"""

import argparse
import os
import shlex
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from net import tenants                                    # noqa: E402
from net.tenants import DATABASE, NODES, SITE_ADDRESS, SITE_PREFIX, TENANT, TenantNetwork    # noqa: E402
from net.vty import VtyError                               # noqa: E402
from network import LabError                               # noqa: E402

PICTURE = """
  logical switches                                                    customer's site
         |                                                             172.16.2.0/24
         |                                                                   |
        dlr ----------- esg -------- pe1 --------- p --------- pe2 -------- ce
            NSSA area 51     area 0      MPLS: LDP, BGP VPNv4       area 0

       '------- VRF acme, by tenantd -------'               '-----'
"""

WAYS = {"kernel": "connected", "ospf": "OSPF", "bgp": "BGP, VPNv4"}
LINE = "  {:<5} {:>6.0f} ms   {}"
PATIENCE = 20


def tell(text=""):
    print(text, flush=True)


def by(hop, route):
    """How a route came: protocol, next hop, labels."""
    text = f"{hop.prefix:<16} {WAYS[hop.proto]:<11}"
    if route and route.gateway:
        text += f" via {route.gateway}"
    if route and route.labels:
        text += f", labels {'/'.join(map(str, route.labels))}"
    return text.rstrip()


class Story:
    def __init__(self, net):
        self.net = net

    def typed(self, *words):
        tell("$ " + shlex.join(("tenantctl", *words)))

    def tenantctl(self, *words):
        self.typed(*words)
        self.net.tenantctl(*words)

    def follow(self, trail, commit, hops, gone=False):
        """One line for each hop as it happens; {router: milliseconds since the commit}."""
        took = {}
        for hop, event in trail.follow(hops, PATIENCE):
            took[hop.router] = (event.time - commit) * 1000
            what = f"{hop.prefix:<16} withdrawn" if gone else by(hop, event.route)
            tell(LINE.format(hop.router, took[hop.router], what))
        return took

    # -- the chapters --

    def picture(self):
        tell("One row for a logical switch, and every MPLS site of that customer has the route.")
        tell(PICTURE)
        self.net.make_room()

    def start(self):
        built = os.environ.get("FRR_TENANT_BUILT")
        began = tenants.time.monotonic()
        self.net.start()
        started = tenants.time.monotonic()
        self.net.wait_core()
        version = self.net.vty("p", "zebra", "show version").split("(")[0].strip()
        count = sum(map(len, self.net.daemons.values())) + len(NODES)
        tell(f"{'Built in ' + built + ' s. ' if built else ''}Six routers with {version}, {count} daemons: "
             f"up in {started - began:.1f} s, MPLS core whole {tenants.time.monotonic() - started:.1f} s later.\n"
             f"tenantd runs on {', '.join(NODES)} beside FRR, and none of them has a customer yet.")
        if self.net.modules:
            *others, last = self.net.modules
            tell(f"Our modules are loaded into {', '.join(others)}{' and ' if others else ''}{last}.")
        tell()

    def provider(self):
        tell("The provider says once what it has: sites, nodes, and the wires between them.")
        tell(f"$ export TENANT_DB={DATABASE}")
        for words in tenants.PROVIDER:
            self.tenantctl(*words)
        tell()

    def customer(self):
        tell("A customer on all four, its own site behind pe2. Times: since the last commit; routes: the kernels'.")
        with self.net.trail() as trail:
            for words in tenants.CUSTOMER:
                self.typed(*words)
                commit = trail.run(["tenantctl", *words])
            self.follow(trail, commit, tenants.site_hops())
        self.adjacencies()
        tell()

    def adjacencies(self):
        """OSPF as the routers see it, in one line."""
        for router, count in (("dlr", 1), ("esg", 2), ("pe1", 1), ("pe2", 1)):
            self.net.wait(lambda: self.full(router) == count, PATIENCE, f"OSPF to be Full in VRF {TENANT} on {router}")
        tell(f"OSPF in VRF {TENANT} is Full: dlr with esg, esg with pe1, pe2 with ce.")

    def full(self, router):
        said = self.net.show(router, "ospfd", f"show ip ospf vrf {TENANT} neighbor json")
        table = said.get(TENANT, said).get("neighbors", {})
        states = [entry["nbrState"] for entries in table.values() for entry in entries]
        return sum(state.startswith("Full") for state in states)

    def by_tenantctl(self):
        tell("Now a logical switch, by one command.")
        with self.net.trail() as trail:
            words = ("add", "switch", TENANT, "web", "10.1.1.0/24")
            self.typed(*words)
            took = self.follow(trail, trail.run(["tenantctl", *words]), tenants.hops("10.1.1.0/24"))
        if took["pe1"] - took["esg"] > 500:
            tell("esg's ospfd turns type-7 into type-5 on a timer of 5 s: that is the wait before pe1.")
        tell()
        self.ping("10.1.1.1")
        return took["ce"]

    def ping(self, gateway):
        command = ("ping", "-c", "3", "-i", "0.2", "-W", "1", "-I", SITE_ADDRESS, gateway)
        tell(f"ce$ {' '.join(command)}")
        said = self.net.run("ce", *command, check=False)
        if " 0% packet loss" not in said:
            raise LabError(f"the ping from {SITE_ADDRESS} at ce to {gateway} was not answered: {said.strip()}")
        tell(next(line for line in said.splitlines() if "packets transmitted" in line))
        tell()

    def by_sql(self):
        tell("Another one, by plain SQL: tenantd does not care who writes.")
        sql = f"""BEGIN;
    INSERT INTO logical_switch (tenant_id, name) SELECT id, 'db' FROM tenant WHERE name = '{TENANT}';
    INSERT INTO subnet (switch_id, prefix, gateway)
      VALUES (last_insert_rowid(), '10.1.2.0/24', '10.1.2.1');
    COMMIT;"""
        tell(f'$ sqlite3 $TENANT_DB "{sql}"')
        with self.net.trail() as trail:
            commit = trail.run(["sqlite3", "-batch", "-bail", DATABASE, sql])
            self.follow(trail, commit, tenants.hops("10.1.2.0/24"))
        tell()

    def ask_a_router(self):
        tell("pe2# show tenant acme subnets")
        tell(self.net.vty("pe2", "tenantd", f"show tenant {TENANT} subnets").rstrip())
        tell()

    def refusal(self):
        tell("What cannot work is refused, and nothing changes.")
        words = ("add", "switch", TENANT, "oops", "10.1.2.0/23")
        self.typed(*words)
        tell(self.net.tenantctl(*words, refused=True).rstrip())
        tell()

    def deletion(self):
        tell("The first switch goes, and its route with it.")
        with self.net.trail() as trail:
            words = ("del", "switch", TENANT, "web")
            self.typed(*words)
            self.follow(trail, trail.run(["tenantctl", *words]), tenants.hops("10.1.1.0/24", "del"), gone=True)
        still = self.net.where("10.1.1.0/24")
        if still:
            raise LabError(f"10.1.1.0/24 came back at {' and '.join(still)} after it had been withdrawn.")
        stayed = self.net.where("10.1.2.0/24")
        if len(stayed) < 5:
            raise LabError(f"10.1.2.0/24, which was not deleted, is only at {' and '.join(stayed) or 'no router'}.")
        tell(f"10.1.1.0/24 is in no kernel any more, 10.1.2.0/24 still in all five: {', '.join(stayed)}.")

    def told(self):
        self.picture()
        self.provider()
        self.start()
        self.customer()
        milliseconds = self.by_tenantctl()
        self.by_sql()
        self.ask_a_router()
        self.refusal()
        self.deletion()
        return milliseconds


def stay(out):
    tell("""
The network stays up until Ctrl-C here, or `lab/demo --stop` elsewhere. In another terminal:

  lab/shell pe2                                   vtysh on a router: dlr, esg, pe1, p, pe2, ce
  lab/shell pe2 -c 'show ip route vrf acme'       a single command
  lab/shell dlr -c 'show tenant'                  what tenantd says
  lab/shell dlr --sh                              a root shell there, with tenantctl and $TENANT_DB
""")
    Path(out, "told").touch()


def perform(chosen, net):
    """Exit status. The network is up for as long as this runs."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        milliseconds = Story(net).told()
        if chosen.stay:
            stay(chosen.out)
        tell(f"{'' if chosen.stay else chr(10)}demo: ok, commit to remote site {milliseconds:.0f} ms")
        if chosen.stay:
            signal.pause()
        return 0
    except (LabError, VtyError, OSError, KeyError) as error:
        net.keep_logs(chosen.out)
        tell(f"\ndemo: failed: {error}")
        tell(f"Logs, and what the routers said of themselves, are in {os.environ.get('FRR_TENANT_LOGS', chosen.out)}.")
        return 1
    finally:
        net.stop()


def main():
    parser = argparse.ArgumentParser(prog="demo.py", description=__doc__.split("\n")[0])
    parser.add_argument("--programs", default="/build", help="where tenantd and tenantctl are")
    parser.add_argument("--out", default=os.environ.get("GUEST_OUT", "/tmp/frr-tenant-demo"), help="where logs go")
    parser.add_argument("--stay", action="store_true", help="keep the network up afterwards")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="frr-tenant-") as logs:
        os.chmod(logs, 0o755)
        return perform(chosen, TenantNetwork(logs, chosen.programs))


if __name__ == "__main__":
    sys.exit(main())
