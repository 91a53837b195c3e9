#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""PostgreSQL's schema against SQLite's: the same tables, and side by side the same verdict, rows and log.

Then what the schema's generator refuses.  $TEST_SEED repeats a random run.
"""

import json
import os
import random
import re
import sqlite3
import sys
import tempfile
from pathlib import Path

from postgres import FOLDER, HERE, NETWORK, SCHEMA, Databases, Refused, Server, generate, need_a_server

STORIES = sorted((HERE / "stories").glob("*/database.sql"))
failures, checks = [], 0


def check(what, wanted, got):
    global checks
    checks += 1
    if wanted != got:
        failures.append(what)
        print(f"FAILED: {what}\n  wanted: {wanted!r}\n  got:    {got!r}")


class Lite:
    """A database of SQLite that answers as a session with PostgreSQL does: text."""

    def __init__(self):
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.executescript((FOLDER / "schema.sql").read_text())

    def rows(self, sql):
        try:
            found = self.db.execute(sql).fetchall()
        except sqlite3.Error as error:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise Refused(str(error)) from error
        return [[None if value is None else str(value) for value in row] for row in found]

    def script(self, text):
        """One statement after the other, as a client sends them."""
        for statement in split(text):
            self.rows(statement)


def split(text):
    """The statements of a script without triggers."""
    text = re.sub(r"--.*", "", text)
    return [part.strip() for part in re.split(r";\s*(?:\n|$)", text) if part.strip()]


# ---- the tables ----

def tables_of_sqlite(lite):
    return [name for name, in lite.rows("SELECT name FROM sqlite_schema WHERE type = 'table'"
                                        " AND name NOT LIKE 'sqlite_%' ORDER BY name")]


def the_tables_are_the_same(databases):
    lite, pg = Lite(), databases.server.session(databases.fresh())
    tables = tables_of_sqlite(lite)
    own = {"change_seq", "id_given"}
    check("tables", sorted(set(tables) | own),
          [name for name, in pg.rows("SELECT table_name::text COLLATE \"C\" FROM information_schema.tables"
                                     " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1")])
    check("as many tables as are told of", True, len(tables) >= 38)
    for table in tables:
        check(f"columns of {table}", columns_of_sqlite(lite, table), columns_of_postgresql(pg, table))
        check(f"foreign keys of {table}", keys_of_sqlite(lite, table), keys_of_postgresql(pg, table))
        check(f"what is unique in {table}", unique_of_sqlite(lite, table), unique_of_postgresql(pg, table))


DEFAULTS = {"(extract(epoch from clock_timestamp()))::bigint": "unixepoch()",
            "(round((extract(epoch from clock_timestamp()) * (1000)::numeric)))::bigint":
            "cast(round((julianday('now') - 2440587.5) * 86400000) as integer)"}


def columns_of_sqlite(lite, table):
    """(name, type, NOT NULL, default, place in the primary key)"""
    one_row = "CHECK (id = 1)" in lite.rows(f"SELECT sql FROM sqlite_schema WHERE name = '{table}'")[0][0]
    return [(name, kind, bool(int(needed) or int(key)),
             "1" if one_row and name == "id" else default and default.lower(), int(key))
            for _, name, kind, needed, default, key in lite.rows(f"PRAGMA table_info({table})")]


def columns_of_postgresql(pg, table):
    found = pg.rows(f"""SELECT attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid),
        coalesce(array_position(conkey, attnum), 0) FROM pg_attribute
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        LEFT JOIN pg_constraint ON conrelid = attrelid AND contype = 'p'
        WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'xid' ORDER BY attnum""")
    kinds = {"bigint": "INTEGER", "text": "TEXT"}
    return [(name, kinds[kind], needed == "t", default_of_postgresql(default), int(key))
            for name, kind, needed, default, key in found]


def default_of_postgresql(text):
    if text is None:
        return None
    text = text.lower().removesuffix("::text")
    return DEFAULTS.get(text, re.sub(r"^'(\d+)'::bigint$", r"\1", text))


def keys_of_sqlite(lite, table):
    keys = {}
    for number, _, other, here, there, _, when, _ in lite.rows(f"PRAGMA foreign_key_list({table})"):
        keys.setdefault(number, (other, when, []))[2].append((here, there))
    return sorted(keys.values())


def keys_of_postgresql(pg, table):
    actions = {"a": "NO ACTION", "c": "CASCADE", "n": "SET NULL"}
    found = pg.rows(f"""SELECT confrelid::regclass, confdeltype, (SELECT json_agg(json_build_array(h.attname, t.attname))
        FROM unnest(conkey, confkey) AS k (here, there)
        JOIN pg_attribute h ON h.attrelid = conrelid AND h.attnum = here
        JOIN pg_attribute t ON t.attrelid = confrelid AND t.attnum = there)
        FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'""")
    return sorted((other, actions[action], [tuple(pair) for pair in json.loads(pairs)]) for other, action, pairs in found)


