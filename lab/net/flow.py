"""A stream of echo requests from one namespace to some addresses, and what became of it.

    with Flow(net.spaces["ce"], "172.16.2.1", ["10.1.1.50"], interval=0.005) as flow:
        ...
        said = flow.stop()
    said.lost, said.gap, said.expired, said.unreachable

The sender is a process of its own: who looks at daemons meanwhile does not disturb it. All requests leave with a TTL
that suffices for the way and not for many turns of a loop. A packet sent after the last commit has time to return.
"""

import json
import select
import socket
import struct
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from net import routes    # noqa: E402

# gap: seconds, the longest from a request that was lost to the next that was not; gap_from: when it began (monotonic);
# expired, unreachable: how many such errors came back
Said = namedtuple("Said", "sent lost gap gap_from expired unreachable late")
TTL = 16
LAST = 0.5    # seconds that the last request may take


class Flow:
    def __init__(self, space, source, addresses, interval=0.005):
        """space: open files of the namespace, as routes.inside() takes them."""
        with routes.inside(*space):
            self.process = subprocess.Popen([sys.executable, __file__, source, str(interval), *addresses],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def stop(self):
        return Said(**json.loads(self.process.communicate("")[0]))


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


class Sender:
    def __init__(self, source, interval, addresses):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.sock.bind((source, 0))
        self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, TTL)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.sock.setblocking(False)
        self.interval, self.addresses = interval, addresses
        self.sent = {address: [] for address in addresses}    # [when sent, when answered] by number
        self.errors = {11: 0, 3: 0}
        self.ident = int.from_bytes(str(id(self)).encode()[-2:], "big")

    def send(self):
        for address in self.addresses:
            sent = self.sent[address]
            head = struct.pack("!BBHHH", 8, 0, 0, self.ident, len(sent) & 0xFFFF)
            sent.append([time.monotonic(), None])
            try:
                self.sock.sendto(head[:2] + struct.pack("!H", checksum(head)) + head[4:], (address, 0))
            except OSError:
                pass    # no route: as lost as any

    def take(self):
        while True:
            try:
                data, (sender, _) = self.sock.recvfrom(2048)
            except BlockingIOError:
                return
            inner = data[(data[0] & 15) * 4:]
            if inner[0] in self.errors:
                self.errors[inner[0]] += 1
            elif inner[0] == 0 and sender in self.sent:
                ident, number = struct.unpack_from("!HH", inner, 4)
                if ident == self.ident and number < len(self.sent[sender]):
                    self.sent[sender][number][1] = time.monotonic()

    def run(self):
        print("ready", flush=True)
        due = time.monotonic()
        while True:
            ready, _, _ = select.select([self.sock, sys.stdin], [], [], max(0, due - time.monotonic()))
            if self.sock in ready:
                self.take()
            if sys.stdin in ready:
                break
            if time.monotonic() >= due:
                self.send()
                due = max(due + self.interval, time.monotonic())
        end = time.monotonic() + LAST
        while (left := end - time.monotonic()) > 0 and select.select([self.sock], [], [], left)[0]:
            self.take()

    def tell(self):
        gap, gap_from, lost = 0.0, 0.0, 0
        for sent in self.sent.values():
            began = None
            for when, answered in [*sent, [time.monotonic(), True]]:
                if not answered:
                    lost, began = lost + 1, began or when
                elif began:
                    gap, gap_from = max((gap, gap_from), (when - began, began))
                    began = None
        answered = [b - a for sent in self.sent.values() for a, b in sent if b]
        print(json.dumps({"sent": sum(map(len, self.sent.values())), "lost": lost, "gap": gap, "gap_from": gap_from,
                          "expired": self.errors[11], "unreachable": self.errors[3], "late": max(answered, default=0)}))


if __name__ == "__main__":
    sender = Sender(sys.argv[1], float(sys.argv[2]), sys.argv[3:])
    sender.run()
    sender.tell()
