# SPDX-License-Identifier: GPL-2.0-or-later
"""Stock vtysh with our extension: it knows what tenantd and our modules answer, and is the vtysh of FRR in all else."""

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path

import pytest

from tenantnet import BUILD, TenantNet

HERE = "dlr"
MODULE = BUILD / ".libs/vtysh_tenant.so"
CONFIGURATION = f"""frr defaults traditional
hostname {HERE}
log syslog informational
password secret
debug ospf event
nexthop-group three
 nexthop 192.0.2.1
exit
ip prefix-list mine seq 5 permit 192.0.2.0/24
route-map mine permit 10
 match ip address prefix-list mine
exit
router bgp 65000
 neighbor 192.0.2.7 remote-as 65000
exit
router ospf
 ospf router-id 192.0.2.1
exit
line vty
exit
"""


@pytest.fixture(scope="module")
def net(request):
    options = {(HERE, daemon): f"-M {BUILD}/.libs/{daemon}_tenant.so" for daemon in ("zebra", "ospfd", "bgpd")}
    daemons = {HERE: {"mgmtd": "", "zebra": "", "ospfd": "", "bgpd": "router bgp 65000\nexit\n"}}
    with TenantNet(request.module.__name__, routers=(HERE,), nodes={HERE: ("dc1", "dlr pe")}, wires={}, daemons=daemons,
                   options=options) as net:
        with net.db.together():
            for tenant, number in (("acme", 1), ("beta", 2)):
                net.db.tenant(tenant, f"{HERE}:dlr,pe")
                net.db.switch(tenant, "web", f"10.{number}.1.0/24")
        net.wait_ok("acme")
        net.wait_ok("beta")
        (net.root(HERE) / "etc/frr/vtysh.conf").touch()
        yield net


@pytest.fixture(scope="module")
def wrapper(net):
    """The wrapper as it is installed, but for where the extension is."""
    text = (BUILD / "frr-plugin/vtysh").read_text()
    path = net.log / "vtysh"
    path.write_text(re.sub(r"^tenant=.*$", f"tenant={MODULE}", text, flags=re.M))
    path.chmod(0o755)
    return path


class Said:
    def __init__(self, process):
        self.out, self.err = process.communicate(timeout=60)
        self.code = process.returncode


@pytest.fixture(scope="module")
def vtysh(net, wrapper):
    def run(*commands, program=wrapper, arguments=(), **environment):
        words = [str(program), *arguments, *(word for text in commands for word in ("-c", text))]
        return Said(net.node(HERE).popen(["env", *(f"{k}={v}" for k, v in environment.items()), *words],
                                         stdin=subprocess.DEVNULL, text=True))
    return run


