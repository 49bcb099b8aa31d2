"""Sessions of the docker SDK, set up for one engine: address, TLS, time-outs, keepalive.

What travels over them is the work of `client`; what goes wrong on them is put
into words by `errors`.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
from typing import Any, Final
from urllib.parse import urlsplit

import docker
import urllib3.connection
import urllib3.exceptions
from docker.tls import TLSConfig
from docker.transport import unixconn
from requests.adapters import HTTPAdapter

from dockmon.config import EngineAddress

CONNECT_TIMEOUT_SECONDS: Final = 3

# A remote engine that vanished without a word is noticed by the kernel in about
# a minute; without these lines a log stream to it would hang for ever.
_KEEPALIVE: Final = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *(
        (socket.IPPROTO_TCP, getattr(socket, name), seconds)
        for name, seconds in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))
        if hasattr(socket, name)
    ),
]
_POOL_SIZE: Final = 128
_BARE_HEADERS: Final = "Host: docker\r\nConnection: close\r\n"
_MOST_STATUS_BYTES: Final = 4096


def open_session(address: EngineAddress, fresh: bool) -> docker.APIClient:
    """Return a session for one engine. Touches files of TLS, but not the network.

    fresh: a connection of its own for every request. What goes over a kept one
    may find it long dead, and then nobody can say whether it was received.

    Raises: OSError (a TLS file cannot be read).
    """
    is_local = address.address.startswith("unix://")
    session = docker.APIClient(
        # The SDK asks the engine for its version when it is given none.
        base_url=_base_url(address),
        version="1.41",
        timeout=60,
        tls=_tls(address),
    )
    # Without this line every request reads proxies and .netrc from the
    # environment, and a proxy for the web would be asked for the engine.
    session.trust_env = False
    session.headers["Accept-Encoding"] = "identity"
    if is_local:
        path = urlsplit(address.address).path
        session.mount("http+docker://", _UnixAdapter(f"http+unix://{path}", pool_connections=1))
    else:
        session.mount(f"{urlsplit(session.base_url).scheme}://", _TcpAdapter())
    if fresh or is_local:
        # A kept unix connection also outlives its socket file: dockmon would call
        # an engine reachable that no new request reaches.
        session.headers["Connection"] = "close"
    return session


def _base_url(address: EngineAddress) -> str:
    if address.address.startswith("unix://"):
        return address.address
    parts = urlsplit(address.address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    secured = bool(address.tls_ca or address.tls_cert)
    scheme = "https" if secured else "http"
    return f"{scheme}://{host}:{parts.port or (2376 if secured else 2375)}"


def _tls(address: EngineAddress) -> TLSConfig | bool:
    if not (address.tls_ca or address.tls_cert):
        return False
    # Without the key's file the SDK says so itself.
    certificate = (address.tls_cert, address.tls_key or "") if address.tls_cert else None
    return TLSConfig(client_cert=certificate, ca_cert=address.tls_ca, verify=True)


class _TcpAdapter(HTTPAdapter):
    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=_POOL_SIZE)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        options = urllib3.connection.HTTPConnection.default_socket_options
        super().init_poolmanager(*args, socket_options=[*options, *_KEEPALIVE], **kwargs)


class _UnixConnection(unixconn.UnixHTTPConnection):
    """The SDK's own leaks its socket when it cannot connect, and hides that it could not."""

    def connect(self) -> None:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.settimeout(self.timeout)
            sock.connect(self.unix_socket)
        except OSError as fault:
            sock.close()
            raise urllib3.exceptions.NewConnectionError(self, str(fault)) from fault
        self.sock = sock


class _UnixPool(unixconn.UnixHTTPConnectionPool):
    def _new_conn(self) -> Any:
        return _UnixConnection(self.base_url, self.socket_path, CONNECT_TIMEOUT_SECONDS)


class _UnixAdapter(unixconn.UnixHTTPAdapter):
    """One pool for all requests; the SDK's own keeps one for every URL it ever saw."""

    def get_connection(self, url: str | bytes, proxies: Any = None) -> _UnixPool:
        with self.pools.lock:
            pool = self.pools.get("engine")
            if pool is None:
                pool = _UnixPool("engine", self.socket_path, self.timeout, maxsize=_POOL_SIZE)
                self.pools["engine"] = pool
        return pool


def bare_status(socket_path: str, request_path: str, timeout_seconds: float) -> int:
    """Return the status of a GET over a unix socket, past all libraries.

    For the ping, every two seconds for ever: through the SDK it was a fifth of what an
    idle dockmon costs. Raises what the layers above it would (`errors.TROUBLE`).
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(CONNECT_TIMEOUT_SECONDS)
        try:
            sock.connect(socket_path)
        except OSError as fault:
            nobody = urllib3.connection.HTTPConnection("engine")
            raise urllib3.exceptions.NewConnectionError(nobody, str(fault)) from fault
        sock.settimeout(timeout_seconds)
        sock.sendall(f"GET {request_path} HTTP/1.1\r\n{_BARE_HEADERS}\r\n".encode())
        line = b""
        while b"\r\n" not in line and len(line) < _MOST_STATUS_BYTES:
            more = sock.recv(_MOST_STATUS_BYTES)
            if not more:
                raise http.client.RemoteDisconnected("closed without an answer")
            line += more
    found = re.match(rb"HTTP/1\.\d (\d{3})\b", line)
    if found is None:
        raise http.client.BadStatusLine(line[:80].decode(errors="replace"))
    return int(found[1])


def shut(sock: Any) -> None:
    """End both directions of a socket, so that a reader blocked on it wakes up.

    An SSLSocket's own shutdown() throws its TLS state away under that reader.
    """
    with contextlib.suppress(OSError):
        if isinstance(sock, socket.SocketType):
            socket.SocketType.shutdown(sock, socket.SHUT_RDWR)
        else:
            sock.shutdown(socket.SHUT_RDWR)
