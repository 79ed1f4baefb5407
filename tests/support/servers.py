"""Real servers on loopback, each with a folder of deliveries: OpenSSH, S3 (moto), HTTPS with an index page, WebDAV."""

from __future__ import annotations

import asyncio
import base64
import getpass
import hashlib
import html
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import trustme

from tests.support.proxy import Wire

USER, PASSWORD = "partner", "Heslo-k-serveru-7531"
SSHD = Path("/usr/sbin/sshd")
USUAL = {"index": None, "ranges": True, "digest": None, "redirect": None, "after_get": None, "forbidden": None}
"""How the web server behaves unless a test wants it otherwise."""


@dataclass
class Site:
    """A running server: where it is (`port`), what it serves (`folder`), and what a partner's settings need."""

    scheme: str
    port: int
    folder: Path
    user: str = USER
    key_file: Path | None = None
    ca_file: Path | None = None
    host_key: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def put(self, name: str, data: bytes, *, changed: int = 1_690_000_000) -> None:
        """Lay a file at the partner's, last changed at a moment in seconds."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (changed, changed))

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def tree(self) -> dict[str, Any]:
        """Everything about the server's files that a client could change."""
        return {
            p.relative_to(self.folder).as_posix(): (
                p.lstat().st_mode,
                p.lstat().st_mtime_ns,
                p.read_bytes() if p.is_file() else b"",
            )
            for p in sorted([self.folder, *self.folder.rglob("*")])
        }

    def location(self, port: int) -> str:
        path = {"sftp": str(self.folder), "s3": "/in", "https": "/in/", "webdav+https": "/in"}[self.scheme]
        host = "deliveries" if self.scheme == "s3" else f"127.0.0.1:{port}"
        return f"{self.scheme}://{host}{path}"

    def settings(self, port: int, root: Path, **more: Any) -> dict[str, Any]:
        """What throughcare.toml says of the partner, with the files it names laid in the project."""
        own: dict[str, Any] = {"location": self.location(port), "credential": "ONE", "timeout": 20}
        if self.scheme == "sftp":
            (root / "known_hosts").write_text(f"[127.0.0.1]:{port} {self.host_key}\n")
            own["known_hosts"] = "known_hosts"
        if self.scheme == "s3":
            own["endpoint"] = f"http://127.0.0.1:{port}"
        if self.ca_file:
            shutil.copy(self.ca_file, root / "ca.pem")
            own["ca_file"] = "ca.pem"
        return own | more

    def environment(self) -> dict[str, str]:
        key = {"THROUGHCARE_ONE_KEY_FILE": str(self.key_file)} if self.key_file else {}
        return key or {
            "THROUGHCARE_ONE_USER": self.user,
            "THROUGHCARE_ONE_PASSWORD": self.extra.get("secret", PASSWORD),
        }


class Bucket(Site):
    """An S3 site: its files are objects below `in/`."""

    def put(self, name: str, data: bytes, *, changed: int = 0) -> None:
        self.extra["client"].put_object(Bucket="deliveries", Key=f"in/{name}", Body=data, **self.extra["put"])

    def remove(self, name: str) -> None:
        self.extra["client"].delete_object(Bucket="deliveries", Key=f"in/{name}")

    def tree(self) -> dict[str, Any]:
        listed = self.extra["client"].list_objects_v2(Bucket="deliveries").get("Contents", [])
        return {one["Key"]: (one["ETag"], one["Size"], one["LastModified"]) for one in listed}


