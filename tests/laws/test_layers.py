"""The import contracts cover the whole house, and forbid what they say they forbid."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from tests.laws.tree import PACKAGES, ROOT

CONTRACTS: dict[str, dict[str, Any]] = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}


def test_every_room_stands_on_a_floor() -> None:
    """A new room of echo would be outside of the floors, and free to import anything."""
    rooms = {
        f"echo.{path.stem}"
        for path in (ROOT / "echo").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").is_file()) and path.stem != "__init__"
    }
    named = {word for floor in CONTRACTS["floors"]["layers"] for word in re.findall(r"[\w.]+", floor)}
    assert rooms <= named, f"on no floor: {sorted(rooms - named)}"
    assert {"federation", "workers"} <= named


def test_the_map_shows_every_room_on_its_floor() -> None:
    """Who looks for a thing in docs/map.md finds it, and what may import it: the table is the contract."""
    rows = re.findall(
        r"^\| (\d) \| (.*?) \|", (ROOT / "docs/map.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    on_map = [room for _, rooms in rows for room in re.findall(r"`([\w.]+)`", rooms)]
    floor_of = {room: int(floor) for floor, rooms in rows for room in re.findall(r"`([\w.]+)`", rooms)}
    layers = [re.findall(r"[\w.]+", layer) for layer in CONTRACTS["floors"]["layers"]]
    assert sorted(on_map) == sorted(room for layer in layers for room in layer)
    floors = [{floor_of[room] for room in layer} for layer in layers]
    assert all(len(floor) == 1 for floor in floors), "a layer on two floors"
    order = [floor.pop() for floor in floors]
    assert order == sorted(order, reverse=True)


def test_every_folder_of_code_is_a_package() -> None:
    """Without an __init__.py the import contracts do not see it, and it is not installed."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            assert (path.parent / "__init__.py").is_file(), path.parent


def test_no_import_is_excepted() -> None:
    for name, contract in CONTRACTS.items():
        assert "ignore_imports" not in contract, name


@pytest.mark.parametrize(
    ("id_", "key"),
    [
        ("circles", "ancestors"),
        ("language", "source_modules"),
        ("wire", "protected_modules"),
        ("client", "protected_modules"),
        ("rows", "protected_modules"),
        ("framework", "protected_modules"),
        ("engines", "protected_modules"),
    ],
)
def test_the_contracts_are_there(id_: str, key: str) -> None:
    assert CONTRACTS[id_][key]


def test_the_http_client_stays_in_three_files() -> None:
    assert sorted(CONTRACTS["client"]["allowed_importers"]) == [
        "federation.client",
        "federation.network",
        "federation.transport",
    ]
