#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""frr-netconfd in front of a stock mgmtd: who comes in, reading, editing, committing, locks, errors, and a vtysh user beside.

Runs in namespaces of its own; needs root and FRR.
"""

import re
import signal
import socket
import ssl
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))
from net.alone import CONF    # noqa: E402
from net.netconf import Client, NetconfError, Ssh, Tls    # noqa: E402
from net.netconf_box import (EDIT, MEMBERS, NODE, PASSWORD, PORT, SUBSCRIBE, TENANT, TLS_PORT, change, check,    # noqa: E402
                             get_config, hears, hold, of_tenants, refused, run_stories, tenants)


def coming_in(box):
    """By key, password and certificate; and who is not let in."""
    folder = CONF / "netconf"
    cases = (("a key", lambda: Ssh("127.0.0.1", PORT, box.key), "root"),
             ("a password", lambda: Ssh("127.0.0.1", PORT, "/dev/null", "daemon", PASSWORD), "daemon"),
             ("a certificate", lambda: Tls("127.0.0.1", TLS_PORT, folder / "ca.pem", folder / "alice.pem",
                                           folder / "alice.key"), "alice"))
    for what, way, user in cases:
        with Client(way()) as client:
            client.send("<get/>")
            client.receive()    # whatever they may do, it has them on its list now
            told = box.server.ask("show netconf sessions")[1]
            check(re.search(rf"^{client.id} +{user} ", told, re.M), f"by {what}: {told}")
            client.rpc("<close-session/>")
    cases = (("a user who is not listed", lambda: Ssh("127.0.0.1", PORT, box.key, "nobody")),
             ("a wrong password", lambda: Ssh("127.0.0.1", PORT, "/dev/null", "daemon", "wrong")),
             ("a key where a password is asked for", lambda: Ssh("127.0.0.1", PORT, box.key, "daemon")),
             ("a stranger's certificate", lambda: Tls("127.0.0.1", TLS_PORT, folder / "ca.pem", folder / "stranger.pem",
                                                      folder / "stranger.key")))
    for what, way in cases:
        try:
            Client(way()).close()
            check(False, f"{what} is let in")
        except (ConnectionError, ssl.SSLError):
            pass
    check((folder / "ssh_host_key.pem").stat().st_mode & 0o777 == 0o600, "the host key can be read by others")


def of_defaults(client, store):
    asked = '<with-defaults xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults">report-all</with-defaults>'
    return re.findall(r"<nssa-area>(\d+)</nssa-area>", client.data(get_config(store, asked)))


def reading(box):
    box.mgmtd.type("tenant acme id 7", "tenant acme switch web id 3", "tenant acme description Roses & thorns")
    with box.client() as client:
        for name in ("candidate:1.0", "validate:1.1", "rollback-on-error:1.0", "xpath:1.0", "with-defaults:1.0"):
            check(any(name in c for c in client.capabilities), f"{name} is not announced: {client.capabilities}")
        check(not any("writable-running" in c or "startup" in c or "url" in c for c in client.capabilities),
              "what there is not is announced")
        whole = client.data(get_config("running"))
        check("<tenant><name>acme</name><id>7</id>" in whole and "Roses &amp; thorns" in whole, f"running: {whole}")
        wanted = '<tenant-network xmlns="urn:frr-tenant:yang:frr-tenant"><tenants><tenant><name>acme</name><id/></tenant></tenants></tenant-network>'
        told = client.data(get_config("running", f'<filter type="subtree">{wanted}</filter>'))
        check(told == "<tenant-network><tenants><tenant><name>acme</name><id>7</id></tenant></tenants></tenant-network>",
              f"a subtree filter gives {told}")
        for inner, wanted in (('<tenant><name>nobody</name></tenant>', ""),
                              ("<tenant><name>acme</name><switch><name>web</name></switch></tenant>",
                               "<tenant><name>acme</name><switch><name>web</name><id>3</id></switch></tenant>"),
                              ("<tenant><switch><name/></switch></tenant>",
                               "<tenant><name>acme</name><switch><name>web</name></switch></tenant>"),
                              ("<tenant><id>7</id><name/></tenant>", "<tenant><id>7</id><name>acme</name></tenant>"),
                              ("<tenant><id>8</id></tenant>", "")):
            told = client.data(get_config("running", f'<filter type="subtree">{TENANT.format(inner)}</filter>'))
            leaves = [sorted(re.findall(r"<([\w-]+)>([^<]+)<", text)) for text in (told, wanted)]
            check(leaves[0] == leaves[1], f"the filter {inner} gives {told}")
        told = client.data(get_config("running", '<filter type="subtree"/>'))
        check(told == "", f"an empty filter gives {told}")
        select = "/t:tenant-network/t:tenants/t:tenant/t:switch"
        told = client.data(get_config("running", f'<filter xmlns:t="urn:frr-tenant:yang:frr-tenant" type="xpath" select="{select}"/>'))
        check("<switch><name>web</name><id>3</id></switch>" in told and "Roses" not in told, f"an XPath gives {told}")
        told = client.data('<get-data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda" '
                           'xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores"><datastore>ds:running</datastore></get-data>')
        check("Roses &amp; thorns" in told, f"get-data gives {told}")
        told = client.data("<get/>")
        check("Roses &amp; thorns" in told, f"get gives {told}")
        # what a back end of mgmtd's knows alone
        inner = "<interface><name>lo</name><state><if-index/></state></interface>"
        by_tree = f'type="subtree"><lib xmlns="http://frrouting.org/yang/interface">{inner}</lib></filter>'
        by_path = 'xmlns:i="http://frrouting.org/yang/interface" type="xpath" select="/i:lib/i:interface/i:state/i:if-index"/>'
        for wanted in (by_tree, by_path):
            told = client.data(f"<get><filter {wanted}</get>")
            check("<name>lo</name><state><if-index>1</if-index></state>" in told, f"<filter {wanted} gives {told}")
        text = "".join(client.rpc('<get-schema xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring">'
                                  "<identifier>frr-tenant</identifier></get-schema>").itertext())
        check("module frr-tenant" in text, f"get-schema does not give frr-tenant: {text[:100]}")
        refused(client, "operation-failed", get_config("startup"), "startup")
        check(of_defaults(client, "running") == of_defaults(client, "candidate") == ["51"], "a default is not told")
        client.rpc("<close-session/>")


def editing(box):
    before = box.mgmtd.lines()
    with box.client() as client:
        client.edit(tenants("initech"))
        check(of_defaults(client, "candidate") == ["51"], "a default is not told of an edited candidate")
        check(of_tenants(client, "candidate") == ["acme", "initech"], "the candidate has not what was put there")
        check(box.mgmtd.lines() == before and of_tenants(client, "running") == ["acme"], "it was put into running")
        client.rpc("<discard-changes/>")
        check(of_tenants(client, "candidate") == ["acme"], "it is there still")
        client.edit(tenants("initech"))
        client.rpc("<validate><source><candidate/></source></validate>")
        check(box.mgmtd.lines() == before, "validating changed something")
        client.commit()
        check("tenant initech id 1" in box.mgmtd.lines(), f"mgmtd has {box.mgmtd.lines()}")
        error = refused(client, "data-exists", EDIT.format(change("create", "initech")))
        check(re.search(r"tenant\[(frr-tenant:)?name='initech'\]$", error.path), f"the path is {error.path}")
        refused(client, "data-missing", EDIT.format(change("delete", "umbrella")))
        client.edit(change("remove", "umbrella"))
        error = refused(client, "unknown-element", EDIT.format(TENANT.format("<colour>red</colour>")))
        check("colour" in str(error), f"the element is not told: {error}")
        error = refused(client, "invalid-value", EDIT.format(TENANT.format(
            "<tenant><name>acme</name><id>many</id></tenant>")))
        refused(client, "operation-failed", EDIT.format(tenants("x")).replace("candidate", "running"), "running")
        client.edit(change("delete", "initech"))
        client.commit()
        check(box.mgmtd.lines() == before, f"mgmtd has {box.mgmtd.lines()}")
        client.commit()    # of nothing
        # what libyang refuses, and the leaf where: a leak to oneself
        client.edit('<tenant-network xmlns="urn:frr-tenant:yang:frr-tenant"><leaks><leak><from>acme</from><to>acme</to>'
                    "<prefix>10.1.0.0/16</prefix></leak></leaks></tenant-network>")
        error = refused(client, "operation-failed", "<commit/>", "a tenant sees its own prefixes already")
        check("leak" in error.path, f"the path is {error.path}")
        client.rpc("<discard-changes/>")
        # what only mgmtd refuses
        client.edit('<lib xmlns="http://frrouting.org/yang/interface"><interface><name>lo</name></interface></lib>')
        client.rpc("<discard-changes/>")
        check(box.mgmtd.lines() == before, f"mgmtd has {box.mgmtd.lines()}")


NMDA = ('xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda" '
        'xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores"')


def editing_data(box):
    """RFC 8526's edit-data."""
    before = box.mgmtd.lines()
    edit = f"<edit-data {NMDA}><datastore>ds:{{}}</datastore>{{}}</edit-data>"
    with box.client() as client:
        client.rpc(edit.format("candidate", f"<config>{tenants('initech')}</config>"))
        check(of_tenants(client, "candidate") == ["acme", "initech"], "edit-data did not edit the candidate")
        client.rpc(edit.format("candidate", "<default-operation>none</default-operation>"
                               f"<config>{change('delete', 'initech')}</config>"))
        check(of_tenants(client, "candidate") == ["acme"], "edit-data did not delete")
        refused(client, "data-missing", edit.format("candidate", f"<config>{change('delete', 'initech')}</config>"))
        refused(client, "operation-not-supported", edit.format("running", f"<config>{tenants('x')}</config>"), "commit it")
        client.commit()
    check(box.mgmtd.lines() == before, f"mgmtd has {box.mgmtd.lines()}")