@contextmanager
def openssh(folder: Path) -> Iterator[Site]:
    """OpenSSH's own server, for a key; as the user who runs the tests."""
    import asyncssh

    own = folder.parent / "sshd"
    own.mkdir()
    for name in ("host", "user"):
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(str(own / name))
        key.write_public_key(str(own / f"{name}.pub"))
        (own / name).chmod(0o600)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    port = free_port()
    (own / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {own}/host\nAuthorizedKeysFile {own}/user.pub\n"
        f"PidFile {own}/pid\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication yes\n"
        "Subsystem sftp internal-sftp\n"
    )
    command = [str(SSHD), "-D", "-f", str(own / "config"), "-E", str(own / "log")]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        wait_for(port)
        host_key = (own / "host.pub").read_text().strip()
        yield Site("sftp", port, folder, user=getpass.getuser(), key_file=own / "user", host_key=host_key)
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def ssh_in_python(folder: Path) -> Iterator[Site]:
    """AsyncSSH's server, for a user and a password; where OpenSSH is not installed it stands in for it."""
    import asyncssh

    class Login(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> Any:
        return await asyncssh.listen("127.0.0.1", 0, server_factory=Login, server_host_keys=[key], sftp_factory=True)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        host_key = key.export_public_key().decode().strip()
        yield Site("sftp", server.sockets[0].getsockname()[1], folder, host_key=host_key)
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


@contextmanager
def s3(folder: Path) -> Iterator[Site]:
    """moto's S3 service over HTTP; it checks signatures and keys, as Amazon does."""
    import boto3
    from moto.server import ThreadedMotoServer

    port = free_port()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{port}"
    try:
        first: dict[str, Any] = {"endpoint_url": address, "region_name": "us-east-1"}
        first |= {"aws_access_key_id": "first", "aws_secret_access_key": "first"}
        people = boto3.client("iam", **first)
        people.create_user(UserName=USER)
        everything = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
        people.put_user_policy(UserName=USER, PolicyName="s3", PolicyDocument=everything)
        key = people.create_access_key(UserName=USER)["AccessKey"]
        boto3.client("s3", **first).create_bucket(Bucket="deliveries")
        check_logins = urllib.request.Request(f"{address}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})
        urllib.request.urlopen(check_logins).close()
        own = first | {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        extra = {"client": boto3.client("s3", **own), "secret": key["SecretAccessKey"], "put": {}}
        yield Bucket("s3", port, folder, user=key["AccessKeyId"], extra=extra)
    finally:
        server.stop()


@contextmanager
def https(folder: Path, authority: trustme.CA) -> Iterator[Site]:
    """A web server with an index page per folder, parts of files, a login, and certificates of its own authority."""
    behaviour: dict[str, Any] = {"requests": [], **USUAL}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None: ...

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_PROPFIND(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            name = unquote(self.path).removeprefix("/in/")
            behaviour["requests"].append((self.command, name, dict(self.headers)))
            login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            path = folder / name
            if behaviour["redirect"]:
                self.answer(302, b"", {"Location": behaviour["redirect"]})
            elif self.headers.get("Authorization") != f"Basic {login}":
                self.answer(401, b"", {"WWW-Authenticate": "Basic"})
            elif name == behaviour["forbidden"]:
                self.answer(403, b"", {})
            elif path.is_dir():
                self.answer(200, (behaviour["index"] or index(path)).encode(), {"Content-Type": "text/html"})
            elif path.is_file():
                self.give(path)
            else:
                self.answer(404, b"", {})

        def give(self, path: Path) -> None:
            data = path.read_bytes()
            headers = {"ETag": f'"{path.stat().st_mtime_ns}-{len(data)}"'}
            if behaviour["digest"]:
                headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(behaviour['digest'](data)).decode()}:"
            asked = self.headers.get("Range", "").removeprefix("bytes=")
            status = 200
            if asked and behaviour["ranges"]:
                first, _, last = asked.partition("-")
                start, end = int(first), min(int(last or len(data)), len(data) - 1)
                headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
                status, data = 206, data[start : end + 1]
            self.answer(status, data, headers)
            if self.command == "GET" and behaviour["after_get"]:
                behaviour["after_get"](path)

        def answer(self, status: int, data: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None: ...

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        ca = folder.parent / "authority.pem"
        authority.cert_pem.write_to_path(str(ca))
        yield Site("https", server.server_address[1], folder, ca_file=ca, extra={"behaviour": behaviour})
    finally:
        server.shutdown()
        server.server_close()


def index(folder: Path) -> str:
    """A page such as Apache writes: links to sort by, to the parent, and to each file and folder."""
    names = [p.name + ("/" if p.is_dir() else "") for p in sorted(folder.iterdir())]
    rows = "".join(f'<tr><td><a href="{quote(n)}">{html.escape(n)}</a></td></tr>\n' for n in names)
    return f'<table><tr><th><a href="?C=M;O=A">Name</a></th></tr><tr><td><a href="/">Up</a></td></tr>\n{rows}</table>'


@contextmanager
def webdav(folder: Path, authority: trustme.CA) -> Iterator[Site]:
    """WsgiDAV behind cheroot, over TLS, with a login."""
    from cheroot import wsgi
    from cheroot.ssl.builtin import BuiltinSSLAdapter
    from wsgidav.wsgidav_app import WsgiDAVApp

    own = folder.parent
    certificate = authority.issue_cert("127.0.0.1")
    certificate.cert_chain_pems[0].write_to_path(str(own / "dav.pem"))
    certificate.private_key_pem.write_to_path(str(own / "dav.key"))
    authority.cert_pem.write_to_path(str(own / "authority.pem"))
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/in": str(folder)},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), app, numthreads=4)
    server.ssl_adapter = BuiltinSSLAdapter(str(own / "dav.pem"), str(own / "dav.key"))
    server.error_log = lambda *_, **__: None
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield Site("webdav+https", server.bind_addr[1], folder, ca_file=own / "authority.pem")
    finally:
        server.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("The server did not start.")


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


__all__ = ["Site", "Wire", "https", "openssh", "s3", "ssh_in_python", "webdav"]