def unique_of_sqlite(lite, table):
    """Columns of what is unique, the primary key apart; None is an expression."""
    return sorted([[column for _, _, column in lite.rows(f"PRAGMA index_info({name})")]
                   for _, name, unique, origin, _ in lite.rows(f"PRAGMA index_list({table})")
                   if unique == "1" and origin != "pk"], key=repr)


def unique_of_postgresql(pg, table):
    found = pg.rows(f"""SELECT (SELECT json_agg(attname ORDER BY place) FROM unnest(indkey) WITH ORDINALITY AS k (number, place)
        LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = number AND number > 0)
        FROM pg_index WHERE indrelid = '{table}'::regclass AND indisunique AND NOT indisprimary""")
    return sorted([json.loads(columns) for columns, in found], key=repr)


# ---- side by side ----

class Pair:
    """The same statement to both, compared after each: verdict, log, and the rows at the end."""

    def __init__(self, databases):
        self.lite, self.pg, self.seen, self.count = Lite(), databases.server.session(databases.fresh()), 0, 0

    def run(self, statement, refused=None):
        """refused: True where both have to refuse it, a text where both have to with this sentence."""
        self.count += 1
        said = []
        for database in (self.lite, self.pg):
            try:
                database.rows(statement)
                said.append(None)
            except Refused as error:
                said.append(str(error))
        check(f"verdict on {statement}: {said}", said[0] is None, said[1] is None)
        if refused is not None:
            check(f"{statement} is refused", True, said[0] is not None)
        if isinstance(refused, str):
            check(f"what is said of {statement}", [refused] * 2, said)
        self.compare_log(statement)

    def compare_log(self, statement):
        """In any order within one statement: cascades go through the tables in an order of their own."""
        sql = "SELECT seq, tbl, op, row_id, tenant_id, was, now FROM change_log WHERE seq > {} ORDER BY seq"
        lite, pg = (database.rows(sql.format(self.seen)) for database in (self.lite, self.pg))
        check(f"numbers in the log of {statement}", [row[0] for row in lite], [row[0] for row in pg])
        check(f"log of {statement}", *self.alike(statement, lite, pg))
        if not self.lite.db.in_transaction:
            check(f"change_seq after {statement}", self.pg.value("SELECT max(seq) FROM change_log"),
                  self.pg.value("SELECT seq FROM change_seq"))
        self.seen = max([self.seen, *(int(row[0]) for row in lite)])

    @staticmethod
    def alike(statement, lite, pg):
        """Sorted.  One thing differs: SQLite deletes several switches one by one, PostgreSQL all at once, so that the
        tenant of a map between two of them is not known there any more and its entry says that it concerns all."""
        lite, pg = (sorted((row[1:] for row in rows), key=repr) for rows in (lite, pg))
        if re.match("DELETE FROM (bundle_network|logical_switch|subscription|tenant) ?", statement):
            for row in (row for row in lite + pg if row[:2] == ["network_map", "delete"]):
                row[3] = None
        return sorted(lite, key=repr), sorted(pg, key=repr)

    def compare_rows(self, what):
        for table in tables_of_sqlite(self.lite):
            if table in ("change_log", "change"):
                continue
            columns = ", ".join(f'"{column[0]}"' for column in columns_of_sqlite(self.lite, table))
            check(f"{table} after {what}", *(sorted(database.rows(f"SELECT {columns} FROM {table}"), key=repr)
                                            for database in (self.lite, self.pg)))