OURS = 'xmlns="urn:frr-tenant:yang:frr-tenant"'


def of_modules(box):
    """Operations of modules, done by the daemons behind mgmtd."""
    with box.client() as client:
        box.mgmtd.type(*NODE, "tenant acme attachment box role dlr")
        reply = client.rpc(f"<resync {OURS}/>")
        check(len(reply) == 1 and reply[0].tag.endswith("}ok"), "resync has another answer than ok")
        end = time.monotonic() + 10
        while "acme" not in box.tenantd.ask("show tenant")[1] and time.monotonic() < end:
            time.sleep(0.1)    # it acts after 200 ms of quiet
        reply = client.rpc(f"<plan {OURS}><tenant>acme</tenant></plan>")
        check(reply[0].tag.endswith("}ok") or reply[0].tag.endswith("}change"), f"the plan of acme begins with {reply[0].tag}")
        refused(client, "operation-failed", f"<plan {OURS}><tenant>nobody</tenant></plan>", "nobody")
        refused(client, "operation-not-supported", '<clear-rip-route xmlns="http://frrouting.org/yang/ripd"/>', "no daemon")
        refused(client, "invalid-value", f"<trace {OURS}><tenant>acme</tenant></trace>", "prefix")
        box.mgmtd.type("no tenant-network node-name", "no tenant-network node box", "no tenant acme attachment box")


