"""The parts of the configuration about what is seen of a running server. See `echo/config.py`."""

from __future__ import annotations

from typing import Annotated

from echo.config.section import Doc, Section


class Metrics(Section, frozen=True):
    """Figures for Prometheus. Each process answers on a port of its own."""

    port: Annotated[
        int,
        Doc(
            description=(
                "First port for metrics: the processes of one machine take this one and those after it. "
                "0: there are none."
            ),
            ge=0,
            le=65_535,
        ),
    ] = 0
    host: Annotated[
        str,
        Doc(
            description=(
                "Address of these ports. One that others reach needs metrics.token too, or there are no"
                " metrics."
            )
        ),
    ] = "127.0.0.1"
    token: Annotated[
        str,
        Doc(description="What whoever asks must send as Authorization: Bearer. Empty: nothing."),
    ] = ""


class Tracing(Section, frozen=True):
    """Traces of OpenTelemetry, to deliveries and all that leads there. Needs the extra `tracing`."""

    endpoint: Annotated[
        str,
        Doc(
            description=(
                "Where a collector takes traces over HTTP, such as http://127.0.0.1:4318/v1/traces. "
                "Empty: none are made."
            )
        ),
    ] = ""
    share: Annotated[
        float, Doc(description="Which part of the requests is traced, from 0 to 1.", ge=0, le=1)
    ] = 0.1
