# SPDX-License-Identifier: GPL-2.0-or-later
"""The engines of "lab/bench fleet": each a real server, a network of net/fleet.py in it, and the same changes.

    with ENGINES["postgresql"](nodes=200) as engine:
        engine.load(network)
        engine.change("add", 1234, network)     # in one commit, which is done when this returns
"""

import json
import os
import re
import shutil
import socket
import sqlite3
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HERE / "tests"))
import ovn_servers                      # noqa: E402
import postgres                         # noqa: E402
from net import processor               # noqa: E402
from net.fleet import SWITCHES          # noqa: E402

PROGRAMS = Path(os.environ.get("FRR_TENANT_PROGRAMS", "/build"))
CHUNK = 5000
FIRST_USER, NODES_A_USER = 61000, 100
NOBODY = 4000000    # a tenant that is nowhere


def literal(value):
    return "NULL" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


class Sql:
    """Changes by SQL; commit() carries a text out."""

    def change(self, kind, tenant, network):
        first = (tenant - 1) * len(SWITCHES) + 1
        more = f"tenant_id = {tenant} AND name = 'more'"
        self.commit({
            "add": f"INSERT INTO logical_switch (tenant_id, name) VALUES ({tenant}, 'more'); INSERT INTO subnet (switch_id,"
                   f" prefix, gateway) SELECT id, '10.1.200.0/24', '10.1.200.1' FROM logical_switch WHERE {more};",
            "row": f"UPDATE logical_switch SET mtu = 1400 WHERE id = {first};",
            "del": f"DELETE FROM logical_switch WHERE {more};",
            "attach": "INSERT INTO attachment (tenant_id, node_id, role)"
                      f" VALUES ({tenant}, {network.spare_node(tenant)[0]}, 'dlr');"}[kind])

    def add_nobody(self):
        self.commit(f"INSERT INTO tenant (id, name) VALUES ({NOBODY}, 'nobody');")

    def change_nobody(self, number):
        self.commit(f"UPDATE tenant SET max_routes = {number} WHERE id = {NOBODY};")

    def delete_nobody(self):
        self.commit(f"DELETE FROM tenant WHERE id = {NOBODY};")


class Sqlite(Sql):
    """One file, which all nodes read; bytes are what they read of it."""

    name = "sqlite"

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="fleet."))
        self.folder.chmod(0o777)
        self.location = str(self.folder / "tenants.db")
        self.db = sqlite3.connect(self.location, isolation_level=None, timeout=60)
        self.db.executescript((HERE / "vrf-sync/schema.sql").read_text())
        self.db.execute("PRAGMA foreign_keys = ON")
        for path in self.folder.iterdir():
            path.chmod(0o666)
        return self

    def __exit__(self, *_):
        self.db.close()
        shutil.rmtree(self.folder)

    def user_of(self, node):
        """A kernel gives each user so many inotify instances (fs.inotify.max_user_instances), 128 where nobody said more."""
        return {"user": FIRST_USER + node // NODES_A_USER, "group": FIRST_USER, "extra_groups": []}

    def load(self, network):
        self.db.execute("BEGIN")
        for table, columns, rows in network.tables():
            marks = ", ".join("?" * len(rows[0]))
            self.db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
        self.db.execute("COMMIT")
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def commit(self, text):
        self.db.executescript(f"BEGIN IMMEDIATE; {text} COMMIT;")

    def bytes(self, nodes):
        return sum(int(re.search(r"^rchar: (\d+)$", Path(f"/proc/{pid}/io").read_text(), re.M)[1]) for pid in nodes)

    def server_cpu_ms(self):
        return 0

    def server_mb(self):
        return 0


class Postgresql(Sql):
    """A server with as much memory as one that is meant for this has; its files are in memory, and fsync is on."""

    name = "postgresql"

    def __init__(self, connections):
        self.connections = connections

    def __enter__(self):
        self.server = postgres.Server(tcp=True, settings={
            "max_connections": self.connections + 20, "shared_buffers": "512MB", "fsync": "on", "max_wal_size": "4GB"})
        self.server.make_database("tenants")
        self.location = self.server.uri("tenants", tcp=True, sslmode="disable")
        self.session = self.server.session("tenants")
        self.session.rows((PROGRAMS / "vrf-sync/schema-postgresql.sql").read_text())
        return self

    def __exit__(self, *_):
        self.server.close()

    def load(self, network):
        self.session.rows("BEGIN")
        for table, columns, rows in network.tables():
            for first in range(0, len(rows), CHUNK):
                values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows[first:first + CHUNK])
                self.session.rows(f"INSERT INTO {table} ({columns}) VALUES {values}")
        self.session.rows("COMMIT")
        self.session.rows("VACUUM ANALYZE")
        self.session.rows("CHECKPOINT")

    def commit(self, text):
        self.session.rows(f"BEGIN; {text} COMMIT;")

    def user_of(self, _):
        return {}

    def bytes(self, _):
        return loopback_bytes()

    def server_pids(self):
        parent = self.server.process.pid
        return [parent, *(int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat")
                          if postgres.parent_of(path) == parent)]

    def server_cpu_ms(self):
        return sum(map(processor.cpu_ms, self.server_pids()))

    def server_mb(self):
        return sum(map(own_mb, self.server_pids()))