STATE = '<netconf-state xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring">{}</netconf-state>'


def of_itself(box):
    """netconf-state: who is there, who has locked what, which modules."""
    ask = '<get><filter type="subtree">' + STATE + "</filter></get>"
    with box.client() as client, box.client() as other:
        other.rpc("<lock><target><candidate/></target></lock>")
        refused(other, "lock-denied", "<lock><target><candidate/></target></lock>")
        told = client.data(ask.format("<datastores/>"))
        check(f"<name>candidate</name><locks><global-lock><locked-by-session>{other.id}</locked-by-session>" in told and
              told.count("global-lock>") == 2, f"locks: {told}")
        end = time.monotonic() + 5
        while True:    # an answer is counted when it has been sent
            told = client.data(ask.format("<sessions/>"))
            mine = re.search(rf"<session><session-id>{other.id}</session-id>.*?</session>", told)
            if mine and "<in-rpcs>2</in-rpcs>" in mine[0] or time.monotonic() > end:
                break
        for part in ("<transport>netconf-ssh</transport>", "<username>root</username>", "<source-host>127.0.0.1</source-host>",
                     "<in-rpcs>2</in-rpcs>", "<out-rpc-errors>1</out-rpc-errors>"):
            check(mine and part in re.sub(r">[\w-]+:netconf-", ">netconf-", mine[0]), f"{part} is not told: {told}")
        told = client.data(ask.format("<capabilities/>"))
        check(sorted(re.findall(r"<capability>(.*?)<", told)) == sorted(c.replace("&", "&amp;") for c in client.capabilities),
              f"capabilities: {told}")
        told = client.data(ask.format("<schemas><schema><identifier>frr-tenant</identifier></schema></schemas>"))
        check("<version>2026-11-21</version>" in told and "<location>NETCONF</location>" in told, f"schemas: {told}")
        told = client.data(ask.format("<statistics/>"))
        check(int(re.search(r"<in-sessions>(\d+)<", told)[1]) >= 2, f"statistics: {told}")
        told = client.data('<get><filter xmlns:m="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring" type="xpath" '
                           f'select="/m:netconf-state/m:sessions/m:session[m:session-id=\'{other.id}\']/m:username"/></get>')
        check(told.count("<username>") == 1 and "capability" not in told, f"by XPath: {told}")
        check("<sessions>" in client.data("<get/>"), "a get of everything has it not")


