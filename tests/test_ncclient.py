#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""frr-netconfd and a client that nobody here wrote: ncclient, by key, by password and by certificate, in all that it has
of RFC 6241. What the very bytes are, and what only a client with errors sends, is test_netconf.py's.

Runs in namespaces of its own; needs root, FRR and python3-ncclient.
"""

import re
import ssl
import sys
import time
from pathlib import Path

try:
    from ncclient import NCClientError, manager
    from ncclient.devices.default import DefaultDeviceHandler
    from ncclient.operations import RPCError
except ImportError as error:
    print(f"skipped: this needs python3-ncclient ({error})")
    sys.exit(77)

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))
from net.alone import CONF    # noqa: E402
from net.netconf_box import PASSWORD, PORT, TENANT, TLS_PORT, change, check, run_stories, tenants    # noqa: E402

CONFIG = '<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">{}</config>'
SOURCE = '<source xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">{}</source>'
NAMESPACES = {"t": "urn:frr-tenant:yang:frr-tenant"}
MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"


class Old(DefaultDeviceHandler):
    """Speaks base:1.0 alone, whose messages end in "]]>]]>"."""

    _BASE_CAPABILITIES = ["urn:ietf:params:netconf:base:1.0"]


def ssh(user="root", key=None, password="", **more):
    """ncclient 0.6.17 reads no key where the password is None."""
    return manager.connect_ssh("127.0.0.1", PORT, username=user, key_filename=key and str(key), password=password,
                               hostkey_verify=False, allow_agent=False, look_for_keys=False, timeout=30, **more)


def tls(user):
    folder = CONF / "netconf"
    return manager.connect_tls("127.0.0.1", TLS_PORT, keyfile=folder / f"{user}.key", certfile=folder / f"{user}.pem",
                               ca_certs=folder / "ca.pem", protocol=ssl.PROTOCOL_TLS_CLIENT, check_hostname=False)


def without_namespaces(text):
    return re.sub(r"<\?.*?\?>|(?<=<)\w+:|(?<=</)\w+:|\s+xmlns(:\w+)?=\"[^\"]*\"|(?<=>)\s+(?=<)", "", text)


def data(reply):
    """What is within <data>."""
    return re.sub(r"^<data.*?>|</data>$", "", without_namespaces(reply.data_xml).strip())


def names(client, store):
    return re.findall(r"<tenant><name>(\w+)</name>", data(client.get_config(store)))


def refused(what, tag, call, words=""):
    try:
        call()
    except RPCError as error:
        check(error.tag == tag and words in (error.message or ""), f"{what}: {error.to_dict()}, not {tag} '{words}'")
        check(error.severity == "error" and error.type in ("protocol", "application", "rpc"), f"{what}: {error.to_dict()}")
        return error
    check(False, f"{what} was done, not {tag}")
    return None


def wait(predicate, seconds=15):
    """What it gives, as soon as that is true."""
    end = time.monotonic() + seconds
    while not (answer := predicate()) and time.monotonic() < end:
        time.sleep(0.1)
    return answer


def coming_in(box):
    cases = (("a key", "root", lambda: ssh(key=box.key)), ("a password", "daemon", lambda: ssh("daemon", password=PASSWORD)),
             ("a certificate", "alice", lambda: tls("alice")))
    for what, user, way in cases:
        with way() as client:
            check(client.connected and client.session_id.isdigit(), f"by {what}: no session")
            mine = re.compile(rf"^{client.session_id} +{user} ", re.M)
            check(wait(lambda: mine.search(box.server.ask("show netconf sessions")[1])),
                  f"by {what}: it has no session {client.session_id} of {user}")
        check(not client.connected, f"by {what}: it is connected still")
    for what, way in (("a wrong password", lambda: ssh("daemon", password="wrong")),
                      ("a user who is not listed", lambda: ssh("nobody", key=box.key)),
                      ("a stranger's certificate", lambda: tls("stranger"))):
        try:
            way().close_session()
            check(False, f"{what} is let in")
        except (NCClientError, OSError):
            pass


def capabilities(box):
    with ssh(key=box.key) as client:
        told = client.server_capabilities
        for name in (":base:1.1", ":candidate", ":confirmed-commit", ":validate", ":validate:1.1", ":rollback-on-error",
                     ":xpath", ":with-defaults"):
            check(name in told, f"{name} is not announced: {list(told)}")
        for name in (":writable-running", ":startup", ":url"):
            check(name not in told, f"{name} is announced")
        check(told[":with-defaults"].parameters["basic-mode"] == "explicit", "the mode of defaults is not told")
        check(any(c.startswith("urn:ietf:params:netconf:capability:yang-library:1.1?") for c in told), "no yang-library")


def reading(box):
    box.mgmtd.type("tenant acme id 7", "tenant acme switch web id 3", "tenant acme description Roses & thorns")
    subtree = TENANT.format("<tenant><name>acme</name><id/></tenant>")
    acme = "<tenant-network><tenants><tenant><name>acme</name><id>7</id></tenant></tenants></tenant-network>"
    ids = "/t:tenant-network/t:tenants/t:tenant[t:name='acme']/t:id"
    with ssh(key=box.key) as client:
        for store in ("running", "candidate"):
            told = data(client.get_config(store))
            check("Roses &amp; thorns" in told, f"get-config of {store} gives {told}")
            told = data(client.get_config(store, filter=("subtree", subtree)))
            check(told == acme, f"a subtree filter of {store} gives {told}")
            told = data(client.get_config(store, filter=("xpath", (NAMESPACES, ids))))
            check(told == acme, f"an XPath of {store} gives {told}")
        several = [subtree, f'<netconf-state xmlns="{MONITORING}"><datastores/></netconf-state>']
        told = data(client.get(filter=several))
        check(acme in told and "<datastore><name>running</name>" in told, f"two subtrees give {told}")
        told = data(client.get(filter=("xpath", (NAMESPACES, ids))))
        check(told == acme, f"get by an XPath gives {told}")
        told = data(client.get())
        check("Roses &amp; thorns" in told and "<netconf-state>" in told, "get does not give all")
        told = data(client.get_config("running", filter=("subtree", '<tenant-network xmlns="urn:frr-tenant:yang:frr-tenant">'
                                                                    "<provider/></tenant-network>"),
                                      with_defaults="report-all"))
        check("<nssa-area>51</nssa-area>" in told, f"defaults: {told}")
        # without a format, of which ncclient 0.6.17 forgets the prefix (RFC 7950, 9.10.3)
        text = client.get_schema("frr-tenant", version="2026-11-21").data
        check("module frr-tenant {" in text, f"get-schema gives {text[:100]}")
        refused("get-schema of what is not there", "invalid-value", lambda: client.get_schema("frr-nothing"))
        refused("an XPath that is none", "operation-failed",
                lambda: client.get_config("running", filter=("xpath", (NAMESPACES, "/t:tenant-network["))))
        refused("startup", "operation-failed", lambda: client.get_config("startup"))


def framing(box):
    """Old frames, and many questions before the first answer (RFC 6241, 4.5): each is answered, in order."""
    for what, more in (("chunks", {}), ("old frames", {"device_params": {"handler": Old}})):
        with ssh(key=box.key, **more) as client:
            client.async_mode = True
            asked = [client.edit_config(CONFIG.format(tenants(f"tenant{i}"))) if i % 2 else
                     client.get_config("candidate") for i in range(20)]
            check(all(one.event.wait(30) and one.error is None for one in asked), f"{what}: not all is answered")
            counts = [len(re.findall("<name>tenant", data(one.reply))) for one in asked[::2]]
            check(counts == list(range(10)), f"{what}: not in order: {counts}")
            client.async_mode = False
            client.discard_changes()


def edit(client, config, **how):
    return client.edit_config(CONFIG.format(config), **how)


def editing(box):
    before = box.mgmtd.lines()
    with ssh(key=box.key) as client:
        check(edit(client, tenants("initech"), default_operation="merge").ok, "merge")
        check(names(client, "candidate") == ["acme", "initech"], f"merge: {names(client, 'candidate')}")
        edit(client, tenants("acme"), default_operation="none")    # whose id is another
        check("<id>7</id>" in data(client.get_config("candidate")), "none changed an id")
        refused("none, of what is not there", "data-missing",
                lambda: edit(client, tenants("globex"), default_operation="none"))
        check(names(client, "candidate") == ["acme", "initech"], f"none: {names(client, 'candidate')}")
        edit(client, change("create", "globex"), default_operation="none")
        check(names(client, "candidate") == ["acme", "globex", "initech"], f"create: {names(client, 'candidate')}")
        error = refused("create of what is there", "data-exists", lambda: edit(client, change("create", "globex")))
        check(re.search(r"tenant\[(frr-tenant:)?name='globex'\]$", error.path or ""), f"its path is {error.path}")
        edit(client, change("replace", "acme"))
        check("Roses" not in data(client.get_config("candidate")), "replace of an entry left what it had")
        edit(client, change("delete", "globex"))
        refused("delete of what is not there", "data-missing", lambda: edit(client, change("delete", "globex")))
        edit(client, change("remove", "globex"))
        check(names(client, "candidate") == ["acme", "initech"], f"removed: {names(client, 'candidate')}")
        edit(client, tenants("umbrella"), default_operation="replace")
        check(names(client, "candidate") == ["umbrella"], f"replace: {names(client, 'candidate')}")
        client.discard_changes()
        check(names(client, "candidate") == ["acme"] and box.mgmtd.lines() == before, "discarded, and not as before")
        refused("edit of running", "operation-failed", lambda: edit(client, tenants("x"), target="running"), "running")


def options(box):
    """test-option and error-option: what is refused changes nothing whichever is asked for."""
    bad = TENANT.format("<tenant><name>good</name></tenant><tenant><name>acme</name><id>many</id></tenant>")
    with ssh(key=box.key) as client:
        for how in ({}, {"test_option": "set"}, {"test_option": "test-then-set"}, {"error_option": "stop-on-error"},
                    {"error_option": "rollback-on-error"}):
            edit(client, tenants("initech"), **how)
            check(names(client, "candidate") == ["acme", "initech"], f"{how}: {names(client, 'candidate')}")
            client.discard_changes()
            error = refused(f"a bad value with {how}", "invalid-value", lambda: edit(client, bad, **how))
            check(error.path is None or "id" in error.path, f"its path is {error.path}")
            check(names(client, "candidate") == ["acme"], f"{how} left {names(client, 'candidate')}")
        edit(client, tenants("initech"), test_option="test-only")
        check(names(client, "candidate") == ["acme"], "test-only changed the candidate")
        refused("a bad value, tested only", "invalid-value", lambda: edit(client, bad, test_option="test-only"))
        error = refused("an element that is none", "unknown-element",
                        lambda: edit(client, TENANT.format("<colour>red</colour>")))
        check("colour" in (error.info or "") and "bad-element" in error.info, f"its info is {error.info}")


def committing(box):
    before = box.mgmtd.lines()
    with ssh(key=box.key) as client, tls("alice") as other:
        with client.locked("candidate"):
            error = refused("a lock that another has", "lock-denied", lambda: other.lock("candidate"))
            check(f">{client.session_id}<" in (error.info or ""), f"whose it is: {error.info}")
            refused("an edit beside it", "lock-denied", lambda: edit(other, tenants("beta")))
            edit(client, tenants("initech"))
            check(client.validate("candidate").ok, "validate")
            check(client.commit().ok, "commit")
        check("tenant initech id 1" in box.mgmtd.lines(), f"mgmtd has {box.mgmtd.lines()}")
        check(names(other, "running") == ["acme", "initech"], "another session sees something else")
        with other.locked("candidate"), other.locked("running"):
            edit(other, change("delete", "initech"))
            refused("a commit beside a lock of running", "lock-denied", client.commit)
            other.commit()
        check(box.mgmtd.lines() == before, f"mgmtd has {box.mgmtd.lines()}")
        error = refused("unlock of what is not locked", "operation-failed", lambda: client.unlock("candidate"))
        # what only a commit finds: a leak to oneself
        edit(client, '<tenant-network xmlns="urn:frr-tenant:yang:frr-tenant"><leaks><leak><from>acme</from><to>acme</to>'
                     "<prefix>10.1.0.0/16</prefix></leak></leaks></tenant-network>")
        for what, call in (("validate", client.validate), ("commit", client.commit)):
            error = refused(f"{what} of a leak to oneself", "operation-failed", call, "sees its own prefixes already")
            check("leak" in (error.path or ""), f"its path is {error.path}")
        client.discard_changes()


def wait_lines(box, lines, why):
    check(wait(lambda: box.mgmtd.lines() == lines), f"{why}: mgmtd has {box.mgmtd.lines()}")


def confirmed(box):
    before = box.mgmtd.lines()
    with ssh(key=box.key) as client, tls("alice") as other:
        edit(client, tenants("initech"))
        client.commit(confirmed=True, timeout="2")
        check(box.mgmtd.lines() != before, "a commit to be confirmed is not in force")
        wait_lines(box, before, "the time is over")

        edit(client, tenants("initech"))
        client.commit(confirmed=True, timeout="600")
        client.cancel_commit()
        wait_lines(box, before, "it was cancelled")
        refused("a second cancel-commit", "invalid-value", client.cancel_commit)

        edit(client, tenants("initech"))
        client.commit(confirmed=True, timeout="600", persist="mine")
        refused("another persist-id", "invalid-value", lambda: other.commit(persist_id="yours"))
        refused("cancel-commit with another", "invalid-value", lambda: other.cancel_commit(persist_id="yours"))
        other.cancel_commit(persist_id="mine")
        wait_lines(box, before, "it was cancelled by its name")

        edit(client, tenants("initech"))
        client.commit(confirmed=True)
        client.commit()
        edit(client, change("delete", "initech"))
        client.commit(confirmed=True, timeout="600", persist="mine")
        other.commit(persist_id="mine")
        check(box.mgmtd.lines() == before, f"mgmtd has {box.mgmtd.lines()}")


def copying(box):
    before = box.mgmtd.lines()
    with ssh(key=box.key) as client:
        whole = CONFIG.format(tenants("globex"))
        check(client.copy_config(source=SOURCE.format(whole), target="candidate").ok, "copy-config")
        check(names(client, "candidate") == ["globex"], f"copied: {names(client, 'candidate')}")
        client.copy_config(source="running", target="candidate")
        check(names(client, "candidate") == ["acme"], f"copied from running: {names(client, 'candidate')}")
        refused("a copy to running", "operation-failed", lambda: client.copy_config(source="candidate", target="running"))
        refused("delete-config", "operation-failed", lambda: client.delete_config("startup"), "startup")
    check(box.mgmtd.lines() == before, f"mgmtd has {box.mgmtd.lines()}")


def leaving(box):
    client, other = ssh(key=box.key), tls("alice")
    edit(client, tenants("initech"))
    client.lock("running")
    check(other.kill_session(client.session_id).ok, "kill-session")
    check(wait(lambda: not client.connected), "who was killed is connected still")
    refused("kill-session of nobody", "invalid-value", lambda: other.kill_session("4000000"))
    refused("kill-session of oneself", "invalid-value", lambda: other.kill_session(other.session_id))
    other.lock("running")
    other.unlock("running")
    check(other.close_session().ok and not other.connected, "close-session")
    with ssh("daemon", password=PASSWORD) as nobody:
        refused("who may do nothing", "access-denied", lambda: nobody.get_config("running"))


if __name__ == "__main__":
    sys.exit(run_stories(coming_in, capabilities, reading, framing, editing, options, committing, confirmed, copying,
                         leaving))
