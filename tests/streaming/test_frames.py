"""Frames, byte by byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import TextMessage

from echo.errors import BadRequest, Unauthorized
from echo.streaming import frames
from echo.streaming.frames import ClientFrame, Told


def test_a_frame_has_its_payload_as_text() -> None:
    told = Told("update", b'{"id":"1","content":"\\"\xc3\xa9\\u0000"}')
    assert told.frame(("user",)) == (
        '{"stream":["user"],"event":"update","payload":"{\\"id\\":\\"1\\",\\"content\\":\\"\\\\\\"é\\\\u0000\\"}"}'
    )


def test_a_frame_names_the_stream_as_it_was_typed() -> None:
    told = Told("delete", b"12")
    assert told.frame(("hashtag", "Tee ☕")) == (
        '{"stream":["hashtag","Tee ☕"],"event":"delete","payload":"12"}'
    )
    assert told.frame(("public",)) == '{"stream":["public"],"event":"delete","payload":"12"}'


def test_without_payload_there_is_no_payload() -> None:
    told = Told("filters_changed")
    assert told.frame(("user",)) == '{"stream":["user"],"event":"filters_changed"}'
    assert told.message() == b"event: filters_changed\ndata: undefined\n\n"


def test_a_whole_frame_is_what_a_server_would_send() -> None:
    told = Told("delete", b"12")
    [event] = _events(told.whole_frame(("user",)))
    assert event == told.frame(("user",))


def _events(wire: bytes) -> list[str]:
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(wire)
    return [event.data for event in client.events() if isinstance(event, TextMessage)]


def test_a_server_sent_event() -> None:
    assert Told("delete", b"12").message() == b"event: delete\ndata: 12\n\n"


def test_errors() -> None:
    assert frames.error(BadRequest("Unknown stream type")) == '{"error":"Unknown stream type","status":400}'
    assert frames.error(Unauthorized("No")) == '{"error":"No","status":401}'


@given(st.text(), st.text(), st.text())
def test_clients_read_what_was_meant(payload: str, tag: str, event: str) -> None:
    document = json.dumps(payload).encode()
    frame = json.loads(Told(event, document).frame(("hashtag", tag)))
    assert frame["stream"] == ["hashtag", tag]
    assert frame["event"] == event
    assert json.loads(frame["payload"]) == payload


@pytest.mark.parametrize("data", ["", "x", "[]", "1", "null", '{"type":1}', '{"type":"a"', "\ud800"])
def test_what_is_no_frame(data: str) -> None:
    assert frames.decode(data) is None


def test_a_frame_of_a_client() -> None:
    frame = frames.decode('{"type":"subscribe","stream":["user"],"tag":5,"list":{},"more":[1]}')
    assert frame == ClientFrame("subscribe", ["user"], 5, {})
    values: list[object] = ["a", 5, ["b", "c"], [], {}, None, True, 1.5]
    assert [frames.text(value) for value in values] == ["a", "5", "b", "", "", "", "", ""]


@given(st.text())
def test_decoding_is_total(data: str) -> None:
    frames.decode(data)