class Ovn:
    """One server of OVN's Northbound database; all nodes follow all of it.

    It is patient (doc/user/ovn.rst): nodes that share two processors would not have read their answer in five seconds.
    """

    name = "ovn"
    ROUTERS_AT_ONCE = 200
    INACTIVITY_PROBE_MS = 600000

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="fleet."))
        port = postgres.free_port()
        self.cluster = ovn_servers.Cluster(self.folder, 1, "--remote=db:OVN_Northbound,NB_Global,connections")
        self.cluster.nbctl("set-connection", f"ptcp:{port}:127.0.0.1", "--", "set", "connection", ".",
                           f"inactivity_probe={self.INACTIVITY_PROBE_MS}")
        self.location, self.server = f"tcp:127.0.0.1:{port}", self.cluster.servers[0]
        self.rpc = Rpc(self.server.socket)
        return self

    def __exit__(self, *_):
        self.rpc.close()
        self.cluster.stop()
        shutil.rmtree(self.folder)

    def user_of(self, _):
        return {}

    def load(self, network):
        tables = {table: (columns.split(", "), rows) for table, columns, rows in network.tables()}
        shared = {table: [{name: value for name, value in zip(columns, row) if value is not None} for row in rows]
                  for table, (columns, rows) in tables.items() if table in ("site", "node", "node_role", "wire", "wire_port")}
        pools = [{"kind": "transit", "prefix": "100.64.0.0/11", "length": 29, "wires": 16},
                 {"kind": "uplink", "prefix": "100.96.0.0/11", "length": 30, "wires": 32}]
        self.rpc.transact([set_key("NB_Global", [], "tn-provider", json.dumps(
            {"format": "frr-tenant", "provider": [{}], "pool": pools, **shared}))])
        self.wires = {row["id"]: row["name"] for row in shared["wire"]}
        self.network, self.ports = network, {}
        keys = self.router_keys(tables)
        for first in range(1, network.tenants + 1, self.ROUTERS_AT_ONCE):
            self.rpc.transact([operation for tenant in range(first, min(first + self.ROUTERS_AT_ONCE, network.tenants + 1))
                               for operation in self.router(tenant, keys[tenant])])

    def router_keys(self, tables):
        """{tenant: external_ids}"""
        keys = {tenant: {"tn-id": str(tenant), "tn-aggregates": "10.1.0.0/16 172.16.0.0/16"}
                for tenant in range(1, self.network.tenants + 1)}
        self.nodes = {tenant: [] for tenant in keys}
        for tenant, node, role in tables["attachment"][1]:
            self.nodes[tenant].append(f"{self.network.names[node - 1]}:{role}")
        for tenant, nodes in self.nodes.items():
            keys[tenant]["tn-nodes"] = " ".join(nodes)
        for tenant, wire, prefix, vlan in tables["circuit"][1]:
            keys[tenant][f"tn-circuit-{self.wires[wire]}"] = f"vlan={vlan} prefix={prefix}"
        for tenant, name, node, vlan, address, ifname, protocol in tables["link"][1]:
            keys[tenant][f"tn-link-{name}"] = f"{self.network.names[node - 1]} {ifname} {address} {protocol} vlan={vlan}"
        return keys

    def router(self, tenant, keys):
        ports = []
        for number, name in enumerate(SWITCHES, 1):
            yield from self.switch(tenant, name, (tenant - 1) * len(SWITCHES) + number, f"10.1.{number}.1/24")
            ports.append(["named-uuid", f"lrp{tenant}{name}"])
        yield {"op": "insert", "table": "Logical_Router", "row": {
            "name": f"tenant{tenant:06}", "external_ids": ["map", list(keys.items())], "ports": ["set", ports]}}

    def switch(self, tenant, name, number, address):
        port = f"t{tenant}-{name}"
        yield {"op": "insert", "table": "Logical_Switch_Port", "uuid-name": f"lsp{tenant}{name}", "row": {
            "name": f"{port}-join", "type": "router", "options": ["map", [["router-port", port]]]}}
        yield {"op": "insert", "table": "Logical_Switch", "uuid-name": f"ls{tenant}{name}", "row": {
            "name": name, "external_ids": ["map", [["tn-id", str(number)]]], "ports": ["named-uuid", f"lsp{tenant}{name}"]}}
        yield {"op": "insert", "table": "Logical_Router_Port", "uuid-name": f"lrp{tenant}{name}", "row": {
            "name": port, "mac": "00:00:00:00:00:01", "networks": address}}

    def change(self, kind, tenant, network):
        router = [["name", "==", f"tenant{tenant:06}"]]
        if kind == "add":
            *_, port, _ = self.rpc.transact([
                *self.switch(tenant, "more", NOBODY + tenant, "10.1.200.1/24"),
                {"op": "mutate", "table": "Logical_Router", "where": router,
                 "mutations": [["ports", "insert", ["set", [["named-uuid", f"lrp{tenant}more"]]]]]}])
            self.ports[tenant] = port["uuid"]
        elif kind == "row":
            self.rpc.transact([set_key("Logical_Switch", [["external_ids", "includes", ["map", [
                ["tn-id", str((tenant - 1) * len(SWITCHES) + 1)]]]]], "tn-mtu", "1400")])
        elif kind == "del":
            self.rpc.transact([
                {"op": "delete", "table": "Logical_Switch", "where": [["external_ids", "includes", ["map", [
                    ["tn-id", str(NOBODY + tenant)]]]]]},
                {"op": "mutate", "table": "Logical_Router", "where": router,
                 "mutations": [["ports", "delete", ["set", [self.ports.pop(tenant)]]]]}])
        else:
            self.rpc.transact([set_key("Logical_Router", router, "tn-nodes", " ".join(
                [*self.nodes[tenant], f"{network.spare_node(tenant)[1]}:dlr"]))])

    def add_nobody(self):
        self.rpc.transact([{"op": "insert", "table": "Logical_Router", "row": {
            "name": "nobody", "external_ids": ["map", [["tn-id", "65000"]]]}}])

    def change_nobody(self, number):
        self.rpc.transact([set_key("Logical_Router", [["name", "==", "nobody"]], "tn-max-routes", str(number))])

    def delete_nobody(self):
        self.rpc.transact([{"op": "delete", "table": "Logical_Router", "where": [["name", "==", "nobody"]]}])

    def bytes(self, _):
        return loopback_bytes()

    def server_cpu_ms(self):
        return processor.cpu_ms(self.server.process.pid)

    def server_mb(self):
        return own_mb(self.server.process.pid)


