# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference network with tenantd on it, for topotests: FRR's topogen makes the routers, this module the rest.

    dlr --t0-- esg --u0-- pe1 --c0/c0-- p --c1/c0-- pe2 --x0/e0-- ce (172.16.2.1/24, at 192.168.201.2)
                                                      '-x1/e0-- ce2, where a test asks for it: the same addresses

    with TenantNet(module_name) as net:               # all of it up, the core converged, no tenant yet
        net.db.tenant("acme", REFERENCE)              # plain SQL into the one database
        net.db.switch("acme", "web", "10.1.1.0/24")
        net.wait_route("ce", "10.1.1.0/24")
        assert net.ping("ce", "10.1.1.1", source="172.16.2.1")

Base configuration and wiring are lab/net/reference.py's. What is asked often goes through kept vty connections,
netlink and /proc, because a process start costs more in a guest than what is looked for. $FRR_TENANT_BUILD is where
tenantd was built.
"""

import itertools
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from lib import topotest
from lib.topogen import Topogen, TopoRouter

TREE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TREE / "lab"))
from net import reference, routes    # noqa: E402
from net.vty import Vty, VtyError    # noqa: E402
from tenantdb import Database        # noqa: E402

BUILD = Path(os.environ.get("FRR_TENANT_BUILD", "/build"))
# With FRR_TENANT_SANITIZED set tenantd is that of "lab/build --sanitize". What it complains of is the test's failure; what
# it loses, FRR's memory statistics say: to look itself it would have to trace itself, and it is not root.
SANITIZED = bool(os.environ.get("FRR_TENANT_SANITIZED"))
CONFINED = Path(__file__).resolve().parent.parent / "lab/net/confined.py"
ALL = reference.ROUTERS
SITE = "172.16.2.0/24"                # what is behind each customer router
REFERENCE = "dlr:dlr esg:edge pe1:pe pe2:pe"
LAST_RESORT = 4278198272              # metric of the unreachable default in every VRF
PATIENCE = 4    # with deadlines: it costs nothing where all is well, and another guest may have the processor
STARTS = ("mgmtd", "zebra", "bfdd", "vrrpd", "ospfd", "bgpd", "ldpd", "tenantd", "frr-netconfd")    # in this order

IFLA_MASTER, IFLA_ADDRESS, IFLA_MTU, IFLA_IFALIAS = 10, 1, 4, 20


class TenantNet:
    """One topogen network with its database; see the head of this file."""

    BFD = False          # whether bfdd runs; 200 ms a router
    OURS = ("tenantd",)  # our own daemons, on each of the provider's nodes
    SHAPE = reference    # routers, links, addresses and base configuration
    NODES = {"dlr": ("dc1", "dlr"), "esg": ("dc1", "edge"), "pe1": ("dc1", "pe"), "pe2": ("branch", "pe")}
    WIRES = {"transit": ("dc1", "transit", {"esg": ("t0", 1), "dlr": ("t0", 3)}, {}),
             "uplink": ("dc1", "uplink", {"pe1": ("u0", 1), "esg": ("u0", 2)}, {})}

    def __init__(self, name, routers=ALL, nodes=NODES, wires=WIRES, ce2=False, servers=(), switches=(),
                 daemons=None, options=None, confined=False, strays=False):
        """ce2: a second customer at pe2; servers: namespaces wired to the dlr's port of the same name;
        switches: namespaces that are only wired;
        daemons: {router: {daemon: text of its configuration}} in place of the usual;
        options: {(router, daemon): more arguments};
        confined: tenantd has no more than its systemd unit leaves it;
        strays: what strays (alarms()) is no fault in the end."""
        self.name, self.nodes, self.wires, self.servers = name, nodes, wires, [*servers, *switches]
        self.provider = [r for r in routers if r in nodes]
        self.routers = list(routers) + (["ce2"] if ce2 else [])
        self.links_made = [l for l in self.SHAPE.LINKS if {l[0], l[2]} <= {*routers, *switches}]
        if ce2:
            self.links_made.append(("pe2", "x1", "ce2", "e0", 1500))
        self.links_made += [("dlr", name, name, "e0", 1500) for name in servers]
        self.special, self.options, self.confined, self.strays = daemons or {}, options or {}, confined, strays
        self.connections, self.spaces = {}, {}
        self.instead = {}    # {(router, daemon): what is run in its place}
        self.sequence = itertools.count(1)
        self.began = time.monotonic()

    # -- making and removing --

    def __enter__(self):
        self.tgen = Quiet(self._build, self.name)
        try:
            self.tgen.start_topology()
            self.log = Path(self.tgen.logdir)
            self.db = self.open_database()
            self.db.provider(self.nodes, self.wires, self.SHAPE.LOOPBACK)
            for router in [*self.routers, *self.servers]:
                self._enter(router)
            self.start(*self.routers)
            self._wait_core()
            print(f"\nnetwork up in {time.monotonic() - self.began:.1f} s", flush=True)
            return self
        except BaseException as error:
            print(f"the network did not come up: {error}", flush=True)    # before what ending it half built may raise
            self.__exit__()
            raise

    def open_database(self):
        """Where tenants are; of topotests/tenantdb.py's interface."""
        return Database(self.log / "db" / "tenants.db")

    def __exit__(self, *_):
        began = time.monotonic()
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()
        problems = self._end_daemons()
        for net, uts in self.spaces.values():
            os.close(net)
            os.close(uts)
        self.tgen.stop_topology()
        print(f"network down in {time.monotonic() - began:.1f} s", flush=True)
        assert not problems, problems

    def _build(self, tgen):
        TopoRouter.PRIVATE_DIRS = ["/etc/frr", "/var/run/frr", "/var/lib/frr"]    # the others are a process each, unused
        for name in [*self.routers, *self.servers]:
            tgen.add_router(name)
        for left, device, right, other, _ in self.links_made:
            tgen.add_link(tgen.gears[left], tgen.gears[right], device, other)

    def node(self, router):
        """FRR's own object of the router (lib.topotest.Router)."""
        return self.tgen.gears[router].net

    def root(self, router):
        """The router's file system, seen from here."""
        return Path(f"/proc/{self.node(router).pid}/root")

    def daemons(self, router):
        usual = self.special.get(router, self.SHAPE.DAEMONS["ce" if router == "ce2" else router])
        return [d for d in STARTS if (d in usual and (d != "bfdd" or self.BFD)) or d in self.OURS and router in self.provider]

    def _configuration(self, router, daemon):
        if daemon == "tenantd":
            return (f"hostname {router}\nlog timestamp precision 3\ntenant node {router}\n"
                    f"tenant database {self.db.place}\n")
        if router in self.special:
            return f"hostname {router}\n{self.special[router][daemon]}" if daemon != "mgmtd" else ""
        return self.SHAPE.configuration("ce" if router == "ce2" else router, daemon)

    def _enter(self, router):
        pid = self.node(router).pid
        self.spaces[router] = tuple(os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY) for kind in ("net", "uts"))
        like = "ce" if router == "ce2" else router
        devices = {end[1]: l[4] for l in self.links_made for end in (l[:2], l[2:4]) if end[0] == router}
        lines = [line for line in self.SHAPE.commands(like) if line.split()[:2] != ["link", "set"] or "up" not in line]
        lines = [line for line in lines if line.split()[-1] in (*devices, "lo", "site", "dummy")]
        lines += [f"link set {device} mtu {mtu} up" for device, mtu in devices.items()]
        lines += ["link set lo up"] + (["link set site up"] if like == "ce" else [])
        with self.inside(router):
            self.ip(*lines)
            core = {f"net/mpls/conf/{device}/input": 1 for device in self.SHAPE.CORE.get(router, ()) if device in devices}
            for name, value in {**self.SHAPE.SYSCTLS, **core}.items():
                Path("/proc/sys", name).write_text(str(value))
        log = self.log / router
        subprocess.run(["install", "-m", "775", "-o", "frr", "-g", "frr", "-d", log], check=True)
        os.chmod(self.log, 0o777)
        for daemon in self.daemons(router) if router in self.routers else ():
            path = self.root(router) / "etc/frr" / f"{daemon}.conf"
            path.write_text(self._configuration(router, daemon))
            self.node(router).daemons[daemon] = 1    # FRR's checks of cores and logs cover it

    def _wait_core(self):
        if not {"pe1", "p", "pe2"} <= set(self.routers):
            return
        near, far = self.SHAPE.LOOPBACK["pe1"], self.SHAPE.LOOPBACK["pe2"]
        for a, b in (("pe1", far), ("pe2", near)):
            self.wait(lambda: self._label(a, b), 30, f"an LDP label to {b} on {a}")
            self.wait(lambda: self.show(a, "bgpd", "show bgp ipv4 vpn summary json")["peers"][b]["state"] ==
                      "Established", 30, f"the VPNv4 session to {b} on {a}")

    def _label(self, router, address):
        entry = self.show(router, "zebra", f"show ip route {address}/32 json").get(f"{address}/32", [])
        return any(hop.get("labels") for route in entry for hop in route["nexthops"] if hop.get("fib"))

    # -- daemons --

    def start(self, *names, daemons=None):
        """Start routers' daemons (all of them, or those named), every router at the same time."""
        running = []
        for router in names:
            # FRR's own MAX_FDS: bgpd and ospfd hold two descriptors for each VRF
            script = ["set -e", "umask 0", "ulimit -n 65536", f"cd {self.log / router}"]
            for daemon in daemons or self.daemons(router):
                path = self.instead.get((router, daemon),
                                        (BUILD if daemon in self.OURS else Path("/usr/lib/frr")) / daemon)
                if SANITIZED and daemon == "tenantd":    # whose sanitizer calls what no unit allows
                    path = f"env ASAN_OPTIONS=detect_leaks=0:log_path={self.log / router}/tenantd.sanitizer {BUILD}/asan/tenantd"
                elif self.confined and daemon == "tenantd":
                    path = f"{CONFINED} {BUILD}/service/tenantd.service {path}"
                level = "informational" if daemon in self.OURS else "notifications"
                more = " -s 90000000" if daemon == "zebra" else ""
                more += " " + self.options.get((router, daemon), "")
                log = self.log / router / f"{daemon}.log"
                log.touch()
                shutil.chown(log, "frr", "frr")
                script.append(f"{path} -d --log file:{log} --log-level {level}{more} "
                              f"</dev/null >>{daemon}.out 2>>{daemon}.err")
            running.append((router, self.node(router).popen(["sh", "-c", "\n".join(script)])))
        for router, process in running:
            output = process.communicate()
            assert process.returncode == 0, f"daemons of {router} did not start: {output} {self.errors(router)}"

    def errors(self, router):
        return "".join(file.read_text(errors="replace") for file in (self.log / router).glob("*.err"))

    def pid(self, router, daemon):
        """Its process id; None where it does not run."""
        try:
            pid = int((self.root(router) / f"run/frr/{daemon}.pid").read_text())
            program = Path(os.readlink(f"/proc/{pid}/exe").split(" ")[0]).name
            return pid if program.removeprefix("lt-").startswith(daemon) else None    # or what is run instead of it
        except (OSError, ValueError):
            return None

    def stop(self, router, *daemons, how=signal.SIGTERM):
        """End daemons, kindly or not, and wait until they are gone."""
        pids = [pid for daemon in daemons if (pid := self.pid(router, daemon))]
        for daemon in daemons:
            old = self.connections.pop((router, daemon), None)
            if old:
                old.close()
        end_all(pids, how)
        self.wait(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), 10,
                  f"the end of {', '.join(daemons)} on {router}")

    def kill(self, router, daemon, which):
        os.kill(self.pid(router, daemon), which)

    def restart(self, router, *daemons, how=signal.SIGTERM):
        self.stop(router, *reversed(daemons), how=how)
        self.start(router, daemons=daemons)

    def _end_daemons(self):
        """As FRR's framework does when it stops a router, but all routers at the same time."""
        for last in (False, True):
            running = [(r, d, pid) for r in self.spaces if r in self.routers for d in self.daemons(r)
                       if (d in ("mgmtd", "zebra")) == last and (pid := self.pid(r, d))]
            end_all([pid for _, _, pid in running], signal.SIGTERM)
            alive = lambda: [f"{d} on {r}" for r, d, pid in running if os.path.exists(f"/proc/{pid}")]
            try:
                self.wait(lambda: not alive(), 15, "the end")
            except AssertionError:
                return "did not end: " + ", ".join(alive())
        found = [self.node(r).checkRouterCores(reportLeaks=False, reportOnce=True) or ""
                 for r in self.spaces if r in self.routers]
        leaks = [file for r in self.provider for daemon in self.OURS
                 if "memstats:" in (file := self.log / r / f"{daemon}.err").read_text()]
        complaints = [file for r in self.provider for file in (self.log / r).glob("*.sanitizer.*")]
        alarms = [] if self.strays else [line for r in self.provider for line in self.alarms(r)]
        return "".join(found + alarms) + "".join(f"{file}: {file.read_text()}" for file in leaks + complaints)

    def alarms(self, router):
        """What tenantd told of routes that should not be where they are, or should be and are not."""
        text = (self.log / router / "tenantd.log").read_text()
        return re.findall(r"^.*EC (?:1929379856|1929379857)\].*$|^.* that bgpd does not export to the VPN.*$", text, re.M)

    # -- acting --

    def inside(self, router):
        """`with net.inside("ce"):` what is opened or started in the block belongs to that router."""
        return routes.inside(*self.spaces[router])

    def ip(self, *lines, router=None):
        """Lines of `ip -batch`, in one process."""
        if router:
            with self.inside(router):
                return self.ip(*lines)
        done = subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, capture_output=True)
        assert done.returncode == 0, f"ip refused: {done.stderr}"

    def ping(self, router, address, source=None, vrf=None, tries=100, wait=0.3):
        """True when an echo comes back; tries * wait seconds at most."""
        with self.inside(router):
            sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        with sock:
            if vrf:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, vrf.encode() + b"\0")
            if source:
                sock.bind((source, 0))
            ident = next(self.sequence)
            for attempt in range(tries):
                try:
                    sock.sendto(echo(ident, attempt), (address, 0))
                except OSError:    # no route, or refused by one
                    self._pause(wait)
                    continue
                if answered(sock, ident, address, wait):
                    return True
        return False

    def never_pings(self, router, address, source=None, vrf=None):
        return not self.ping(router, address, source, vrf, tries=2, wait=0.25)

    @staticmethod
    def _pause(seconds):
        time.sleep(seconds)

    # -- looking --

    now = staticmethod(time.monotonic)

    def wait(self, predicate, timeout, what):
        """Call the predicate until it gives something true, and return that.

        timeout: the seconds that a quiet machine may take; another gets PATIENCE times as many. what: a text, or a
        function that gives it when the time is over."""
        timeout *= PATIENCE
        end = time.monotonic() + timeout
        while True:
            try:
                if answer := predicate():
                    return answer
                problem = ""
            except (OSError, VtyError, KeyError, IndexError) as error:
                problem = f" ({type(error).__name__}: {error})"
            if time.monotonic() > end:
                raise AssertionError(f"waited {timeout} s in vain for {what() if callable(what) else what}{problem}")
            self._pause(0.03)

    def stays(self, predicate, seconds, what):
        """It is so now and all the time until then."""
        end = self.now() + seconds
        while self.now() < end:
            assert predicate(), what
            self._pause(0.2)

    def pass_seconds(self, seconds):
        self._pause(seconds)

    def processor(self, router, daemon):
        """Seconds of processor that a daemon has used."""
        fields = Path(f"/proc/{self.pid(router, daemon)}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def vty(self, router, daemon, command):
        key = router, daemon
        for attempt in (1, 2):    # a daemon that was restarted has closed the old connection
            try:
                if key not in self.connections:
                    self.connections[key] = Vty(str(self.root(router) / "run/frr" / f"{daemon}.vty"))
                return self.connections[key].ask(command)[1]
            except OSError:
                self.connections.pop(key, None)
                if attempt == 2:
                    raise
        return None

    def show(self, router, daemon, command):
        """The answer to a command that ends in `json`."""
        text = self.vty(router, daemon, command)
        try:
            return json.loads(text or "{}")
        except ValueError:
            raise VtyError(f"'{command}' at {daemon} on {router}: {text.strip()}") from None

    def configure(self, router, daemon, *lines):
        """As an operator would by hand; VtyError where the daemon refuses a line."""
        self.vty(router, daemon, "show version")    # connected, whatever became of the daemon since
        self.connections[router, daemon].configure(lines)

    def running(self, router, daemon):
        return self.vty(router, daemon, "show running-config")

    def table(self, router, vrf):
        return routes.vrf_tables(self.spaces[router][0]).get(vrf)

    def routes(self, router, vrf=None):
        """{prefix: Route} of the main table, a table number, or a VRF's table; {} where there is no such VRF.

        The `unreachable default` that tenantd puts at the end of a VRF's table is left out.
        """
        table = 254 if vrf is None else vrf if isinstance(vrf, int) else self.table(router, vrf)
        return {} if table is None else {
            r.prefix: r for r in routes.dump(self.spaces[router][0], table) if r.metric != LAST_RESORT}

    def links(self, router):
        """{name: {index, master, mac, mtu, alias, kind}} of every device."""
        found, names = {}, {}
        for kind, body in routes.ask(self.spaces[router][0], 18, struct.pack("=BxHiII", 0, 0, 0, 0, 0)):
            if kind != routes.RTM_NEWLINK:
                continue
            a = routes.attributes(body[16:])
            info = routes.attributes(a.get(routes.IFLA_LINKINFO, b""))
            text = lambda data: data.rstrip(b"\0").decode()
            number = lambda key: struct.unpack("=I", a[key])[0] if key in a else 0
            name, index = text(a[routes.IFLA_IFNAME]), struct.unpack_from("=i", body, 4)[0]
            names[index] = name
            data = routes.attributes(info[routes.INFO_DATA]) if routes.INFO_DATA in info else {}
            found[name] = {"index": index, "master": number(IFLA_MASTER), "mtu": number(IFLA_MTU),
                           "mac": a.get(IFLA_ADDRESS, b"").hex(":"), "alias": text(a.get(IFLA_IFALIAS, b"")),
                           "kind": text(info.get(routes.INFO_KIND, b"")), "data": data}
        for link in found.values():
            link["master"] = names.get(link["master"])
        return found

    def addresses(self, router):
        """{device: {"10.1.1.1/24", ...}} of IPv4."""
        found, names = {}, {link["index"]: name for name, link in self.links(router).items()}
        body = struct.pack("=BBBBI", socket.AF_INET, 0, 0, 0, 0)
        for kind, answer in routes.ask(self.spaces[router][0], 22, body):
            _, length, _, _, index = struct.unpack_from("=BBBBI", answer)
            local = routes.attributes(answer[8:]).get(2)
            if local:
                found.setdefault(names.get(index), set()).add(f"{socket.inet_ntoa(local)}/{length}")
        return found

    def tables_with(self, router, prefix):
        """Every kernel table of the router that holds the prefix."""
        return {r.table for r in routes.dump(self.spaces[router][0]) if r.prefix == prefix}

    def lsas(self, router, vrf, kind):
        """{link state id: (age, forwarding address)}; kind is "external" or "nssa-external"."""
        text = self.vty(router, "ospfd", f"show ip ospf {'vrf ' + vrf if vrf else ''} database {kind}")
        blocks = re.split(r"LS age: ", text)[1:]
        field = lambda block, name: (re.search(name + r": (\S+)", block) or [None, None])[1]
        return {field(b, "Link State ID"): (int(re.match(r"\d+", b)[0]), field(b, "Forward Address")) for b in blocks}

    def neighbors(self, router, vrf=None):
        """[(state, milliseconds up)] of its OSPF neighbours."""
        text = self.show(router, "ospfd", f"show ip ospf {'vrf ' + vrf if vrf else ''} neighbor json")
        found = text.get(vrf or "default", text)["neighbors"]
        return [(n["nbrState"].split("/")[0], n.get("upTimeInMsec", 0)) for list_ in found.values() for n in list_]

    def icmp_echoes(self, router):
        """How many echo requests have arrived at it."""
        lines = Path(f"/proc/{self.node(router).pid}/net/snmp").read_text().splitlines()
        names, values = (line.split() for line in lines if line.startswith("Icmp:"))
        return int(values[names.index("InEchos")])

    def watch(self, *names, tables=()):
        return routes.RouteWatcher({r: self.spaces[r][0] for r in names}, tables)

    def wait_route(self, router, prefix, vrf=None, timeout=20):
        """Until the kernel has it; the Route."""
        where = f"{router}, {'VRF ' + vrf if vrf else 'main table'}"
        return self.wait(lambda: self.routes(router, vrf).get(prefix), timeout, f"{prefix} at {where}")

    def wait_no_route(self, router, prefix, vrf=None, timeout=20):
        where = f"{router}, {'VRF ' + vrf if vrf else 'main table'}"
        self.wait(lambda: prefix not in self.routes(router, vrf), timeout, f"{prefix} to leave {where}")

    def tenantd(self, router):
        return self.show(router, "tenantd", "show tenant json")

    def health(self, router, name):
        """(health, reason) of a tenant as its node tells it."""
        return next(((t["health"], t["reason"]) for t in self.tenantd(router)["tenants"] if name in (t["name"], t["vrf"])),
                    (None, ""))

    def revision(self):
        return self.db.revision()

    def wait_settled(self, *names, timeout=20):
        """Until tenantd on each has applied what is in the database now."""
        revision = self.revision()
        for router in names or self.provider:
            self.wait(lambda: (s := self.tenantd(router))["revision"] >= revision and not s["busy"], timeout,
                      f"revision {revision} at {router}")

    def wait_ok(self, name, *names, timeout=20):
        self.wait_settled(*names, timeout=timeout)
        for router in names or self.provider:
            self.wait(lambda: self.health(router, name)[0] in ("ok", None), timeout,
                      f"tenant {name} to be well at {router}: {self.health(router, name)}")

    def tenantctl(self, *words):
        """What it says; its sentence where it refuses."""
        done = subprocess.run([BUILD / "tenantctl", "--db", self.db.path, *words], text=True, capture_output=True)
        return done.stdout if done.returncode == 0 else done.stderr

    def seconds_since(self, began):
        return f"{time.monotonic() - began:.2f} s"


class Quiet(Topogen):
    """Topogen with fewer processes: no vtysh for every router at every test to write the test's name into logs, and
    none for every sysctl."""

    def __init__(self, *arguments):
        usual = topotest.fix_netns_limits
        topotest.fix_netns_limits = lambda node: usual(Sysctls(node.pid))
        try:
            super().__init__(*arguments)
        finally:
            topotest.fix_netns_limits = usual

    def log_test_start(self, test_path):
        pass

    log_test_end = log_test_start

    def log_test_result(self, test_path, result):
        pass


class Sysctls:
    """Stands in for a node where the framework calls `sysctl` in it: the same, without a process."""

    def __init__(self, pid):
        self.pid = pid

    def cmd_raises(self, command):
        name, _, value = command.removeprefix("sysctl -n ").removeprefix("sysctl -w ").partition("=")
        path = Path("/proc/sys", name.replace(".", "/"))
        with open(f"/proc/{self.pid}/ns/net", "rb") as net, routes.inside(net.fileno()):
            try:
                return path.write_text(value.strip('"')) if value else path.read_text()
            except OSError as error:
                raise subprocess.CalledProcessError(1, command) from error


def end_all(pids, how):
    """Signal daemons. ldpd's children abort when they end together with their sessions (10.7.1): killed with it."""
    for pid in pids:
        if Path(f"/proc/{pid}/comm").read_text().strip() != "ldpd":
            os.kill(pid, how)
            continue
        net = os.stat(f"/proc/{pid}/ns/net").st_ino
        for other in Path("/proc").glob("[0-9]*"):
            try:
                if (other / "comm").read_text() == "ldpd\n" and os.stat(other / "ns/net").st_ino == net:
                    os.kill(int(other.name), signal.SIGKILL)
            except OSError:
                pass


def echo(ident, number):
    """An ICMP echo request."""
    packet = struct.pack("!BBHHH", 8, 0, 0, ident & 0xFFFF, number)
    total = sum(struct.unpack("!4H", packet))
    return struct.pack("!BBHHH", 8, 0, ~((total >> 16) + (total & 0xFFFF)) & 0xFFFF, ident & 0xFFFF, number)


def answered(sock, ident, address, wait):
    end = time.monotonic() + wait
    while (left := end - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            data, (sender, _) = sock.recvfrom(2048)
        except OSError:
            continue
        inner = data[(data[0] & 15) * 4:]
        if sender == address and inner[0] == 0 and struct.unpack_from("!H", inner, 4)[0] == ident & 0xFFFF:
            return True
    return False
