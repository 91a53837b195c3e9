#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Names of PostgreSQL servers are looked up while tenantd goes on: a name server that is silent holds up nothing but what
depends on it.

tenantd is that of "lab/bench memory", as in test_withdrawal.py. Needs root, for namespaces, and a PostgreSQL server.
"""

import socket
import subprocess
import tempfile
import time
from pathlib import Path

import postgres
import test_sources
from test_withdrawal import NETWORK, Box, run_stories, same, tenants, until

NO_ANSWER = 'no name server has told the address of host "db.example" so far'


class Reached(test_sources.Postgresql):
    """A server on 127.0.0.1, and a name server there that never answers."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        settings = Path(self.folder.name)
        for name, text in (("resolv.conf", "nameserver 127.0.0.1\n"), ("hosts", "127.0.0.1 localhost\n::1 localhost\n"),
                           ("nsswitch.conf", "hosts: files dns\n")):
            (settings / name).write_text(text)
            Path("/etc", name).touch()
            subprocess.run(["mount", "--bind", settings / name, Path("/etc", name)], check=True)
        self.asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.asked.bind(("127.0.0.1", 53))
        self.server = postgres.Server(tls=True)
        self.server.make_database("tenants")
        self.open()
        self.session.rows((test_sources.BUILD / "vrf-sync/schema-postgresql.sql").read_text())
        self.at("localhost")
        return self

    def __exit__(self, *words):
        super().__exit__(*words)
        self.asked.close()
        for name in ("resolv.conf", "hosts", "nsswitch.conf"):
            subprocess.run(["umount", Path("/etc", name)], check=True)
        self.folder.cleanup()

    def at(self, hosts, port=None, **more):
        options = "".join(f"&{name}={value}" for name, value in more.items())
        self.location = f"postgresql://postgres@/tenants?host={hosts}&port={port or self.server.port}{options}"

    def was_asked(self):
        self.asked.settimeout(0.01)
        try:
            return self.asked.recv(512)
        except TimeoutError:
            return b""


class Unheard(Box):
    """Nobody waits for it to have read all; but it is there at once."""

    def start(self):
        began = time.monotonic()
        super().start()
        took = time.monotonic() - began
        assert took < 3, f"tenantd did not answer for {took:.1f} s when it started"
        return self

    def settles(self):
        pass

    def slowest(self, seconds):
        """How long it took to answer."""
        end, worst = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            began = time.monotonic()
            self.vty.command("show tenant")
            worst = max(worst, time.monotonic() - began)
            time.sleep(0.02)
        return worst


def a_silent_name_server(db):
    db.at("db.example")
    with Unheard(db, NETWORK, tenants(1, 1, 1)) as box:
        worst = box.slowest(14)
        assert db.was_asked(), "the name server was not asked"
        assert worst < 0.5, f"tenantd did not answer for {worst:.1f} s"
        assert box.logged(NO_ANSWER) and "tried again" in box.told()["problem"], box.told()["problem"]


def another_host(db):
    """Who can be reached is, whatever becomes of a name before him."""
    db.at("db.example,127.0.0.1")
    with Unheard(db, NETWORK, tenants(1, 1, 1)) as box:
        worst = box.slowest(7)
        box.has(1)
        assert db.was_asked() and worst < 0.5, f"tenantd did not answer for {worst:.1f} s"


def names_and_addresses(db):
    """A name with two addresses, of which nobody listens at the first; ports of their own; the name is what a certificate is
    compared with."""
    db.script(NETWORK + tenants(1, 1, 1))
    closed, port, ca = postgres.free_port(), db.server.port, db.server.folder / "ca.crt"
    found = [address[0] for *_, address in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM)]
    same("addresses of the name", {"::1", "127.0.0.1"}, set(found))
    for hosts, ports, more in (("localhost", None, {}), ("127.0.0.1,localhost", f"{closed},{port}", {}),
                               ("localhost,127.0.0.1", f"{closed},{port}", {}),
                               (f"{db.server.folder},localhost", f"{closed},{port}", {}),
                               ("localhost", None, {"sslmode": "verify-full", "sslrootcert": ca}),
                               ("localhost", None, {"hostaddr": "127.0.0.1"})):
        db.at(hosts, ports, **more)
        with Box(db) as box:
            box.has(1)
            if "sslmode" in more:
                same("TLS", "t", db.rows("SELECT bool_or(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                                         " WHERE application_name = 'tenantd'")[0][0])
    subprocess.run("echo 127.0.0.1 other.example >> /etc/hosts", shell=True, check=True)
    db.at("other.example", sslmode="verify-full", sslrootcert=ca)
    with Unheard(db) as box:
        until(lambda: "does not match host name" in box.told()["problem"], lambda: f"the certificate, it says {box.told()}")


TESTS = (a_silent_name_server, another_host, names_and_addresses)

if __name__ == "__main__":
    run_stories(TESTS, (Reached,))