def stories_are_the_same(databases):
    check("stories to tell", True, len(STORIES) >= 10)
    for path in STORIES:
        pair = Pair(databases)
        for statement in split(path.read_text()):
            if not statement.startswith("PRAGMA"):
                pair.run(statement)
        check(f"{path.parent.name} has something to compare", True, pair.seen > 0)
        pair.compare_rows(f"story {path.parent.name}")


def run_lines(pair, text):
    """One statement a line; one that both refuse begins with '!', and ends with -- SENTENCE where that is the trigger's."""
    for line in filter(None, map(str.strip, text.splitlines())):
        if not line.startswith("!"):
            pair.run(line, None)
            continue
        statement, _, sentence = line[1:].strip().partition(" -- ")
        pair.run(statement, sentence or True)



REFUSED = """
! INSERT INTO site (name) VALUES ('dc1')
! INSERT INTO site (name) VALUES ('')
! INSERT INTO site (name) VALUES ('-x')
! INSERT INTO site (name) VALUES ('a b')
! INSERT INTO site (name) VALUES ('größe')
! INSERT INTO site (name) VALUES ('0123456789012345678901234567890123456789012345678901234567890123')
INSERT INTO site (name) VALUES ('012345678901234567890123456789012345678901234567890123456789012')
! INSERT INTO site (name, state) VALUES ('x', 'gone')
! INSERT INTO site (name) VALUES (NULL)
! INSERT INTO node (name, site_id, router_id) VALUES ('x', 99, '10.0.0.9')
! INSERT INTO node (name, site_id, router_id) VALUES ('x', 1, '10.255.0.11')
! INSERT INTO node_role VALUES (1, 'king')
! INSERT INTO node_role VALUES (1, 'dlr')
! INSERT INTO provider (id) VALUES (2)
! UPDATE provider SET asn = 0
! UPDATE provider SET vrrp_interval = 1005
UPDATE provider SET vrrp_interval = 1010, vpn_tag = NULL
! INSERT INTO wire (name, site_id, kind, vlan_base, vlan_max) VALUES ('w', 1, 'uplink', 500, 400)
! INSERT INTO wire (name, site_id, kind, ospf_key) VALUES ('w', 1, 'uplink', 'short')
! INSERT INTO wire (name, site_id, kind, ospf_key) VALUES ('w', 1, 'uplink', 'with a space')
INSERT INTO wire (name, site_id, kind, ospf_key) VALUES ('w', 1, 'uplink', 'longenough')
! INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES (1, 3, 'a.b', 9)
! INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES (1, 3, 'x0', 1)
! INSERT INTO tenant (name, vrf) VALUES ('x', 'sixteencharacter')
! INSERT INTO tenant (name, egress) VALUES ('x', 'active')
! INSERT INTO tenant (id, name) VALUES (0, 'x')
! INSERT INTO attachment (tenant_id, node_id, role) VALUES (2, 1, 'pe')
! DELETE FROM node_role WHERE node_id = 1
! DELETE FROM site WHERE id = 1
! UPDATE tenant SET egress = 'active', active_site_id = 1 WHERE id = 1 -- egress of a tenant is chosen once; make another tenant for the other way
UPDATE tenant SET egress = 'local' WHERE id = 1
! INSERT INTO logical_switch (tenant_id, name) VALUES (1, 'web')
! INSERT INTO logical_switch (tenant_id, name, vni) VALUES (1, 'v', 16777216)
! INSERT INTO logical_switch (tenant_id, name, subscription_id) VALUES (1, 'v', 1)
! INSERT INTO subnet (switch_id, prefix, gateway) VALUES (1, '10.1.1.0/24', '10.1.1.1')
! INSERT INTO host (subnet_id, address, advertise) VALUES (1, '10.1.1.8', 2)
! INSERT INTO public_address (tenant_id, address, inside) VALUES (2, '203.0.113.5', '10.2.1.7')
! INSERT INTO public_address (tenant_id, address, protocol, inside) VALUES (1, '203.0.113.6', 'tcp', '10.1.1.7')
! INSERT INTO public_address (tenant_id, address, inside, inside_port) VALUES (1, '203.0.113.6', '10.1.1.7', 80)
INSERT INTO public_address (tenant_id, address, protocol, port, inside) VALUES (1, '203.0.113.6', 'tcp', 80, '10.1.1.7'), (1, '203.0.113.6', 'udp', 80, '10.1.1.7')
! INSERT INTO public_address (tenant_id, address, protocol, port, inside) VALUES (2, '203.0.113.6', 'tcp', 80, '10.1.1.7')
! INSERT INTO link (tenant_id, name, node_id, ifname, address, protocol) VALUES (1, 'y', 3, 'x1', '192.168.2.1/30', 'bgp')
! INSERT INTO link (tenant_id, name, node_id, ifname, address, protocol) VALUES (1, 'y', 3, 'x1', '192.168.2.1/30', 'static')
! INSERT INTO link (tenant_id, name, node_id, ifname, address, protocol, vrid) VALUES (1, 'y', 3, 'x1', '192.168.2.1/30', 'ospf', 7)
! INSERT INTO leak (from_tenant, to_tenant, prefix) VALUES (1, 1, '10.1.1.0/24')
! INSERT INTO network_map (switch_id, site_id, target_id) VALUES (3, 2, 3)
! INSERT INTO switch_domain (name, site_id, vlan_first, vlan_last) VALUES ('x', 1, 9, 8)
! INSERT INTO change_edit VALUES (1, 1, '[]')
INSERT INTO change (title, base) VALUES ('draft', 3)
INSERT INTO change_edit VALUES (1, 1, '["add", "site"]')
! INSERT INTO change_edit VALUES (1, 2, '{"add": 1}')
! INSERT INTO change_edit VALUES (1, 2, 'no json')
! INSERT INTO change (base, state) VALUES (3, 'confirming')
INSERT INTO change (base, state, deadline, first_seq, last_seq) VALUES (3, 'confirming', 1, 1, 1)
! INSERT INTO change (base, state, deadline, first_seq, last_seq) VALUES (3, 'confirming', 1, 1, 1)
INSERT INTO operation (tenant_id, kind, began) VALUES (1, 'failover', 5)
! INSERT INTO operation (tenant_id, kind, began) VALUES (1, 'failback', 5)
! INSERT INTO operation (kind, began) VALUES ('failback', 5)
INSERT INTO operation (kind, began) VALUES ('evacuate', 5)
! INSERT INTO operation (kind, began) VALUES ('restore', 5)
INSERT INTO operation_step (operation_id, name, began, written, first_seq, last_seq) VALUES (1, 'begun', 1, 1, 1, 1)
UPDATE operation SET state = 'done' WHERE id = 1
INSERT INTO operation (tenant_id, kind, began) VALUES (1, 'failback', 5)
INSERT INTO node_status VALUES ('dlr', 5, 1, 0, 'now')
INSERT INTO node_status VALUES ('dlr', 6, 1, 0, 'now') ON CONFLICT (node) DO UPDATE SET revision = excluded.revision
INSERT INTO subnet_trace VALUES ('dlr', 1, 5, '{}')
! INSERT INTO subnet_trace VALUES ('dlr', 99, 5, '{}')
INSERT INTO meant (seq) VALUES (5)
UPDATE meant SET seq = 6
INSERT INTO meant (id, seq) VALUES (1, 7) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq
INSERT INTO change_log (tbl, op) VALUES ('site', 'insert')
! INSERT INTO change_log (tbl, op) VALUES ('site', 'look')
INSERT INTO reserved VALUES ('198.18.0.0/15', 'benchmarks')
UPDATE reserved SET what = 'tests' WHERE prefix = '198.18.0.0/15'
DELETE FROM reserved WHERE prefix = '198.18.0.0/15'
INSERT INTO reserved_port (protocol, port) VALUES ('tcp', 179)
UPDATE pool SET wires = 17 WHERE kind = 'transit'
! INSERT INTO pool VALUES ('other', '100.0.0.0/8', 29, 16)
"""

