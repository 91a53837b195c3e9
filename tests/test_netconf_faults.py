#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""frr-netconfd where things go wrong: clients that send rubbish, a hundred of them, an mgmtd that dies, also under load.

Runs in namespaces of its own; needs root and FRR.
"""

import re
import signal
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))
from net.alone import PROGRAMS    # noqa: E402
from net.netconf import NetconfError    # noqa: E402
from net.netconf_box import (SUBSCRIBE, TENANT, change, check, get_config, hears, hold, of_tenants, refused,    # noqa: E402
                             run_stories, tenants)

WRITERS = 8

# sent as they are, in place of a message
RUBBISH = (b"\n#7\nnot xml\n##\n", b"\n#4294967295\n", b"\n#-1\n", b"\n#0\n\n##\n", b"\0" * 4096, b"]]>]]>" * 100,
           b"\n#5\n<rpc>\n##\n", b"\n#40\n<rpc xmlns='urn:x' message-id='1'><get/></r\n##\n",
           b"\n#9\n\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\n##\n")
if "asan" not in PROGRAMS.parts:    # libnetconf2 4.6 loses the 21 bytes that it made for these, as sanitizers tell
    RUBBISH += (b"\n#20\n<rpc",)


def rubbish(box):
    """Whoever sends what is no message is told or hung up on, and nobody else notices."""
    box.mgmtd.type("tenant acme id 7")
    with box.client() as other:
        for i, data in enumerate(RUBBISH):
            with box.member("alice") as client:
                client.way.write(data)
                client.way.socket.shutdown(socket.SHUT_WR)
            check(of_tenants(other, "running") == ["acme"], f"after rubbish {i} another session is not served")
    check(box.server.process.poll() is None, "rubbish ended the server")


def many(box):
    """100 sessions at once, each of which reads, while one writes."""
    clients = [box.member("alice") for _ in range(100)]
    clients[0].edit(tenants("initech"))
    clients[0].commit()
    for client in clients:
        client.send(get_config("running"))
    said = [client.receive() for client in clients]
    check(all("initech" in text for text in said), "a session of a hundred is not answered")
    clients[0].edit(change("remove", "initech"))
    clients[0].commit()
    for client in clients:
        client.close()
    end = time.monotonic() + 20
    while len(told := box.server.ask("show netconf sessions")[1].splitlines()) > 1 and time.monotonic() < end:
        time.sleep(0.1)
    check(len(told) == 1, f"sessions that have gone are there still: {told}")


def mgmtd_killed(box):
    """A session says so once, and goes on with the new one."""
    with box.client() as client, box.client() as listener:
        listener.rpc(SUBSCRIBE.format(""))
        for store in ("candidate", "running"):
            client.rpc(f"<lock><target><{store}/></target></lock>")
        client.edit(tenants("initech"))
        box.mgmtd.stop(signal.SIGKILL)
        refused(client, "operation-failed", "<commit/>", "a lock on running with it")
        box.mgmtd.start()
        box.mgmtd.type("tenant acme id 7")
        refused(client, "operation-failed", "<unlock><target><running/></target></unlock>", "has not locked it")
        client.commit()
        check({"tenant initech id 1", "tenant acme id 7"} <= set(box.mgmtd.lines()), f"mgmtd has {box.mgmtd.lines()}")
        # who subscribed has subscribed to the new one's as well
        hold(box, "umbrella", 12)
        hears(listener, "tenant-failed", "umbrella", "has no id", seconds=30)


class Writer(threading.Thread):
    """Commits a tenant with two leaves, and another in its place, until it is to end; what it is told meanwhile."""

    def __init__(self, box, name):
        super().__init__()
        self.box, self.name, self.ending = box, name, threading.Event()
        self.done, self.told, self.broken = 0, set(), ""

    def run(self):
        try:
            with self.box.member("alice") as client:
                while not self.ending.is_set():
                    self.turn(client)
        except Exception as error:    # a session that broke off, or an answer that is none
            self.broken = repr(error)

    def turn(self, client):
        leaves = f"<name>{self.name}</name><id>{{0}}</id><description>the {{0}}</description>"
        try:
            number = 1000 * (1 + int(self.name[1:])) + self.done % 500
            client.edit(TENANT.format(f"<tenant>{leaves.format(number)}</tenant>"))
            client.commit()
            self.done += 1
        except NetconfError as error:
            self.told.add(f"{error.tag}: {error.message}")


def halves(lines):
    """Tenants of writers with only one of the leaves that were committed together, or two that were not."""
    ids = dict(re.findall(r"^tenant (w\d+) id (\d+)$", "\n".join(lines), re.M))
    texts = dict(re.findall(r"^tenant (w\d+) description the (\d+)$", "\n".join(lines), re.M))
    return {name: (ids.get(name), texts.get(name)) for name in {*ids, *texts} if ids.get(name) != texts.get(name)}


def mgmtd_killed_under_load(box):
    """Sessions carry on with the new one, or are told; what is committed together is there together."""
    writers = [Writer(box, f"w{number}") for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in range(3):
        before = sum(writer.done for writer in writers)
        end = time.monotonic() + 30
        while sum(writer.done for writer in writers) < before + 2 * WRITERS and time.monotonic() < end:
            time.sleep(0.05)
        check(time.monotonic() < end, f"no commits any more: {[(w.done, w.told, w.broken) for w in writers]}")
        found = halves(box.mgmtd.lines())
        check(not found, f"half applied: {found}")
        box.mgmtd.stop(signal.SIGKILL)
        time.sleep(0.2)
        box.mgmtd.start()
    for writer in writers:
        writer.ending.set()
    for writer in writers:
        writer.join()
        check(not writer.broken, f"a session broke: {writer.broken}")
        strange = [words for words in writer.told if not re.search(r"mgmtd|lock", words)]
        check(not strange, f"told: {strange}")
    check(any("mgmtd" in words for writer in writers for words in writer.told), "nobody was told that mgmtd went")
    found = halves(box.mgmtd.lines())
    check(not found, f"half applied: {found}")
    with box.client() as client:
        for writer in writers:
            client.edit(change("remove", writer.name))
        client.commit()
    left = [line for line in box.mgmtd.lines() if line.startswith("tenant w")]
    check(not left, f"left: {left}")


def grow_deaf(box, writer):
    """A session that subscribed and reads nothing, while more is to be told than sockets hold."""
    deaf = box.member("alice")
    deaf.way.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.rpc(SUBSCRIBE.format(""))
    names = [f"a-rather-long-name-of-a-tenant-{number:03}" for number in range(100)]
    slowest, end = 0, time.monotonic() + 100
    for turn in range(100000):
        yield deaf, slowest
        check(time.monotonic() < end, "whoever does not read is there still")
        if time.monotonic() > end:
            return
        began = time.monotonic()
        writer.edit(TENANT.format("".join(f"<tenant><name>{name}</name><description>{turn}</description></tenant>"
                                          for name in names)))
        try:
            writer.commit()
        except NetconfError as error:    # tenantd has mgmtd's locks, on a slow machine for long
            check(error.tag == "lock-denied", f"a commit beside it: {error}")
        slowest = max(slowest, time.monotonic() - began)


def does_not_read(box):
    """Whoever subscribed and reads nothing loses its session, and holds up nobody else; and it can be killed."""
    def is_there(client):
        return re.search(rf"^{client.id} ", box.server.ask("show netconf sessions")[1], re.M)
    with box.member("alice") as writer:
        for deaf, slowest in grow_deaf(box, writer):
            if not is_there(deaf):
                break
        check(slowest < 5, f"a commit took {slowest:.1f} s beside it")
        check("does not take what it subscribed to" in box.server.log.read_text(), "the log does not say why")
        began = time.monotonic()
        for deaf, _ in grow_deaf(box, writer):
            if time.monotonic() - began > 6:    # before it is hung up on
                break
        began = time.monotonic()
        writer.rpc(f"<kill-session><session-id>{deaf.id}</session-id></kill-session>")
        while is_there(deaf) and time.monotonic() < began + 5:
            time.sleep(0.1)
        check(not is_there(deaf), "whoever does not read cannot be killed")


if __name__ == "__main__":
    sys.exit(run_stories(rubbish, many, mgmtd_killed, mgmtd_killed_under_load, does_not_read))
