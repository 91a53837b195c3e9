"""A NETCONF client over OpenSSH's own, or over TLS: for what libraries hide, such as the very bytes of an answer.

    with Client(Ssh("127.0.0.1", 8830, key)) as client:
        client.rpc("<get-config><source><running/></source></get-config>")
"""

import os
import re
import socket
import ssl
import subprocess
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
HELLO = f'<hello xmlns="{BASE}"><capabilities><capability>urn:ietf:params:netconf:base:1.1</capability></capabilities></hello>'


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
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/{name}.key", "-out",
                f"{folder}/{name}.pem", "-subj", f"/CN={name}", "-days", "2")
    for name in ("server", *users):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.csr",
                "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{folder}/{name}.csr", "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key",
                "-CAcreateserial", "-out", f"{folder}/{name}.pem", "-days", "2")


class Ssh:
    """The bytes, by OpenSSH's client."""

    def __init__(self, host, port, key, user="root", password=None):
        options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "LogLevel=ERROR",
                   "ConnectTimeout=20", "NumberOfPasswordPrompts=1"]
        environment = dict(os.environ)
        if password is None:
            options += ["BatchMode=yes"]
        else:
            options += ["PreferredAuthentications=keyboard-interactive"]
            environment.update(SSH_ASKPASS=f"{HERE}/askpass", SSH_ASKPASS_REQUIRE="force", ASKPASS_ANSWER=password)
        self.process = subprocess.Popen(["ssh", "-F", "/dev/null", *(w for o in options for w in ("-o", o)), "-i", str(key),
                                         "-p", str(port), f"{user}@{host}", "-s", "netconf"], env=environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def read(self, size):
        return self.process.stdout.read(size)

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def words(self):
        return self.process.stderr.read().decode()

    def close(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()


class Tls:
    """The bytes, by a certificate (PEM files) that names the user."""

    def __init__(self, host, port, authority, certificate, key):
        context = ssl.create_default_context(cafile=authority)
        context.check_hostname = False
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT    # the lab's certificates have no key usage
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(socket.create_connection((host, port), 20))
        self.file = self.socket.makefile("rb")

    def read(self, size):
        return self.file.read(size)

    def write(self, data):
        self.socket.sendall(data)

    def words(self):
        return ""

    def close(self):
        self.file.close()
        self.socket.close()


class Client:
    def __init__(self, way):
        self.way = way
        self.number = 0
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
        text = self.receive()
        root = ElementTree.fromstring(text)
        error = root.find(f"{{{BASE}}}rpc-error")
        if error is not None:
            raise NetconfError(error)
        return root

    def data(self, operation):
        """What is within <data>, as text without a namespace's prefix."""
        root = self.rpc(operation)
        data = next((e for e in root if e.tag.endswith("}data")), None)
        text = "".join(ElementTree.tostring(e, "unicode") for e in data)
        return re.sub(r"ns\d+:|\s+xmlns(:ns\d+)?=\"[^\"]*\"", "", text)

    def edit(self, config, default="merge"):
        return self.rpc(f"<edit-config><target><candidate/></target><default-operation>{default}</default-operation>"
                        f"<config>{config}</config></edit-config>")

    def commit(self):
        return self.rpc("<commit/>")