MOVED = """
UPDATE logical_switch SET tenant_id = 2, name = 'moved' WHERE id = 1
UPDATE subnet SET switch_id = 3 WHERE id = 2
UPDATE aggregate SET tenant_id = 2 WHERE prefix = '10.1.0.0/16'
UPDATE attachment SET tenant_id = 2 WHERE role = 'pe'
UPDATE circuit SET tenant_id = 2
UPDATE link SET tenant_id = 2
UPDATE public_address SET tenant_id = 2 WHERE id = 1
UPDATE host SET subnet_id = 2, address = '10.1.2.9' WHERE id = 1
UPDATE network_map SET switch_id = 3 WHERE switch_id = 1
UPDATE link_route SET prefix = '172.17.0.0/16'
UPDATE leak SET from_tenant = 2, to_tenant = 1
UPDATE tenant SET id = 77 WHERE id = 99
INSERT INTO node (id, name, site_id, router_id) VALUES (50, 'far', 1, '10.255.0.50')
INSERT INTO node (name, site_id, router_id) VALUES ('next', 1, '10.255.0.51')
DELETE FROM node WHERE id IN (50, 51)
INSERT INTO node (name, site_id, router_id) VALUES ('after', 1, '10.255.0.52')
UPDATE node SET id = 60 WHERE name = 'after'
INSERT INTO node (name, site_id, router_id) VALUES ('last', 1, '10.255.0.53')
UPDATE node SET id = 40 WHERE name = 'last'
INSERT INTO node (name, site_id, router_id) VALUES ('more', 1, '10.255.0.54')
DELETE FROM host WHERE id = 1
DELETE FROM subnet WHERE id = 2
DELETE FROM leak
DELETE FROM link
DELETE FROM network_map
DELETE FROM public_address
DELETE FROM node WHERE id = 99
DELETE FROM tenant WHERE id = 1
DELETE FROM tenant
INSERT INTO tenant (name) VALUES ('third')
"""

