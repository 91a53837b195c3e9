# SPDX-License-Identifier: GPL-2.0-or-later
"""TenantNet with switches: bridges in a namespace `lan`, whose ports a test can cut or pull."""

from contextlib import contextmanager

from tenantnet import TenantNet


class LanNet(TenantNet):
    """BRIDGES: {bridge: routers with a port on it}; the wiring (SHAPE.LINKS) calls such a port BRIDGE-ROUTER."""

    BRIDGES = {}

    def _enter(self, router):
        super()._enter(router)
        if router == "lan":
            self.ip(*(f"link add name {bridge} type bridge mcast_snooping 0" for bridge in self.BRIDGES),
                    *(f"link set dev {bridge} up" for bridge in self.BRIDGES),
                    *(f"link set dev {bridge}-{port} master {bridge}" for bridge, ports in self.BRIDGES.items() for port in ports),
                    router="lan")

    def bridges(self, router):
        return [bridge for bridge, routers in self.BRIDGES.items() if router in routers]

    def cut(self, bridge, router):
        """Nothing passes between the router and the bridge any more, and no link goes down."""
        self.ip(f"link set dev {bridge}-{router} nomaster", router="lan")

    def mend(self, bridge, router):
        self.ip(f"link set dev {bridge}-{router} master {bridge}", router="lan")

    def pull(self, bridge, router):
        """The cable: both ends see their link go down."""
        self.ip(f"link set dev {bridge}-{router} down", router="lan")

    def plug(self, bridge, router):
        self.ip(f"link set dev {bridge}-{router} up", router="lan")

    @contextmanager
    def pulled(self, bridge, router):
        """`with net.pulled(...)`: back in its place however the block ends."""
        self.pull(bridge, router)
        try:
            yield
        finally:
            self.plug(bridge, router)
