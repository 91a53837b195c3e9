"""The reference network with tenantd on its four provider nodes, and what a commit to its database is timed with.

    with TenantNetwork(logs, "/build") as net:            # a Network of lab/network.py; its database is DATABASE
        with net.trail() as trail:
            commit = trail.run(["tenantctl", "add", "switch", "acme", "web", "10.1.1.0/24"])
            for hop, event in trail.follow(hops("10.1.1.0/24"), 20):
                print(hop.router, event.time - commit)

Times are the kernel's netlink events, read by a process that goes before all others on the one processor, so that
they tell when a route came and not when somebody had time to look. A command's commit is its last write to the
database's log, just before COMMIT returns: the end of its process would be some milliseconds late.
"""

import ctypes
import os
import re
import select
import shutil
import struct
import subprocess
import sys
import time
from collections import deque, namedtuple
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from net import reference, routes, session                # noqa: E402
from network import Extra, LabError, Network              # noqa: E402

DATABASE = f"{session.ROOM}/tenants.db"
NODES = ("dlr", "esg", "pe1", "pe2")
TENANT = "acme"
# which daemon is loaded with ours, and where
MODULES = {"zebra": ("dlr", "esg", "pe1", "pe2"), "ospfd": ("esg",), "bgpd": ("pe1", "pe2")}
SITE_PREFIX = "172.16.2.0/24"
SITE_ADDRESS = "172.16.2.1"

# What the reference network is, as tenantctl is told.
PROVIDER = tuple(line.split() for line in """\
init
add site dc1
add site branch
add node dlr --site dc1 --roles dlr --router-id 10.255.0.11 --vtep 10.255.0.11
add node esg --site dc1 --roles edge --router-id 10.255.0.12
add node pe1 --site dc1 --roles pe --router-id 10.255.0.1
add node pe2 --site branch --roles pe --router-id 10.255.0.2
add wire transit-dc1 --site dc1 --kind transit --ports esg:t0,dlr:t0
add wire uplink-dc1 --site dc1 --kind uplink --ports pe1:u0,esg:u0
""".splitlines())
CUSTOMER = tuple(line.split() for line in """\
add tenant acme --nodes dlr,esg,pe1,pe2 --aggregates 10.1.0.0/16,172.16.0.0/16
add link acme paris --node pe2 --interface x0 --address 192.168.201.1/30 --protocol ospf
""".splitlines())

Hop = namedtuple("Hop", "router prefix what proto")


def hops(prefix, what="add"):
    """The way of a switch's subnet to the customer's site."""
    way = (("dlr", "kernel"), ("esg", "ospf"), ("pe1", "ospf"), ("pe2", "bgp"), ("ce", "ospf"))
    return [Hop(router, prefix, what, proto) for router, proto in way]


def site_hops(prefix=SITE_PREFIX):
    """The customer's own prefix on its way to the edge; the DLR, in a not-so-stubby area, has a default instead."""
    way = [Hop("pe2", prefix, "add", "ospf"), Hop("pe1", prefix, "add", "bgp"), Hop("esg", prefix, "add", "ospf")]
    return way + [Hop("dlr", "0.0.0.0/0", "add", "ospf")]


