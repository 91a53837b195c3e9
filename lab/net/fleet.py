"""A provider of many sites as rows of the tenant database, for any engine; and which node serves which tenant.

    network = Network(nodes=200, tenants=10000, processes=200)
    for table, columns, rows in network.tables(): ...
    network.serving[1234]       # names of the nodes that tenant 1234 is attached to

Each site has four DLRs, two edges and two PEs on a transit and two uplinks. Every third tenant is at two sites, the
others at one; there it has two of the DLRs, both edges, both PEs, and a customer's link on the first PE. All its five
switches are at all its DLRs. VLANs and prefixes are given by rows of table circuit: the derived ones end at 3,994
tenants, and the pools where tenants times wires are more than they have prefixes.
"""

ROLES = ("dlr", "dlr", "dlr", "dlr", "edge", "edge", "pe", "pe")
AT_SITE = len(ROLES)
SWITCHES = ("web", "app", "db", "dmz", "mgmt")
FIRST_VLAN, LAST_VLAN = 101, 4094


def address(first, number):
    """10.255.0.0 plus a number, as text."""
    return ".".join(map(str, (first, *(number >> shift & 255 for shift in (16, 8, 0)))))


class Network:
    def __init__(self, nodes, tenants, processes):
        if nodes % AT_SITE or nodes < AT_SITE:
            raise ValueError(f"a site has {AT_SITE} nodes; give a multiple of that, not {nodes}")
        self.nodes, self.tenants, self.sites = nodes, tenants, nodes // AT_SITE
        # node I is run by process I % processes: those of a site are not in one
        self.names = [f"host{i % processes + 1}-{i // processes + 1}" for i in range(nodes)]
        self.rows = {table: [] for table in ("aggregate", "attachment", "circuit", "switch", "subnet", "link")}
        self.serving = {}
        crowd = [0] * self.sites
        for tenant in range(1, tenants + 1):
            self.add_tenant(tenant, crowd)
        if FIRST_VLAN + max(crowd) > LAST_VLAN:
            raise ValueError(f"{max(crowd)} tenants at a site are more than a trunk has VLANs; take more nodes")

    def places(self, tenant):
        home = (tenant - 1) % self.sites
        return [home, (home + 1) % self.sites] if tenant % 3 == 0 and self.sites > 1 else [home]

    def add_tenant(self, tenant, crowd):
        self.rows["aggregate"] += [(tenant, "10.1.0.0/16"), (tenant, "172.16.0.0/16")]
        self.serving[tenant] = set()
        for number, site in enumerate(self.places(tenant)):
            place, crowd[site] = crowd[site], crowd[site] + 1
            first, vlan = site * AT_SITE, FIRST_VLAN + place
            for index, role in enumerate(ROLES):
                if role != "dlr" or index // 2 == place % 2:
                    self.rows["attachment"].append((tenant, first + index + 1, role))
                    self.serving[tenant].add(self.names[first + index])
            self.rows["circuit"] += [(tenant, site * 3 + 1, address(100, (64 << 16) + number * 8) + "/29", vlan)]
            self.rows["circuit"] += [(tenant, site * 3 + 2 + i, address(100, (96 << 16) + number * 8 + i * 4) + "/30", vlan)
                                     for i in range(2)]
            self.rows["link"].append((tenant, f"site{number + 1}", first + 7, vlan, f"192.168.{number + 1}.1/30"))
        for number, name in enumerate(SWITCHES, 1):
            self.rows["switch"].append((tenant, name))
            self.rows["subnet"].append(((tenant - 1) * len(SWITCHES) + number, f"10.1.{number}.0/24", f"10.1.{number}.1"))

    def tables(self):
        """(table, columns, rows) in an order in which they can be inserted; ids are 1, 2, 3 ..."""
        sites = range(self.sites)
        yield "site", "id, name", [(site + 1, f"dc{site + 1}") for site in sites]
        yield "node", "id, site_id, name, router_id, vtep", [
            (i + 1, i // AT_SITE + 1, name, address(10, (255 << 16) + i + 1),
             address(10, (255 << 16) + i + 1) if ROLES[i % AT_SITE] == "dlr" else None) for i, name in enumerate(self.names)]
        yield "node_role", "node_id, role", [(i + 1, ROLES[i % AT_SITE]) for i in range(self.nodes)]
        yield "wire", "id, name, site_id, kind", [
            (site * 3 + number, f"{kind}{number}-dc{site + 1}", site + 1, kind)
            for site in sites for number, kind in enumerate(("transit", "uplink", "uplink"), 1)]
        yield "wire_port", "wire_id, node_id, ifname, slot", [
            (site * 3 + wire, site * AT_SITE + node, ifname, slot) for site in sites for wire, node, ifname, slot in (
                (1, 5, "t0", 1), (1, 6, "t0", 2), (1, 1, "t0", 3), (1, 2, "t0", 4), (1, 3, "t0", 5), (1, 4, "t0", 6),
                (2, 5, "u0", 1), (2, 7, "u0", 2), (3, 6, "u0", 1), (3, 8, "u0", 2))]
        yield "tenant", "id, name", [(tenant, f"tenant{tenant:06}") for tenant in range(1, self.tenants + 1)]
        yield "aggregate", "tenant_id, prefix", self.rows["aggregate"]
        yield "attachment", "tenant_id, node_id, role", self.rows["attachment"]
        yield "circuit", "tenant_id, wire_id, prefix, vlan", self.rows["circuit"]
        yield "logical_switch", "id, tenant_id, name", [(i, *row) for i, row in enumerate(self.rows["switch"], 1)]
        yield "subnet", "switch_id, prefix, gateway", self.rows["subnet"]
        yield "link", "tenant_id, name, node_id, vlan, address, ifname, protocol", [
            (*row, "x0", "ospf") for row in self.rows["link"]]

    def spare_node(self, tenant):
        """(id, name) of a DLR at the tenant's home that does not serve it, yet."""
        first = self.places(tenant)[0] * AT_SITE
        return next((i + 1, self.names[i]) for i in range(first, first + 4) if self.names[i] not in self.serving[tenant])

    def sample(self, count):
        """Tenants from all over the table, each once."""
        return [1 + i * self.tenants // count for i in range(min(count, self.tenants))]
