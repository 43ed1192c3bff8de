"""What rows can be asked for by: `echo.models.lookups`."""

from __future__ import annotations

import pytest
from tortoise.exceptions import FieldError

from echo import models
from echo.models.lookups import LOOKUPS
from echo.runtime import Runtime
from tests import make


@pytest.mark.usefixtures("runtime")
async def test_columns_and_keys_are_asked_by_the_lookups_that_are_kept() -> None:
    first, second = await make.person("alice"), await make.person("bob")
    found = models.Account.filter(pk__in=[first.id, second.id], username__not="bob", id__lte=second.id)
    assert [row.username for row in await found] == ["alice"]


async def test_a_lookup_that_is_not_kept_is_an_error(runtime: Runtime) -> None:
    with pytest.raises(FieldError):
        await models.Account.filter(username__iexact="alice")


def test_no_model_keeps_others() -> None:
    every = [getattr(models, name)._meta for name in models.__all__]
    kept = {name.rpartition("__")[2] for meta in every for name in meta._filters if "__" in name}
    assert kept <= LOOKUPS
    assert kept >= {"in", "not", "lte"}
