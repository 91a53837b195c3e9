#!/usr/bin/env python3
"""The reference network of lab/net/reference.py, as a library and a command. Root, VRF, MPLS and FRR needed:

    lab/guest run -- python3 /src/lab/network.py --selftest     bring it up, test the MPLS core, take it down
    lab/guest run --console -- python3 /src/lab/network.py --stay      keep it up for lab/shell until stopped

    with Network(out_dir) as net:                     # start() and stop()
        net.vty("pe1", "bgpd", "show bgp summary")    # over one kept connection per daemon
        net.routes("ce"); net.routes("pe2", "acme")   # {prefix: Route}, of the main table or a VRF's
        net.wait(lambda: "10.1.1.0/24" in net.routes("ce"), 10, "the switch's subnet at the customer site")
        with net.watch("pe2", "ce") as watcher: ...   # RouteWatcher of lab/net/routes.py

Router X is network namespace ft-X and FRR pathspace ft-X (daemons' option -N). `extra` adds daemons of our own,
`options` adds arguments to FRR's. Logs are in out_dir. stop() ends and removes only what start() made.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from net import reference, routes    # noqa: E402
from net.vty import Vty, VtyError    # noqa: E402

PREFIX = "ft-"
LIBRARY = "/usr/lib/frr"


class LabError(Exception):
    """The network cannot do what was asked; the text says why in a sentence."""


class Extra:
    """A daemon of ours: its path, {router: text of its configuration file}, and more arguments."""

    def __init__(self, path, config, options=()):
        self.path, self.config, self.options = str(path), config, tuple(options)
        self.name = Path(path).name


class Network:
    def __init__(self, out_dir="/tmp/frr-tenant-lab", extra=(), options=None, daemons=None, topology=reference):
        """options: {daemon or (router, daemon): [arguments]}; daemons: {router: (names)} in place of the usual;
        topology: what net/reference.py holds, of another network.
        """
        self.out, self.topology = Path(out_dir), topology
        self.extra = {e.name: e for e in extra}
        self.options = options or {}
        self.daemons = {**topology.DAEMONS, **(daemons or {})}
        self.spaces, self.connections, self.started = {}, {}, False

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    # -- making and removing --

    def start(self):
        there = [PREFIX + r for r in self.topology.ROUTERS if os.path.exists(f"/run/netns/{PREFIX}{r}")]
        if there:
            raise LabError(f"network namespaces {', '.join(there)} are already there: stop the other network first.")
        self.started = True
        try:
            self._make_links()
            for router in self.topology.ROUTERS:
                self._enter(router)
                self._configure(router)
            for names in (("mgmtd",), ("zebra",), ("ospfd", "bgpd", "ldpd", "bfdd", "vrrpd", "staticd")):
                self._start_all((r, name) for r in self.topology.ROUTERS for name in names if name in self.daemons[r])
            self._start_all((r, e.name) for r in self.topology.ROUTERS for e in self.extra.values() if r in e.config)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        if not self.started:
            return
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()
        self._end_daemons()
        for net, uts in self.spaces.values():
            os.close(net)
            os.close(uts)
        self.spaces.clear()
        self._ip([f"netns del {PREFIX}{r}" for r in self.topology.ROUTERS if os.path.exists(f"/run/netns/{PREFIX}{r}")])
        for router in self.topology.ROUTERS:
            for directory in ("/etc/frr", "/run/frr", "/var/lib/frr"):
                shutil.rmtree(f"{directory}/{PREFIX}{router}", ignore_errors=True)
        self.started = False

    def _ip(self, lines, *arguments):
        done = subprocess.run(["ip", *arguments, "-batch", "-"], input="\n".join(lines) + "\n", text=True,
                              capture_output=True)
        if done.returncode:
            raise LabError(f"ip refused: {done.stderr.strip()}")

    def _make_links(self):
        lines = [f"netns add {PREFIX}{router}" for router in self.topology.ROUTERS]
        for left, device, right, other, _ in self.topology.LINKS:
            lines.append(f"link add {device} netns {PREFIX}{left} type veth peer name {other} netns {PREFIX}{right}")
        self._ip(lines)

    def _enter(self, router):
        """Keep the router's namespaces open: the network's, and one that carries its host name."""
        net = os.open(f"/run/netns/{PREFIX}{router}", os.O_RDONLY)
        home = os.open("/proc/self/ns/uts", os.O_RDONLY)
        os.unshare(routes.CLONE_NEWUTS)
        try:
            Path("/proc/sys/kernel/hostname").write_text(router)
            self.spaces[router] = net, os.open("/proc/self/ns/uts", os.O_RDONLY)
        finally:
            os.setns(home, routes.CLONE_NEWUTS)
            os.close(home)

    def _configure(self, router):
        for directory in (f"/etc/frr/{PREFIX}{router}", f"/run/frr/{PREFIX}{router}", self.out / router):
            os.makedirs(directory, exist_ok=True)
            shutil.chown(directory, "frr", "frr")
        with self.inside(router):
            self._ip(self.topology.commands(router))
            core = {f"net/mpls/conf/{device}/input": 1 for device in self.topology.CORE.get(router, ())}
            for name, value in {**self.topology.SYSCTLS, **core}.items():
                Path("/proc/sys", name).write_text(str(value))
        Path(f"/etc/frr/{PREFIX}{router}/vtysh.conf").touch()
        for daemon in self.daemons[router]:
            self._write_configuration(router, daemon, self.configuration(router, daemon))
        for extra in self.extra.values():
            if router in extra.config:
                self._write_configuration(router, extra.name, extra.config[router])

    def configuration(self, router, daemon):
        """What the daemon's own configuration file holds at start."""
        return self.topology.configuration(router, daemon)

    def _write_configuration(self, router, daemon, text):
        path = Path(f"/etc/frr/{PREFIX}{router}/{daemon}.conf")
        path.write_text(text)
        shutil.chown(path, "frr", "frr")

    # -- daemons --

    def _command(self, router, daemon):
        extra = self.extra.get(daemon)
        more = list(self.options.get(daemon, ())) + list(self.options.get((router, daemon), ()))
        if daemon == "zebra":
            more += ["-s", "90000000"]
        log = ["--log", f"file:{self.out}/{router}/{daemon}.log", "--log-level", "notifications"]
        path = extra.path if extra else f"{LIBRARY}/{daemon}"
        return [path, "-N", PREFIX + router, "-d", *log, *(extra.options if extra else ()), *more]

    def _launch(self, router, daemon):
        with self.inside(router), open(self.out / router / f"{daemon}.err", "ab") as errors:
            return subprocess.Popen(self._command(router, daemon), stdin=subprocess.DEVNULL, stdout=errors,
                                    stderr=errors)

    def _start_all(self, pairs):
        """Start (router, daemon) pairs at once, and wait until all have read their configuration."""
        for router, name, process in [(router, name, self._launch(router, name)) for router, name in pairs]:
            self._started(router, name, process)

    def _started(self, router, daemon, process):
        if process.wait():
            said = (self.out / router / f"{daemon}.err").read_text(errors="replace").strip()
            raise LabError(f"{daemon} on {router} did not start (status {process.returncode}): {said[-800:]}")

    def start_daemon(self, router, daemon):
        self._started(router, daemon, self._launch(router, daemon))

    def stop_daemon(self, router, daemon, how=signal.SIGTERM, timeout=5):
        """End one daemon, kindly or not; its configuration file stays for start_daemon()."""
        old = self.connections.pop((router, daemon), None)
        if old:
            old.close()
        pid = self.pid(router, daemon)
        if pid:
            os.kill(pid, how)
            self.wait(lambda: not os.path.exists(f"/proc/{pid}"), timeout, f"the end of {daemon} on {router}")

    def pid(self, router, daemon):
        """The daemon's process id; None where it does not run, even if its old number is another's now."""
        try:
            pid = int(Path(f"/run/frr/{PREFIX}{router}/{daemon}.pid").read_text())
            program = Path(os.readlink(f"/proc/{pid}/exe").split(" ")[0]).name
            return pid if program in (daemon, "lt-" + daemon) else None
        except (OSError, ValueError):
            return None

    def _end_daemons(self):
        names = {*self.extra, "mgmtd"}.union(*self.daemons.values())
        pids = [pid for router in self.topology.ROUTERS for name in names if (pid := self.pid(router, name))]
        for how, patience in ((signal.SIGTERM, 4), (signal.SIGKILL, 2)):
            for pid in pids:
                os.kill(pid, how)
            end = time.monotonic() + patience
            while pids and time.monotonic() < end:
                time.sleep(0.02)
                pids = [pid for pid in pids if os.path.exists(f"/proc/{pid}")]

    # -- looking --

    def netns(self, router):
        """The name of its network namespace, which is its FRR pathspace too."""
        return PREFIX + router

    def inside(self, router):
        """`with net.inside("ce"):` what is opened or started in the block belongs to that router."""
        return routes.inside(*self.spaces[router])

    def run(self, router, *command, check=True):
        """Run a command in the router's namespace and return what it printed."""
        with self.inside(router):
            done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if check and done.returncode:
            raise LabError(f"'{' '.join(command)}' on {router} ended with status {done.returncode}: {done.stdout}")
        return done.stdout

    def ip(self, router, *lines):
        """Run lines of `ip -batch` on a router."""
        with self.inside(router):
            self._ip(lines)

    def connection(self, router, daemon):
        key = router, daemon
        if key not in self.connections:
            self.connections[key] = Vty(f"/run/frr/{PREFIX}{router}/{daemon}.vty")
        return self.connections[key]

    def vty(self, router, daemon, command):
        """The text a daemon answers to one command."""
        return self.connection(router, daemon).command(command)

    def show(self, router, daemon, command):
        """The same for a command that ends in `json`, as an object; daemons answer {} with a bad status."""
        status, text = self.connection(router, daemon).ask(command)
        try:
            return json.loads(text or "{}")
        except ValueError:
            raise VtyError(f"'{command}' at {daemon} on {router} ended with status {status}: {text.strip()}") from None

    def routes(self, router, vrf=None):
        """{prefix: Route} of the kernel's main table, a table number, or a VRF's table; {} if that VRF is not there."""
        net = self.spaces[router][0]
        table = 254 if vrf is None else vrf if isinstance(vrf, int) else routes.vrf_tables(net).get(vrf)
        return {} if table is None else {route.prefix: route for route in routes.dump(net, table)}

    def watch(self, *routers):
        return routes.RouteWatcher({router: self.spaces[router][0] for router in routers or self.topology.ROUTERS})

    def wait(self, predicate, timeout, what, interval=0.05):
        """Call the predicate until it gives something true, and return that."""
        end = time.monotonic() + timeout
        while True:
            try:
                if answer := predicate():
                    return answer
                problem = ""
            except (OSError, VtyError) as error:
                problem = f" ({error})"
            if time.monotonic() > end:
                raise LabError(f"waited {timeout} s in vain for {what}{problem}.")
            time.sleep(interval)

    def wait_core(self, timeout=30):
        """Until the provider core is whole: OSPF, labels, the VPNv4 session."""
        near, far = reference.LOOPBACK["pe1"], reference.LOOPBACK["pe2"]
        for a, b in (("pe1", far), ("pe2", near)):
            self.wait(lambda: f"{b}/32" in self.routes(a), timeout, f"OSPF route to {b} on {a}")
            self.wait(lambda: self._label(a, b), timeout, f"LDP label to {b} on {a}")
            self.wait(lambda: self._session(a, b) == "Established", timeout, f"VPNv4 session to {b} on {a}")

    def _label(self, router, address):
        entry = self.show(router, "zebra", f"show ip route {address}/32 json").get(f"{address}/32", [])
        return any(hop.get("labels") for route in entry for hop in route["nexthops"] if hop.get("fib"))

    def _session(self, router, address):
        peers = self.show(router, "bgpd", "show bgp ipv4 vpn summary json").get("peers", {})
        return peers.get(address, {}).get("state")


