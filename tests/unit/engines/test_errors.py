"""Each trouble below becomes the one error that tells whether the request was sent."""

import errno
import http.client
import socket
import ssl

import pytest
import requests
import urllib3.exceptions

from dockmon.domain.engine import REASONS
from dockmon.domain.errors import EngineTimedOut, EngineUnavailable
from dockmon.engines import errors


def not_connected(cause):
    fault = urllib3.exceptions.NewConnectionError(None, "cannot connect")
    fault.__cause__ = cause
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", fault))


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (not_connected(FileNotFoundError(errno.ENOENT, "no")), "socket_absent"),
        (not_connected(ConnectionRefusedError(errno.ECONNREFUSED, "no")), "connection_refused"),
        (not_connected(PermissionError(errno.EACCES, "no")), "permission_denied"),
        (not_connected(BlockingIOError(errno.EAGAIN, "full")), "timed_out"),
        (not_connected(OSError(errno.EHOSTUNREACH, "no way")), "timed_out"),
        (not_connected(OSError("AF_UNIX path too long")), "connection_refused"),
        (not_connected(TimeoutError("timed out")), "timed_out"),
        (not_connected(socket.gaierror(-2, "unknown")), "name_unknown"),
        (requests.exceptions.SSLError(ssl.SSLError(1, "bad certificate")), "tls_failed"),
        (
            requests.ConnectTimeout(urllib3.exceptions.ConnectTimeoutError("slow")),
            "timed_out",
        ),
        (
            requests.ConnectionError(
                urllib3.exceptions.ProtocolError("x", http.client.BadStatusLine("SSH-2.0"))
            ),
            "not_an_engine",
        ),
    ],
)
def test_never_sent(trouble, reason):
    fault = errors.from_trouble("local", trouble)
    assert isinstance(fault, EngineUnavailable)
    assert fault.params["reason"] == reason
    assert reason in REASONS
    assert fault.params["message"]
    assert fault.params["engine"] == "local"


@pytest.mark.parametrize(
    "trouble",
    [
        requests.ReadTimeout(urllib3.exceptions.ReadTimeoutError(None, "/", "slow")),
        requests.ConnectionError(
            urllib3.exceptions.ProtocolError("x", http.client.RemoteDisconnected("bye"))
        ),
        requests.ConnectionError(
            urllib3.exceptions.ProtocolError("x", ConnectionResetError(errno.ECONNRESET, "x"))
        ),
        requests.ConnectionError(
            urllib3.exceptions.ProtocolError("x", BrokenPipeError(errno.EPIPE, "x"))
        ),
        requests.exceptions.ChunkedEncodingError(http.client.IncompleteRead(b"", 5)),
        requests.exceptions.SSLError(ssl.SSLEOFError(8, "cut off")),
        ConnectionResetError(errno.ECONNRESET, "x"),
        TimeoutError(),
    ],
)
def test_sent_and_not_answered(trouble):
    assert isinstance(errors.from_trouble("local", trouble), EngineTimedOut)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"message": "as it is"}', "as it is"),
        (b'{"cause": "because"}', "because"),
        (b'{"message": 7}', '{"message": 7}'),
        (b"plain\n  words\n", "plain words"),
        (b"\xff", "\ufffd"),
        (b"x" * 9000, "x" * errors.MESSAGE_LIMIT_CHARACTERS),
    ],
)
def test_the_engines_own_sentence(body, message):
    assert errors.message_of(body) == message
