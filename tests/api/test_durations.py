"""What somebody wants to last longer than calendars reach lasts a hundred years, and no answer is a 500."""

from __future__ import annotations

import pytest

from echo import clock
from echo.kinds import Role
from echo.models import Mute
from tests import make
from tests.api.asking import Api

LONG = ("9" * 11, "9" * 17)


@pytest.mark.parametrize("seconds", LONG)
async def test_mutes(api: Api, seconds: str) -> None:
    alice, bob = await make.person(), await make.person()
    await api.post(f"/api/v1/accounts/{bob.id}/mute", by=alice, form={"duration": seconds})
    ends = (await Mute.get(muter_id=alice.id)).expires_at
    assert ends is not None
    assert ends <= clock.after(clock.LONGEST_SECONDS)


@pytest.mark.parametrize("seconds", LONG)
async def test_filters_invitations_and_blocks(api: Api, seconds: str) -> None:
    root = await make.person("root", role=Role.ADMIN)
    root = await make.with_scopes(root, "read", "write", "admin:read", "admin:write")
    forms = {
        "/api/v2/filters": {"title": "tea", "context[]": "home"},
        "/api/v1/echo/invites": {},
        "/api/v1/admin/ip_blocks": {"ip": "198.51.100.7", "severity": "no_access"},
        "/api/v1/admin/email_domain_blocks": {"domain": "b.test"},
    }
    latest = clock.after(clock.LONGEST_SECONDS + 1).year + 1
    for path, form in forms.items():
        made = (await api.post(path, by=root, form=form | {"expires_in": seconds})).json
        assert 2100 < int(made["expires_at"][:4]) <= latest, path
