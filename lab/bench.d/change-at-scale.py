#!/usr/bin/env python3
"""what one more subnet costs tenantd beside 1, 100 and 1,000 tenants, and what it costs frr-reload.py

A PE alone, then an edge alone (lab/net/box.py), with 1, 100 and 1,000 tenants of five switches. Two kinds of change,
each of one tenant and one transaction:

    subnet    a switch with one subnet: nothing on a PE or an edge has to change for it, and tenantd finds that out
    hidden    a switch with one subnet that is not to be advertised: one line of a prefix-list in the PE's bgpd

    change_ROLE_KIND_cpu_ms_N     tenantd's time for it: all it does until it is idle again, its status row included.
                                  This is wall time inside its event handlers, on a guest where it has the processor
                                  to itself: the kernel's own account counts ticks of 10 ms, too coarse for this
    change_ROLE_KIND_wall_ms_N    the begin of COMMIT to tenantd done with it: the kernel and FRR have answered
    change_cpu_ms_1000            the larger of PE's and edge's `subnet`; change_flatness is 1,000 against 1 tenants
    reload_ROLE_KIND_s            frr-reload.py --reload on the same running configuration with the same difference;
                                  --reload-limit where it had not finished then, and a ratio is a lower bound
    change_vs_reload_ratio        the smaller of PE's and edge's ratio of the two wall times for `subnet`
    change_pe_hidden_vs_reload_ratio   the same where FRR has to be told: bgpd's own transaction is most of it
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from net import figures            # noqa: E402
from net.box import Box, name      # noqa: E402
from network import LabError       # noqa: E402

KINDS = {"pe": ("subnet", "hidden"), "edge": ("subnet",)}
RELOAD = "/usr/lib/frr/frr-reload.py"


def add(number, kind):
    return (f"INSERT INTO logical_switch (tenant_id, name) VALUES ({number}, 'new')",
            "INSERT INTO subnet (switch_id, prefix, gateway, advertise) "
            f"VALUES (last_insert_rowid(), '10.1.100.0/24', '10.1.100.1', {int(kind == 'subnet')})")


def remove(number):
    return (f"DELETE FROM logical_switch WHERE tenant_id = {number} AND name = 'new'",)


class Role:
    """One role's box, while its tenants become more."""

    def __init__(self, box, role, chosen):
        self.box, self.role, self.chosen = box, role, chosen
        self.ratios = []

    def change(self, statements, number):
        """Change it and wait until tenantd is idle; (wall ms, handlers' ms)."""
        box = self.box
        before = box.tenant(number)["lastAppliedUs"]
        box.forget_handlers()
        since = box.change(*statements)
        time.sleep(1.3)    # its traces are written a second later
        if box.tenant(number)["lastAppliedUs"] == before:    # bgpd can take longer than that
            box.wait(lambda: box.tenant(number)["lastAppliedUs"] != before, 120, f"a change of {name(number)}", 0.5)
            time.sleep(1.3)
        said = box.tenant(number)
        if said["health"] != "ok":
            raise LabError(f"{name(number)} on {self.role} is {said['health']} after a change: {said['reason']}")
        handlers = box.handlers()
        if self.chosen.handlers:
            print("#", ", ".join(f"{handler} {spent:.2f}" for handler, spent in handlers.items()))
        return said["lastAppliedUs"] / 1000 - since * 1000, sum(handlers.values())

    def measure(self, count):
        """With so many tenants: {kind: (median handlers' ms, median wall ms)}."""
        found = {}
        for kind in KINDS[self.role]:
            samples = []
            for i in range(self.chosen.changes):
                number = 1 + i * (count - 1) // max(self.chosen.changes - 1, 1)
                samples.append(self.change(add(number, kind), number))
                samples.append(self.change(remove(number), number))
            walls, handlers = zip(*samples)
            figures.tell(f"change_{self.role}_{kind}_cpu_ms_{count}", statistics.median(handlers), "ms")
            figures.tell(f"change_{self.role}_{kind}_wall_ms_{count}", statistics.median(walls), "ms")
            found[kind] = statistics.median(handlers), statistics.median(walls)
        return found

    def reload(self, count, walls):
        """frr-reload.py's time for the same differences, and the ratio to tenantd's."""
        box, number = self.box, (count + 1) // 2
        plain = box.running_config()
        for kind in KINDS[self.role]:
            self.change(add(number, kind), number)
            wanted = box.running_config()
            self.change(remove(number), number)
            if (wanted != plain) != (kind == "hidden"):
                raise LabError(f"the change '{kind}' should {'' if kind == 'hidden' else 'not '}show in FRR on {self.role}.")
            seconds, finished = self.run_reload(wanted)
            if not finished:
                print(f"# frr-reload.py on {self.role} for '{kind}' had not finished at --reload-limit {seconds:.0f} s; "
                      "the ratio is at least this")
            missing = {*wanted.splitlines()} - {*box.running_config().splitlines()} if finished else ()
            if missing:
                raise LabError(f"after frr-reload.py, FRR on {self.role} does not hold \"{missing.pop()}\" from its file.")
            if wanted != plain:
                self.run_reload(plain)
            figures.tell(f"reload_{self.role}_{kind}_s", seconds, "s")
            ratio = seconds * 1000 / walls[kind][1]
            figures.tell(f"change_{self.role}_{kind}_vs_reload_ratio", ratio, "")
            if kind == "subnet":
                self.ratios.append(ratio)

    def run_reload(self, text):
        """(seconds, True); (the limit, False) where it was ended then."""
        file = Path(self.box.out, "wanted.conf")
        file.write_text(text)
        since = time.monotonic()
        with self.box.inside(self.role):
            reload = subprocess.Popen([RELOAD, "--reload", "--pathspace", self.box.netns(self.role), "--logfile",
                                       f"{self.box.out}/frr-reload.log", str(file)], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            said = reload.communicate(timeout=self.chosen.reload_limit)[0]
        except subprocess.TimeoutExpired:
            os.killpg(reload.pid, signal.SIGKILL)    # and the vtysh it may be waiting for
            reload.communicate()
            return self.chosen.reload_limit, False
        if reload.returncode:
            raise LabError(f"frr-reload.py ended with status {reload.returncode}: {said[-500:]}")
        return time.monotonic() - since, True


def run(logs, programs, chosen):
    counts = sorted({1, max(1, chosen.tenants // 10), chosen.tenants})
    print(f"# {' '.join(os.uname()[:3:2])}, {os.cpu_count()} processor, {', '.join(map(str, counts))} tenants, "
          f"{2 * chosen.changes} changes of each kind")
    ratios, costs, flat = [], [], []
    for role in chosen.roles:
        with Box(role, logs, programs) as box:
            bench, there, found = Role(box, role, chosen), 0, {}
            for count in counts:
                box.fill(count, there + 1)
                there = count
                box.wait(box.settled, chosen.limit, f"{count} tenants on {role}", 1)
                box.wait_idle(chosen.limit)
                found[count] = bench.measure(count)
            if not chosen.no_reload:
                bench.reload(counts[-1], found[counts[-1]])
            ratios += bench.ratios
            costs.append(found[counts[-1]]["subnet"][0])
            flat.append(found[counts[-1]]["subnet"][0] / found[1]["subnet"][0])
    figures.tell(f"change_cpu_ms_{counts[-1]}", max(costs), "ms")
    figures.tell("change_flatness", max(flat), "")
    if ratios:
        figures.tell("change_vs_reload_ratio", min(ratios), "")


def main():
    parser = argparse.ArgumentParser(prog="lab/bench change-at-scale", description="One more subnet beside many.")
    parser.add_argument("--tenants", type=int, default=1000, help="at most (default 1000)")
    parser.add_argument("--changes", type=int, default=8, help="additions, and as many deletions (default 8)")
    parser.add_argument("--roles", nargs="+", choices=("pe", "edge"), default=["pe", "edge"], help="both by default")
    parser.add_argument("--limit", type=int, default=900, help="seconds for tenantd to make the tenants (default 900)")
    parser.add_argument("--reload-limit", type=int, default=300, help="seconds for frr-reload.py each time (default 300)")
    parser.add_argument("--handlers", action="store_true", help="tell of each of tenantd's handlers, too")
    parser.add_argument("--no-reload", action="store_true", help="without frr-reload.py")
    chosen = parser.parse_args()
    if not 1 <= chosen.tenants <= 3900:
        parser.error("--tenants must be 1 to 3900: a trunk has no more VLANs")
    with tempfile.TemporaryDirectory(prefix="frr-tenant-") as logs:
        os.chmod(logs, 0o755)
        try:
            run(logs, os.environ.get("FRR_TENANT_PROGRAMS", "/build"), chosen)
        except (LabError, OSError) as error:
            subprocess.run(["cp", "-r", logs, os.environ.get("GUEST_OUT", "/tmp")])
            sys.exit(f"change-at-scale: {error}")


if __name__ == "__main__":
    main()
