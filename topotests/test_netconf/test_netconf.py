# SPDX-License-Identifier: GPL-2.0-or-later
"""A provider configured by NETCONF alone: frr-netconfd beside mgmtd on each node, no database, nothing typed.

Clients come by TLS, within each router's namespace, with certificates that name them. Each node is given the same.
"""

import subprocess
from xml.sax.saxutils import escape

import pytest

from yangnet import NODES, YangNet
from net.netconf import BASE, Client, NetconfError, Tls, make_certificates, make_policy

PORT = 6513
SITE, SERVER = "172.16.2.1", "10.1.1.1"    # at the customer's, and the gateway of what is behind the DLR
ACME = {"name": "acme", "id": 7, "aggregate": ["10.1.0.0/16", "172.16.0.0/16"],
        "attachment": [{"node": "dlr", "role": "dlr"}, {"node": "esg", "role": "edge"},
                       {"node": "pe1", "role": "pe"}, {"node": "pe2", "role": "pe"}],
        "link": {"name": "paris", "node": "pe2", "interface": "x0", "address": "192.168.201.1/30", "protocol": "ospf"}}


def xml(tree):
    """Of {name: text, dict, or a list of either}; a name may carry attributes."""
    return "".join(f"<{name}>{xml(one) if isinstance(one, dict) else escape(str(one))}</{name.split()[0]}>"
                   for name, value in tree.items() for one in (value if isinstance(value, list) else [value]))


def network(tree):
    return xml({'tenant-network xmlns="urn:frr-tenant:yang:frr-tenant"': tree})


def tenant(**tree):
    return network({"tenants": {"tenant": tree}})


def switch(name, number, third, **more):
    return {"name": name, "id": number, "subnet": {"prefix": f"10.1.{third}.0/24", **more}}


def no_switch(name):
    return tenant(name="acme", **{f'switch xmlns:nc="{BASE}" nc:operation="delete"': {"name": name}})


class NetconfNet(YangNet):
    """Configuration files say who may come in, and nothing of tenants."""

    OURS = ("tenantd", "frr-netconfd")

    def __enter__(self):
        self.clients = {}
        super().__enter__()
        for router in NODES:
            self.clients[router] = self.wait(lambda: self._client(router), 20, f"NETCONF at {router}")
        return self

    def __exit__(self, *words):
        for client in self.clients.values():
            client.close()
        super().__exit__(*words)

    def _configuration(self, router, daemon):
        if daemon != "frr-netconfd":
            return super()._configuration(router, daemon)
        if not self.certificates.exists():
            self.certificates.mkdir()
            make_certificates(self.certificates, "alice")
        folder = self.root(router) / "etc/frr/netconf"
        folder.mkdir()
        for name in ("ca.pem", "server.pem", "server.key"):
            (folder / name).write_bytes((self.certificates / name).read_bytes())
        make_policy(folder, {"alice": "provider"})
        subprocess.run(["chown", "-R", "frr:frr", folder], check=True)
        return f"hostname {router}\nno netconf listen ssh\nnetconf listen tls 127.0.0.1 port {PORT}\n"

    @property
    def certificates(self):
        return self.log / "certificates"

    def _client(self, router):
        alice = self.certificates / "alice.pem"
        with self.inside(router):    # a socket stays where it was made
            return Client(Tls("127.0.0.1", PORT, self.certificates / "ca.pem", alice, alice.with_suffix(".key")))

    def shared(self, _):
        return []

    def shared_tree(self, router):
        """What the provider's nodes share, and which one this is."""
        nodes = [{"name": name, "site": site, "router-id": self.SHAPE.LOOPBACK[name], "vtep": self.SHAPE.LOOPBACK[name],
                  "role": role} for name, (site, role) in self.nodes.items()]
        wires = [{"name": name, "id": number, "site": site, "kind": kind,
                  "port": [{"node": node, "interface": trunk, "slot": slot} for node, (trunk, slot) in ports.items()]}
                 for number, (name, (site, kind, ports, _)) in enumerate(self.wires.items(), 1)]
        sites = [{"name": site} for site in sorted({site for site, _ in self.nodes.values()})]
        return {"node-name": router, "sites": {"site": sites}, "nodes": {"node": nodes}, "wires": {"wire": wires}}

    def everywhere(self):
        """All that anybody could see of a change: configuration, routes, and what tenantd did."""
        return {router: (self.lines(router), sorted(self.routes(router, "acme")), self.state(router)["counters"])
                for router in NODES}


@pytest.fixture(scope="module")
def net(request):
    with NetconfNet(request.module.__name__) as net:
        yield net