class Terminal:
    """vtysh on a terminal, as a person has it."""

    PROMPT = f"{HERE}# "

    def __init__(self, net, program, **environment):
        self.master, slave = pty.openpty()
        subprocess.run(["stty", "rows", "50", "cols", "120"], stdin=slave, check=True)
        self.text = ""
        self.process = net.node(HERE).popen(["env", "TERM=dumb", *(f"{k}={v}" for k, v in environment.items()), str(program)],
                                            stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        self.until(self.PROMPT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.master)
        self.process.wait(timeout=10)

    def until(self, wanted):
        """What comes up to and including this text."""
        end = time.monotonic() + 20
        while wanted not in self.text:
            left = end - time.monotonic()
            assert left > 0 and select.select([self.master], [], [], left)[0], f"no '{wanted}' in: {self.text}"
            self.text += os.read(self.master, 65536).decode().replace("\r", "")
        before, _, self.text = self.text.partition(wanted)
        return before + wanted

    def type(self, keys, wanted=PROMPT):
        os.write(self.master, keys.encode())
        return self.until(wanted)


def listed(text):
    return {line.strip() for line in text.splitlines() if line.strip().startswith("show tenant")}


def test_it_knows_every_command_that_a_daemon_of_ours_answers(net, vtysh):
    theirs = [listed(net.vty(HERE, daemon, "list")) for daemon in ("tenantd", "ospfd", "bgpd", "zebra")]
    assert all(theirs), theirs
    assert listed(vtysh("list").out) == set.union(*theirs)


@pytest.mark.parametrize("daemon, command", (
    ("tenantd", "show tenant"), ("tenantd", "show tenant json"), ("tenantd", "show tenant beta json"),
    ("tenantd", "show tenant acme subnets"), ("tenantd", "show tenant acme trace 10.1.1.0/24 json"),
    ("tenantd", "show tenant acme hosts"), ("tenantd", "show tenant plan"), ("tenantd", "show tenant nobody"),
    ("ospfd", "show tenant ospf json"), ("bgpd", "show tenant bgp"), ("zebra", "show tenant zebra")))
def test_it_shows_what_the_daemon_answers(net, vtysh, daemon, command):
    told = vtysh(command)
    assert (told.out, told.err) == (net.vty(HERE, daemon, command), "")
    assert told.out.strip()


def test_help_and_names_on_a_question_mark_and_a_tab(net, wrapper):
    with Terminal(net, wrapper) as terminal:
        shown = " ".join(terminal.type("show tenant ?", f"{Terminal.PROMPT}show tenant ").split())
        for words in ("NAME Name of the tenant, or of its VRF", "acme beta", "ospf NSSA translation", "bgp How long",
                      "zebra What was done", "plan What is still to be done", "json JavaScript Object Notation"):
            assert words in shown, shown
        terminal.type("ac\t", "me ")
        assert "subnets  Its subnets" in terminal.type("?", f"{Terminal.PROMPT}show tenant acme ")
        assert "10.1.1.0/24" in terminal.type("subn\n")


def test_tenantd_is_one_of_the_daemons(net, vtysh):
    assert "tenantd" in vtysh("show daemons").out.split()
    assert "tenantd" in vtysh("show modules").out
    assert vtysh("show tenant", arguments=("-d", "tenantd")).out == net.vty(HERE, "tenantd", "show tenant")


def test_the_pager_works_and_loads_nothing_of_ours(net, wrapper):
    pager = "sh -c 'echo paged with =$LD_PRELOAD=; cat'"
    with Terminal(net, wrapper, VTYSH_PAGER=pager) as terminal:
        shown = terminal.type("show tenant\n")
        assert "paged with ==\n" in shown and "acme" in shown, shown
    other = next(Path("/lib").glob("*/libm.so.6"))
    with Terminal(net, wrapper, VTYSH_PAGER=pager, LD_PRELOAD=other) as terminal:
        assert f"paged with ={other}=\n" in terminal.type("show tenant\n")


def test_configuration_is_read_and_shown_as_by_stock_vtysh(net, vtysh):
    file = net.root(HERE) / "etc/frr/frr.conf"
    running = {}
    for program in ("/usr/bin/vtysh", None):
        chosen = {"program": program} if program else {}
        file.write_text(CONFIGURATION)
        for arguments in (("-b",), ("-f", "/etc/frr/frr.conf"), ("-C", "-f", "/etc/frr/frr.conf")):
            done = vtysh(arguments=arguments, **chosen)
            assert done.code == 0 and "Failure" not in done.err and "%" not in done.err, (arguments, done.err)
        running[program] = vtysh("show running-config", **chosen).out
        marked = vtysh(arguments=("-m", "-f", "/etc/frr/frr.conf"), **chosen)    # as frr-reload.py asks
        written = vtysh("write", **chosen)
        assert (marked.code, written.code) == (0, 0), marked.err + written.err
        running[program] += marked.out + file.read_text()
    assert running[None] == running["/usr/bin/vtysh"]
    assert "neighbor 192.0.2.7 remote-as 65000" in running[None]
    assert "tenant node" not in running[None]    # that is tenantd.conf's


def test_a_tenantd_that_is_away_is_said_to_be_and_found_again(net, vtysh, wrapper):
    with Terminal(net, wrapper) as terminal:
        assert "acme" in terminal.type("show tenant\n")
        net.stop(HERE, "tenantd")
        away = vtysh("show tenant")
        assert "tenantd is not running" in away.err and not away.out
        assert "tenantd" not in vtysh("show daemons").out
        terminal.type("show tenant\n")
        net.start(HERE, daemons=["tenantd"])
        net.wait_settled()
        assert "success" in terminal.type("show tenant\n")
        assert "acme" in terminal.type("show tenant\n")


@pytest.mark.parametrize("kind", ("another release", "another table of daemons"))
def test_in_another_vtysh_it_says_so_and_leaves_it_alone(net, vtysh, kind):
    stock = vtysh("show daemons", "show version", program="/usr/bin/vtysh").out
    release = re.search(r"FRRouting ([0-9.]+) ", stock)[1]
    old, new, sentence = {
        "another release": (release, "9" * len(release), f"built for FRR {'9' * len(release)} and this is FRR {release}"),
        "another table of daemons": ("sharpd", "sharpx", "finds no place for tenantd"),
    }[kind]
    other = net.log / "other.so"
    other.write_bytes(MODULE.read_bytes().replace(old.encode() + b"\0", new.encode() + b"\0"))
    told = vtysh("show daemons", "show version", program="/usr/bin/vtysh", LD_PRELOAD=other)
    assert told.err.count("\n") == 1 and sentence in told.err, told.err
    assert (told.code, told.out) == (0, stock)
    refused = vtysh("show tenant", program="/usr/bin/vtysh", LD_PRELOAD=other)
    assert refused.code != 0 and "Unknown command: show tenant" in refused.out


def test_without_the_extension_the_wrapper_is_stock_vtysh(net, vtysh, wrapper):
    bare = net.log / "bare"
    bare.write_text(wrapper.read_text().replace(str(MODULE), "/nowhere.so"))
    bare.chmod(0o755)
    told = vtysh("show daemons", program=bare)
    assert (told.code, told.err) == (0, "") and "tenantd" not in told.out and "zebra" in told.out
