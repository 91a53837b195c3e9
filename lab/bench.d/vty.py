#!/usr/bin/env python3
# Needs no kernel of its own.
"""what an operator waits for beside 1,000 tenants: `show tenant`, and one more line of configuration

A stock mgmtd with our module, and tenantd with a kernel that says yes (lab/bench.d/memory_alone.c), in namespaces of
their own; 1,000 tenants of 5 switches in FRR's configuration, which mgmtd reads at its start.

    show_tenant_N_ms             `show tenant` at tenantd's vty, asked to answered; median, as the others
    show_tenant_json_N_ms        the same with json
    config_commit_1_of_N_ms      one more switch, typed at mgmtd's vty: the line to mgmtd's answer, which it gives when
                                 tenantd has taken it
    config_commit_mgmtd_cpu_ms   processor time of it in mgmtd: its own share
    config_commit_tenantd_cpu_ms and in tenantd, what it then does with the line included
    config_alone_1_of_N_ms       the same line with mgmtd alone, while no tenantd is there
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from net import figures, processor    # noqa: E402
from net.alone import CONF, MODULE, PROGRAMS, Daemon, own_namespaces    # noqa: E402

SWITCHES = ("web", "app", "db", "dmz", "mgmt")
SHARED = ["tenant-network node-name box", "tenant-network site dc1", "tenant-network node box site dc1",
          "tenant-network node box router-id 10.255.0.1", "tenant-network node box role dlr"]


def lines_of(number):
    at = f"tenant t{number}"
    lines = [f"{at} id {number}", f"{at} attachment box role dlr"]
    for i, name in enumerate(SWITCHES):
        lines += [f"{at} switch {name} id {number * 10 + i}",
                  f"{at} switch {name} subnet 10.1.{i}.0/24"]
    return lines


def cpu_ms(daemon):
    return processor.cpu_ms(daemon.process.pid)


def wait_idle(*daemons):
    while not processor.is_idle(*(daemon.process.pid for daemon in daemons), window=2):
        pass


def tell_shows(tenantd, chosen):
    for name, line in (("show_tenant", "show tenant"), ("show_tenant_json", "show tenant json")):
        took = []
        for _ in range(chosen.samples):
            since = time.monotonic()
            status, text = tenantd.ask(line)
            took.append((time.monotonic() - since) * 1000)
            if status or text.count("t1000") < (chosen.tenants >= 1000):
                raise SystemExit(f"lab/bench vty: '{line}' ended with status {status}: {text[:200]}")
        figures.tell(f"{name}_{chosen.tenants}_ms", figures.percentile(took, 50), "ms")


def commits(mgmtd, others, chosen, first):
    """Milliseconds from a line to its answer, and of processor in each; each line is one more switch of some tenant."""
    took, used = [], {daemon.name: [] for daemon in (mgmtd, *others)}
    for i in range(chosen.samples):
        number = 1 + (first + i) * 7 % chosen.tenants
        wait_idle(mgmtd, *others)
        before = {daemon: cpu_ms(daemon) for daemon in (mgmtd, *others)}
        mgmtd.vty.command("configure terminal")
        since = time.monotonic()
        status, text = mgmtd.ask(f"tenant t{number} switch more{first + i} id {500000 + first + i}")
        took.append((time.monotonic() - since) * 1000)
        mgmtd.vty.command("end")
        if status or text:
            raise SystemExit(f"lab/bench vty: a line ended with status {status}: {text}")
        time.sleep(1.5)    # tenantd acts after 200 ms of quiet
        for daemon, value in before.items():
            used[daemon.name].append(cpu_ms(daemon) - value)
    return took, used


def main():
    parser = argparse.ArgumentParser(prog="lab/bench vty", description="What an operator waits for.")
    parser.add_argument("--tenants", type=int, default=1000, help="how many (default 1000)")
    parser.add_argument("--samples", type=int, default=7, help="of each (default 7)")
    chosen = parser.parse_args()
    own_namespaces()
    lines = SHARED + [line for number in range(1, chosen.tenants + 1) for line in lines_of(number)]
    (CONF / "frr.conf").write_text("\n".join(lines) + "\n")
    print(f"# {chosen.tenants} tenants of {len(SWITCHES)} switches, {len(lines)} lines", flush=True)
    with Daemon("mgmtd", "-M", MODULE) as mgmtd, \
            Daemon("tenantd", program=PROGRAMS / "lab/bench.d/memory_alone") as tenantd:
        wait_idle(mgmtd, tenantd)
        tell_shows(tenantd, chosen)
        took, used = commits(mgmtd, [tenantd], chosen, 0)
        figures.tell(f"config_commit_1_of_{chosen.tenants}_ms", figures.percentile(took, 50), "ms")
        for name, samples in used.items():
            figures.tell(f"config_commit_{name}_cpu_ms", figures.percentile(samples, 50), "ms")
        tenantd.stop()
        took, _ = commits(mgmtd, [], chosen, chosen.samples)
        figures.tell(f"config_alone_1_of_{chosen.tenants}_ms", figures.percentile(took, 50), "ms")
        tenantd.start()


if __name__ == "__main__":
    main()