class TenantNetwork(Network):
    def __init__(self, out_dir, programs="/build", stock=False, **more):
        """stock: FRR's daemons without our modules, and nothing of FRR set for speed but in tenants' VRFs."""
        self.stock = stock
        self.modules = [] if stock else [m for m in MODULES if self._module(programs, m).exists()]
        for daemon in self.modules:
            for router in MODULES[daemon]:
                options = more.setdefault("options", {})
                options[router, daemon] = ["-M", str(self._module(programs, daemon))]
        config = {node: f"tenant node {node}\ntenant database sqlite {DATABASE}\n" for node in NODES}
        super().__init__(out_dir, extra=[Extra(f"{programs}/tenantd", config), *more.pop("extra", ())], **more)
        self.programs, self.room = programs, False
        self.environment = {"TENANT_DB": DATABASE, "PATH": f"{session.ROOM}/bin:{programs}:{os.environ['PATH']}"}

    @staticmethod
    def _module(programs, daemon):
        return Path(programs, ".libs", f"{daemon}_tenant.so")

    def configuration(self, router, daemon):
        return "" if self.stock and daemon == "mgmtd" else super().configuration(router, daemon)

    def make_room(self):
        """The database's folder, and what shells find it by. start() does it where nobody has."""
        if not Path(self.programs, "tenantd").exists():
            raise LabError(f"there is no tenantd in {self.programs}: build it first.")
        try:
            os.mkdir(session.ROOM)
        except FileExistsError:
            raise LabError(f"{session.ROOM} is there already: stop the other network first.") from None
        self.room = True
        shutil.chown(session.ROOM, None, "frr")
        os.chmod(session.ROOM, 0o2770)
        self._make_vtysh()
        lines = [f"{name}={value}\n" for name, value in self.environment.items()]
        Path(session.SETTINGS).write_text("".join(lines))

    def _make_vtysh(self):
        """Our wrapper, for shells on the routers, with the extension from where it was built."""
        path = Path(session.ROOM, "bin/vtysh")
        path.parent.mkdir(mode=0o755)
        text = Path(self.programs, "frr-plugin/vtysh").read_text()
        path.write_text(re.sub(r"^tenant=.*$", f"tenant={self._module(self.programs, 'vtysh')}", text, flags=re.M))
        path.chmod(0o755)

    def start(self):
        if not self.room:
            self.make_room()
        super().start()

    def stop(self):
        super().stop()
        if self.room:
            shutil.rmtree(session.ROOM, ignore_errors=True)
        self.room = False

    def spawn(self, argv):
        return subprocess.Popen(argv, env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def tenantctl(self, *words, refused=False):
        """Run it, and return what it said. Raises LabError where it does not do as expected."""
        process = self.spawn(["tenantctl", *words])
        said = process.communicate()[0]
        if bool(process.returncode) != refused:
            raise LabError(f"'tenantctl {' '.join(words)}' ended with status {process.returncode}: {said.strip()}")
        return said

    def trail(self, *routers):
        return Trail(self, routers or (*NODES, "ce"))

    def where(self, prefix):
        """The hops that hold a route to the prefix now."""
        return [r for r in (*NODES, "ce") if prefix in self.routes(r, None if r == "ce" else TENANT)]

    def keep_logs(self, to):
        """Copy the logs, and what every node says of itself, to a directory that outlives this network."""
        shutil.copytree(self.out, to, dirs_exist_ok=True)
        for file in Path(session.ROOM).glob("tenants.db*"):
            shutil.copy(file, to)
        for node in NODES:
            asked = (("tenantd", "show tenant"), ("tenantd", f"show tenant {TENANT} subnets"),
                     ("tenantd", "show tenant plan"), ("ospfd", f"show ip ospf vrf {TENANT} neighbor"),
                     ("zebra", f"show ip route vrf {TENANT}"))
            with open(Path(to, f"{node}.txt"), "w") as file:
                for daemon, command in asked:
                    try:
                        answer = self.connection(node, daemon).ask(command)[1]
                    except (OSError, KeyError) as error:
                        answer = f"{error}\n"
                    file.write(f"{node}# {command}\n{answer}\n")


class Trail(routes.RouteWatcher):
    """Route changes on several routers and writes to the database, by one clock.

    In its block we go before every other process; what we start has the usual priority. Given up in between, even
    for a moment, everybody who is ready would have his turn before the next look.
    """

    IN_MODIFY = 2

    def __init__(self, net, routers):
        super().__init__({router: net.spaces[router][0] for router in routers})
        self.net, self.seen = net, deque()
        libc = ctypes.CDLL(None, use_errno=True)
        self.inotify = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if libc.inotify_add_watch(self.inotify, session.ROOM.encode(), self.IN_MODIFY) < 0:
            raise OSError(ctypes.get_errno(), "the database's folder cannot be watched")

    def __enter__(self):
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(10))
            self.first = True
        except PermissionError:
            self.first = False
        return self

    def __exit__(self, *_):
        if self.first:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        super().__exit__()
        os.close(self.inotify)

    def _written(self):
        """True where the database's log is among what was written to."""
        data, at, found = os.read(self.inotify, 65536), 0, False
        while at < len(data):
            length = struct.unpack_from("=I", data, at + 12)[0]
            found |= data[at + 16:at + 16 + length].rstrip(b"\0").endswith(b"-wal")
            at += 16 + length
        return found

    def _look(self, more, timeout):
        """Keep the route events of one wait; return when, and which of the other files are ready."""
        ready, _, _ = select.select([*self.sockets, *more], [], [], max(timeout, 0))
        now = time.monotonic()
        for sock in ready:
            if sock in self.sockets:
                self.seen.extend(self.take(sock, now))
        return now, ready

    def forget(self):
        """Leave out what has happened so far."""
        while self._look([], 0)[1]:
            pass
        self.seen.clear()
        try:
            os.read(self.inotify, 65536)
        except BlockingIOError:
            pass

    def run(self, argv, timeout=20):
        """Run a command that changes the database, and return when it was committed."""
        self.forget()
        process, commit = self.net.spawn(argv), None
        end = os.pidfd_open(process.pid)
        try:
            limit = time.monotonic() + timeout
            while time.monotonic() < limit:
                now, ready = self._look([self.inotify, end], limit - time.monotonic())
                if self.inotify in ready and self._written():
                    commit = now
                if end in ready:
                    break
        finally:
            os.close(end)
            if process.poll() is None:
                process.kill()
        said = process.communicate()[0].strip()
        if process.returncode or commit is None:
            raise LabError(f"'{' '.join(argv)}' did not change the database (status {process.returncode}): {said}")
        return commit

    def follow(self, wanted, timeout):
        """Yield (hop, event) as the wanted hops happen; LabError names those that did not within the timeout."""
        left, end = list(wanted), time.monotonic() + timeout
        while left:
            while self.seen and left:
                event = self.seen.popleft()
                hop = next((h for h in left if h == (event.router, event.prefix, event.what, event.proto)), None)
                if hop:
                    left.remove(hop)
                    yield hop, event
            if left and time.monotonic() > end:
                what = "did not arrive at" if left[0].what == "add" else "was not withdrawn from"
                names = ", ".join(hop.router for hop in left if hop.prefix == left[0].prefix)
                raise LabError(f"{left[0].prefix} {what} {names} within {timeout} s.")
            if left:
                self._look([], end - time.monotonic())
