"""docs/security-coverage.md is true, and the parts that must be whole are."""

from __future__ import annotations

from tests import security_page
from tests.security_rows import PARTS


def test_the_page_is_up_to_date() -> None:
    assert security_page.PAGE.read_text(encoding="utf-8") == security_page.render(), "run `make docs`"


def test_every_row_that_must_be_shown_has_a_test() -> None:
    wanted = {row for part in PARTS if part.must for row in part.rows}
    assert wanted - set(security_page.found()) == set()


def test_every_test_with_a_row_in_its_name_means_one_that_there_is() -> None:
    rows = {row for part in PARTS for row in part.rows}
    assert set(security_page.found()) <= rows


def test_rows_stand_in_their_part() -> None:
    for part in PARTS:
        assert all(row.startswith(f"S-{part.letter}") for row in part.rows)
