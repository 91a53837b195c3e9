# SPDX-License-Identifier: GPL-2.0-or-later
"""frr-netconfd in front of a stock mgmtd, in namespaces of its own, for tests that are its clients.

    def reading(box):
        with box.client() as client:
            check("acme" in client.data(...), "what is wrong where it is not")

    sys.exit(run_stories(reading))
"""

import os
import re
import subprocess
import time
from pathlib import Path

from net.alone import CONF, MODULE, PROGRAMS, RUN, Daemon, own_namespaces
from net.netconf import BASE, Client, NetconfError, Ssh, Tls, make_certificates, make_policy

PORT, TLS_PORT = 8830, 8653
# one for each group of the shipped policy, and one in none
MEMBERS = {"alice": "provider", "oscar": "operator", "rita": "read-only", "nora": None}
PASSWORD = "correct horse"
TENANT = '<tenant-network xmlns="urn:frr-tenant:yang:frr-tenant"><tenants>{}</tenants></tenant-network>'
EDIT = "<edit-config><target><candidate/></target><config>{}</config></edit-config>"
SUBSCRIBE = '<create-subscription xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0">{}</create-subscription>'
NODE = ("tenant-network node-name box", "tenant-network node box router-id 10.0.0.1", "tenant-network node box role dlr")
failures = []


def check(good, what):
    if not good:
        failures.append(what)
        print(f"FAILED: {what}")


def make_judge():
    """A PAM service that knows one password."""
    judge = RUN / "judge"
    judge.write_text(f'#!/bin/sh\n[ "$(tr -d "\\0")" = "{PASSWORD}" ]\n')
    judge.chmod(0o755)
    folder = Path("/etc/pam.d")
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    (folder / "frr-netconfd").write_text(f"auth required pam_exec.so quiet expose_authtok {judge}\n"
                                         "account required pam_permit.so\n")


class Box:
    """mgmtd with tenants in its schema, zebra, staticd, tenantd, and the server; a key for user root."""

    def __init__(self, *lines):
        self.lines = (f"netconf listen ssh 127.0.0.1 port {PORT}", f"netconf listen tls 127.0.0.1 port {TLS_PORT}",
                      "netconf user root by public-key", "netconf user daemon by password", *lines)
        self.mgmtd = Daemon("mgmtd", "-M", MODULE)
        self.server = Daemon("frr-netconfd", program=PROGRAMS / "frr-netconfd")
        self.tenantd = Daemon("tenantd", program=PROGRAMS / "lab/bench.d/memory_alone")
        self.daemons = [self.mgmtd, Daemon("zebra"), Daemon("staticd"), self.tenantd, self.server]
        self.key = RUN / "key"

    def __enter__(self):
        folder = CONF / "netconf"
        (folder / "authorized_keys").mkdir(parents=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        (folder / "authorized_keys/root").write_text(self.key.with_suffix(".pub").read_text())
        make_certificates(folder, *MEMBERS)
        make_judge()
        make_policy(folder, MEMBERS)
        subprocess.run(["chown", "-R", "frr:frr", folder], check=True)
        (CONF / "frr.conf").write_text("! as on any node: what is not vtysh's is read all the same\n")
        self.configure(*self.lines)
        for daemon in self.daemons[:-1]:
            daemon.start()
        self.start_server()
        return self

    def configure(self, *lines):
        """What it reads at its next start."""
        (CONF / "frr-netconfd.conf").write_text("".join(f"{line}\n" for line in lines))

    def start_server(self):
        self.server.start()
        end = time.monotonic() + 30
        while "clients may come" not in self.server.log.read_text():
            assert time.monotonic() < end, self.server.log.read_text()
            time.sleep(0.1)

    def __exit__(self, kind, *_):
        if kind:
            print(self.server.log.read_text()[-3000:])
        for daemon in reversed(self.daemons):
            daemon.stop()

    def client(self):
        return Client(Ssh("127.0.0.1", PORT, self.key))

    def member(self, name):
        return Client(Tls("127.0.0.1", TLS_PORT, *self.papers(name)))

    def papers(self, name):
        """The authority, and who they are by it."""
        folder = CONF / "netconf"
        return folder / "ca.pem", folder / f"{name}.pem", folder / f"{name}.key"


def tenants(*names):
    return TENANT.format("".join(f"<tenant><name>{name}</name><id>{number}</id></tenant>"
                                 for number, name in enumerate(names, 1)))


def change(operation, name):
    return TENANT.format(f'<tenant xmlns:nc="{BASE}" nc:operation="{operation}"><name>{name}</name></tenant>')


def get_config(store, what=""):
    return f"<get-config><source><{store}/></source>{what}</get-config>"


def of_tenants(client, store):
    """Names of tenants there."""
    return re.findall(r"<tenant><name>(\w+)</name>", client.data(get_config(store)))


def refused(client, tag, operation, words=""):
    try:
        client.rpc(operation)
    except NetconfError as error:
        check(error.tag == tag and words in error.message, f"{operation}: {error}, not {tag} '{words}'")
        return error
    check(False, f"{operation} was done, not {tag}")
    return None


def hears(client, name, *words, seconds=10):
    """The next notification of that name has these words."""
    end = time.monotonic() + seconds
    while (told := client.notification(max(end - time.monotonic(), 0.01))):
        if told[0] == name:
            check(all(word in told[1] for word in words), f"{told}: it should have {words}")
            return told[1]
    check(False, f"no notification {name} came")
    return ""


def hold(box, name, number):
    """A tenant on this node that has no id any more, which tenantd has to tell."""
    box.mgmtd.type(*NODE, f"tenant {name} id {number}", f"tenant {name} attachment box role dlr")
    end = time.monotonic() + 20
    while name not in box.tenantd.ask("show tenant")[1] and time.monotonic() < end:
        time.sleep(0.1)
    box.mgmtd.type(f"no tenant {name} id")


def run_stories(*stories):
    """Each of them with the box; the exit status of the test."""
    if not os.access(PROGRAMS / "frr-netconfd", os.X_OK):
        print(f"skipped: this needs {PROGRAMS}/frr-netconfd, which is built where libnetconf2 is")
        return 77
    own_namespaces()
    with Box() as box:
        for story in stories:
            story(box)
            print(f"{story.__name__}: {len(failures)} failures so far", flush=True)
    words = box.server.log.read_text()
    check(box.server.process.returncode == 0 and "Sanitizer" not in words, "the server ended badly")
    end, said = box.tenantd.process.returncode, box.tenantd.log.read_text()
    good = end == 0 and "memstats" not in said and "Sanitizer" not in said
    check(good, f"tenantd ended with {end}: {'' if good else said[-3000:]}")
    if failures:
        print(words[-3000:])
    return 1 if failures else 0
