# SPDX-License-Identifier: GPL-2.0-or-later
"""A tenant database with random rows, each of them allowed, and all of it sound.

Two of them have the same names, addresses and ids for other things, and gaps between ids.
"""

import sqlite3

WORDS = ("", "plain", "Ωmega ŝpecial 東京", 'quote " and \\ back', "tab\there", "slash / and 'tick'", "\x01\x7f\u2028 𝄞")


class Network:
    def __init__(self, path, rng, everything):
        self.rng, self.everything = rng, everything
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA foreign_keys = ON")
        self.sites, self.ids = {}, {}
        self.tenants = []

    def insert(self, table, **row):
        row = {name: value for name, value in row.items() if value is not None}
        text = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
        return self.db.execute(text, list(row.values())).lastrowid

    def some(self, chance=0.5):
        return self.everything or self.rng.random() < chance

    def gap(self, table, *where):
        """Ids that were given once, and are not again."""
        for _ in range(self.rng.randrange(3)):
            self.db.execute("INSERT INTO sqlite_sequence (name, seq) SELECT ?1, 0 WHERE NOT EXISTS"
                            " (SELECT 1 FROM sqlite_sequence WHERE name = ?1)", (table,))
            self.db.execute("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = ?", (table,))

    def shuffled(self, items):
        return self.rng.sample(list(items), len(items))

    # ---- what all share ----

    def provider(self):
        if self.some():
            self.db.execute("UPDATE provider SET asn = ?, vpn_tag = ?, ospf_hello = 2, ospf_dead = 9",
                            (self.rng.choice((1, 65010, 65535)), self.rng.choice((None, 77))))
        if self.some():
            self.insert("reserved", prefix="203.0.113.192/26", what=self.rng.choice(WORDS))
            self.insert("reserved_port", protocol="udp", port=self.rng.randrange(1, 400), what="")

    def place(self):
        count = 3 if self.everything else self.rng.randrange(1, 4)
        for number in self.shuffled(range(1, count + 1)):
            self.gap("site")
            site = self.insert("site", name=f"dc{number}", locale=self.rng.choice(("", "l1")))
            nodes = {}
            for role in self.shuffled(("dlr", "edge", "pe")):
                self.gap("node")
                address = f"10.255.{number}.{('dlr', 'edge', 'pe').index(role) + 1}"
                nodes[role] = self.insert("node", name=f"{role}{number}", site_id=site, router_id=address,
                                          vtep=address if role == "dlr" else None)
                self.insert("node_role", node_id=nodes[role], role=role)
            for name, kind, ports in self.shuffled((("transit", "transit", (("edge", 1), ("dlr", 3))),
                                                    ("uplink", "uplink", (("pe", 1), ("edge", 2))))):
                self.gap("wire")
                wire = self.insert("wire", name=f"{name}{number}", site_id=site, kind=kind, bfd=self.rng.randrange(2),
                                   ospf_key=self.rng.choice((None, "secret-key.1")) if not self.everything else "secret-key.1")
                for role, slot in ports:
                    self.insert("wire_port", wire_id=wire, node_id=nodes[role], ifname=name[0] + "0", slot=slot)
            domain = None
            if self.some():
                domain = self.insert("switch_domain", name=f"core{number}", site_id=site, vlan_first=100, vlan_last=900)
                self.insert("domain_port", domain_id=domain, node_id=nodes["dlr"], ifname="c0")
            self.sites[number] = (site, nodes, domain)

    def bundles(self):
        self.bundle = []
        for name in self.shuffled(("gold", "silver")):
            if self.some():
                self.gap("bundle")
                bundle = self.insert("bundle", name=name)
                for network in self.shuffled(("prod", "test", "mgmt"))[:self.rng.randrange(1, 4)]:
                    self.gap("bundle_network")
                    self.insert("bundle_network", bundle_id=bundle, name=network, mtu=self.rng.choice((1500, 9000)),
                                purpose="test" if network == "test" else "production")
                self.bundle.append(bundle)

    # ---- tenants ----

    def tenant(self, number):
        self.gap("tenant")
        two = len(self.sites) > 1
        sites = [site for site, _, _ in self.sites.values()]
        active = two and self.some(0.3) and number == 3
        tenant = self.insert("tenant", name=f"t{number}", description=self.rng.choice(WORDS),
                             vrf=f"v{number}" if self.some(0.3) else None,
                             table_id=5000 + self.rng.randrange(9) * 10 + number if self.some(0.3) else None,
                             max_routes=self.rng.choice((1000, 77)), recovery_priority=self.rng.randrange(1, 6),
                             egress="active" if active else None, active_site_id=sites[0] if active else None,
                             recovery_site_id=sites[-1] if two and self.some(0.3) else None)
        for prefix in self.shuffled((f"10.{number}.0.0/16", f"172.{15 + number}.0.0/16", f"203.0.113.{number}/32")):
            self.insert("aggregate", tenant_id=tenant, prefix=prefix)
        for _, nodes, _ in self.sites.values():
            for role in self.shuffled(nodes):
                self.gap("attachment")
                self.insert("attachment", tenant_id=tenant, node_id=nodes[role], role=role)
        if self.some(0.3):
            wire, = self.db.execute("SELECT min(id) FROM wire WHERE kind = 'uplink'").fetchone()
            self.insert("circuit", tenant_id=tenant, wire_id=wire, vlan=3000 + number)
        self.tenants.append((number, tenant))
        return tenant

    def switches(self, number, tenant):
        names = self.shuffled(("web", "db", "moves", "stays"))
        for at, name in enumerate(names if self.everything else names[:self.rng.randrange(5)]):
            self.gap("logical_switch")
            switch = self.insert("logical_switch", tenant_id=tenant, name=name, track_hosts=self.rng.randrange(2),
                                 vni=2000 + number * 10 + at if self.some(0.3) else None, mtu=self.rng.choice((1500, 1400)))
            self.gap("subnet")
            subnet = self.insert("subnet", switch_id=switch, prefix=f"10.{number}.{at}.0/24", gateway=f"10.{number}.{at}.1",
                                 advertise=int(name != "db"))
            _, nodes, domain = self.rng.choice(list(self.sites.values()))
            if self.some(0.4):
                self.insert("host", subnet_id=subnet, address=f"10.{number}.{at}.9", seen_by=nodes["dlr"] if self.some() else None)
            if domain and self.some(0.4):
                self.insert("switch_vlan", switch_id=switch, domain_id=domain,
                            vlan=None if self.some() else 500 + number * 10 + at)
            if name == "web" and self.some(0.4):
                self.insert("public_address", tenant_id=tenant, address=f"203.0.113.{number}", protocol="tcp",
                            port=self.rng.choice((80, 443)), inside=f"10.{number}.{at}.9")
        for bundle in self.shuffled(self.bundle):
            if self.some(0.4):
                self.gap("subscription")
                _, _, domain = self.rng.choice(list(self.sites.values()))
                subscription = self.insert("subscription", tenant_id=tenant, bundle_id=bundle, domain_id=domain)
                given = self.db.execute("SELECT min(id) FROM logical_switch WHERE subscription_id = ?", (subscription,)).fetchone()
                if given[0] and self.some():
                    self.insert("subnet", switch_id=given[0], prefix=f"10.{number}.{60 + bundle}.0/24",
                                gateway=f"10.{number}.{60 + bundle}.1")

    def links(self, number, tenant):
        for at, protocol in enumerate(self.shuffled(("ospf", "bgp", "static"))):
            if not self.some(0.4):
                continue
            _, nodes, _ = self.rng.choice(list(self.sites.values()))
            self.gap("link")
            link = self.insert("link", tenant_id=tenant, name=f"site{at}", node_id=nodes["pe"], ifname="x0",
                               vlan=number * 10 + at, address=f"192.168.{number * 10 + at}.1/30", protocol=protocol,
                               peer=f"192.168.{number * 10 + at}.2", peer_as=65100 if protocol == "bgp" else None)
            if protocol == "static":
                self.insert("link_route", link_id=link, prefix=f"172.{15 + number}.{at}.0/24")

    def maps(self):
        """A switch of one site, kept ready at another one."""
        if len(self.sites) < 2 or not self.tenants:
            return
        (home, _, _), (other, _, _) = list(self.sites.values())[:2]
        number, tenant = self.tenants[0]
        switch = self.insert("logical_switch", tenant_id=tenant, name="athome", site_id=home)
        self.insert("subnet", switch_id=switch, prefix=f"10.{number}.50.0/24", gateway=f"10.{number}.50.1")
        self.insert("network_map", switch_id=switch, site_id=other)

    def leaks(self):
        for (one, left), (_, right) in zip(self.tenants, self.tenants[1:]):
            prefix = self.db.execute("SELECT n.prefix FROM subnet n JOIN logical_switch s ON s.id = n.switch_id"
                                     " WHERE s.tenant_id = ? AND n.advertise AND s.name IN ('web', 'stays') ORDER BY n.id LIMIT 1", (left,)).fetchone()
            if prefix and self.some():
                self.insert("leak", from_tenant=left, to_tenant=right, prefix=prefix[0])

    def bubble(self):
        number, tenant = self.tenants[-1]
        _, nodes, _ = next(iter(self.sites.values()))
        bubble = self.insert("tenant", name=f"t{number}.test", bubble_of=tenant)
        self.insert("attachment", tenant_id=bubble, node_id=nodes["dlr"], role="dlr")
        switch = self.insert("logical_switch", tenant_id=bubble, name="web")
        self.insert("subnet", switch_id=switch, prefix=f"10.{number}.0.0/24", gateway=f"10.{number}.0.1")

    def write(self):
        self.db.execute("BEGIN")
        self.provider()
        self.place()
        self.bundles()
        for number in range(1, 6) if self.everything else self.shuffled(range(1, 7))[:self.rng.randrange(1, 7)]:
            tenant = self.tenant(number)
            self.switches(number, tenant)
            self.links(number, tenant)
        if self.some():
            self.maps()
        self.leaks()
        if self.some(0.3):
            self.bubble()
        self.db.execute("COMMIT")
        self.db.close()


def fill(path, rng, everything=False):
    """everything: each table has rows."""
    Network(path, rng, everything).write()