def copying(box):
    """copy-config and validate, of what the request brings along: it is all there is to be."""
    before = box.mgmtd.lines()
    copy = "<copy-config><target><candidate/></target><source>{}</source></copy-config>"
    with box.client() as client:
        whole = "<config>" + tenants("initech", "globex") + "</config>"
        client.rpc(f"<validate><source>{whole}</source></validate>")
        check(of_tenants(client, "candidate") == ["acme"], "validating changed the candidate")
        twice = "<config>" + TENANT.format("<tenant><name>a</name></tenant><tenant><name>a</name></tenant>") + "</config>"
        refused(client, "bad-element", f"<validate><source>{twice}</source></validate>")
        client.rpc(copy.format(whole))
        check(of_tenants(client, "candidate") == ["globex", "initech"], f"copied: {of_tenants(client, 'candidate')}")
        client.commit()
        check([line for line in box.mgmtd.lines() if " id " in line] == ["tenant globex id 2", "tenant initech id 1"],
              f"mgmtd has {box.mgmtd.lines()}")
        client.edit(tenants("umbrella"))
        client.rpc(copy.format("<running/>"))
        check("umbrella" not in of_tenants(client, "candidate"), "the candidate is not as running")
        refused(client, "invalid-value", copy.format("<candidate/>"), "the same")
        for name in ("initech", "globex"):
            client.edit(change("remove", name))
        client.commit()
    box.mgmtd.type(*before)
    check(box.mgmtd.lines() == before, f"mgmtd has {box.mgmtd.lines()}")