BUNDLES = """
INSERT INTO switch_domain (name, site_id, vlan_first, vlan_last) VALUES ('core', 1, 10, 14)
INSERT INTO domain_port VALUES (1, 1, 'd0')
UPDATE domain_port SET ifname = 'd1'
INSERT INTO bundle (name) VALUES ('gold')
INSERT INTO bundle_network (bundle_id, name) VALUES (1, 'front'), (1, 'back')
INSERT INTO subscription (tenant_id, bundle_id, site_id, domain_id) VALUES (1, 1, 1, 1)
INSERT INTO subscription (tenant_id, bundle_id) VALUES (2, 1)
! INSERT INTO subscription (tenant_id, bundle_id) VALUES (2, 1)
INSERT INTO bundle_network (bundle_id, name, mtu) VALUES (1, 'spare', 9000)
INSERT INTO switch_vlan (switch_id, domain_id) VALUES (3, 1)
INSERT INTO switch_vlan (switch_id, domain_id, vlan) VALUES (1, 1, 14)
! INSERT INTO switch_vlan (switch_id, domain_id) VALUES (2, 1) -- this switch domain has no VLAN left; use VXLAN only
! INSERT INTO switch_vlan (switch_id, domain_id) VALUES (2, 9)
! INSERT INTO switch_vlan (switch_id, domain_id, vlan) VALUES (2, 1, 14)
! UPDATE switch_vlan SET vlan = NULL WHERE switch_id = 1 -- delete the row and insert another one for the smallest VLAN that is free
DELETE FROM switch_vlan WHERE switch_id = 3
INSERT INTO switch_vlan (switch_id, domain_id) VALUES (2, 1)
UPDATE switch_vlan SET vlan = 13 WHERE switch_id = 2
UPDATE switch_vlan SET switch_id = 3 WHERE switch_id = 2
! UPDATE bundle SET name = 'silver' -- the switches of its subscribers have the name of this bundle; make another one
UPDATE bundle SET name = 'gold'
! UPDATE bundle_network SET mtu = 1400 -- subscribers have this network as it is; add another one to the bundle
! UPDATE subscription SET tenant_id = 2 -- a subscription is ended by deleting it; insert another one
UPDATE subscription SET site_id = NULL
INSERT INTO subnet (switch_id, prefix, gateway) SELECT id, '10.1.9.0/24', '10.1.9.1' FROM logical_switch WHERE name = 'gold-front' AND tenant_id = 1
! DELETE FROM subscription WHERE tenant_id = 1 -- a network of this subscription has subnets; delete them first
! DELETE FROM bundle_network WHERE name = 'front' -- a subscriber has subnets in this network; delete them first
! DELETE FROM bundle
DELETE FROM bundle_network WHERE name = 'back'
DELETE FROM tenant WHERE id = 1
BEGIN
INSERT INTO restoring (id) VALUES (1)
INSERT INTO bundle_network (bundle_id, name) VALUES (1, 'quiet')
INSERT INTO tenant (name) VALUES ('again')
INSERT INTO subscription (tenant_id, bundle_id, domain_id) SELECT id, 1, 1 FROM tenant WHERE name = 'again'
DELETE FROM restoring
COMMIT
BEGIN
DELETE FROM subscription
ROLLBACK
DELETE FROM subscription
DELETE FROM bundle
DELETE FROM switch_domain
"""

