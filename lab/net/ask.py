"""Commands for a router, some of them ours: those go to the vty socket of tenantd, or of the daemon that has our module
loaded; the others to vtysh in one go.

    ask.py PATHSPACE CMD...      exit status is that of the first command that failed
"""

import itertools
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from net import session          # noqa: E402
from net.vty import Vty          # noqa: E402


def ask(space, daemon, commands):
    try:
        vty = Vty(f"/run/frr/{space}/{daemon}.vty")
    except OSError:
        print(f"% {daemon} does not run on this router")
        return 1
    failed = 0
    for command in commands:
        status, text = vty.ask(command)
        print(text, end="", flush=True)
        failed = failed or status
    return failed


def main(space, commands):
    failed = 0
    for daemon, group in itertools.groupby(commands, session.ours):
        status = ask(space, daemon, group) if daemon else subprocess.run(session.vtysh(space, list(group))).returncode
        failed = failed or status
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
