"""Every server of another make: what it sends is understood, or ignored for a reason that is counted."""

from __future__ import annotations

import pytest

from tests.federation.wire import SERVERS, WIRE, open_stage, steps_of
from tests.fediverse import Echo, Router


@pytest.mark.parametrize("server", SERVERS)
async def test_what_a_server_sends(one: Echo, router: Router, server: str) -> None:
    stage = await open_stage(one, router, server)
    for number, step in enumerate(steps_of(server), 1):
        try:
            await stage.play(step)
        except Exception as error:
            error.add_note(f"{server}, step {number}: {step['file']}")
            raise
    await stage.look_around()


@pytest.mark.parametrize("server", SERVERS)
def test_every_document_is_played_and_explained(server: str) -> None:
    files = {path.name for path in (WIRE / server).glob("*.json")} - {"steps.json"}
    assert files == {step["file"] for step in steps_of(server)}
    told = (WIRE / server / "README.md").read_text()
    assert [name for name in sorted(files) if f"`{name}`" not in told] == []
