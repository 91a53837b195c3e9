#!/usr/bin/env python3
"""1,000 tenants from nothing on a PE, again with nothing to do, and after FRR was restarted

One PE alone (lab/net/box.py): every tenant has an uplink with OSPF, a customer link with five static routes, and five
switches elsewhere. The raw way and FRR's own are measured in the same run, one after another, in the same guest.

    fullsync_s                       the begin of COMMIT of all tenants to the last of their routes in the VPN table
    raw_s                            the same objects by `ip -batch`, the same statements by `vtysh -f`, each VRF
                                     whole, one after another; raw_routes is how many were there at its --limit
    fullsync_vs_raw_ratio            the one by the other; an upper bound where the raw way had not finished
    fullsync_verified_s              from there until tenantd has asked after each VRF's export (apply/verify.c), too
    fullsync_noop_ms                 a new revision that concerns every tenant and changes nothing: noticed to idle;
                                     all of the database is read and compared with what was read before
    fullsync_reread_ms               SIGHUP: the database, the kernel and three daemons read back and compared; in
                                     tenantd's event handlers, by the clock
    converge_at_N_ms                 the begin of COMMIT of one new static route to the VPN table, with N tenants there
    raw_converge_at_N_ms             the same by `ip route add`, after the raw way; 300 s where it takes longer
    bgpd_restart_N_s, frr_restart_N_s   kill -9 of bgpd, of all of FRR, to every route in the VPN table again;
                                     frr_restart_N_settled_s: until ospfd has everything, too
    frr_conf_load_N_s                the same without tenantd: FRR loads all of it from frr.conf

Where several are taken, a figure is the median, and the one called worst is the largest.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from net import figures                      # noqa: E402
from net.box import Box, ROUTES              # noqa: E402
from net.raw import RawPlan                  # noqa: E402
from network import LabError                 # noqa: E402

DAEMONS = ("tenantd", "zebra", "mgmtd", "ospfd", "bgpd")
NEW = "172.16.200.0/24"


class Bench:
    def __init__(self, logs, programs, chosen):
        self.logs, self.programs, self.chosen = logs, programs, chosen
        self.tenants, self.routes = chosen.tenants, chosen.tenants * ROUTES

    def run(self):
        with Box("pe", self.logs, self.programs) as box:
            self.say_where(box)
            whole = self.full_sync(box)
            self.nothing_to_do(box)
            self.converge(box, "converge", lambda number: box.change(
                f"INSERT INTO link_route VALUES ({number}, '{NEW}')"), lambda number: box.change(
                f"DELETE FROM link_route WHERE link_id = {number} AND prefix = '{NEW}'"))
            plan = RawPlan(box.plan_text())
            if not self.chosen.no_restart:
                self.restarts(box)
        if not self.chosen.no_raw:
            with Box("pe", self.logs, self.programs, tenantd=False) as box:
                self.raw(box, plan, whole)

    def say_where(self, box):
        print(f"# {' '.join(os.uname()[:3:2])}, {os.cpu_count()} processor, {self.tenants} tenants on a PE, "
              f"{self.routes} routes for the VPN table")

    def all_there(self, box, since, what, timeout):
        end = box.wait_vpn_routes(self.routes, timeout)
        if end is None:
            raise LabError(f"{what}: only {box.vpn_routes()} of {self.routes} routes in the VPN table after {timeout} s.")
        return end - since

    def full_sync(self, box):
        since = box.fill(self.tenants)
        whole = self.all_there(box, since, "full sync", self.chosen.limit)
        figures.tell("fullsync_s", whole, "s")
        box.wait(box.settled, 60, "tenantd to be done", 1)
        for daemon in DAEMONS:
            figures.tell(f"fullsync_{daemon}_cpu_s", box.cpu_ms(daemon) / 1000, "s")
        for daemon in DAEMONS:
            figures.tell(f"fullsync_{daemon}_rss_mb", box.rss_mb(daemon), "MB")
        return whole

    def nothing_done(self, box, what, begin, batch):
        """tenantd's own count from noticing to the end in ms, and ms in its handlers; that nothing was changed by it."""
        before = box.tenantd()
        box.forget_handlers()
        begin()
        time.sleep(1)    # looking costs tenantd time too
        box.wait(lambda: box.settled() and box.tenantd()["batches"] >= before["batches"] + batch, 120, what, 1)
        handlers = box.handlers()
        print(f"# {what}:", ", ".join(f"{handler} {spent:.1f} ms" for handler, spent in handlers.items()))
        after = box.tenantd()
        done = [key for key in ("added", "updated", "deleted", "failed") if after[key] != before[key]]
        if done:
            raise LabError(f"{what} should have changed nothing, but {', '.join(f'{k} {after[k] - before[k]}' for k in done)}.")
        return after["lastTookUs"] / 1000, sum(handlers.values())

    def nothing_to_do(self, box):
        since = time.monotonic()
        box.wait_idle(self.chosen.limit)
        figures.tell("fullsync_verified_s", time.monotonic() - since, "s")
        touch = lambda: box.change("UPDATE provider SET asn = asn")
        samples = [self.nothing_done(box, "a new revision", touch, batch=False)[0] for _ in range(5)]
        figures.tell("fullsync_noop_ms", figures.percentile(samples, 50), "ms")
        figures.tell("fullsync_noop_worst_ms", max(samples), "ms")
        reread = lambda: os.kill(box.pid("pe", "tenantd"), signal.SIGHUP)
        samples = [self.nothing_done(box, "SIGHUP", reread, batch=True)[1] for _ in range(3)]
        figures.tell("fullsync_reread_ms", figures.percentile(samples, 50), "ms")

    def converge(self, box, name, add, remove, count=10, timeout=60):
        """One new route of one tenant, and its end; tenants from all over the table."""
        samples = []
        for i in range(count):
            number = 1 + i * (self.tenants - 1) // max(count - 1, 1)
            since = add(number)
            samples.append((box.wait_prefix(number, NEW, timeout) - since) * 1000)
            remove(number)
            box.wait_prefix(number, NEW, timeout, present=False)
        figures.tell(f"{name}_at_{self.tenants}_ms", figures.percentile(samples, 50), "ms")
        figures.tell(f"{name}_at_{self.tenants}_worst_ms", max(samples), "ms")

    def restarts(self, box):
        since = time.monotonic()
        box.stop_daemon("pe", "bgpd", how=signal.SIGKILL)
        box.start_daemon("pe", "bgpd")
        figures.tell(f"bgpd_restart_{self.tenants}_s", self.all_there(box, since, "bgpd's restart", self.chosen.limit), "s")
        box.wait(box.settled, self.chosen.limit, "tenantd to be done", 1)
        text = box.running_config()
        since = time.monotonic()
        box.stop_frr()
        box.start_frr()
        figures.tell(f"frr_restart_{self.tenants}_s", self.all_there(box, since, "FRR's restart", self.chosen.limit), "s")
        box.wait(box.settled, self.chosen.limit, "tenantd to be done", 1)
        figures.tell(f"frr_restart_{self.tenants}_settled_s", time.monotonic() - since, "s")
        box.stop_daemon("pe", "tenantd")
        Path(f"/etc/frr/{box.netns('pe')}/frr.conf").write_text(text)
        since = time.monotonic()
        box.stop_frr()
        box.start_frr()
        loading = subprocess.Popen(["vtysh", "-N", box.netns("pe"), "-b"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        end = box.wait_vpn_routes(self.routes, self.chosen.limit, 1)
        os.killpg(loading.pid, signal.SIGTERM)    # it has a process for every daemon
        loading.wait()
        self.tell_or_limit(f"frr_conf_load_{self.tenants}_s", end and end - since)
        if end is None:
            figures.tell("frr_conf_load_routes", box.vpn_routes(), "routes")

    def tell_or_limit(self, name, seconds):
        if seconds is None:
            print(f"# {name} had not finished at --limit {self.chosen.limit} s; the figure is that limit")
        figures.tell(name, seconds or self.chosen.limit, "s")

    def raw(self, box, plan, whole):
        since = time.monotonic()
        plan.kernel(box)
        figures.tell("raw_kernel_s", time.monotonic() - since, "s")
        pushed = plan.statements(box, self.chosen.limit)
        figures.tell("raw_push_s", time.monotonic() - since, "s")
        end = box.wait_vpn_routes(self.routes, max(0, self.chosen.limit - (time.monotonic() - since))) if pushed else None
        self.tell_or_limit("raw_s", end and end - since)
        figures.tell("raw_routes", box.vpn_routes(), "routes")
        figures.tell("fullsync_vs_raw_ratio", whole / (end - since if end else self.chosen.limit), "")
        way = lambda verb: lambda number: box.route(verb, number, NEW)
        try:
            self.converge(box, "raw_converge", way("add"), way("del"), count=10 if end else 2, timeout=300)
        except LabError as error:
            print(f"# {error}")
            figures.tell(f"raw_converge_at_{self.tenants}_ms", 300000, "ms")


def main():
    parser = argparse.ArgumentParser(prog="lab/bench full-sync", description="Many tenants from nothing.")
    parser.add_argument("--tenants", type=int, default=1000, help="how many (default 1000)")
    parser.add_argument("--limit", type=int, default=900, help="seconds for each way (default 900)")
    parser.add_argument("--no-restart", action="store_true", help="without restarts of FRR, and loads of frr.conf")
    parser.add_argument("--no-raw", action="store_true", help="without the raw way")
    chosen = parser.parse_args()
    if not 1 <= chosen.tenants <= 3900:
        parser.error("--tenants must be 1 to 3900: a trunk has no more VLANs")
    with tempfile.TemporaryDirectory(prefix="frr-tenant-") as logs:
        os.chmod(logs, 0o755)
        try:
            Bench(logs, os.environ.get("FRR_TENANT_PROGRAMS", "/build"), chosen).run()
        except (LabError, OSError) as error:
            subprocess.run(["cp", "-r", logs, os.environ.get("GUEST_OUT", "/tmp")])
            sys.exit(f"full-sync: {error}")


if __name__ == "__main__":
    main()
