"""Every event has its line in the table, and every job that the table names exists."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields

import echo.events
from echo.bus import LOGGED
from echo.effects import EFFECTS
from echo.events import Event
from echo.streaming.kinds import KINDS
from tests.laws.tree import name_of, parsed, sources
from workers.jobs import takes
from workers.main import FUNCTIONS

CLASSES = {
    found
    for found in vars(echo.events).values()
    if isinstance(found, type) and issubclass(found, Event) and found is not Event
}


def test_every_event_stands_in_the_table() -> None:
    assert set(EFFECTS) == CLASSES


def test_the_jobs_of_the_table_are_those_that_workers_do() -> None:
    named = {job for effects in EFFECTS.values() for job in (*effects.jobs, *effects.local_jobs)}
    assert named == set(FUNCTIONS)


def test_every_job_takes_the_fields_of_its_event() -> None:
    for event, effects in EFFECTS.items():
        given = {field.name for field in fields(event)} - {"local"}
        for job in (*effects.jobs, *effects.local_jobs):
            taken = set(inspect.signature(FUNCTIONS[job]).parameters) - {"_", "runtime"}
            assert taken == given, f"{job} takes {taken}, {event.__name__} has {given}"
            assert takes(FUNCTIONS[job], dict.fromkeys(given)), job
            assert not takes(FUNCTIONS[job], dict.fromkeys([*given, "of_a_newer_release"])), job


def test_what_event_logs_keep_has_its_line_in_the_table_of_kinds() -> None:
    assert set(LOGGED) == set(KINDS)


def test_every_event_is_emitted_somewhere() -> None:
    emitted = {
        call.func.id
        for path in sources("echo", "federation")
        for call in ast.walk(parsed(path))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    }
    for event in CLASSES:
        assert event.__name__ in emitted, f"nothing emits {event.__name__}"


def test_only_actions_emit() -> None:
    """What follows from a change is decided where the change is made."""
    for path in sources():
        name = name_of(path)
        for call in ast.walk(parsed(path)):
            is_emit = (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr == "emit"
            )
            assert not is_emit or name.startswith("echo/actions/"), name
