# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference network where no database exists: tenants are mgmtd's, by our module (yang/frr-tenant.yang).

    with YangNet(module_name) as net:               # what the provider's nodes share stands in mgmtd.conf
        net.type("tenant acme", "tenant acme id 7")    # on every node
        net.wait_health("acme")
"""

import subprocess

from tenantnet import BUILD, TenantNet
from net.vty import VtyError

NODES = ("dlr", "esg", "pe1", "pe2")
MODULE = f"-M {BUILD}/.libs/mgmtd_tenant.so"
ROOT = "/frr-tenant:tenant-network"


class YangNet(TenantNet):
    """tenantd.conf says nothing: all of it is mgmtd's, and mgmtd has our module."""

    def __init__(self, name):
        super().__init__(name, options={(router, "mgmtd"): MODULE for router in NODES})

    def _configuration(self, router, daemon):
        if daemon == "tenantd":
            return f"hostname {router}\nlog timestamp precision 3\n"
        text = super()._configuration(router, daemon)
        return text + "\n".join(["", *self.shared(router), ""]) if daemon == "mgmtd" and router in NODES else text

    def shared(self, router):
        lines = [f"tenant-network node-name {router}"]
        for name, (site, role) in self.nodes.items():
            at, address = f"tenant-network node {name}", self.SHAPE.LOOPBACK[name]
            lines += [f"tenant-network site {site}", f"{at} site {site}", f"{at} router-id {address}",
                      f"{at} vtep {address}", f"{at} role {role}"]
        for number, (name, (site, kind, ports, _)) in enumerate(self.wires.items(), 1):
            at = f"tenant-network wire {name}"
            lines += [f"{at} id {number}", f"{at} site {site}", f"{at} kind {kind}"]
            lines += [f"{at} port {node} interface {trunk} slot {slot}" for node, (trunk, slot) in ports.items()]
        return lines

    def type(self, *lines, routers=NODES):
        """mgmtd refuses whoever comes while another configures: one tries again."""
        for router in routers:
            for line in lines:
                for _ in range(20):
                    try:
                        self.configure(router, "mgmtd", line)
                        break
                    except VtyError as error:
                        if "could not lock" not in str(error):
                            raise
                        self._pause(0.2)

    def lines(self, router):
        """The tenant lines of its running configuration."""
        return [line for line in self.running(router, "mgmtd").splitlines() if line.startswith("tenant")]

    def vtysh(self, router, *words, extension=""):
        """vtysh in the router, stock where it is given no extension; (status, output)."""
        with self.inside(router):
            done = subprocess.run(["nsenter", f"--mount=/proc/{self.node(router).pid}/ns/mnt",
                                   "env", f"LD_PRELOAD={extension}", "vtysh", *words],
                                  text=True, capture_output=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def typed_in_vtysh(self, router, *lines, **chosen):
        """The same, of lines of configuration."""
        return self.vtysh(router, *(word for line in ("configure terminal", *lines) for word in ("-c", line)), **chosen)

    def state(self, router):
        answer = self.show(router, "mgmtd", f"show mgmt get-data {ROOT}/state")
        return answer["frr-tenant:tenant-network"]["state"]

    def tenant(self, router, name):
        return next((t for t in self.state(router).get("tenant", ()) if t["name"] == name), {})

    def wait_health(self, name, health="ok", routers=NODES):
        for router in routers:
            self.wait(lambda: self.tenant(router, name).get("health") == health, 30,
                      f"{name} to be {health} at {router}: {self.health(router, name)}")
