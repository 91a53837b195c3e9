"""Daemons alone, in namespaces of their own: for what needs no network and no kernel with VRFs.

    own_namespaces()                 # or exit status 77, and why
    with Daemon("mgmtd", "-M", MODULE) as mgmtd:
        mgmtd.type("tenant acme")
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from net.vty import Vty

HERE = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("FRR_TENANT_PROGRAMS", ".")).resolve()
MODULE = PROGRAMS / ".libs/mgmtd_tenant.so"
FRR = Path("/usr/lib/frr")
# FRR's own programs are without sanitizers, what they load of ours may be with them
LENIENT = {"ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
RUN, CONF = Path("/run/frr"), Path("/etc/frr")


def run(*words):
    done = subprocess.run(words, text=True, capture_output=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def own_namespaces():
    """Of network and mounts, with empty directories where FRR has its files."""
    if os.geteuid() or not os.access(FRR / "mgmtd", os.X_OK) or not MODULE.exists():
        print(f"skipped: this needs root, {FRR}/mgmtd and {MODULE}")
        sys.exit(77)
    if "FRR_TENANT_OWN_NAMESPACE" not in os.environ:
        os.environ["FRR_TENANT_OWN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-mn", sys.executable, *sys.argv])
    run("ip", "link", "set", "lo", "up")
    for path in (RUN, CONF, Path("/var/lib/frr")):
        path.mkdir(parents=True, exist_ok=True)
        run("mount", "-t", "tmpfs", "tmpfs", str(path))
        run("chown", "frr:frr", str(path))


class Daemon:
    """One daemon in the foreground, and a connection to its vty."""

    def __init__(self, name, *options, program=None):
        self.name, self.options, self.program = name, options, program or FRR / name
        self.room = RUN    # where its socket is; "--vty_socket" among the options makes it another

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.log = RUN / f"{self.name}.log"
        (self.room / f"{self.name}.vty").unlink(missing_ok=True)
        lenient = LENIENT if self.program == FRR / self.name else {
            "LSAN_OPTIONS": f"suppressions={HERE}/tests/lsan.supp:print_suppressions=0"}
        self.process = subprocess.Popen([self.program, *self.options, "--log", "stdout", "--log-level", "informational"],
                                        stdout=open(self.log, "w"), stderr=subprocess.STDOUT,
                                        env={**os.environ, **lenient})
        end = time.monotonic() + 60
        while True:
            try:
                self.vty = Vty(str(self.room / f"{self.name}.vty"))
                return
            except OSError:
                assert time.monotonic() < end and self.process.poll() is None, self.log.read_text()
                time.sleep(0.05)

    def stop(self, how=signal.SIGTERM):
        self.vty.close()
        self.process.send_signal(how)
        self.process.wait(30)

    def ask(self, line):
        """(status, text); the daemon may have been restarted since."""
        return self.vty.ask(line)

    def type(self, *lines):
        """Into its configuration; {line: (status, words)} of those that were answered with any."""
        self.vty.command("configure terminal")
        said = {line: answer for line in lines if (answer := self.type_one(line)) != (0, "")}
        self.vty.command("end")
        return said

    def type_together(self, *lines):
        """As vtysh -b and -f do: one transaction."""
        status, words = self.type_one("configure terminal file-lock")
        assert not status, words
        self.vty.command("XFRR_start_configuration")
        said = {line: answer for line in lines if (answer := self.vty.ask(line)) != (0, "")}
        self.vty.command("XFRR_end_configuration")
        self.vty.command("end")
        return said

    def type_one(self, line):
        """mgmtd refuses whoever comes while another configures: one tries again."""
        for _ in range(50):
            answer = self.vty.ask(line)
            if "lock" not in answer[1]:
                break
            time.sleep(0.1)
        return answer

    def running(self):
        return self.vty.command("show running-config")

    def lines(self):
        return own(self.running())


def own(text):
    """The lines about tenants, sorted: libyang has an order of its own in each list."""
    return sorted(line for line in text.splitlines() if line.startswith("tenant"))