def set_key(table, where, key, value):
    return {"op": "mutate", "table": table, "where": where, "mutations": [
        ["external_ids", "delete", ["set", [key]]], ["external_ids", "insert", ["map", [[key, value]]]]]}


class Rpc:
    """Transactions of OVSDB (RFC 7047), one at a time."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.number, self.rest = 0, ""

    def close(self):
        self.socket.close()

    def transact(self, operations):
        """Its results, one of each operation; it is committed."""
        self.number += 1
        self.send({"method": "transact", "params": ["OVN_Northbound", *operations], "id": self.number})
        while True:
            message = self.receive()
            if message.get("method") == "echo":
                self.send({"result": message["params"], "error": None, "id": message["id"]})
            elif message.get("id") == self.number:
                break
        wrong = [result for result in message["result"] or [message] if result is None or result.get("error")]
        assert not wrong, wrong
        return message["result"]

    def send(self, message):
        self.socket.sendall(json.dumps(message).encode())

    def receive(self):
        while True:
            try:
                message, end = json.JSONDecoder().raw_decode(self.rest)
                self.rest = self.rest[end:].lstrip()
                return message
            except ValueError:
                part = self.socket.recv(1 << 20)
                assert part, "ovsdb-server has ended"
                self.rest += part.decode()


def own_mb(pid):
    """Memory of a process that it shares with nobody, and its part of what it shares."""
    try:
        return int(re.search(r"^Pss: +(\d+) kB$", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1]) / 1024
    except OSError:
        return 0    # it has ended


def loopback_bytes():
    return int(re.search(r"^ *lo: *(\d+)", Path("/proc/net/dev").read_text(), re.M)[1])


ENGINES = {"sqlite": lambda nodes: Sqlite(), "postgresql": Postgresql}
if ovn_servers.are_here():
    ENGINES["ovn"] = lambda nodes: Ovn()
