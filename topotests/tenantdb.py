# SPDX-License-Identifier: GPL-2.0-or-later
"""The tenant database of a topotest, written by plain SQL as any program could."""

import os
import re
import sqlite3
from contextlib import contextmanager
from pathlib import Path

SCHEMA = Path(__file__).resolve().parent.parent / "vrf-sync/schema.sql"


class Database:
    """The tenant database, written by plain SQL; a commit per call unless inside `with db.together():`."""

    BEGIN = "BEGIN IMMEDIATE"

    def __init__(self, path):
        self.path = Path(path)
        self.place = f"sqlite {self.path}"    # in tenantd.conf
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.create()

    def open(self):
        self.connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        self.connection.execute("PRAGMA foreign_keys = ON")

    def create(self):
        self.open()
        self.connection.executescript(SCHEMA.read_text())
        os.chmod(self.path.parent, 0o2777)
        for file in self.path.parent.glob(self.path.name + "*"):
            os.chmod(file, 0o666)

    def close(self):
        self.connection.close()

    def sql(self, text, *values):
        return self.connection.execute(text, values).fetchall()

    @contextmanager
    def together(self):
        """One transaction for all that is in the block."""
        self.sql(self.BEGIN)
        try:
            yield
            self.sql("COMMIT")
        except BaseException:
            self.sql("ROLLBACK")
            raise

    def insert(self, table, **row):
        text = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
        return self.connection.execute(text, list(row.values())).lastrowid

    def revision(self):
        return self.sql("SELECT coalesce(max(seq), 0) FROM change_log")[0][0]

    def id(self, table, name):
        return self.sql(f"SELECT id FROM {table} WHERE name = ?", name)[0][0]

    def provider(self, nodes, wires, addresses):
        """nodes: {name: (site, roles)}; wires: {name: (site, kind, {node: (trunk, slot)}, {column: value})};
        addresses: {node: router id and VTEP}.
        """
        with self.together():
            for name in sorted({site for site, _ in nodes.values()} | {wire[0] for wire in wires.values()}):
                self.insert("site", name=name)
            for name, (site, roles) in nodes.items():
                node = self.insert("node", name=name, site_id=self.id("site", site), router_id=addresses[name],
                                   vtep=addresses[name])
                for role in roles.split():
                    self.insert("node_role", node_id=node, role=role)
            for name, (site, kind, ports, more) in wires.items():
                wire = self.insert("wire", name=name, site_id=self.id("site", site), kind=kind, **more)
                for node, (trunk, slot) in ports.items():
                    self.insert("wire_port", wire_id=wire, node_id=self.id("node", node), ifname=trunk, slot=slot)

    def tenant(self, name, where, aggregates=(), **columns):
        """where: "NODE:ROLE[,ROLE] ..."."""
        tenant = self.insert("tenant", name=name, **columns)
        for prefix in aggregates:
            self.insert("aggregate", tenant_id=tenant, prefix=prefix)
        for node, roles in (item.split(":") for item in where.split()):
            for role in roles.split(","):
                self.insert("attachment", tenant_id=tenant, node_id=self.id("node", node), role=role)
        return tenant

    def switch(self, tenant, name, prefix, gateway=None, advertise=1, **columns):
        """A switch and its subnet; the gateway is the first address unless another is given."""
        gateway = gateway or re.sub(r"\d+/\d+$", lambda m: str(int(m[0].split("/")[0]) + 1), prefix)
        switch = self.insert("logical_switch", tenant_id=self.id("tenant", tenant), name=name, **columns)
        self.insert("subnet", switch_id=switch, prefix=prefix, gateway=gateway, advertise=advertise)
        return switch

    def link(self, tenant, name, node, ifname, address, protocol, behind=(), **columns):
        link = self.insert("link", tenant_id=self.id("tenant", tenant), name=name, node_id=self.id("node", node),
                           ifname=ifname, address=address, protocol=protocol, **columns)
        for prefix in behind:
            self.insert("link_route", link_id=link, prefix=prefix)
        return link

    def leak(self, source, target, prefix):
        return self.insert("leak", from_tenant=self.id("tenant", source), to_tenant=self.id("tenant", target),
                           prefix=prefix)

    def circuit(self, tenant, wire, **columns):
        return self.insert("circuit", tenant_id=self.id("tenant", tenant), wire_id=self.id("wire", wire), **columns)

    def delete(self, table, name):
        assert self.sql(f"DELETE FROM {table} WHERE name = ? RETURNING name", name) == [(name,)]


class Postgresql(Database):
    """The same on a server of tests/postgres.py: `connect()` to another one that took over from it."""

    BEGIN = "BEGIN"

    def __init__(self, server, place):
        """place: of tenantd.conf."""
        self.place = f"postgresql {place}"
        self.session = server.session("tenants")

    def connect(self, server):
        self.session = server.session("tenants")

    def close(self):
        self.session.close()

    def sql(self, text, *values):
        parts = text.split("?")
        assert len(parts) == len(values) + 1, (text, values)
        said = "".join(part + literal for part, literal in zip(parts, [*map(self.literal, values), ""]))
        return [tuple(int(v) if v and re.fullmatch(r"-?\d+", v) else v for v in row) for row in self.session.rows(said)]

    @staticmethod
    def literal(value):
        return "NULL" if value is None else str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"

    def insert(self, table, **row):
        rows = self.sql(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) RETURNING *", *row.values())
        return rows[0][0]    # the first column of every table that has an id

    def revision(self):
        return self.sql("SELECT seq FROM change_seq")[0][0]
