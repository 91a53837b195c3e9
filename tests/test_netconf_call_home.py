#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""frr-netconfd calls home (RFC 8071): by SSH and TLS, again and again, and only to whom its files know.

Runs in namespaces of its own; needs root and FRR.
"""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))
from net.alone import CONF, PROGRAMS, own_namespaces    # noqa: E402
from net.netconf import Client, Home, SshHome, TlsHome    # noqa: E402
from net.netconf_box import PASSWORD, Box, change, check, failures    # noqa: E402

SSH, TLS, SIX = 14334, 14335, 4335
LINES = (f"netconf call-home noc ssh 127.0.0.1 port {SSH}", f"netconf call-home backup tls 127.0.0.1 port {TLS}",
         "netconf call-home six tls ::1")
TENANTS = '<get-config><source><running/></source><filter type="subtree"><tenant-network xmlns="urn:frr-tenant:yang:frr-tenant"/></filter></get-config>'
MONITORING = ('<get><filter type="subtree"><netconf-state xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"><sessions/>'
              "</netconf-state></filter></get>")


def wait_for(what, good):
    end = time.monotonic() + 20
    while not (found := good()) and time.monotonic() < end:
        time.sleep(0.05)
    check(found, what)
    return found


def said(box, words):
    """The lines of its log with these words."""
    return [line for line in box.server.log.read_text().splitlines() if words in line]


def sessions(box):
    """[(number, user, way, address)]"""
    return [tuple(line.split()) for line in box.server.ask("show netconf sessions")[1].splitlines()[1:]]


def by_tls(box, home, name="alice"):
    return Client(TlsHome(home.accept(), *box.papers(name)))


def uses(box, client, user, way, address="127.0.0.1"):
    """All that any other client may do."""
    told = client.data(MONITORING)
    mine = re.search(rf"<session><session-id>{client.id}</session-id>.*?</session>", told)
    for part in (f"netconf-{way}</transport>", f"<username>{user}</username>", f"<source-host>{address}</source-host>"):
        check(mine and part in mine[0], f"{part} is not told: {told}")
    check((str(client.id), user, way, address) in sessions(box), f"it is not shown: {sessions(box)}")
    client.edit(change("create", "initech"))
    client.commit()
    check("<name>initech</name>" in client.data(TENANTS), "what it committed is not in running")
    client.edit(change("delete", "initech"))
    client.commit()
    check("initech" not in client.data(TENANTS), "what it took away is in running")


def nobody_there(box):
    """Each is missed with one sentence; who hangs up is called again, without a sentence each time."""
    for name, where in (("noc", f"127.0.0.1 port {SSH}"), ("backup", f"127.0.0.1 port {TLS}"), ("six", "::1 port 4335")):
        wait_for(f"that {name} is not there is not said", lambda: said(box, f"client {name} "))
        check(where in said(box, f"client {name} ")[0] and "no connection" in said(box, f"client {name} ")[0],
              f"said: {said(box, f'client {name} ')}")
    with Home(TLS) as home:
        for _ in range(3):
            home.accept().close()
    check(len(said(box, "client backup ")) == 2, f"refused once, hung up on thrice: {said(box, 'client backup ')}")
    check(len(said(box, "client noc ")) == 1, f"missed for that long: {said(box, 'client noc ')}")
    check(sessions(box) == [], f"sessions: {sessions(box)}")


def tls(box):
    """It comes late, is used, goes, and is called again; the connection finds out by itself when it is dead."""
    with Home(TLS) as home:
        with by_tls(box, home) as client:
            uses(box, client, "alice", "tls")
            check(len(said(box, "client backup is there")) == 1, "that it is there is not said once")
            # when all it sent has been acknowledged
            wait_for("it would not notice that a client is gone without a word", lambda: "timer:(keepalive" in subprocess.run(
                ["ss", "-tnoH", f"dport = :{TLS}"], text=True, capture_output=True, check=True).stdout)
        with by_tls(box, home) as client:
            uses(box, client, "alice", "tls")
            client.rpc("<close-session/>")
        with by_tls(box, home, "oscar") as client:
            uses(box, client, "oscar", "tls")
            with box.client() as root:
                root.rpc(f"<kill-session><session-id>{client.id}</session-id></kill-session>")
            with by_tls(box, home) as again:
                uses(box, again, "alice", "tls")
    with Home(SIX, "::1") as home, by_tls(box, home) as client:
        uses(box, client, "alice", "tls", "::1")
    wait_for("a session that has gone is there still", lambda: not sessions(box))


def before_it_has_ended(box):
    """A session begins while the one before waits for a commit to end; each has its own socket."""
    with Home(TLS) as home, box.client() as root:
        first = by_tls(box, home)
        root.edit(change("create", "hooli"))
        box.mgmtd.process.send_signal(signal.SIGSTOP)
        root.send("<commit/>")
        time.sleep(0.5)
        first.way.socket.shutdown(socket.SHUT_WR)
        with by_tls(box, home) as client:
            wait_for("no session begins", lambda: said(box, f"client backup is there, with session {client.id}"))
            box.mgmtd.process.send_signal(signal.SIGCONT)
            root.receive()
            wait_for("the session before does not end", lambda: len(sessions(box)) == 2)
            uses(box, client, "alice", "tls")
        first.close()
        root.edit(change("delete", "hooli"))
        root.commit()


def ssh(box):
    for _ in range(2):
        with Client(SshHome(SSH, box.key)) as client:
            uses(box, client, "root", "ssh")
    # user daemon is of no group: they may come in, and do nothing
    with Client(SshHome(SSH, "/dev/null", "daemon", PASSWORD)) as client:
        client.send("<get/>")
        client.receive()
        check((str(client.id), "daemon", "ssh", "127.0.0.1") in sessions(box), f"by password: {sessions(box)}")


def strangers(box):
    """Calling somebody is not trusting them."""
    cases = (("a user who is not listed", lambda: SshHome(SSH, box.key, "nobody")),
             ("a wrong password", lambda: SshHome(SSH, "/dev/null", "daemon", "wrong")),
             ("a key where a password is asked for", lambda: SshHome(SSH, box.key, "daemon")))
    for what, way in cases:
        try:
            Client(way()).close()
            check(False, f"{what} is let in")
        except ConnectionError:
            pass
    with Client(SshHome(SSH, box.key)) as client:
        uses(box, client, "root", "ssh")
    with Home(TLS) as home:
        try:
            by_tls(box, home, "stranger").close()
            check(False, "a stranger's certificate is let in")
        except (ConnectionError, ssl.SSLError):
            pass
        with by_tls(box, home) as client:
            uses(box, client, "alice", "tls")
    check(any("certificate" in line for line in said(box, "client backup ")), f"said: {said(box, 'client backup ')}")


def lines(box):
    """Good lines are taken, and bad ones are told what is wrong with them."""
    wrong = {"netconf call-home twin ssh 127.0.0.1 port 14334": "noc",
             "netconf call-home two'words ssh 127.0.0.1": "letters",
             f"netconf call-home {'x' * 64} ssh 127.0.0.1": "63",
             "netconf call-home lost ssh noc.example.net": "",
             "netconf call-home lost ssh 127.0.0.1 port 0": "",
             "netconf call-home lost http 127.0.0.1": ""}
    told = box.server.type("netconf call-home fourth ssh 192.0.2.4", "netconf call-home fourth tls 2001:db8::4 port 4000",
                           "no netconf call-home fourth", *wrong)
    check(set(told) == set(wrong), f"refused: {told}")
    for line, words in wrong.items():
        check(line in told and words in told[line][1], f"{line}: {told.get(line)}")


def ends(box):
    """With one at work, one that has not said hello, one that says nothing, and one that is not there."""
    with Home(TLS) as home, Home(SSH) as mute, by_tls(box, home) as client:
        client.data(TENANTS)
        with Home(SIX, "::1") as six, mute.accept():
            way = TlsHome(six.accept(), *box.papers("alice"))
            way.read(1)
            begun = time.monotonic()
            box.server.stop()
            check(time.monotonic() - begun < 5, f"it took {time.monotonic() - begun:.1f} s to end")
            way.close()
    check(box.server.process.returncode == 0, f"it ended with {box.server.process.returncode}")


def alone(box):
    """It need not listen, and a client is found at the start; a server that is killed comes again."""
    box.configure("no netconf listen ssh", "netconf user root by public-key", *LINES[:2])
    with Home(TLS) as home:
        box.start_server()
        with by_tls(box, home) as client:
            uses(box, client, "alice", "tls")
            client.rpc("<lock><target><running/></target></lock>")
            box.server.stop(signal.SIGKILL)
        box.start_server()
        with by_tls(box, home) as client:
            uses(box, client, "alice", "tls")
    check(not said(box, "listen"), f"said: {said(box, 'listen')}")


def main():
    if not os.access(PROGRAMS / "frr-netconfd", os.X_OK):
        print(f"skipped: this needs {PROGRAMS}/frr-netconfd, which is built where libnetconf2 is")
        return 77
    own_namespaces()
    words = []
    with Box(*LINES) as box:
        for story in (nobody_there, tls, before_it_has_ended, ssh, strangers, lines, ends, alone):
            story(box)
            words += [box.server.log.read_text()] if story in (ends, alone) else []
            print(f"{story.__name__}: {len(failures)} failures so far", flush=True)
    words.append(box.server.log.read_text())
    check(box.server.process.returncode == 0 and not any("Sanitizer" in text for text in words), "the server ended badly")
    if failures:
        print(*(text[-3000:] for text in words))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