BUBBLES = """
INSERT INTO tenant (name, bubble_of) VALUES ('acme-test', 1)
! INSERT INTO tenant (name, bubble_of) VALUES ('acme-two', 1)
INSERT INTO attachment (tenant_id, node_id, role) VALUES (3, 1, 'dlr')
! INSERT INTO attachment (tenant_id, node_id, role) VALUES (3, 2, 'edge') -- nothing may lead out of a test bubble; only DLRs serve it
! INSERT INTO link (tenant_id, name, node_id, ifname, address, protocol) VALUES (3, 'y', 3, 'x1', '192.168.2.1/30', 'ospf') -- nothing may lead out of a test bubble; it has no links
! INSERT INTO public_address (tenant_id, address, inside) VALUES (3, '203.0.113.9', '10.1.1.7') -- nothing may lead out of a test bubble; it has no public addresses
! INSERT INTO leak (from_tenant, to_tenant, prefix) VALUES (2, 3, '10.1.1.0/24') -- nothing may lead out of a test bubble; it has no leaks
! INSERT INTO leak (from_tenant, to_tenant, prefix) VALUES (3, 2, '10.1.1.0/24') -- nothing may lead out of a test bubble; it has no leaks
DELETE FROM tenant WHERE id = 1
"""


def statements_are_the_same(databases):
    for name, more in (("refusals", REFUSED), ("moves", MOVED), ("bundles", BUNDLES), ("bubbles", BUBBLES)):
        pair = Pair(databases)
        run_lines(pair, NETWORK)
        run_lines(pair, more)
        pair.compare_rows(name)


# ---- at random ----

LOGGED = ("site node node_role wire wire_port tenant aggregate attachment circuit switch_domain domain_port bundle"
          " bundle_network subscription logical_switch switch_vlan network_map subnet host public_address link link_route"
          " leak pool reserved reserved_port").split()
WORDS = {"name": ("a", "b", "web", "db", "-bad", "x y", "", "0", "A.b_c"), "ifname": ("x0", "t0", "a.b", "u_1", "toolonginterface"),
         "kind": ("transit", "uplink", "odd"), "role": ("dlr", "edge", "pe", "none"), "routing": ("ospf", "static", "x"),
         "state": ("active", "ready", "leaving", "evacuated", "x"), "egress": ("local", "active"), "encap": ("vlan", "qinq"),
         "protocol": ("tcp", "udp", "ospf", "bgp", "static", None), "scope": ("local", "universal", "x"),
         "purpose": ("production", "test", "x"), "vrf": (None, "v1", "v2", "sixteencharacters"),
         "prefix": ("10.1.0.0/16", "10.2.0.0/16", "10.1.1.0/24"), "address": ("10.1.1.7", "10.1.1.8", "203.0.113.5"),
         "router_id": tuple(f"10.0.0.{i}" for i in range(6)), "ospf_key": (None, "short", "longenough", "with spaces"),
         "description": ("", "ü", "'", None), "virtual_address": (None, "10.1.1.254"), "peer": (None, "10.1.1.2")}


def value(chance, column, kind):
    if kind == "TEXT":
        text = chance.choice(WORDS.get(column, ("", "x", "10.1.1.1", None)))
        return "NULL" if text is None else "'" + text.replace("'", "''") + "'"
    if chance.random() < 0.08:
        return "NULL"
    if re.search("id$|_tenant$|^seen_by$|^bubble_of$", column):
        return str(chance.randint(1, 4) if chance.random() < 0.9 else chance.randint(0, 60))
    if chance.random() < 0.2:
        return chance.choice(("0", "-1", "99999", "5000000000"))
    return str(chance.randint(0, 1) if chance.random() < 0.2 else chance.randint(1, 30))


