# SPDX-License-Identifier: GPL-2.0-or-later
"""Throw-away servers of OVN's Northbound database: one alone, or a cluster, in a folder of their own."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

SCHEMA = Path("/usr/share/ovn/ovn-nb.ovsschema")
PATIENCE = 30
ADDRESSES = {"dlr1": "10.255.0.1", "edge1": "10.255.0.2", "pe1": "10.255.0.3", "pe2": "10.255.0.4"}


class Refused(AssertionError):
    """ovn-nbctl was not obeyed."""


def are_here():
    return SCHEMA.exists() and shutil.which("ovsdb-server") and shutil.which("ovn-nbctl")


def until(look, what, patience=PATIENCE):
    """What look() says once it is true."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {patience} s")


def provider(**more):
    """A document for NB_Global's tn-provider: a DLR, an edge and two PEs at two sites."""
    roles = {"dlr1": "dlr", "edge1": "edge", "pe1": "pe", "pe2": "pe"}
    nodes = list(ADDRESSES)
    return json.dumps({
        "format": "frr-tenant", "provider": [{"asn": 65000}],
        "pool": [{"kind": "transit", "prefix": "100.64.0.0/11", "length": 29, "wires": 16},
                 {"kind": "uplink", "prefix": "100.96.0.0/11", "length": 30, "wires": 32}],
        "reserved": [{"prefix": "100.64.0.0/10"}],
        "site": [{"id": 1, "name": "dc1"}, {"id": 2, "name": "pop2"}],
        "node": [{"id": 1 + i, "name": name, "site_id": 2 if name == "pe2" else 1, "router_id": ADDRESSES[name],
                  "vtep": ADDRESSES[name]} for i, name in enumerate(nodes)],
        "node_role": [{"node_id": 1 + i, "role": roles[name]} for i, name in enumerate(nodes)],
        "wire": [{"id": 1, "name": "transit1", "site_id": 1, "kind": "transit"},
                 {"id": 2, "name": "uplink1", "site_id": 1, "kind": "uplink"}],
        "wire_port": [{"wire_id": 1, "node_id": 1, "ifname": "t0", "slot": 1},
                      {"wire_id": 1, "node_id": 2, "ifname": "t0", "slot": 3},
                      {"wire_id": 2, "node_id": 2, "ifname": "u0", "slot": 1},
                      {"wire_id": 2, "node_id": 3, "ifname": "u0", "slot": 2}], **more})


class Server:
    """One ovsdb-server; remotes: further ones, beside its socket."""

    def __init__(self, folder, name, *options):
        self.folder, self.name, self.options = Path(folder), name, options
        self.database, self.socket = self.folder / f"{name}.db", self.folder / f"{name}.sock"
        self.control = self.folder / f"{name}.ctl"
        self.process = None

    @property
    def remote(self):
        return f"unix:{self.socket}"

    @property
    def raft(self):
        return f"unix:{self.folder}/{self.name}.raft"

    def create(self, join=None):
        """Alone, as the first of a cluster (join ""), or as one more (join: whose cluster)."""
        if join is None:
            arguments = ["create", self.database, SCHEMA]
        elif join:
            arguments = ["join-cluster", self.database, "OVN_Northbound", self.raft, join.raft]
        else:
            arguments = ["create-cluster", self.database, SCHEMA, self.raft]
        subprocess.run(["ovsdb-tool", *arguments], check=True, stderr=subprocess.DEVNULL)

    def start(self):
        self.socket.unlink(missing_ok=True)
        with open(self.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                ["ovsdb-server", f"--remote=punix:{self.socket}", f"--unixctl={self.control}", "--no-chdir",
                 *self.options, str(self.database)], stdout=log, stderr=log,
                env={**os.environ, "OVS_RUNDIR": str(self.folder), "OVN_RUNDIR": str(self.folder)})
        until(self.socket.exists, f"{self.name} listens")
        os.chmod(self.socket, 0o666)
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()

    def is_leader(self):
        told = subprocess.run(["ovs-appctl", "-t", str(self.control), "cluster/status", "OVN_Northbound"],
                              capture_output=True, text=True).stdout
        return "Role: leader" in told


class Cluster:
    """Servers of one database; one is no cluster."""

    def __init__(self, folder, count=1, *options):
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.servers = [Server(folder, f"nb{i + 1}", *options) for i in range(count)]
        for server in self.servers:
            server.create(None if count == 1 else "" if server is self.servers[0] else self.servers[0])
            server.start()
            if count > 1 and server is self.servers[0]:
                until(server.is_leader, "the first server leads")
        self.nbctl("init")

    @property
    def remotes(self):
        return ",".join(server.remote for server in self.servers)

    def leader(self):
        return until(lambda: next((s for s in self.servers if s.process.poll() is None and s.is_leader()), None), "a leader")

    def nbctl(self, *words):
        """A command line of ovn-nbctl, "--" between several commands; to be repeated while a cluster elects."""
        end = time.monotonic() + PATIENCE
        while True:
            done = subprocess.run(["ovn-nbctl", f"--db={self.remotes}", "--timeout=10", *map(str, words)],
                                  capture_output=True, text=True)
            if not done.returncode:
                return done.stdout
            if len(self.servers) == 1 or time.monotonic() > end:
                raise Refused(f"ovn-nbctl {' '.join(map(str, words))}: {done.stderr}")
            time.sleep(0.1)

    def set_provider(self, text=None):
        self.nbctl("set", "NB_Global", ".", "external_ids:tn-provider=" + json.dumps(text or provider()))

    def router(self, name, number, nodes="dlr1:dlr edge1:edge pe1:pe", **keys):
        ids = {"tn-id": number, "tn-nodes": nodes, **{f"tn-{key.replace('_', '-')}": value for key, value in keys.items()}}
        self.nbctl("lr-add", name, "--", "set", "Logical_Router", name,
                   *(f"external_ids:{key}={json.dumps(str(value))}" for key, value in ids.items()))

    def switch(self, router, name, address, mac="00:00:00:00:00:01"):
        port, join = f"{router}-{name}", f"{name}-{router}"
        self.nbctl("--may-exist", "ls-add", name, "--", "--may-exist", "lrp-add", router, port, mac, address, "--",
                   "--may-exist", "lsp-add", name, join, "--", "lsp-set-type", join, "router", "--",
                   "lsp-set-addresses", join, "router", "--", "lsp-set-options", join, f"router-port={port}")

    def no_switch(self, router, name):
        self.nbctl("--if-exists", "ls-del", name, "--", "--if-exists", "lrp-del", f"{router}-{name}")

    def stop(self):
        for server in self.servers:
            if server.process.poll() is None:
                server.kill()