def beside_vtysh(box):
    """What others configure meanwhile stays, and is seen; locks hold both ways."""
    with box.client() as client, box.client() as other:
        client.edit(tenants("initech"))
        check(box.mgmtd.type("tenant umbrella id 9") == {}, "vtysh is refused while a candidate is edited")
        client.commit()
        lines = box.mgmtd.lines()
        check({"tenant initech id 1", "tenant umbrella id 9", "tenant acme id 7"} <= set(lines), f"mgmtd has {lines}")
        check(of_tenants(other, "running") == ["acme", "initech", "umbrella"], "another session sees something else")

        client.rpc("<lock><target><candidate/></target></lock>")
        error = refused(other, "lock-denied", "<lock><target><candidate/></target></lock>")
        check(error.info == str(client.id), f"the owner is not told: {error}")
        refused(other, "lock-denied", EDIT.format(tenants("beta")))
        refused(other, "operation-failed", "<unlock><target><candidate/></target></unlock>")
        client.edit(tenants("gamma"))
        client.rpc("<unlock><target><candidate/></target></unlock>")
        check("gamma" not in of_tenants(other, "candidate"), "unlocking did not discard")

        # who configures in vtysh, with mgmtd's locks, keeps a commit out
        client.edit(tenants("gamma"))
        box.mgmtd.vty.command("configure terminal file-lock")
        refused(client, "lock-denied", "<commit/>", "vtysh")
        refused(client, "lock-denied", "<lock><target><running/></target></lock>", "vtysh")
        # but not one who has them for a moment, as tenantd
        leave = threading.Timer(0.2, box.mgmtd.vty.command, ["end"])
        leave.start()
        client.commit()
        leave.join()
        check("tenant gamma id 1" in box.mgmtd.lines(), "a commit did not wait for a lock")
        client.edit(change("remove", "gamma"))
        client.commit()

        client.rpc("<lock><target><running/></target></lock>")
        refused(other, "lock-denied", "<lock><target><running/></target></lock>")
        status, words = box.mgmtd.ask("configure terminal")
        if not status:
            status, words = box.mgmtd.ask("tenant beta id 12")
            box.mgmtd.ask("end")
        check(status and "lock" in words, f"vtysh changes what is locked: {status} {words}")
        client.edit(tenants("delta"))
        client.commit()
        check("tenant delta id 1" in box.mgmtd.lines(), "who has the lock cannot commit")
        other.rpc(f"<kill-session><session-id>{client.id}</session-id></kill-session>")
        end = time.monotonic() + 10
        while True:
            try:
                other.rpc("<lock><target><running/></target></lock>")
                break
            except NetconfError as error:
                check(time.monotonic() < end, f"the killed session's lock stays: {error}")
                if time.monotonic() > end:
                    break
                time.sleep(0.1)
        other.rpc("<unlock><target><running/></target></unlock>")
        for name in ("initech", "umbrella", "delta"):
            other.edit(change("remove", name))
        other.commit()
        check(of_tenants(other, "running") == ["acme"], f"left: {of_tenants(other, 'running')}")


def in_parts(box):
    """The server fetches what an edit names alone; a client does not notice."""
    words = "<tenant><name>acme</name><description>{}</description></tenant>"
    with box.client() as client:
        before = box.mgmtd.lines()
        client.edit(TENANT.format(words.format("Acme by NETCONF")))
        box.mgmtd.type("tenant acme switch web mtu 1400", "tenant umbrella id 9", "tenant hooli id 10")
        client.edit(change("delete", "umbrella"))
        refused(client, "data-missing", EDIT.format(change("delete", "initech")))
        told = client.data(get_config("candidate"))
        check(of_tenants(client, "candidate") == ["acme", "hooli"] and "Acme by NETCONF" in told and "<mtu>" not in told,
              f"the candidate is not running with the edits: {told}")
        client.edit(TENANT.format(words.format("Acme, twice")))
        client.commit()
        expected = {"tenant acme description Acme, twice", "tenant acme switch web mtu 1400", "tenant hooli id 10"}
        check(expected <= set(box.mgmtd.lines()) and "umbrella" not in " ".join(box.mgmtd.lines()),
              f"mgmtd has {box.mgmtd.lines()}")
        # more at once, and one after another, than are worth asking for each
        names = [f"many{i}" for i in range(50)]
        client.edit(tenants(*names))
        client.commit()
        check(set(names) < set(of_tenants(client, "running")), "not all of many tenants are there")
        for name in names:
            client.edit(change("delete", name))
        check(of_tenants(client, "candidate") == ["acme", "hooli"], "the candidate has not what many edits made")
        client.commit()
        client.edit(change("delete", "hooli"))
        client.edit(TENANT.format(words.format("Roses &amp; thorns")))
        client.commit()
        box.mgmtd.type("no tenant acme switch web mtu")
        check(box.mgmtd.lines() == before, f"left: {set(box.mgmtd.lines()) ^ set(before)}")
        # the last one of all, and with it all containers above
        client.edit(change("delete", "acme"))
        client.commit()
        check(box.mgmtd.lines() == [], f"mgmtd has {box.mgmtd.lines()}")
        box.mgmtd.type(*before)
        check(box.mgmtd.lines() == before, f"mgmtd has {box.mgmtd.lines()}")