def statement_at_random(chance, columns):
    """ON CONFLICT DO NOTHING is not among them: it costs an id with SQLite, and none with PostgreSQL."""
    table = chance.choice(LOGGED)
    mine, kind = columns[table], chance.random()

    def one():
        name, sort, *_ = chance.choice(mine)
        return f"{name} = {value(chance, name, sort)}"

    if kind >= 0.8:
        return f"DELETE FROM {table} WHERE {one()}"
    if kind >= 0.55:
        return f"UPDATE {table} SET {one()} WHERE {one()}"
    chosen = [(name, sort) for name, sort, needed, default, _ in mine
              if needed and default is None and name != "id" or chance.random() < (0.1 if name == "id" else 0.3)] or [mine[-1][:2]]
    return (f"INSERT INTO {table} ({', '.join(name for name, _ in chosen)})"
            f" VALUES ({', '.join(value(chance, *column) for column in chosen)})")


def random_statements_are_the_same(databases):
    logged = 0
    for seed in [int(os.environ["TEST_SEED"])] if "TEST_SEED" in os.environ else range(8):
        chance, pair, before = random.Random(seed), Pair(databases), len(failures)
        columns = {table: columns_of_sqlite(pair.lite, table) for table in LOGGED}
        run_lines(pair, NETWORK)
        logged -= pair.seen
        while pair.count < 300 and len(failures) == before:
            pair.run(statement_at_random(chance, columns))
        pair.compare_rows(f"TEST_SEED={seed}")
        logged += pair.seen
    check(f"enough of them did something: {logged} entries", True, logged > 300 or "TEST_SEED" in os.environ)


# ---- who has to hear of which table ----

SOURCE = FOLDER / "source"
# of all tenants, and no node reads them: what is sold as a bundle is logged again as switches of its subscribers
NOBODYS = {"bundle", "bundle_network"}
# of a tenant, and no node reads it: the same
UNREAD = {"subscription"}


def logged_tables():
    """{table: whether its entries in the log name a tenant}"""
    found = {}
    for table, function, words in re.findall(r"CREATE TRIGGER log AFTER [A-Z ]+ ON (\w+) FOR EACH ROW\s+"
                                             r"EXECUTE FUNCTION (log_\w+)\((.*?)\);", SCHEMA):
        found[table] = function == "log_change" and re.split(r"(?<='), (?=')", words)[1] != "''"
    return found


def piece(text, begin, end):
    found = re.search(re.escape(begin) + "(.*?)" + re.escape(end), text, re.S)
    assert found, f"there is no {begin!r}"
    return found[1]


def no_table_is_forgotten(databases):
    """Who adds a table to schema.sql has to say who reads it, and whom it concerns."""
    tables = logged_tables()
    shared = {table for table, of_tenants in tables.items() if not of_tenants} - NOBODYS
    check("tables that are logged", True, len(tables) >= 28 and {"tenant", "wire", "meant", "host"} <= set(tables))
    rows = (SOURCE / "rows_provider.c").read_text()
    names = re.findall(r'\{ "(\w+)",', piece(rows, "provider_tables[PROVIDER_TABLES] = {", "\n};"))
    check("what is read of what all share", sorted(shared), sorted([*names, "meant"]))
    told = piece(SCHEMA, "FUNCTION tell_concerned", "pg_notify('frr_tenant_all'")
    check("what everybody is told of", sorted(shared), sorted(re.findall(r"'(\w+)'", piece(told, "(tbl IN (", ")"))))
    rows = (SOURCE / "rows_tenant.c").read_text()
    read = set(re.findall(r"(?:FROM|JOIN) (\w+)", piece(rows, "tenant_tables[TENANT_TABLES] = {", "\n};")))
    check("what is read of tenants", sorted({table for table, of_tenants in tables.items() if of_tenants} - UNREAD),
          sorted(read))
    pg = databases.server.session(databases.fresh())
    places = {table for table, in pg.rows("SELECT table_name FROM information_schema.columns WHERE column_name IN"
                                          " ('tenant_id', 'node_id') GROUP BY 1 HAVING count(*) = 2") if table in tables}
    check("what takes a tenant to a node", places, set(re.findall(r"FROM (\w+) JOIN node",
                                                                 piece(SCHEMA, "VIEW tenant_place AS", ";"))))
    gone = piece(SCHEMA, "(was::json ->> 'node_id')", "AS concerned")
    check("what takes it away from there", places, set(re.findall(r"'(\w+)'", piece(gone, "tbl IN (", ")"))))


