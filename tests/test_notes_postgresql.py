#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a node writes into a PostgreSQL server that does not take it: told once for each reason, until it is taken, and not at
all where somebody else's transaction was in the way.

tenantd is that of "lab/bench memory", as in test_withdrawal.py. Needs root, for namespaces, and a PostgreSQL server.
"""

import subprocess
import sys
import time

import postgres
from test_sources import BUILD, Node, Postgresql
from test_withdrawal import NETWORK, Box, run_stories, same, tenants, until

REFUSED = "does not take this node's status: "
DENIED = REFUSED + "ERROR:  permission denied for table "
NODE_STATUS = ("INSERT INTO node_status (node, revision, tenants, failed, updated) VALUES ('box', 1, 1, 0, 'now')"
               " ON CONFLICT (node) DO UPDATE SET updated = excluded.updated")
HOST = "INSERT INTO host (subnet_id, address) VALUES (1, '10.1.0.9') ON CONFLICT DO NOTHING"


class AsNode(Postgresql):
    """Read by a role that may do what tenantd does, and no more."""

    def __enter__(self):
        super().__enter__()
        self.session.rows("CREATE ROLE frr_tenant_node LOGIN; SELECT allow_node('frr_tenant_node')")
        self.location = self.server.uri("tenants", "frr_tenant_node")
        return self

    def may(self, table, how="GRANT {} TO"):
        self.session.rows(how.format(f"INSERT, UPDATE, DELETE ON {table}") + " frr_tenant_node")

    def may_not(self, table):
        self.may(table, "REVOKE {} FROM")


def reports(engine):
    return engine.rows("SELECT revision FROM node_status WHERE node = 'box'") == [[engine.revision()]]


def told_once(engine):
    """And once more when it was taken in between."""
    with Box(engine, NETWORK, tenants(1, 2, 1)) as box:
        until(lambda: reports(engine), "the node to report")
        engine.may_not("node_status")
        until(lambda: box.logged(DENIED + "node_status"), "the refusal to be told")
        # another reason, and the first one again
        engine.may_not("tenant_status")
        until(lambda: box.logged(DENIED + "tenant_status"), "the other refusal to be told")
        engine.may("tenant_status")
        time.sleep(3)
        same("times told", (1, 1), (box.logged(DENIED + "node_status"), box.logged(DENIED + "tenant_status")))
        # nor is it new with another connection
        engine.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'frr_tenant_node'")
        until(lambda: box.logged("can be read"), "its return")
        time.sleep(3)
        same("times told", 1, box.logged(DENIED + "node_status"))
        engine.may("node_status")
        engine.script("INSERT INTO site (name) VALUES ('dc2');")
        until(lambda: reports(engine), "the node to report again")
        engine.may_not("node_status")
        until(lambda: box.logged(DENIED + "node_status") == 2, "the refusal to be told anew")


def what_goes_meanwhile(engine):
    """The trace of a subnet that somebody deletes at the same time: it waits for his commit, and finds no subnet."""
    with Box(engine, NETWORK, tenants(1, 1, 1)) as box:
        until(lambda: reports(engine), "the node to report")
        holds, deletes = (engine.server.session("tenants") for _ in range(2))
        holds.rows("BEGIN; LOCK TABLE node_status IN ACCESS EXCLUSIVE MODE")
        until(lambda: waiting(engine) == 1, "the node to wait")
        engine.script("INSERT INTO subnet (id, switch_id, prefix, gateway) VALUES (99, 1, '10.1.9.0/24', '10.1.9.1');")
        time.sleep(1)
        deletes.rows("BEGIN; DELETE FROM subnet WHERE id = 99")
        holds.rows("ROLLBACK")
        until(lambda: waiting(engine) == 1, "the node to wait for who deletes")
        deletes.rows("COMMIT")
        until(lambda: reports(engine), "the node to report")
        same("refusals told", 0, box.logged(REFUSED))


def waiting(engine):
    """Sessions of nodes that wait for a lock."""
    return int(engine.rows("SELECT count(*) FROM pg_stat_activity WHERE usename = 'frr_tenant_node'"
                           " AND wait_event_type = 'Lock'")[0][0])


def two_writers(engine):
    """What one of them gets through says nothing of the other."""
    engine.script(NETWORK + tenants(1, 1, 1))
    engine.may_not("node_status")
    with Node(engine, "box") as node:
        until(lambda: node.loads, "the first load")
        for _ in range(3):
            for writer, sql, wanted in ((1, NODE_STATUS, "-5"), (2, HOST, "0")):
                node.notes.clear()
                node.tell(f"note {writer} {sql}")
                until(lambda: node.notes, "an answer")
                same(f"writer {writer}", [[str(writer), wanted]], node.notes)
        same("times told", 1, sum(DENIED + "node_status" in line for line in node.warnings))


TESTS = (told_once, what_goes_meanwhile, two_writers)

if __name__ == "__main__":
    run_stories(TESTS, (AsNode,))
