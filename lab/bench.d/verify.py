#!/usr/bin/env python3
# Needs no kernel of its own.
"""what it costs to judge every snapshot before it is applied, beside the brute-force checker

Each of 10,000 tenants has 5 switches with a subnet each, on one DLR, one edge and two PEs; all is in memory, and no
database or daemon takes part (lab/bench.d/verify_speed.c). Processor time, medians.

    verify_delta_us_N        one tenant with one subnet more: planned on its four nodes, taken in, judged by itself and
                             against all that share a number or target with it
    verify_delta_plan_us_N   the share of planning
    verify_full_ms_P         all tenants of P prefixes: planned on all their nodes, taken in and judged
    verify_plan_ms_P         the share of planning
    verify_small_ms_B        the same of B tenants, whom the brute-force checker (tests/verify_brute.py) judges, too:
    verify_brute_ms_B        every pair of them, every prefix, every pair of PEs, in Python, and isolation alone
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TREE / "lab"), str(TREE / "tests")]
from net import figures                                    # noqa: E402
from verify_brute import Network                           # noqa: E402

PROGRAM = Path(os.environ.get("FRR_TENANT_PROGRAMS", "/build"), "lab/bench.d/verify_speed")


def speed(tenants, switches, rounds, *more):
    """({figure: value}, what follows)."""
    done = subprocess.run([PROGRAM, str(tenants), str(switches), str(rounds), *more], text=True, stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"verify: verify_speed ended with status {done.returncode}")
    lines = done.stdout.splitlines()
    return dict((line.split()[0], float(line.split()[1])) for line in lines if not line.startswith("{")), lines[-1]


def main():
    parser = argparse.ArgumentParser(prog="lab/bench verify", description="What judging a snapshot costs.")
    parser.add_argument("--tenants", type=int, default=10000, help="1 to 15000 (default 10000)")
    parser.add_argument("--switches", type=int, default=5, help="of each, with a subnet each (default 5)")
    parser.add_argument("--rounds", type=int, default=5, help="of the whole (default 5)")
    parser.add_argument("--brute", type=int, default=20, help="tenants for the brute-force checker (default 20)")
    chosen = parser.parse_args()
    if not (1 <= chosen.tenants <= 15000 and 1 <= chosen.switches <= 5000 and chosen.rounds >= 1 and
            2 <= chosen.brute <= 1000):
        parser.error("--tenants must be 1 to 15000, --switches 1 to 5000, --rounds at least 1, --brute 2 to 1000")
    found, _ = speed(chosen.tenants, chosen.switches, chosen.rounds)
    figures.tell(f"verify_delta_us_{chosen.tenants}", found["delta_us"], "us")
    figures.tell(f"verify_delta_plan_us_{chosen.tenants}", found["delta_plan_us"], "us")
    figures.tell(f"verify_full_ms_{found['prefixes']:.0f}", found["full_ms"], "ms")
    figures.tell(f"verify_plan_ms_{found['prefixes']:.0f}", found["plan_ms"], "ms")
    found, line = speed(chosen.brute, chosen.switches, chosen.rounds, "json")
    figures.tell(f"verify_small_ms_{chosen.brute}", found["full_ms"], "ms")
    network = Network(json.loads(line))
    began = time.process_time()
    seen = network.seen()
    figures.tell(f"verify_brute_ms_{chosen.brute}", (time.process_time() - began) * 1000, "ms")
    if seen:
        sys.exit(f"verify: the brute-force checker sees {sorted(seen)[0]}, which the verifier does not")


if __name__ == "__main__":
    main()
