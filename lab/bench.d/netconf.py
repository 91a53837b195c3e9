#!/usr/bin/env python3
# Needs no kernel of its own.
"""what a NETCONF client waits for beside 1,000 tenants

A stock mgmtd with our module, tenantd with a kernel that says yes (lab/bench.d/memory_alone.c), frr-netconfd, and a client
over TLS, in namespaces of their own; 1,000 tenants of 5 switches in FRR's configuration.

    netconf_get_small_ms               get-config of one node, by a subtree filter; median, as the others
    netconf_get_small_mgmtd_cpu_ms     of it in mgmtd: its own share, of processor time
    netconf_edit_commit_1_of_N_ms      one tenant more: edit-config and commit
    netconf_edit_commit_mgmtd_cpu_ms   of it in mgmtd
    netconf_edit_commit_server_cpu_ms  and in frr-netconfd
    netconf_get_N_tenants_ms           get-config of all, until the last byte is there
    netconf_get_N_mgmtd_cpu_ms         of it in mgmtd
    netconf_rss_mb                     of frr-netconfd, after that
"""

import argparse
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]
from net import figures, processor    # noqa: E402
from net.alone import CONF, MODULE, PROGRAMS, Daemon, own_namespaces    # noqa: E402
from net.netconf import Client, Tls, make_certificates    # noqa: E402
from vty import SHARED, lines_of    # noqa: E402

PORT = 8653
TENANT = ('<tenant-network xmlns="urn:frr-tenant:yang:frr-tenant"><tenants><tenant><name>more{0}</name><id>{1}</id>'
          "</tenant></tenants></tenant-network>")
SMALL = ('<get-config><source><running/></source><filter type="subtree"><tenant-network '
         'xmlns="urn:frr-tenant:yang:frr-tenant"><nodes/></tenant-network></filter></get-config>')
ALL = "<get-config><source><running/></source></get-config>"
POLICY = ('<nacm xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-acm"><enable-nacm>true</enable-nacm>'
          "<groups><group><name>all</name><user-name>alice</user-name></group></groups><rule-list><name>all</name>"
          "<group>all</group><rule><name>all</name><module-name>*</module-name><action>permit</action></rule></rule-list></nacm>")


class Bench:
    def __init__(self, client, samples, **daemons):
        self.client, self.samples, self.daemons = client, samples, daemons

    def wait_idle(self):
        while not processor.is_idle(*(daemon.process.pid for daemon in self.daemons.values()), window=1):
            pass

    def measure(self, operations):
        """Median milliseconds of the operations, which are made for each sample; and of processor in each daemon."""
        took, used = [], {name: [] for name in self.daemons}
        for i in range(self.samples):
            self.wait_idle()
            before = {name: processor.cpu_ms(daemon.process.pid) for name, daemon in self.daemons.items()}
            since = time.monotonic()
            for operation in operations(i):
                self.client.rpc(operation)
            took.append((time.monotonic() - since) * 1000)
            for name, daemon in self.daemons.items():
                used[name].append(processor.cpu_ms(daemon.process.pid) - before[name])
        return figures.percentile(took, 50), {name: figures.percentile(values, 50) for name, values in used.items()}


def prepare(tenants):
    folder = CONF / "netconf"
    folder.mkdir()
    make_certificates(folder, "alice")
    (folder / "nacm.xml").write_text(POLICY)
    (CONF / "frr-netconfd.conf").write_text(f"no netconf listen ssh\nnetconf listen tls 127.0.0.1 port {PORT}\n")
    lines = SHARED + [line for number in range(1, tenants + 1) for line in lines_of(number)]
    (CONF / "frr.conf").write_text("\n".join(lines) + "\n")
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)


def connect(server):
    end = time.monotonic() + 60
    while "clients may come" not in server.log.read_text():
        if time.monotonic() > end:
            raise SystemExit(f"lab/bench netconf: frr-netconfd does not start: {server.log.read_text()}")
        time.sleep(0.1)
    folder = CONF / "netconf"
    return Client(Tls("127.0.0.1", PORT, folder / "ca.pem", folder / "alice.pem", folder / "alice.key"))


def rss_mb(pid):
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6


def main():
    parser = argparse.ArgumentParser(prog="lab/bench netconf", description="What a NETCONF client waits for.")
    parser.add_argument("--tenants", type=int, default=1000, help="how many (default 1000)")
    parser.add_argument("--samples", type=int, default=7, help="of each (default 7)")
    chosen = parser.parse_args()
    count = chosen.tenants
    own_namespaces()
    prepare(count)
    with Daemon("mgmtd", "-M", MODULE) as mgmtd, \
            Daemon("tenantd", program=PROGRAMS / "lab/bench.d/memory_alone") as tenantd, \
            Daemon("frr-netconfd", program=PROGRAMS / "frr-netconfd") as server, connect(server) as client:
        bench = Bench(client, chosen.samples, mgmtd=mgmtd, tenantd=tenantd, server=server)
        told, cpu = bench.measure(lambda i: [SMALL])
        figures.tell("netconf_get_small_ms", told, "ms")
        figures.tell("netconf_get_small_mgmtd_cpu_ms", cpu["mgmtd"], "ms")
        told, cpu = bench.measure(lambda i: [
            "<edit-config><target><candidate/></target><config>" + TENANT.format(i, 900000 + i) + "</config></edit-config>",
            "<commit/>"])
        if len([line for line in mgmtd.lines() if line.startswith("tenant more")]) < chosen.samples:
            raise SystemExit("lab/bench netconf: the tenants that were committed are not in mgmtd")
        figures.tell(f"netconf_edit_commit_1_of_{count}_ms", told, "ms")
        figures.tell("netconf_edit_commit_mgmtd_cpu_ms", cpu["mgmtd"], "ms")
        figures.tell("netconf_edit_commit_server_cpu_ms", cpu["server"], "ms")
        told, cpu = bench.measure(lambda i: [ALL])
        figures.tell(f"netconf_get_{count}_tenants_ms", told, "ms")
        figures.tell(f"netconf_get_{count}_mgmtd_cpu_ms", cpu["mgmtd"], "ms")
        figures.tell("netconf_rss_mb", rss_mb(server.process.pid), "MB")


if __name__ == "__main__":
    main()