def told_of(box):
    """Notifications: RFC 5277, the server's own of RFC 6470, and tenantd's."""
    with box.client() as client, box.client() as filtered, box.client() as other:
        check(any("capability:notification:1.0" in c for c in client.capabilities) and
              any("capability:interleave:1.0" in c for c in client.capabilities), "notifications are not announced")
        streams = client.data('<get><filter type="subtree"><netconf xmlns="urn:ietf:params:xml:ns:netmod:notification"/></filter></get>')
        check("<name>NETCONF</name>" in streams and "<replaySupport>false</replaySupport>" in streams, f"streams: {streams}")
        refused(client, "invalid-value", SUBSCRIBE.format("<stream>SYSLOG</stream>"), "no stream SYSLOG")
        refused(client, "operation-failed", SUBSCRIBE.format("<startTime>2026-01-01T00:00:00Z</startTime>"), "startTime")
        refused(client, "missing-element", SUBSCRIBE.format("<stopTime>2026-01-01T00:00:00Z</stopTime>"))
        of_tenants(other, "running")    # its start has been told by then
        client.rpc(SUBSCRIBE.format(""))
        refused(client, "operation-failed", SUBSCRIBE.format(""), "already")
        filtered.rpc(SUBSCRIBE.format('<filter type="subtree"><netconf-session-start '
                                      'xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-notifications"/></filter>'))
        with box.client() as guest:
            for each in (client, filtered):
                hears(each, "netconf-session-start", "<username>root</username>", f"<session-id>{guest.id}</session-id>",
                      "<source-host>127.0.0.1</source-host>")
            guest.rpc("<close-session/>")
        hears(client, "netconf-session-end", f"<session-id>{guest.id}</session-id>", "<termination-reason>closed<")
        with box.client() as guest:
            hears(client, "netconf-session-start", f"<session-id>{guest.id}</session-id>")
            other.rpc(f"<kill-session><session-id>{guest.id}</session-id></kill-session>")
            hears(client, "netconf-session-end", f"<killed-by>{other.id}</killed-by>", "<termination-reason>killed<")
        other.edit(tenants("initech"))
        check(client.notification(0.3) is None, "an edit of the candidate is told as a change of running")
        other.commit()
        hears(client, "netconf-config-change", f"<session-id>{other.id}</session-id>", "<datastore>running</datastore>",
              "name='initech']", "<operation>create</operation>")
        # others are asked in between
        check(of_tenants(client, "running") == ["acme", "initech"], "who subscribed cannot ask")
        other.edit(change("delete", "initech"))
        other.rpc("<commit><confirmed/><confirm-timeout>20</confirm-timeout></commit>")
        hears(client, "netconf-confirmed-commit", "<confirm-event>start<", "<timeout>20</timeout>")
        other.rpc("<cancel-commit/>")
        hears(client, "netconf-config-change", "<server", "initech")
        hears(client, "netconf-confirmed-commit", "<confirm-event>cancel<", f"<session-id>{other.id}</session-id>")
        other.rpc("<commit><confirmed/><confirm-timeout>1</confirm-timeout></commit>")
        hears(client, "netconf-confirmed-commit", "<confirm-event>start<")
        hears(client, "netconf-confirmed-commit", "<confirm-event>timeout<")
        # what tenantd tells
        hold(box, "initech", 1)
        hears(client, "tenant-failed", "initech", "has no id")
        box.mgmtd.type("no tenant initech", "no tenant-network node-name", "no tenant-network node box")
        told = filtered.notification(0.1)
        check(told is None or told[0] == "netconf-session-start", f"a filter lets {told} through")
        told = client.data(f'<get><filter type="subtree">{STATE.format("<statistics/>")}</filter></get>')
        check(re.search(r"<out-notifications>[1-9]", told), f"statistics: {told}")
    with box.member("rita") as client:
        client.rpc(SUBSCRIBE.format(""))
        with box.client():
            hears(client, "netconf-session-start")


