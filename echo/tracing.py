"""Traces of OpenTelemetry where they are switched on: from a request through its jobs to each delivery.

The library is an extra, and is imported by `start` alone. Where traces are off, a span is one object that
does nothing. Nothing is told to other servers, and nothing that they say is believed.
"""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Protocol

from echo.config import Config
from echo.errors import EchoError


class Span(Protocol):
    """A stretch of work, as OpenTelemetry has it."""

    def update_name(self, name: str) -> None: ...

    def set_attribute(self, key: str, value: str | int) -> None: ...


class _Nothing:
    """A span that is not kept, and the stretch in which it is."""

    def __enter__(self) -> Span:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def update_name(self, name: str) -> None:
        return None

    def set_attribute(self, key: str, value: str | int) -> None:
        return None


_NOTHING = _Nothing()
# The tracer of this process; None where traces are off. And what writes and reads where a trace goes on.
_tracer: Any = None
_propagator: Any = None


def start(config: Config, role: str) -> None:
    """Send traces of this process to the collector of the configuration, if there is one.

    Raises:  EchoError when the extra `tracing` is not installed
    """
    if not config.tracing.endpoint:
        return
    try:
        # Only processes that trace pay for the library.
        library = importlib.import_module("echo.tracing_library")
    except ImportError as error:
        raise EchoError("tracing.endpoint is set, but the extra `tracing` is not installed") from error
    provider = library.provider_to(config.tracing.endpoint, share=config.tracing.share, role=role)
    use(*library.parts_of(provider))


def use(tracer: Any, propagator: Any) -> None:
    """Make spans with this tracer from now on; None: none any more."""
    global _tracer, _propagator
    _tracer, _propagator = tracer, propagator


def is_on() -> bool:
    """Whether spans are kept."""
    return _tracer is not None


def span(name: str, *, parent: str = "") -> AbstractContextManager[Span]:
    """A stretch of work: `with`. What fails in it is written down there.

    Shapes:  parent: from `carried`, of whoever caused it; empty: the span that goes on now, if any
    """
    if _tracer is None:
        return _NOTHING
    context = _propagator.extract({"traceparent": parent}) if parent else None
    made: AbstractContextManager[Span] = _tracer.start_as_current_span(name, context=context)
    return made


def carried() -> str:
    """Where the trace of this moment goes on, to be written into a row (W3C traceparent); empty: nowhere."""
    if _tracer is None:
        return ""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent", "")
