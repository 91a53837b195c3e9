"""Commands for a router, some of them for tenantd: those go to its vty socket, the others to vtysh in one go.

    ask.py PATHSPACE CMD...      exit status is that of the first command that failed
"""

import itertools
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from net import session          # noqa: E402
from net.vty import Vty          # noqa: E402


def ask_tenantd(space, commands):
    try:
        vty = Vty(f"/run/frr/{space}/tenantd.vty")
    except OSError:
        print("% tenantd does not run on this router")
        return 1
    failed = 0
    for command in commands:
        status, text = vty.ask(command)
        print(text, end="", flush=True)
        failed = failed or status
    return failed


def main(space, commands):
    failed = 0
    for ours, group in itertools.groupby(commands, session.for_tenantd):
        status = ask_tenantd(space, group) if ours else subprocess.run(session.vtysh(space, list(group))).returncode
        failed = failed or status
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