def initech(box):
    return "tenant initech id 1" in box.mgmtd.lines()


def wait_gone(box, why):
    end = time.monotonic() + 15
    while initech(box) and time.monotonic() < end:
        time.sleep(0.1)
    check(not initech(box), f"initech is there still: {why}")


def confirmed(box):
    """A commit to be confirmed goes away by itself: over time, by cancel-commit, with its session, or with the server."""
    for_long, for_short = ("<commit><confirmed/><confirm-timeout>{}</confirm-timeout>{{}}</commit>".format(s) for s in (600, 2))
    before = box.mgmtd.lines()
    with box.client() as client, box.client() as other:
        client.edit(tenants("initech"))
        client.rpc(for_short.format(""))
        check(initech(box), "a commit to be confirmed is not in force")
        refused(other, "invalid-value", "<commit/>", "another session")
        refused(other, "in-use", "<lock><target><running/></target></lock>")
        wait_gone(box, "the time is over")
        check(box.mgmtd.lines() == before, f"mgmtd has {box.mgmtd.lines()}")
        refused(client, "invalid-value", "<cancel-commit/>", "no commit waits")

        client.edit(tenants("initech"))
        client.rpc(for_short.format(""))
        client.commit()
        time.sleep(4)
        check(initech(box), "confirmed, and gone")
        client.edit(change("remove", "initech"))
        client.commit()

        client.edit(tenants("initech"))
        client.rpc(for_long.format(""))
        client.rpc("<cancel-commit/>")
        wait_gone(box, "it was cancelled")

        client.edit(tenants("initech"))
        client.rpc(for_long.format("<persist>mine</persist>"))
        refused(other, "invalid-value", "<commit><persist-id>yours</persist-id></commit>", "another persist-id")
        refused(client, "invalid-value", "<commit/>", "persist-id")
        other.rpc("<commit><persist-id>mine</persist-id></commit>")
        client.edit(change("remove", "initech"))
        client.commit()

        client.edit(tenants("initech"))
        client.rpc(for_long.format(""))
    wait_gone(box, "its session ended")
    with box.client() as client:
        client.edit(tenants("initech"))
        client.rpc(for_long.format("<persist>mine</persist>"))
    time.sleep(2)
    check(initech(box), "with a name it should outlive its session")
    box.server.stop(signal.SIGKILL)
    check(initech(box), "mgmtd does not depend on the server")
    box.start_server()
    wait_gone(box, "the server was restarted")
    check(box.mgmtd.lines() == before, f"mgmtd has {box.mgmtd.lines()}")


WIRES = ('<tenant-network xmlns="urn:frr-tenant:yang:frr-tenant"><wires><wire><name>transit</name><id>1</id>'
         "<ospf-key>another-key</ospf-key></wire></wires></tenant-network>")
GET_DATA = ('<get-data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda" xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores">'
            "<datastore>ds:running</datastore></get-data>")
GET_SCHEMA = ('<get-schema xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"><identifier>frr-tenant</identifier>'
              "</get-schema>")
