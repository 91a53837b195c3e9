#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""No plan of any story holds what must never stand in a tenant's VRF; and doctored ones are found out."""

import os
import sys
from pathlib import Path

HERE = Path(os.environ.get("srcdir", Path(__file__).resolve().parent.parent)) / "tests"
sys.path.insert(0, str(HERE))
from lint_config import faults    # noqa: E402

# (what stands there, what a hand makes of it, a word of the sentence)
DOCTORED = (
    ("export vpn", "export vpn\nimport vrf globex", "import vrf globex"),
    ("export vpn", "export vpn\nbgp retain route-target all", "guard"),
    ("translate-always", "translate-candidate", "translator"),
    ("translate-always", "translate-always suppress-fa", "loop"),
    ("redistribute connected route-map TN-acme-ADV", "redistribute connected", "nothing filters it"),
    ("redistribute connected route-map TN-acme-ADV", "redistribute connected metric 7", "nothing filters it"),
    ("redistribute bgp route-map TN-acme-TAG", "redistribute bgp route-map TN-acme-TAGS", "no such route-map"),
    ("route-map vpn export TN-acme-EXP\n", "", "export vpn: nothing filters it"),
    ("route-map vpn import TN-acme-IMP\n", "", "import vpn: nothing filters it"),
    ("neighbor 192.168.201.2 route-map TN-acme-ADV in\n", "", "goes in"),
    ("neighbor 192.168.201.2 route-map TN-acme-CE out\n", "", "goes out"),
)


def daemons(path):
    """The lines of a plan by daemon."""
    parts = {}
    for line in path.read_text().splitlines():
        daemon, _, rest = line.partition(" ")
        parts.setdefault(daemon, []).append(rest)
    return {daemon: "\n".join(lines) + "\n" for daemon, lines in parts.items() if daemon != "kernel"}


def main():
    plans = {f"{path.parent.name}/{path.name} {daemon}": text for path in sorted(HERE.glob("stories/*/*.plan"))
             for daemon, text in daemons(path).items()}
    wrong = [f"{name}: {fault}" for name, text in plans.items() for fault in faults(text)]
    for before, after, word in DOCTORED:
        spoiled = [text.replace(before, after) for text in plans.values() if before in text]
        if not spoiled:
            wrong.append(f"no story holds '{before}': this control looks at nothing")
        wrong += [f"'{before}' made '{after}' is not found out" for text in spoiled
                  if not any(word in fault for fault in faults(text))]
    print("\n".join(wrong) or f"{len(plans)} texts without fault, {len(DOCTORED)} doctored ones found out")
    return 1 if wrong or len(plans) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
