# SPDX-License-Identifier: GPL-2.0-or-later
"""A PostgreSQL server of one's own, thrown away afterwards, and sessions with it through libpq.

    with Server() as server:
        server.session().rows("SELECT 1")
        standby = server.standby()      # a streaming replica
        server.kill()                   # as the power failing
        standby.promote()

It is Debian's package, run as user postgres where we are root, in a temporary folder with its socket in it.  With
tcp=True it listens on 127.0.0.1 too, with tls=True so that only a client that checks its certificate needs folder/ca.crt.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "vrf-sync"
SKIPPED = 77    # what make check understands
SETTINGS = {"fsync": "off", "wal_keep_size": "256MB", "max_wal_senders": "4", "shared_buffers": "16MB",
            "max_connections": "60", "log_min_messages": "warning", "jit": "off"}


def programs():
    """The folder with initdb and postgres, which no package puts on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    assert found, "there is no PostgreSQL server: install Debian's package postgresql"
    return found[-1]


def need_a_server():
    """Ends the test that cannot be made here."""
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        print("skipped: it takes a PostgreSQL server, Debian's package postgresql")
        sys.exit(SKIPPED)


def as_server_user():
    """What subprocess needs to run a server: it refuses to be root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*words, **more):
    told = subprocess.run([str(word) for word in words], text=True, capture_output=True, **more)
    assert told.returncode == 0, f"{words[0]} failed: {told.stderr or told.stdout}"
    return told.stdout


class Server:
    def __init__(self, *, tcp=False, tls=False, settings=None, hba=(), primary=None):
        """hba: lines of pg_hba.conf that go before those that trust everybody."""
        self.folder = Path(tempfile.mkdtemp(prefix="pg."))
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.folder.chmod(0o755)
        self.data, self.log = self.folder / "data", self.folder / "log"
        self.tcp, self.tls, self.standbys, self.process = tcp or tls, tls, [], None
        self.port = free_port() if self.tcp else 5432
        self.settings = {**SETTINGS, **(settings or {})}
        self.sessions = []
        try:
            if primary:
                self.run("pg_basebackup", "-D", self.data, "-R", "-c", "fast", "-d", primary.uri())
            else:
                self.run("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "--no-sync", "--locale=C",
                         "--encoding=UTF8")
                self.write_hba(hba)
            if tls:
                self.make_certificates()
            self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def run(self, program, *words):
        return run(programs() / program, *words, cwd=self.folder, **as_server_user())

    def write_hba(self, lines):
        path = self.data / "pg_hba.conf"
        path.write_text("\n".join([*lines, "local all all trust", "host all all 127.0.0.1/32 trust",
                                   "local replication all trust", "host replication all 127.0.0.1/32 trust", ""]))

    def make_certificates(self):
        """An authority, ca.crt, and what it says of 127.0.0.1, good for a day."""
        name = {"cwd": self.folder, **as_server_user()}
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 1,
            "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.crt", **name)
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr", **name)
        (self.folder / "san").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", 1, "-extfile", "san", "-out", "server.crt", **name)
        self.settings |= {"ssl": "on", "ssl_cert_file": self.folder / "server.crt",
                          "ssl_key_file": self.folder / "server.key"}

    def start(self):
        """Returns when it answers; a server that was killed is started again."""
        settings = self.settings | {"listen_addresses": "127.0.0.1" if self.tcp else "", "port": self.port,
                                    "unix_socket_directories": self.folder}
        words = [str(programs() / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + 60
        self.launch(words)
        while subprocess.run([programs() / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)]).returncode:
            if self.process.poll() is not None and "shared memory block" in self.log.read_text()[-2000:]:
                self.launch(words)    # what a killed one began has not quite gone
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def launch(self, words):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(words, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            **as_server_user())

    def end(self, how):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        self.process = None

    def stop(self):
        self.end(signal.SIGINT)

    def restart(self):
        self.stop()
        self.start()

    def processes(self):
        """Of the server: its first one, and those that this one began."""
        first = self.process.pid
        return [first, *(int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if parent_of(path) == first)]

    def kill(self):
        """As kill -9 of all of it: nothing is written any more."""
        _, *of_it = self.processes()
        self.end(signal.SIGKILL)
        for pid in of_it:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def standby(self, **more):
        """A streaming replica, which answers and follows."""
        self.standbys.append(Server(primary=self, **more))
        return self.standbys[-1]

    def promote(self):
        self.session().rows("SELECT pg_promote(true, 60)")

    def caught_up(self, standby, seconds=30):
        """Waits until the standby has replayed all that was committed here."""
        wanted = self.session().value("SELECT pg_current_wal_flush_lsn()")
        deadline, there = time.monotonic() + seconds, standby.session()
        while there.value(f"SELECT pg_last_wal_replay_lsn() >= '{wanted}'") != "t":
            assert time.monotonic() < deadline, "the standby does not follow"
            time.sleep(0.02)

    def uri(self, database="postgres", user="postgres", password=None, *, tcp=False, **options):
        who = user + (f":{password}" if password else "")
        where = f"127.0.0.1:{self.port}" if tcp else f":{self.port}"
        if not tcp:
            options = {"host": self.folder, **options}
        return f"postgresql://{who}@{where}/{database}" + "".join(
            f"{'&' if i else '?'}{name}={value}" for i, (name, value) in enumerate(options.items()))

    def session(self, *words, **more):
        self.sessions.append(Session(self.uri(*words, **more)))
        return self.sessions[-1]

    def make_database(self, name):
        """Its URI."""
        self.session().rows(f'CREATE DATABASE "{name}"')
        return self.uri(name)

    def close(self):
        for standby in self.standbys:
            standby.close()
        for session in self.sessions:
            session.close()
        self.end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


def parent_of(path):
    with contextlib.suppress(OSError):
        return int(path.read_text().rpartition(")")[2].split()[1])
    return None


# ---- libpq, as much of it as tests need ----

class Refused(Exception):
    """What the server said: its first line, without ERROR; .state is the SQLSTATE."""

    def __init__(self, sentence, state=None):
        super().__init__(sentence)
        self.state = state


class Notify(ctypes.Structure):
    _fields_ = [("channel", ctypes.c_char_p), ("pid", ctypes.c_int), ("payload", ctypes.c_char_p)]


def library():
    pq = ctypes.CDLL("libpq.so.5")
    text, pointer = ctypes.c_char_p, ctypes.c_void_p
    for name, result, *arguments in (
            ("PQconnectdb", pointer, text), ("PQstatus", ctypes.c_int, pointer), ("PQerrorMessage", text, pointer),
            ("PQexec", pointer, pointer, text), ("PQresultStatus", ctypes.c_int, pointer),
            ("PQresultErrorField", text, pointer, ctypes.c_int), ("PQntuples", ctypes.c_int, pointer),
            ("PQnfields", ctypes.c_int, pointer), ("PQgetisnull", ctypes.c_int, pointer, ctypes.c_int, ctypes.c_int),
            ("PQgetvalue", text, pointer, ctypes.c_int, ctypes.c_int), ("PQclear", None, pointer),
            ("PQfinish", None, pointer), ("PQconsumeInput", ctypes.c_int, pointer), ("PQfreemem", None, pointer),
            ("PQnotifies", ctypes.POINTER(Notify), pointer), ("PQsetnonblocking", ctypes.c_int, pointer, ctypes.c_int),
            ("PQsetNoticeProcessor", pointer, pointer, pointer, pointer)):
        function = getattr(pq, name)
        function.restype, function.argtypes = result, arguments
    return pq


PQ = library()
NO_NOTICES = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)(lambda _, __: None)


class Session:
    def __init__(self, conninfo):
        self.connection = PQ.PQconnectdb(str(conninfo).encode())
        if PQ.PQstatus(self.connection):
            sentence = PQ.PQerrorMessage(self.connection).decode().strip()
            self.close()
            raise Refused(sentence)
        PQ.PQsetNoticeProcessor(self.connection, ctypes.cast(NO_NOTICES, ctypes.c_void_p), None)

    def rows(self, sql):
        """Of the last statement; every value is text, or None."""
        result = PQ.PQexec(self.connection, sql.encode())
        try:
            if PQ.PQresultStatus(result) > 2:    # neither nothing, nor done, nor rows
                said, state = (PQ.PQresultErrorField(result, ord(field)) for field in "MC")
                raise Refused(said.decode() if said else PQ.PQerrorMessage(self.connection).decode().strip(),
                              state and state.decode())
            return [[None if PQ.PQgetisnull(result, row, column) else PQ.PQgetvalue(result, row, column).decode()
                     for column in range(PQ.PQnfields(result))] for row in range(PQ.PQntuples(result))]
        finally:
            PQ.PQclear(result)

    def value(self, sql):
        found = self.rows(sql)
        return found[0][0] if found else None

    def notified(self):
        """The channels of the notifications that came since, in their order; LISTEN first."""
        self.rows("")
        PQ.PQconsumeInput(self.connection)
        came = []
        while notify := PQ.PQnotifies(self.connection):
            came.append(notify.contents.channel.decode())
            PQ.PQfreemem(notify)
        return came

    def close(self):
        if self.connection:
            PQ.PQfinish(self.connection)
        self.connection = None


# ---- tenant databases ----

def generate(schema=None, by_hand=None):
    """What generate.py makes: (status, text, what it says)."""
    told = subprocess.run([sys.executable, FOLDER / "postgresql/generate.py", schema or FOLDER / "schema.sql",
                           by_hand or FOLDER / "postgresql/by_hand.sql"], text=True, capture_output=True)
    return told.returncode, told.stdout, told.stderr


SCHEMA = generate()[1]

# One statement a line: two sites, three nodes, two tenants with some of everything.
NETWORK = """
INSERT INTO site (name) VALUES ('dc1'), ('dc2')
INSERT INTO node (name, site_id, router_id, vtep) VALUES ('dlr', 1, '10.255.0.11', '10.255.0.11')
INSERT INTO node (name, site_id, router_id) VALUES ('esg', 1, '10.255.0.12'), ('pe1', 2, '10.255.0.1')
INSERT INTO node_role VALUES (1, 'dlr'), (2, 'edge'), (3, 'pe')
INSERT INTO wire (name, site_id, kind) VALUES ('transit', 1, 'transit'), ('uplink', 1, 'uplink')
INSERT INTO wire_port (wire_id, node_id, ifname, slot) VALUES (1, 1, 't0', 1), (1, 2, 't0', 2), (2, 2, 'u0', 1)
INSERT INTO tenant (name, description) VALUES ('acme', 'Größe "1" \\ / <'), ('beta', 'tab\tand more')
INSERT INTO attachment (tenant_id, node_id, role) VALUES (1, 1, 'dlr'), (1, 2, 'edge'), (2, 1, 'dlr'), (1, 3, 'pe')
INSERT INTO aggregate VALUES (1, '10.1.0.0/16'), (2, '10.2.0.0/16')
INSERT INTO circuit (tenant_id, wire_id, vlan) VALUES (1, 1, 300)
INSERT INTO logical_switch (tenant_id, name) VALUES (1, 'web'), (1, 'db'), (2, 'web')
INSERT INTO subnet (switch_id, prefix, gateway) VALUES (1, '10.1.1.0/24', '10.1.1.1'), (2, '10.1.2.0/24', '10.1.2.1')
INSERT INTO host (subnet_id, address, seen_by) VALUES (1, '10.1.1.7', 1), (2, '10.1.2.7', NULL)
INSERT INTO link (tenant_id, name, node_id, ifname, address, peer, protocol) VALUES (1, 'paris', 3, 'x0', '192.168.1.1/30', '192.168.1.2', 'static')
INSERT INTO link_route VALUES (1, '172.16.0.0/16')
INSERT INTO public_address (tenant_id, address, inside) VALUES (1, '203.0.113.5', '10.1.1.7')
INSERT INTO leak (from_tenant, to_tenant, prefix) VALUES (1, 2, '10.1.1.0/24')
INSERT INTO network_map (switch_id, site_id, target_id) VALUES (1, 2, NULL), (2, 2, 1)
"""


class Databases:
    """One server, and as many fresh databases on it as are wanted."""

    def __init__(self, server):
        self.server, self.count = server, 0
        server.make_database("template")
        server.session("template").rows(SCHEMA)

    def fresh(self):
        self.count += 1
        name = f"db{self.count}"
        for session in self.server.sessions:
            session.close()
        self.server.session().rows(f"CREATE DATABASE {name} TEMPLATE template")
        return name
