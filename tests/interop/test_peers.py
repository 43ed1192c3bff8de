"""Every row of the story with every peer that is here; what is the peer's doing is listed with the peer."""

from __future__ import annotations

import pytest

from tests.interop.house import why_no_network
from tests.interop.makes import MAKES, VARIABLE, peers_folder
from tests.interop.run import play
from tests.interop.story import DIFFERS, WORKS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", MAKES)
def test_a_server_of_another_make_and_echo_understand_each_other(name: str) -> None:
    make = MAKES[name]
    if not (peers_folder() / name).is_dir():
        pytest.skip(f"{make.title} is not here: see docs/interop.md, get_peers.py and {VARIABLE}")
    if reason := why_no_network():
        pytest.skip(reason)
    rows = play(name)["rows"]
    unexpected = [
        f"{row['name']}, {row['direction']}: {row['note']}"
        for row in rows
        if row["result"] == DIFFERS and f"{row['name']}, {row['direction']}" not in make.differs
    ]
    assert not unexpected, "\n".join(unexpected)
    assert sum(row["result"] == WORKS for row in rows) >= make.fewest
