#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tenantd's metrics over HTTP: where they are offered, what they say, and that no client can be in tenantd's way.

tenantd is that of "lab/bench memory": all of it, on a kernel and FRR that agree to everything. It runs in a network of
its own, which takes root; elsewhere the test is skipped.
"""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(os.environ.get("srcdir", Path(__file__).resolve().parent.parent)).resolve()
BUILD = Path.cwd()
sys.path[:0] = [str(HERE / "tests"), str(HERE / "lab"), str(HERE / "lab" / "bench.d")]
os.environ.setdefault("FRR_TENANT_PROGRAMS", str(BUILD))
import exposition                        # noqa: E402
import memory                            # noqa: E402
from net.vty import Vty, VtyError        # noqa: E402

PORT, MANY, LIMIT = 12620, 1000, 5       # seconds that tenantd gives a connection
SKIPPED = 77


class Tenantd:
    """memory_alone in our own network, with lines in its tenantd.conf."""

    def __init__(self, *lines):
        self.lines = lines

    def __enter__(self):
        config = memory.ROOM / "tenantd.conf"
        config.write_text("\n".join([f"tenant node box\ntenant database sqlite {memory.DATABASE}", *self.lines]) + "\n")
        for path in (memory.DATABASE, *memory.ROOM.glob("tenants.db-*"), config):
            shutil.chown(path, "frr", "frr")
        self.process = subprocess.Popen(
            [BUILD / "lab/bench.d/memory_alone", "-N", memory.PATHSPACE, "-f", config],
            stdout=subprocess.DEVNULL, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.vty = until(lambda: Vty(str(memory.ROOM / "tenantd.vty")), "tenantd")
        return self

    def __exit__(self, kind, *_):
        self.vty.close()
        self.process.terminate()
        status = self.process.wait(20)
        assert kind or status == 0, f"tenantd ended with status {status}"

    def type(self, line):
        """What a line of configuration is answered with; "" where it is taken."""
        self.vty.command("configure terminal")
        _, said = self.vty.ask(line)
        self.vty.ask("end")
        return said.strip()

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def until(predicate, what, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            if answer := predicate():
                return answer
        except (OSError, VtyError):
            pass
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)


def connect(address="127.0.0.1", port=PORT):
    return socket.create_connection((address, port), timeout=20)


def ask(request, address="127.0.0.1", port=PORT):
    """(status, header fields, body)"""
    with connect(address, port) as sock:
        sock.sendall(request)
        answer = b""
        while part := sock.recv(65536):
            answer += part
    head, body = answer.decode().split("\r\n\r\n", 1)
    first, *fields = head.split("\r\n")
    return int(first.split()[1]), {k.lower(): v for k, v in (field.split(": ", 1) for field in fields)}, body


def scrape(**where):
    status, fields, body = ask(b"GET /metrics HTTP/1.1\r\nHost: box\r\n\r\n", **where)
    assert status == 200 and int(fields["content-length"]) == len(body.encode()), (status, fields)
    families, faults = exposition.parse(body)
    assert not faults, faults
    return families


def value(name, label=None, **where):
    return exposition.values(scrape(**where), name, label)


def listeners():
    return [line for family in ("tcp", "tcp6") for line in Path(f"/proc/net/{family}").read_text().splitlines()[1:]
            if line.split()[3] == "0A"]


def sql(statement, *values):
    with sqlite3.connect(memory.DATABASE, isolation_level=None) as db:
        return db.execute(statement, values).fetchall()


def is_off(daemon):
    return not listeners() and "Metrics" not in daemon.vty.command("show tenant")


def add_subnet(number):
    sql("INSERT INTO subnet (switch_id, prefix, gateway) VALUES (1, ?, ?)", f"10.1.{number}.0/24", f"10.1.{number}.1")


# ---- what is tested ----

def nobody_is_offered_what_nobody_asked_for(daemon):
    assert is_off(daemon)


def bad_configuration_is_refused_in_one_sentence(daemon):
    for typed in ("localhost", "10.0.0.1/8", "127.0.0.1:80", "127.0.0.1:x", "[::1", "9100"):
        said = daemon.type(f"tenant metrics {typed}")
        assert said.startswith("% ") and said.count("\n") == 0 and typed.split(":")[-1].strip("[") in said, said
    assert is_off(daemon)


def databases_that_cannot_be_are_refused_in_one_sentence(daemon):
    for typed, words in (("sqlite tenants.db", "must be absolute"), ("postgresql mysql://db1/tenants", "no URI that libpq can read"),
                         ("ovn 10.0.0.1", "no OVSDB server"), ("sqlite /" + "x" * 1025, "more than 1024 characters"),
                         ("sqlite /elsewhere.db", "is sqlite")):
        said = daemon.type(f"tenant database {typed}")
        assert said.startswith("% ") and said.count("\n") == 0 and words in said, (typed, said)


def an_address_that_cannot_be_had_is_told_and_tried_again(daemon):
    said = daemon.type("tenant metrics 192.0.2.1")
    assert "192.0.2.1:12620: Cannot assign requested address; it is tried again" in said, said
    assert f"Warning: {said[2:]}" in daemon.vty.command("show tenant"), daemon.vty.command("show tenant")
    subprocess.run(["ip", "addr", "add", "192.0.2.1/32", "dev", "lo"], check=True)
    until(listeners, "the address to be tried again", 15)
    assert value("tenantd_source_readable", "source", address="192.0.2.1") == {"sqlite": 1}
    assert "Warning" not in daemon.vty.command("show tenant")


def a_port_that_is_taken_harms_nobody(daemon):
    with socket.create_server(("127.0.0.1", 12621)):
        said = daemon.type("tenant metrics 127.0.0.1:12621")
        assert "Address already in use" in said, said
        assert '"health":"ok"' in daemon.vty.command("show tenant tenant00001 json")
    assert not listeners()


def it_can_be_moved_and_switched_off(daemon):
    assert daemon.type("tenant metrics [::1]:9900") == ""
    assert scrape(address="::1", port=9900) and len(listeners()) == 1
    assert "Metrics at http://[::1]:9900/metrics" in daemon.vty.command("show tenant")
    assert daemon.type("no tenant metrics") == ""
    assert is_off(daemon)
    assert daemon.type("tenant metrics") == "" and len(listeners()) == 1
    assert "Metrics at http://127.0.0.1:12620/metrics" in daemon.vty.command("show tenant")


def what_stands_in_tenantd_conf_stays_out_of_frr_conf(daemon):
    """vtysh would write it there with the rest of "show running-config"."""
    assert "tenant" not in daemon.vty.command("show running-config")


def every_metric_is_there(_):
    recorded, _ = exposition.parse((HERE / "tests/metrics/all.prom").read_text())
    assert list(scrape()) == list(recorded)


def they_say_what_is(_):
    families = scrape()
    assert exposition.values(families, "tenantd_tenants", "health") == {"ok": MANY, "waiting": 0, "failed": 0}
    assert exposition.values(families, "tenantd_subnets") == MANY * len(memory.SWITCHES)
    assert exposition.values(families, "tenantd_subnets_passed", "stage")["planned"] == MANY * len(memory.SWITCHES)
    assert exposition.values(families, "tenantd_source_tenants", "source") == {"sqlite": MANY}
    assert exposition.values(families, "tenantd_node_info", "roles") == {"dlr+edge+pe": 1}
    assert exposition.values(families, "tenantd_frr_daemon_up", "daemon")["bgpd"] == 1
    assert exposition.values(families, "tenantd_frr_module_loaded", "daemon") == {"ospfd": 0, "bgpd": 0, "mgmtd": 0}
    assert exposition.values(families, "tenantd_applied_revision") == \
        exposition.values(families, "tenantd_source_revision", "source")["sqlite"]
    for name in ("tenantd_source_read_timestamp_seconds", "process_start_time_seconds"):
        assert 0 <= time.time() - sum(exposition.values(families, name, "source").values()) < 120, name
    assert exposition.values(families, "process_resident_memory_bytes") > 1 << 20


def a_change_is_counted(_):
    stage = ("tenantd_subnet_stage_seconds_count", (("stage", "planned"),))
    took = ("tenantd_change_seconds_count", ())
    before = scrape()
    add_subnet(201)
    after = until(lambda: (now := scrape())["tenantd_change_seconds"].samples[took] >
                  before["tenantd_change_seconds"].samples[took] and now, "the change")
    assert exposition.values(after, "tenantd_subnets") == exposition.values(before, "tenantd_subnets") + 1
    grown = {families["tenantd_subnet_stage_seconds"].samples[stage] for families in (before, after)}
    assert grown == {0, 1}, grown
    added = [exposition.values(f, "tenantd_objects_applied_total", "outcome")["add"] for f in (before, after)]
    assert added[1] > added[0] and exposition.values(after, "tenantd_oldest_pending_change_seconds") == 0


def a_broken_tenant_is_counted_as_failed(_):
    sql("UPDATE subnet SET gateway = '10.9.9.9' WHERE switch_id = 1 AND prefix = '10.1.201.0/24'")
    until(lambda: value("tenantd_tenants", "health")["failed"] == 1, "the failed tenant")
    assert value("tenantd_oldest_pending_change_seconds") == 0     # it is held: nothing waits
    sql("UPDATE subnet SET gateway = '10.1.201.1' WHERE switch_id = 1 AND prefix = '10.1.201.0/24'")
    until(lambda: value("tenantd_tenants", "health") == {"ok": MANY, "waiting": 0, "failed": 0}, "its return")


def a_database_that_is_gone_is_told(_):
    away = memory.DATABASE.with_name("away")
    seen = value("tenantd_source_read_timestamp_seconds", "source")["sqlite"]
    memory.DATABASE.rename(away)
    until(lambda: value("tenantd_source_readable", "source")["sqlite"] == 0, "the loss")
    time.sleep(1)
    assert value("tenantd_source_read_timestamp_seconds", "source")["sqlite"] < seen + 3.5
    assert value("tenantd_tenants", "health")["ok"] == MANY
    away.rename(memory.DATABASE)
    until(lambda: value("tenantd_source_readable", "source")["sqlite"] == 1, "the return")


def other_requests_are_refused(daemon):
    refused = value("tenantd_metrics_requests_total", "result")["refused"]
    cases = {b"GET / HTTP/1.1\r\n\r\n": 404, b"POST /metrics HTTP/1.1\r\nContent-Length: 9\r\n\r\nsomething": 405,
             b"\x16\x03\x01\x02\x00": 400, b"GET /metrics HTTP/3.0\r\n\r\n": 505,
             b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 5000: 431}
    for request, expected in cases.items():
        status, fields, body = ask(request)
        assert (status, body.count("\n"), fields["connection"]) == (expected, 1, "close"), (request, status, body)
    assert value("tenantd_metrics_requests_total", "result")["refused"] == refused + len(cases)


def clients_that_hang_are_dropped_and_hold_nothing_up(daemon):
    files, dropped = until_quiet(daemon), value("tenantd_metrics_requests_total", "result")["dropped"]
    hanging = [connect() for _ in range(4)]
    for sock in hanging:
        sock.sendall(b"GET /metrics HTTP/1.1\r\n")
    more = [connect() for _ in range(4)]
    time.sleep(0.5)
    assert daemon.files() <= files + 4, "more than four are served at a time"
    add_subnet(202)                                    # a change is not held up
    until(lambda: "10.1.202.0/24" in daemon.vty.command("show tenant tenant00001 trace 10.1.202.0/24"), "it", 2)
    for sock in more:
        sock.close()
    # each of them is dropped in its turn; a question asked meanwhile may come before the last
    until(lambda: value("tenantd_metrics_requests_total", "result")["dropped"] >= dropped + 4, "all four to be dropped",
          4 * LIMIT)
    for sock in hanging:
        assert sock.recv(100) == b"", "a client that hangs was answered"
        sock.close()
    until(lambda: until_quiet(daemon) == files, "their files to be closed")    # it also looks for FRR now and then


def until_quiet(daemon):
    """Its open files when none is a connection."""
    def established():
        return [line for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
                if line.split()[1].endswith(f":{PORT:04X}") and line.split()[3] in ("01", "08")]
    until(lambda: not established(), "the last connection to end", 20)
    return daemon.files()


def clients_that_vanish_leave_nothing(daemon):
    files = until_quiet(daemon)
    for number in range(100):
        sock = connect()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")      # a reset
        sock.sendall((b"", b"GET /met", b"GET /metrics HTTP/1.1\r\n\r\n")[number % 3])
        sock.close()
    assert scrape()
    until(lambda: until_quiet(daemon) == files, "their files to be closed")    # it also looks for FRR now and then


def a_scrape_takes_little(daemon):
    """The best of some: with a thousand tenants it is under a millisecond on any machine of ours."""
    best = min(value("tenantd_metrics_render_seconds") for _ in range(20))
    slack = 10 if "asan" in str(BUILD) else 1
    print(f"a scrape of {MANY} tenants took {best * 1e6:.0f} us of tenantd")
    assert best < 0.002 * slack, best


TESTS = (nobody_is_offered_what_nobody_asked_for, bad_configuration_is_refused_in_one_sentence,
         databases_that_cannot_be_are_refused_in_one_sentence,
         an_address_that_cannot_be_had_is_told_and_tried_again, a_port_that_is_taken_harms_nobody,
         it_can_be_moved_and_switched_off, what_stands_in_tenantd_conf_stays_out_of_frr_conf, every_metric_is_there,
         they_say_what_is, a_change_is_counted, a_broken_tenant_is_counted_as_failed, a_database_that_is_gone_is_told,
         other_requests_are_refused, clients_that_hang_are_dropped_and_hold_nothing_up, clients_that_vanish_leave_nothing,
         a_scrape_takes_little)


def main():
    if os.geteuid() or subprocess.run(["unshare", "-mn", "true"], stderr=subprocess.DEVNULL).returncode:
        print("skipped: it takes root and network namespaces")
        sys.exit(SKIPPED)
    if "--inside" not in sys.argv:
        os.execvp("unshare", ["unshare", "-mn", sys.executable, __file__, "--inside"])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    Path("/run/frr").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run/frr"], check=True)
    memory.make_database(MANY, ("dlr", "edge", "pe"))
    failures = 0
    with memory.Agreeing(), Tenantd() as daemon:
        until(lambda: f'"revision":{sql("SELECT max(seq) FROM change_log")[0][0]}' in
              daemon.vty.command("show tenant json").replace(" ", ""), "all tenants", 60)
        for test in TESTS:
            try:
                test(daemon)
            except (AssertionError, OSError, KeyError, VtyError) as error:
                failures += 1
                print(f"{__file__}:1:F:metrics:{test.__name__}:0: {type(error).__name__}: {error}")
    passed = len(TESTS) - failures
    print(f"{100 * passed // len(TESTS)}%: Checks: {len(TESTS)}, Failures: {failures}, Errors: 0")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