# an operation, and which groups may do it; in this order each leaves things as they were
MATRIX = (("<get/>", "provider operator read-only"),
          (get_config("running"), "provider operator read-only"),
          (GET_DATA, "provider operator read-only"),
          (GET_SCHEMA, "provider operator read-only"),
          ("<lock><target><candidate/></target></lock>", "provider operator"),
          (EDIT.format(tenants("initech")), "provider operator"),
          ("<validate><source><candidate/></source></validate>", "provider operator"),
          ("<copy-config><target><candidate/></target><source><running/></source></copy-config>", "provider operator"),
          (EDIT.format(WIRES), "provider"),
          ("<discard-changes/>", "provider operator"),
          ("<commit/>", "provider operator"),
          ("<unlock><target><candidate/></target></unlock>", "provider operator"),
          ("<kill-session><session-id>4000000</session-id></kill-session>", "provider"),
          ("<close-session/>", "provider operator read-only None"))


def who_may_what(box):
    box.mgmtd.type("tenant-network wire transit id 1", "tenant-network wire transit ospf-key not-for-you")
    before = box.mgmtd.lines()
    for name, group in MEMBERS.items():
        with box.member(name) as client:
            if group:
                told = client.data(get_config("running"))
                check(("not-for-you" in told) == (group == "provider"), f"{name} reads a key, or should and does not: {told}")
                check("<name>acme</name>" in told and "<name>transit</name>" in told, f"{name} reads {told}")
            for operation, groups in MATRIX:
                try:
                    client.rpc(operation)
                    said = ""
                except NetconfError as error:
                    said = error.tag
                may = str(group) in groups.split()
                check((said == "access-denied") != may, f"{name} of {group} does {operation[:60]}: {said or 'done'}")
    # who may do what, and how often somebody might not: for the provider
    ask = '<get><filter type="subtree"><nacm xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-acm"/></filter></get>'
    for name, group in MEMBERS.items():
        if group:
            with box.member(name) as client:
                told = client.data(ask)
                seen = "<name>secrets</name>" in told and re.search(r"<denied-operations>[1-9]", told)
                check(bool(seen) == (group == "provider"), f"{name} is told of access control: {told[:300]}")
    # nor may a filter find out what a user may not read
    guess = '<filter xmlns:t="urn:frr-tenant:yang:frr-tenant" type="xpath" select="/t:tenant-network/t:wires/t:wire[t:ospf-key=\'{}\']/t:id"/>'
    for name, group in MEMBERS.items():
        if group:
            with box.member(name) as client:
                for store in ("running", "candidate"):
                    told = [client.data(get_config(store, guess.format(key))) for key in ("not-for-you", "wrong")]
                    check((told[0] != told[1]) == (group == "provider"), f"{name} learns a key of {store} by an XPath: {told}")
    check(box.mgmtd.lines() == before, f"mgmtd has {box.mgmtd.lines()}")
    with box.member("alice") as provider, box.member("oscar") as operator:
        provider.edit(WIRES)
        error = refused(operator, "access-denied", "<commit/>")
        check("wire" in error.path, f"the path is {error.path}")
        check(box.mgmtd.lines() == before, "an operator committed what only a provider may change")
        provider.rpc("<discard-changes/>")
        # a policy that cannot be read changes nothing; one that can is in force at once
        policy = CONF / "netconf/nacm.xml"
        good = policy.read_text()
        for text, rule in (("<nacm", "provider operator"), (good.replace("<user-name>oscar</user-name>", ""), "provider")):
            policy.write_text(text)
            box.server.process.send_signal(signal.SIGHUP)
            time.sleep(1)
            for client, group in ((provider, "provider"), (operator, "operator")):
                if group in rule:
                    client.edit(tenants("initech"))
                    client.rpc("<discard-changes/>")
                else:
                    refused(client, "access-denied", EDIT.format(tenants("initech")))
        policy.write_text(good)
    box.mgmtd.type("no tenant-network wire transit")


if __name__ == "__main__":
    sys.exit(run_stories(coming_in, reading, of_itself, editing, editing_data, of_modules, copying, in_parts, told_of,
                         beside_vtysh, confirmed, who_may_what))
