"""A NETCONF client over OpenSSH's own, or over TLS: for what libraries hide, such as the very bytes of an answer.

    with Client(Ssh("127.0.0.1", 8830, key)) as client:
        client.rpc("<get-config><source><running/></source></get-config>")

Where the server calls home (RFC 8071), "home" is what it calls, and the rest is the same:

    Client(SshHome(4334, key))
    with Home(4335) as home:
        Client(TlsHome(home.accept(), authority, certificate, key))
"""

import os
import re
import select
import socket
import ssl
import subprocess
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
HELLO = f'<hello xmlns="{BASE}"><capabilities><capability>urn:ietf:params:netconf:base:1.1</capability></capabilities></hello>'
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


NOTIFICATION = "{urn:ietf:params:xml:ns:netconf:notification:1.0}notification"


def plain(element):
    """As text without a namespace's prefix."""
    return re.sub(r"ns\d+:|\s+xmlns(:ns\d+)?=\"[^\"]*\"", "", ElementTree.tostring(element, "unicode"))


class NetconfError(Exception):
    """An rpc-error: its fields, as text."""

    def __init__(self, element):
        self.fields = {child.tag.split("}")[1]: "".join(child.itertext()).strip() for child in element}
        super().__init__(self.fields)

    def __getattr__(self, name):
        return self.fields.get("error-" + name.replace("_", "-"), "")


def make_certificates(folder, *users):
    """One authority ("ca"), the server's certificate, and one for each user that names them. And a stranger's."""
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)
    for name in ("ca", "stranger"):
        openssl("req", "-x509", *KEY, "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem", "-subj",
                f"/CN={name}", "-days", "2")
    for name in ("server", *users):
        openssl("req", *KEY, "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{folder}/{name}.csr", "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key",
                "-CAcreateserial", "-out", f"{folder}/{name}.pem", "-days", "2")


def make_policy(folder, members):
    """The one that is shipped, with users in its groups: {user: group, or None}."""
    policy = (HERE.parents[1] / "service/nacm.xml").read_text()
    for user, group in members.items():
        if group:
            policy = policy.replace(f"<group><name>{group}</name></group>",
                                    f"<group><name>{group}</name><user-name>{user}</user-name></group>")
    (folder / "nacm.xml").write_text(policy)


class Way:
    """Bytes, read as many as are wanted."""

    PATIENCE = 70    # mgmtd may take 60 s
    buffer = b""

    def read(self, size):
        """Fewer at the end of the stream."""
        while len(self.buffer) < size and (more := self.receive(self.PATIENCE)):
            self.buffer += more
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def is_readable(self, seconds):
        try:
            self.buffer = self.buffer or self.receive(seconds)
        except TimeoutError:
            return False
        return bool(self.buffer)


class Ssh(Way):
    """The bytes, by OpenSSH's client."""

    def __init__(self, host, port, key, user="root", password=None, more=()):
        options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "LogLevel=ERROR",
                   "ConnectTimeout=20", "NumberOfPasswordPrompts=1", *more]
        environment = dict(os.environ)
        if password is None:
            options += ["BatchMode=yes"]
        else:
            options += ["PreferredAuthentications=keyboard-interactive"]
            environment.update(SSH_ASKPASS=f"{HERE}/askpass", SSH_ASKPASS_REQUIRE="force", ASKPASS_ANSWER=password)
        self.process = subprocess.Popen(["ssh", "-F", "/dev/null", *(w for o in options for w in ("-o", o)), "-i", str(key),
                                         "-p", str(port), f"{user}@{host}", "-s", "netconf"], env=environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def receive(self, seconds):
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            raise TimeoutError
        return os.read(self.process.stdout.fileno(), 65536)

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def words(self):
        return self.process.stderr.read().decode()

    def close(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()


class SshHome(Ssh):
    """The same on the connection of a server that calls 127.0.0.1; waits for it."""

    def __init__(self, port, key, *rest):
        super().__init__("home", port, key, *rest, more=(f"ProxyCommand={HERE}/answer {port}", "ProxyUseFdpass=yes"))


class Home:
    """Waits for servers that call."""

    def __init__(self, port, host="127.0.0.1"):
        self.socket = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.socket.settimeout(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        caller, _ = self.socket.accept()
        caller.settimeout(20)
        return caller


class Tls(Way):
    """The bytes, by a certificate (PEM files) that names the user."""

    def __init__(self, host, port, authority, certificate, key):
        self._begin(socket.create_connection((host, port), 20), authority, certificate, key)

    def _begin(self, connection, authority, certificate, key):
        context = ssl.create_default_context(cafile=authority)
        context.check_hostname = False
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT    # the lab's certificates have no key usage
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(connection)

    def receive(self, seconds):
        self.socket.settimeout(seconds)
        return self.socket.recv(65536)

    def write(self, data):
        self.socket.sendall(data)

    def words(self):
        return ""

    def close(self):
        self.socket.close()


class TlsHome(Tls):
    """The same on the connection of a server that called."""

    def __init__(self, connection, authority, certificate, key):
        self._begin(connection, authority, certificate, key)


class Client:
    def __init__(self, way):
        self.way = way
        self.number = 0
        self.waiting = []    # notifications that came before an answer
        hello = self._until(b"]]>]]>")
        root = ElementTree.fromstring(hello)
        self.capabilities = [c.text for c in root.iter(f"{{{BASE}}}capability")]
        self.id = int(root.find(f"{{{BASE}}}session-id").text)
        self.way.write(HELLO.encode() + b"]]>]]>")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.way.close()

    def _until(self, end):
        text = b""
        while not text.endswith(end):
            byte = self.way.read(1)
            if not byte:
                raise ConnectionError(f"the server hung up: {text} {self.way.words()}")
            text += byte
        return text[:-len(end)]

    def send(self, operation):
        self.number += 1
        text = f'<rpc xmlns="{BASE}" message-id="{self.number}">{operation}</rpc>'.encode()
        self.way.write(b"\n#%d\n%s\n##\n" % (len(text), text))

    def receive(self):
        """The next message, whole; chunks as RFC 6242 has them."""
        message = b""
        while True:
            head = self._until(b"#") and b"" or self._until(b"\n")
            if head == b"#":
                return message.decode()
            message += self.way.read(int(head))

    def rpc(self, operation):
        """The reply's element; NetconfError where it is an error."""
        self.send(operation)
        root = ElementTree.fromstring(self.receive())
        while root.tag == NOTIFICATION:
            self.waiting.append(root)
            root = ElementTree.fromstring(self.receive())
        error = root.find(f"{{{BASE}}}rpc-error")
        if error is not None:
            raise NetconfError(error)
        return root

    def notification(self, seconds=10):
        """The next that came or comes within the time: (name, text without namespaces); or None."""
        if not self.waiting and not self.way.is_readable(seconds):
            return None
        root = self.waiting.pop(0) if self.waiting else ElementTree.fromstring(self.receive())
        assert root.tag == NOTIFICATION and root[0].tag.endswith("}eventTime"), root.tag
        return root[1].tag.split("}")[1], plain(root[1])

    def data(self, operation):
        """What is within <data>."""
        root = self.rpc(operation)
        data = next((e for e in root if e.tag.endswith("}data")), None)
        return "".join(plain(e) for e in data)

    def edit(self, config, default="merge"):
        return self.rpc(f"<edit-config><target><candidate/></target><default-operation>{default}</default-operation>"
                        f"<config>{config}</config></edit-config>")

    def commit(self):
        return self.rpc("<commit/>")