# ---- the generator ----

RACK = """
CREATE TABLE rack (
	id          INTEGER PRIMARY KEY,
	name        TEXT NOT NULL UNIQUE
) STRICT;
""" + "".join(f"""
CREATE TRIGGER rack_{event.lower()} AFTER {event} ON rack BEGIN
	INSERT INTO change_log (tbl, op, row_id, tenant_id, {image}) VALUES ('rack', '{event.lower()}', {row}.id, NULL,
		json_object('id', {row}.id, 'name', {row}.name));
END;
""" for event, row, image in (("INSERT", "NEW", "now"), ("DELETE", "OLD", "was"))) + """
CREATE INDEX subnet_switch"""


def a_new_table_concerns_everybody(_databases):
    """Until by_hand.sql says that it concerns nobody."""
    schema, by_hand = (FOLDER / "schema.sql").read_text(), (FOLDER / "postgresql/by_hand.sql").read_text()
    with tempfile.TemporaryDirectory() as folder:
        changed, hand = Path(folder) / "schema.sql", Path(folder) / "by_hand.sql"
        changed.write_text(schema.replace("\nCREATE INDEX subnet_switch", RACK))
        for what, was, now, wanted in (("in the list", "", "", True), ("left out", "but bundle,", "but rack, bundle,", False)):
            assert was in by_hand, was
            hand.write_text(by_hand.replace(was, now) if was else by_hand)
            code, text, said = generate(schema=changed, by_hand=hand)
            check(f"a new table {what}: {said}", (0, wanted), (code, "'rack'" in text and "'rack'" in piece(
                text, "FUNCTION tell_concerned", "pg_notify('frr_tenant_all'")))
        for name in ("tenant", "nothing"):
            hand.write_text(by_hand.replace("but bundle,", f"but {name}, bundle,"))
            code, _, said = generate(by_hand=hand)
            check(f"{name} left out: {said}", (1, f"generate.py: by_hand.sql leaves {name} out of what all tenants share, where"
                                               " it is not\n"), (code, said))



def generator_refuses(_databases):
    """What it does not understand is an error, and so is a trigger that changed under a piece by hand."""
    schema = (FOLDER / "schema.sql").read_text()
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder) / "schema.sql"
        for what, was, now, sentence in (
                ("another function", "length(name) BETWEEN", "ifnull(length(name), 0) BETWEEN", "no rule for 'ifnull'"),
                ("another pattern", "GLOB '[A-Za-z0-9]*'", "GLOB 'a?b'", "no rule for GLOB 'a?b'"),
                ("another statement", "CREATE INDEX subnet_switch", "CREATE VIEW x AS SELECT 1;\nCREATE INDEX subnet_switch",
                 "no rule for this statement: CREATE VIEW"),
                ("another VLAN", "ORDER BY v LIMIT 1", "ORDER BY v DESC LIMIT 1", "schema.sql has other triggers switch_vlan_"),
                ("another tenant", "VALUES ('link', 'delete', OLD.id, OLD.tenant_id,",
                 "VALUES ('link', 'delete', OLD.id, NULL,", "the triggers of link do not say the same of its tenant")):
            assert was in schema, was
            changed.write_text(schema.replace(was, now))
            code, _, said = generate(schema=changed)
            check(f"{what}: {said}", (1, True), (code, said.startswith(f"generate.py: {sentence}")))
    built = Path("vrf-sync/schema-postgresql.sql")
    check("the one that is built", SCHEMA, built.read_text() if built.exists() else None)


def main():
    need_a_server()
    with Server() as server:
        databases = Databases(server)
        for test in TESTS:
            test(databases)
    print(f"{checks} checks, {len(failures)} failed")
    sys.exit(1 if failures else 0)


TESTS = [the_tables_are_the_same, stories_are_the_same, statements_are_the_same,
         random_statements_are_the_same, no_table_is_forgotten, a_new_table_concerns_everybody, generator_refuses]

if __name__ == "__main__":
    main()
