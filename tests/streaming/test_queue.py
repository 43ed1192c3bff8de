"""What waits for a socket that said hello."""

from __future__ import annotations

from echo.streaming.kinds import Overflow
from echo.streaming.outlet import MOST_BYTES, MOST_ENTRIES
from echo.streaming.queue import Queue


def taken(queue: Queue) -> list[str]:
    return [queue.take() for _ in range(len(queue))]


def test_what_is_dropped_or_replaced_leaves_nothing_behind() -> None:
    queue = Queue()
    assert queue.add("kept")
    for number in range(10_000):
        assert queue.add(f"public {number}", Overflow.DROPPABLE, stream="public")
        assert queue.add(f"counters {number}", Overflow.COALESCING, key="counters 1")
    assert len(queue) == len(queue._entries) == MOST_ENTRIES
    assert len(queue._droppable) == MOST_ENTRIES - 2
    assert queue.dropped() == ("public",)
    waiting = taken(queue)
    assert (waiting[0], waiting[-1]) == ("kept", "counters 9999")
    first = 10_000 - (MOST_ENTRIES - 2)
    assert waiting[1:-1] == [f"public {number}" for number in range(first, 10_000)]
    assert (bool(queue), queue._size, queue._by_key, len(queue._droppable)) == (False, 0, {}, 0)


def test_what_must_not_be_lost_is_refused_when_there_is_no_room() -> None:
    queue = Queue()
    assert all(queue.add(str(number)) for number in range(MOST_ENTRIES - 1))
    assert queue.add("news", Overflow.DROPPABLE, stream="public")
    assert queue.add("one more"), "in the place of what can be dropped"
    assert queue.dropped() == ("public",)
    assert queue.add("news", Overflow.DROPPABLE, stream="public"), "it is said that it was dropped"
    assert queue.dropped() == ("public",)
    assert not queue.add("too much")
    assert len(taken(queue)) == MOST_ENTRIES
    half = "x" * (MOST_BYTES // 2)
    assert queue.add(half)
    assert queue.is_half_full
    assert queue.add(half)
    assert not queue.add("x")
    queue.clear()
    assert queue.add("x")


def test_of_what_is_about_the_same_only_the_latest_waits_in_its_place_at_the_end() -> None:
    queue = Queue()
    for frame, key in (("a1", "a"), ("b1", "b"), ("a2", "a")):
        assert queue.add(frame, Overflow.COALESCING, key=key)
    assert queue.take() == "b1"
    assert queue.add("b2", Overflow.COALESCING, key="b"), "what was taken is nobody's any more"
    assert taken(queue) == ["a2", "b2"]
