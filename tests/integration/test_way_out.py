"""The parts of the fan-out by themselves, over real sockets, and the seams they stand on."""

from __future__ import annotations

import inspect
import json
import socket
import struct
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
import socketio
from engineio.packet import MESSAGE, NOOP, Packet
from marshmallow import Schema
from simple_websocket.ws import Base as SimpleWebSocketBase
from simple_websocket.ws import Server as SimpleWebSocket
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import TextMessage

from dockmon.realtime.boundary import Boundary, Handler
from dockmon.realtime.client import ClientSocket
from dockmon.realtime.emitter import SKIP_BYTES, Emitter
from dockmon.realtime.frames import GOODBYE, frame_of, pack
from dockmon.realtime.line import Line
from dockmon.realtime.manager import Manager
from dockmon.realtime.outgoing import UNREAD_BYTES, Outgoing
from dockmon.realtime.pings import PING, Pings
from dockmon.realtime.wire import Server, _zipped
from dockmon.runtime import SystemClock
from tests.kit.waiting import eventually

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from eventlet.websocket import RFC6455WebSocket

NAMESPACE, ROOM = "/containers", "room"


def spawn(work: Any) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a connection with little room between."""
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def outgoing(pair: tuple[socket.socket, socket.socket]) -> Iterator[Outgoing]:
    one = Outgoing(spawn, threading.Lock())
    yield one
    one.cut()
    one.join()


def message(text: str) -> Packet:
    return Packet(MESSAGE, data=text)


def frames(theirs: socket.socket, count: int) -> list[str]:
    """Read so many frames, in small bits."""
    found, data = [], b""
    theirs.settimeout(30)
    while len(found) < count:
        part = theirs.recv(700)
        assert part, (len(found), count)
        data += part
        while len(data) >= 2:
            head, length = 2, data[1]
            if length == 126 and len(data) >= 4:
                head, length = 4, struct.unpack("!H", data[2:4])[0]
            elif length == 127 and len(data) >= 10:
                head, length = 10, struct.unpack("!Q", data[2:10])[0]
            if (length in (126, 127) and head == 2) or len(data) < head + length:
                break
            assert data[0] == 0x81
            found.append(data[head : head + length].decode())
            data = data[head + length :]
    return found


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 70_000])
def test_a_frame_is_what_both_libraries_would_send(length):
    text = "é" * (length // 2) + "x" * (length % 2)
    assert pack(text) == RFC6455WebSocket(None, {}, 13)._pack_message(text)
    assert pack(text) == Connection(ConnectionType.SERVER).send(TextMessage(data=text))


def test_a_packet_is_packed_once():
    packet = message("x")
    assert frame_of(packet) is frame_of(packet)
    assert frame_of(packet) == pack("4x")


def test_the_libraries_reach_their_sockets_where_ours_is_put():
    """eventlet by `socket`, simple-websocket by `sock`; neither keeps another way to it."""
    sent = []

    class Line:
        def sendall(self, data: bytes) -> None:
            sent.append(data)

    ws = RFC6455WebSocket(socket.socket(), {}, 13)
    ws.socket.close()
    ws.socket = Line()
    ws.send(b"x", control_code=0xA)
    assert sent == [b"\x8a\x01x"]
    assert "self.sock.send(" in inspect.getsource(SimpleWebSocket._handle_events)
    assert "self.input_buffer = []" in inspect.getsource(SimpleWebSocketBase)
    assert "self.input_buffer.pop(0)" in inspect.getsource(SimpleWebSocketBase.receive)
    assert "self.sock.recv(" in inspect.getsource(SimpleWebSocket._thread)


def test_what_waited_for_a_poll_goes_first_by_websocket(pair, outgoing):
    ours, theirs = pair
    outgoing.put(message("a"))
    outgoing.put(message("b"))
    outgoing.stream(ours)
    outgoing.put(message("c"))
    assert frames(theirs, 3) == ["4a", "4b", "4c"]
    assert (len(outgoing), outgoing.waiting_bytes) == (0, 0)


def test_nobody_waits_for_who_reads_nothing_and_nothing_is_lost(pair, outgoing):
    ours, theirs = pair
    outgoing.stream(ours)
    texts = [str(number) + "x" * 40_000 for number in range(40)]
    for text in texts:
        outgoing.put(message(text))  # returns, though the kernel took none of it for long
    assert outgoing.waiting_bytes > 500_000
    assert frames(theirs, 40) == [f"4{text}" for text in texts]
    eventually(lambda: outgoing.waiting_bytes == 0)
    assert len(outgoing) == 0


def test_frames_of_many_tasks_never_mix_and_each_keeps_its_order(pair, outgoing):
    ours, theirs = pair
    outgoing.stream(ours)

    def talk(who: int) -> None:
        for number in range(150):
            text = json.dumps([who, number, "x" * (number * 37 % 3000)])
            if number % 3:
                outgoing.put(message(text))
            else:
                outgoing.put_frame(pack("4" + text))

    talkers = [spawn(lambda who=who: talk(who)) for who in range(8)]
    told: dict[int, list[int]] = {}
    for text in frames(theirs, 8 * 150):
        who, number, _ = json.loads(text[1:])
        told.setdefault(who, []).append(number)
    for talker in talkers:
        talker.join()
    assert told == {who: list(range(150)) for who in range(8)}


def test_an_end_says_goodbye_to_who_keeps_up(pair, outgoing):
    ours, theirs = pair
    outgoing.stream(ours)
    outgoing.put(message("last"))
    outgoing.put(None)
    outgoing.put(message("too late"))
    theirs.settimeout(30)
    data = b""
    while part := theirs.recv(100):
        data += part
    assert data == pack("4last") + GOODBYE


@pytest.mark.parametrize("end", ["put", "cut"])
def test_an_end_does_not_wait_for_who_is_behind(pair, outgoing, end):
    ours, _theirs = pair
    outgoing.stream(ours)
    outgoing.put(message("x" * 3_000_000))
    assert outgoing.waiting_bytes
    outgoing.put(None) if end == "put" else outgoing.cut()
    outgoing.join()
    assert (len(outgoing), outgoing.waiting_bytes) == (0, 0)


def test_who_has_gone_is_noticed_by_sending(pair, outgoing):
    ours, theirs = pair
    outgoing.stream(ours)
    theirs.close()
    outgoing.put(message("x"))
    assert outgoing.has_ended
    assert ours.recv(1) == b"", "the reader wakes up too"


def test_a_poll_waits_for_what_comes_and_for_the_end(outgoing):
    with pytest.raises(TimeoutError):
        outgoing.take(16, 0.05)
    taken: list[list[Packet]] = []
    taker = spawn(lambda: taken.append(outgoing.take(16, 30)))
    outgoing.put(message("x"))
    taker.join(30)
    assert [[one.data for one in part] for part in taken] == [["x"]]
    outgoing.put(Packet(NOOP))
    outgoing.put(None)
    assert [one.packet_type for one in outgoing.take(16, 30)] == [NOOP]
    assert outgoing.take(16, 30) == []


# Rooms and the emitter.


@pytest.fixture
def server() -> Server:
    """A Socket.IO server nobody serves."""
    return Server(async_mode="threading", namespaces=[], client_manager=Manager())


def join(server: Server, number: int) -> tuple[str, ClientSocket]:
    """Add a client to the room; returns its sid."""
    client = ClientSocket(server.eio, f"eio{number}")
    server.eio.sockets[client.sid] = client
    sid = server.manager.connect(client.sid, NAMESPACE)
    server.manager.enter_room(sid, NAMESPACE, ROOM)
    return sid, client


def waiting(client: ClientSocket) -> list[Any]:
    packets = client.queue.take(1_000_000, 0) if len(client.queue) else []
    return [json.loads(one.data.partition(",")[2])[1]["n"] for one in packets]


def test_one_message_is_encoded_once_for_all(server):
    clients = [join(server, number)[1] for number in range(5)]
    Emitter(server, SystemClock()).publish(NAMESPACE, ROOM, "event", {"n": 1})
    packets = [client.queue.take(1, 0)[0] for client in clients]
    assert len({id(one) for one in packets}) == 1


def test_two_who_publish_at_once_are_heard_by_all_in_the_same_order(server):
    clients = [join(server, number)[1] for number in range(100)]
    emitter = Emitter(server, SystemClock())

    def publish(who: int) -> None:
        for number in range(30):
            emitter.publish(NAMESPACE, ROOM, "event", {"n": [who, number]})

    publishers = [spawn(lambda who=who: publish(who)) for who in range(3)]
    for publisher in publishers:
        publisher.join()
    heard = [waiting(client) for client in clients]
    assert len(heard[0]) == 90 - max(0, 90 - 64), "all up to the bound of what may wait"
    assert all(one == heard[0] for one in heard)


def test_who_leaves_while_a_message_is_sent_does_not_get_it(server):
    sids, clients = zip(*(join(server, number) for number in range(3)), strict=True)
    put = clients[0].queue.put

    def leave_then_put(packet: Packet) -> None:
        server.manager.leave_room(sids[2], NAMESPACE, ROOM)
        put(packet)

    clients[0].queue.put = leave_then_put
    Emitter(server, SystemClock()).publish(NAMESPACE, ROOM, "event", {"n": 1})
    assert [waiting(client) for client in clients] == [[1], [1], []]


def test_a_catch_up_that_tells_the_room_first_settles_that_too(server):
    """A snapshot tells the room what is pending before it is made, and holds all of it."""
    _, client = join(server, 0)
    emitter = Emitter(server, SystemClock())
    client.queue.put(message("x" * SKIP_BYTES))

    def catch_up(send: Any) -> None:
        emitter.publish(NAMESPACE, ROOM, "event", {"n": "pending"}, catch_up)
        send("event", {"n": "snapshot"})

    emitter.publish(NAMESPACE, ROOM, "event", {"n": "skipped"}, catch_up)
    client.queue.take(16, 0)
    emitter.catch_up()
    assert waiting(client) == ["snapshot"]
    emitter.publish(NAMESPACE, ROOM, "event", {"n": "next"}, catch_up)
    assert waiting(client) == ["next"]


def test_what_waits_for_one_client_is_bounded_to_the_byte(server):
    _, client = join(server, 0)
    emitter = Emitter(server, SystemClock())
    for number in range(100):
        emitter.publish(NAMESPACE, ROOM, "event", {"n": number, "x": "x" * 9000})
        assert client.queue.waiting_bytes <= SKIP_BYTES
    assert 20 < len(client.queue) < 64


def test_a_message_larger_than_the_bound_reaches_who_keeps_up(server):
    _, client = join(server, 0)
    big = {"n": 1, "x": "x" * (2 * SKIP_BYTES)}
    Emitter(server, SystemClock()).publish(NAMESPACE, ROOM, "event", big)
    assert waiting(client) == [1]


def test_leaving_looks_into_no_room_the_client_is_not_in(server):
    sids = [join(server, number)[0] for number in range(50)]
    manager = server.manager

    class NoWalk(dict):  # type: ignore[type-arg]
        def walk(self, *_: Any) -> Any:
            raise AssertionError("all rooms are walked")

        __iter__ = items = keys = values = copy = walk

    manager.rooms[NAMESPACE] = NoWalk(dict(manager.rooms[NAMESPACE]))
    assert sorted(map(str, manager.get_rooms(sids[0], NAMESPACE))) == sorted([ROOM, sids[0]])
    for sid in sids:
        manager.pre_disconnect(sid, NAMESPACE)
        manager.disconnect(sid, NAMESPACE)
    assert manager.rooms == {}
    assert manager.pending_disconnect == {}
    assert manager._rooms_of == {}


def test_the_members_of_a_room_are_those_the_library_knows(server):
    sids = [join(server, number)[0] for number in range(3)]
    manager = server.manager
    assert dict(manager.members(NAMESPACE, ROOM)) == dict(manager.get_participants(NAMESPACE, ROOM))
    assert set(manager.members(NAMESPACE, ROOM)) == set(sids)
    assert not manager.members(NAMESPACE, "another") and not manager.members("/x", ROOM)


def test_an_answer_nobody_asked_for_brings_no_ping_forward():
    class Client:
        sid = "one"
        closed = closing = is_ping_due = False
        owes_pong_until: float | None = None

        def __init__(self) -> None:
            self.queue: Any = self
            self.sent: list[Packet] = []

        def put(self, packet: Packet) -> None:
            self.sent.append(packet)

    client = Client()
    pings = Pings({"one": client}, 0.1, 60)
    for _ in range(100):
        pings.schedule(client)
    until = time.monotonic() + 0.35
    while time.monotonic() < until:
        pings.turn()
    assert client.sent == [PING]
    pings.schedule(client)
    eventually(lambda: pings.turn() or len(client.sent) == 2)


def test_the_same_answer_to_many_polls_is_compressed_once(server):
    _zipped.cache_clear()
    bodies = [bytes(bytearray(b"x" * 9000)) for _ in range(3)]
    assert len({server.eio._gzip(body) for body in bodies}) == 1
    assert _zipped.cache_info().misses == 1
    server.eio._gzip(b"x" * 1_000_000)
    assert _zipped.cache_info().currsize == 1, "what is large is not kept"


def test_no_monitor_walks_the_clients(server):
    """`pings` stands in for it; a start of it would show as this flag."""
    assert server.eio.start_service_task is False
    with suppress(AttributeError):
        assert server.eio.service_task_handle is None


def test_a_pong_before_the_stream_and_one_too_many_are_left_out(pair, outgoing):
    ours, theirs = pair
    outgoing.put_frame(b"\x8a\x00")
    outgoing.stream(ours)
    outgoing.put(message("x" * 3_000_000))
    line = Line(ours, outgoing, lambda: None)
    for _ in range(1000):
        line.sendall(b"\x8a\x00")
    assert 1 < len(outgoing) < 100
    theirs.close()


def test_without_a_thread_to_be_had_only_this_client_ends(pair):
    def no_thread(_work: Any) -> Any:
        raise RuntimeError("can't start new thread")

    ours, theirs = pair
    outgoing = Outgoing(no_thread, threading.Lock())
    outgoing.stream(ours)
    outgoing.put(message("x" * 3_000_000))
    outgoing.put(message("never in the middle of the other"))
    assert outgoing.has_ended and not len(outgoing)
    data = bytearray()
    while part := theirs.recv(100_000):
        data += part
    assert b"never" not in data


def test_a_client_that_goes_while_its_connect_is_checked_leaves_nothing_behind(server):
    left = []

    class Checking(socketio.Namespace):
        def trigger_event(self, event: str, sid: str, *args: Any) -> None:
            if event == "connect":
                client.close(abort=True)
            else:
                left.append((event, sid))

    server.register_namespace(Checking(NAMESPACE))
    client = ClientSocket(server.eio, "eio")
    server.eio.sockets["eio"] = client
    server.environ["eio"] = {}
    server._handle_connect("eio", NAMESPACE, {"token": "x"})
    assert [event for event, _ in left] == ["disconnect"]
    manager = server.manager
    assert (manager.rooms, manager.pending_connect, manager._rooms_of) == ({}, {}, {})
    assert server.environ == {}


def test_rooms_hold_when_many_threads_come_and_go(server):
    manager, failures = server.manager, []

    def come_and_go(who: int) -> None:
        try:
            for number in range(3000):
                sid = manager.connect(f"{who}.{number}", NAMESPACE)
                manager.enter_room(sid, NAMESPACE, ROOM)
                assert sid in manager.members(NAMESPACE, ROOM)
                manager.pre_disconnect(sid, NAMESPACE)
                manager.disconnect(sid, NAMESPACE)
        except Exception as error:
            failures.append(error)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in [spawn(lambda who=who: come_and_go(who)) for who in range(4)]:
            thread.join()
    finally:
        sys.setswitchinterval(usual)
    assert not failures
    assert manager.rooms == manager.pending_disconnect == manager._rooms_of == {}


def test_one_catch_up_that_fails_does_not_make_the_others_wait_for_ever(server):
    (_, one), (_, other) = join(server, 0), join(server, 1)
    emitter = Emitter(server, SystemClock())
    for client in (one, other):
        client.queue.put(message("x" * SKIP_BYTES))
    failing = [True]

    def catch_up(send: Any) -> None:
        if failing:
            failing.clear()
            raise KeyError
        send("event", {"n": "whole"})

    emitter.publish(NAMESPACE, ROOM, "event", {"n": 1}, catch_up)
    for client in (one, other):
        client.queue.take(16, 0)
    with suppress(KeyError):
        emitter.catch_up()
    emitter.catch_up()
    assert [waiting(one), waiting(other)] == [["whole"], ["whole"]]


def test_who_leaves_while_it_is_caught_up_gets_nothing(server):
    sid, client = join(server, 0)
    emitter = Emitter(server, SystemClock())
    client.queue.put(message("x" * SKIP_BYTES))

    def catch_up(send: Any) -> None:
        server.manager.leave_room(sid, NAMESPACE, ROOM)
        send("event", {"n": "not any more"})

    emitter.publish(NAMESPACE, ROOM, "event", {"n": 1}, catch_up)
    client.queue.take(16, 0)
    emitter.catch_up()
    assert waiting(client) == []


def test_an_event_that_waited_is_not_run_for_who_has_gone_meanwhile(server):
    """Its sign-in ran out while its answers waited to be read."""
    sid, client = join(server, 0)
    tasks, ran = [], []
    boundary = Boundary(
        server,
        lambda *_: SimpleNamespace(username="ada", role="admin"),
        SimpleNamespace(spawn=lambda work, *args, **_: tasks.append(spawn(lambda: work(*args)))),
        SystemClock(),
        lambda _: {},
    )
    boundary.serve(NAMESPACE, {"go": Handler(Schema(), lambda *_: ran.append(1))})
    boundary.admit(NAMESPACE, sid, {}, None)
    boundary.connected(NAMESPACE, sid)
    client.queue.put(message("x" * (UNREAD_BYTES + 1)))
    boundary.received(NAMESPACE, sid, client.sid, 1, ["go", {}])
    time.sleep(0.2)
    assert not ran
    boundary.left(NAMESPACE, sid, "")
    client.queue.take(1000, 0)
    tasks[0].join(10)
    assert not tasks[0].is_alive() and not ran


def test_what_is_read_in_another_thread_waits_for_who_deals_with_it(pair, outgoing):
    ours, theirs = pair
    theirs.sendall(b"x")
    outgoing.stream(ours)
    inner = SimpleNamespace(sock=ours, input_buffer=["unheard"] * 1000)
    line = Line(ours, outgoing, lambda: None)
    line.take_over(SimpleNamespace(ws=inner))
    got: list[bytes] = []
    reader = spawn(lambda: got.append(line.recv(1)))
    reader.join(0.2)
    assert reader.is_alive() and not got
    del inner.input_buffer[:]
    reader.join(10)
    assert got == [b"x"]
    inner.input_buffer.extend(["unheard"] * 1000)
    reader = spawn(lambda: line.recv(1))
    outgoing.cut()
    reader.join(10)
    assert not reader.is_alive()
