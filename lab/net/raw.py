"""The raw way to fill a node: its plan as `ip -batch` and `vtysh -f`, as somebody would who has the whole text.

    raw = RawPlan(box.plan_text())        # what tenantctl plan prints
    raw.kernel(box)                       # all kernel objects, by one `ip -batch`
    raw.statements(box)                   # then vtysh -f: each VRF whole, one after another
"""

import re
import subprocess
from pathlib import Path

from net.box import VLAN_BASE, name
from network import LabError

HEAD = re.compile(r"(vrf|route-map|router|interface) ")
TENANT = re.compile(r"\b(t\d{4,})\b")
TRUNK_VLAN = re.compile(r"interface \w+\.(\d+)$")


def owner(line):
    """The tenant that a statement is for; "" for the node's own."""
    if found := TRUNK_VLAN.match(line):
        return name(int(found[1]) - VLAN_BASE)
    found = TENANT.search(line)
    return found[1] if found else ""


def blocks(lines):
    """Statements with all that is within them."""
    block = []
    for line in lines:
        block.append(line)
        if len(block) == 1 and HEAD.match(line) or len(block) > 1 and line not in ("exit", "exit-vrf"):
            continue
        yield block
        block = []


class RawPlan:
    def __init__(self, text):
        kernel, rest = text.split("# mgmtd\n", 1)
        lines = [line for line in kernel.splitlines() if not line.startswith("#")]
        self.sysctls = [line.split()[-1] for line in lines if line.startswith("sysctl ")]
        self.ip4 = [line[3:] for line in lines if line.startswith("ip ") and not line.startswith("ip -6 ")]
        self.ip6 = [line[6:] for line in lines if line.startswith("ip -6 ")]
        whole = {}
        for block in blocks(line for line in rest.splitlines() if line and not line.startswith("#")):
            whole.setdefault(owner(block[0]), []).extend(block)
        self.text = "\n".join(line for tenant in sorted(whole) for line in whole[tenant]) + "\n"

    def kernel(self, box):
        with box.inside(box.role):
            for setting in self.sysctls:
                path, _, value = setting.partition("=")
                Path("/proc/sys", path.replace(".", "/")).write_text(value)
            for family, lines in (("-4", self.ip4), ("-6", self.ip6)):
                subprocess.run(["ip", family, "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)

    def statements(self, box, timeout=None):
        """True where vtysh has been through with it; False when the time was over."""
        file = Path(box.out, "raw.conf")
        file.write_text(self.text)
        try:
            done = subprocess.run(["vtysh", "-N", box.netns(box.role), "-f", str(file)], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout)
        except subprocess.TimeoutExpired:
            return False
        if done.returncode:
            raise LabError(f"vtysh -f ended with status {done.returncode}: {done.stdout[-500:]}")
        return True