def test_a_tenant_and_all_it_needs_are_configured(net):
    assert not any(net.lines(router) for router in NODES)
    for router, client in net.clients.items():
        client.edit(network(net.shared_tree(router)))
        client.edit(tenant(**ACME))
        client.commit()
    net.wait_health("acme")
    net.wait_route("dlr", "0.0.0.0/0", "acme")
    wanted = network({"state": {"tenant": {"name": "acme", "health": ""}}})
    for client in net.clients.values():
        told = client.data(f'<get><filter type="subtree">{wanted}</filter></get>')
        assert "<name>acme</name><health>ok</health>" in told, told


def test_a_switch_arrives_at_the_remote_site_and_leaves_it(net):
    client, before = net.clients["dlr"], net.everywhere()
    client.edit(tenant(name="acme", switch=switch("web", 1, 1, gateway=SERVER)))
    client.rpc("<validate><source><candidate/></source></validate>")
    net.stays(lambda: "10.1.1.0/24" not in net.routes("ce"), 2, "what only the candidate has is at the remote site")
    assert net.everywhere() == before and net.never_pings("ce", SERVER, source=SITE)
    client.commit()
    net.wait_route("ce", "10.1.1.0/24")
    assert net.ping("ce", SERVER, source=SITE)
    client.edit(no_switch("web"))
    assert "10.1.1.0/24" in net.routes("ce")
    client.commit()
    net.wait_no_route("ce", "10.1.1.0/24")
    assert net.never_pings("ce", SERVER, source=SITE) and net.lines("dlr") == before["dlr"][0]


def test_a_switch_that_nobody_confirms_leaves_by_itself(net):
    client, before = net.clients["dlr"], net.lines("dlr")
    client.edit(tenant(name="acme", switch=switch("web", 1, 1)))
    client.rpc("<commit><confirmed/><confirm-timeout>600</confirm-timeout></commit>")
    net.wait_route("ce", "10.1.1.0/24")
    client.commit()    # this one is confirmed, as the next is not
    kept = net.lines("dlr")
    client.edit(tenant(name="acme", switch=switch("db", 2, 2)))
    client.rpc("<commit><confirmed/><confirm-timeout>8</confirm-timeout></commit>")
    net.wait_route("ce", "10.1.2.0/24")
    assert net.ping("ce", "10.1.2.1", source=SITE)
    net.wait_no_route("ce", "10.1.2.0/24")
    assert "10.1.1.0/24" in net.routes("ce") and net.lines("dlr") == kept
    client.edit(no_switch("web"))
    client.commit()
    net.wait_no_route("ce", "10.1.1.0/24")
    assert net.lines("dlr") == before


# what is edited, and how it is refused
BAD = ((tenant(name="acme", id="many"), "invalid-value", "many"),
       (tenant(name="acme", id=0), "invalid-value", "0"),
       (tenant(name="-acme", id=8), "invalid-value", "a name has letters"),
       (tenant(name="acme", colour="red"), "unknown-element", "colour"),
       (tenant(name="acme", switch=[switch("good", 8, 8), switch("bad", 9, 999)]), "invalid-value", "10.1.999.0/24"),
       (tenant(name="acme", link={"name": "paris", "address": "192.168.201.1"}), "invalid-value", "with its length"),
       (no_switch("nowhere"), "data-missing", ""))
LEAK = network({"leaks": {"leak": {"from": "acme", "to": "acme", "prefix": "10.1.0.0/16"}}})


def test_a_bad_value_is_refused_and_changes_nothing_anywhere(net):
    net.clients["dlr"].edit(tenant(name="acme", switch=switch("web", 1, 1)))
    net.clients["dlr"].commit()
    net.wait_route("ce", "10.1.1.0/24")
    net.wait_health("acme")
    before = net.everywhere()
    with net.watch(*NODES, "ce") as watcher:
        for router, client in net.clients.items():
            for config, tag, words in BAD:
                with pytest.raises(NetconfError) as caught:
                    client.edit(config)
                assert caught.value.tag == tag and words in str(caught.value), f"{router}: {config}: {caught.value}"
            client.commit()    # of what is left of it: nothing
            client.edit(LEAK)
            with pytest.raises(NetconfError, match="sees its own prefixes"):
                client.commit()
            client.rpc("<discard-changes/>")
        assert net.everywhere() == before
        net.stays(lambda: "10.1.1.0/24" in net.routes("ce"), 2, "the subnet at the remote site")
        assert not watcher.read() and net.everywhere() == before
