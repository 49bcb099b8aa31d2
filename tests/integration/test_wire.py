"""The seams of the libraries that `realtime/wire` and `client` rely on.

An upgrade that moves one fails here, or in `test_fanout`.
"""

from __future__ import annotations

import inspect

import engineio
import engineio.socket
import flask_socketio
import pytest
import socketio
import socketio.packet
from engineio.packet import Packet as EnginePacket

from dockmon.realtime.client import ClientSocket
from dockmon.realtime.wire import Engine, Server, TextPacket


def test_the_overridden_methods_still_exist_with_their_parameters():
    expected = {
        (engineio.Server, "_handle_connect"): [
            "self",
            "environ",
            "start_response",
            "transport",
            "jsonp_index",
        ],
        (engineio.Server, "_get_socket"): ["self", "sid"],
        (engineio.Server, "handle_request"): ["self", "environ", "start_response"],
        (engineio.socket.Socket, "poll"): ["self"],
        (engineio.socket.Socket, "send"): ["self", "pkt"],
        (engineio.socket.Socket, "receive"): ["self", "pkt"],
        (engineio.socket.Socket, "handle_post_request"): ["self", "environ"],
        (engineio.socket.Socket, "_websocket_handler"): ["self", "ws"],
        (engineio.socket.Socket, "close"): ["self", "wait", "abort", "reason"],
        (engineio.socket.Socket, "schedule_ping"): ["self"],
        (engineio.Server, "_gzip"): ["self", "response"],
        (socketio.Manager, "basic_enter_room"): ["self", "sid", "namespace", "room", "eio_sid"],
        (socketio.Manager, "basic_leave_room"): ["self", "sid", "namespace", "room"],
        (socketio.Manager, "basic_disconnect"): ["self", "sid", "namespace", "kwargs"],
        (socketio.Manager, "pre_connect"): ["self", "eio_sid", "namespace"],
        (socketio.Manager, "connect"): ["self", "sid", "namespace"],
        (socketio.Manager, "pre_disconnect"): ["self", "sid", "namespace"],
        (socketio.Manager, "eio_sid_from_sid"): ["self", "sid", "namespace"],
        (socketio.Manager, "get_rooms"): ["self", "sid", "namespace"],
        (socketio.Server, "_handle_connect"): ["self", "eio_sid", "namespace", "data"],
        (socketio.Server, "_handle_event"): ["self", "eio_sid", "namespace", "id", "data"],
        (socketio.Server, "_handle_eio_message"): ["self", "eio_sid", "data"],
        (socketio.Server, "_send_packet"): ["self", "eio_sid", "pkt"],
        (socketio.Server, "_engineio_server_class"): ["self"],
        (socketio.packet.Packet, "decode"): ["self", "encoded_packet"],
    }
    for (owner, name), parameters in expected.items():
        assert list(inspect.signature(getattr(owner, name)).parameters) == parameters, (owner, name)


def test_the_server_makes_clients_of_our_class():
    server = Server(async_mode="threading", namespaces=[])
    assert type(server.eio) is Engine
    assert issubclass(ClientSocket, engineio.socket.Socket)
    assert "_SocketIOMiddleware" in vars(flask_socketio)


@pytest.mark.parametrize(
    "text",
    ["", "4", "5", "6", "9", "x", "51-[]", "459999999999-[]", "2" + "1" * 101 + "[]", "2[", "2{"],
)
def test_packets_no_client_may_send_are_not_decoded(text):
    with pytest.raises((ValueError, IndexError)):
        packet = TextPacket(encoded_packet=text or "x")
        # What decodes all the same must be no event.
        assert packet.packet_type == 2 and not isinstance(packet.data, list)
        raise ValueError


def test_poll_returns_at_most_sixteen_packets_in_order():
    server = Server(async_mode="threading", namespaces=[])
    client = ClientSocket(server.eio, "sid")
    for number in range(40):
        client.send(EnginePacket(4, str(number)))
    got = [[packet.data for packet in client.poll()] for _ in range(3)]
    assert [len(part) for part in got] == [16, 16, 8]
    assert [one for part in got for one in part] == [str(number) for number in range(40)]


def test_the_backlog_counts_what_waits():
    server = Server(async_mode="threading", namespaces=[])
    client = ClientSocket(server.eio, "sid")
    assert (len(client.queue), client.queue.waiting_bytes) == (0, 0)
    client.send(EnginePacket(4, "x" * 100))
    assert (len(client.queue), client.queue.waiting_bytes) == (1, 101)
    client.poll()
    assert (len(client.queue), client.queue.waiting_bytes) == (0, 0)


def test_fractions_of_a_second_are_announced():
    server = Server(async_mode="threading", namespaces=[], ping_interval=0.5)
    client = ClientSocket(server.eio, "sid")
    opening = EnginePacket(0, {"pingInterval": 0})
    client.send(opening)
    assert opening.data["pingInterval"] == 500