def selftest(out):
    began = time.monotonic()
    tell = lambda what: print(f"{time.monotonic() - began:6.2f} s  {what}", flush=True)
    net = Network(out)
    with net:
        tell("all daemons started")
        net.wait_core()
        tell("core whole: OSPF, LDP labels, VPNv4 session")
        full = net.show("p", "ospfd", "show ip ospf neighbor json")["neighbors"]
        assert all(n[0]["nbrState"].startswith("Full") for n in full.values()) and len(full) == 2, full
        near, far = reference.LOOPBACK["pe1"], reference.LOOPBACK["pe2"]
        assert " 0% packet loss" in net.run("pe1", "ping", "-c", "3", "-i", "0.1", "-I", near, far)
        tell(f"ping {near} to {far}: {net.routes('pe1')[far + '/32']}")
        try:
            Network(out).start()
            raise AssertionError("a second network was not refused")
        except LabError as refusal:
            tell(f"a second network is refused: {refusal}")
    left = [p for p in Path("/proc").glob("[0-9]*/comm") if p.read_text().strip() in ("zebra", "mgmtd", "ospfd")]
    assert not left and not list(Path("/run/netns").glob(PREFIX + "*")), "something was left behind"
    assert not list(Path("/run/frr").glob(PREFIX + "*")), "something was left behind in /run/frr"
    tell("taken down, nothing left; passed")


def stay(out):
    with Network(out) as net:
        net.wait_core()
        print("The network is up: lab/shell NODE in another terminal; end this with Ctrl-C.", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


def main():
    parser = argparse.ArgumentParser(description="The reference network of frr-tenant's lab.")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--selftest", action="store_true", help="bring it up, test it, take it down")
    action.add_argument("--stay", action="store_true", help="keep it up until stopped")
    parser.add_argument("--out", default="/tmp/frr-tenant-lab", help="where logs go")
    chosen = parser.parse_args()
    try:
        (selftest if chosen.selftest else stay)(chosen.out)
    except LabError as error:
        sys.exit(f"network.py: {error}")


if __name__ == "__main__":
    main()
