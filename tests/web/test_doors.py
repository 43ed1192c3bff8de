"""Three doors, one house: who comes by password, passkey or another service may do the same. S-H12, S-H20."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from echo import clock, ids
from echo.actions import accounts, auth
from echo.errors import Forbidden
from echo.kinds import Role
from echo.models import Account, AuthorizationCode, RoleRow, Session, User
from echo.policy.roles import Permission
from echo.policy.standing import Standing
from echo.store.auth import load_session
from tests.actions import people
from tests.actions.people import PASSWORD, REDIRECT
from tests.web.authenticator import Authenticator
from tests.web.browser import Answer, Browser
from tests.web.issuer import Issuer
from tests.web.test_openid import come_back, connected
from tests.web.test_passkeys import log_in as show_passkey
from tests.web.test_passkeys import made as make_passkey

DOORS = ("password", "passkey", "service")
# What keeps somebody from using their account: columns of the account or the user, and what is made of them.
STANDINGS: dict[str, tuple[Any, dict[str, Any], Standing]] = {
    "suspended": (Account, {"suspended_at": clock.now()}, Standing.SUSPENDED),
    "disabled": (User, {"disabled_at": clock.now()}, Standing.DISABLED),
    "a memorial": (Account, {"memorial": True}, Standing.DISABLED),
    "unconfirmed": (User, {"confirmed_at": None}, Standing.UNCONFIRMED),
    "pending": (User, {"approved_at": None}, Standing.PENDING),
    "moved": (Account, {"moved_to_uri": "https://far.test/alice"}, Standing.MOVED),
}
SESSION = "__Host-echo_session"


class Person:
    """Alice, with all three ways in. `device` has her passkey, if she made one."""

    def __init__(self, visitor: Browser, issuer: Issuer) -> None:
        self.visitor, self.issuer, self.device = visitor, issuer, Authenticator()
        self.id = 0

    async def come(self, *, with_passkey: bool) -> None:
        self.id = (await connected(self.visitor, self.issuer)).id
        if with_passkey:
            await make_passkey(self.visitor, self.device)

    async def enter(self, door: str) -> tuple[Browser, Answer]:
        """Through one of the doors, with a new browser."""
        other = Browser(self.visitor.client)
        match door:
            case "password":
                return other, await other.log_in("alice", PASSWORD)
            case "passkey":
                return other, await show_passkey(other, self.device)
            case _:
                return other, await come_back(other, self.issuer)


@pytest.fixture
def alice(visitor: Browser, issuer: Issuer) -> Person:
    return Person(visitor, issuer)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("standing", STANDINGS)
async def test_s_h20_through_no_door_somebody_may_do_more_than_their_standing_lets_them(
    alice: Person, door: str, standing: str
) -> None:
    """They come in, so that they read what is wrong and can appeal; everything else is closed to them."""
    await alice.come(with_passkey=door == "passkey")
    client = await people.app()
    model, changes, expected = STANDINGS[standing]
    await User.filter(id=alice.id).update(role_id=Role.ADMIN)
    await model.filter(id=alice.id).update(**changes)
    browser, answer = await alice.enter(door)
    assert answer.status == 303, answer.text
    login = await load_session(browser.cookies[SESSION])
    assert login is not None
    assert (login.user_id, login.standing) == (alice.id, expected)
    assert (await browser.get("/account")).status == 200
    query = {"response_type": "code", "client_id": client.client_id, "redirect_uri": REDIRECT}
    assert (await browser.get(f"/oauth/authorize?{urlencode(query)}")).location == "/account"
    with pytest.raises(Forbidden):
        await auth.authorise(alice.id, login.session_id, people.request(client))
    assert await AuthorizationCode.all().count() == 0
    for path in ("/share?text=hello", "/settings/profile", "/settings/invites", "/rooms/1"):
        assert (await browser.get(path)).status == 403, path
    for path in ("/admin", "/admin/roles", "/admin/accounts"):
        page = await browser.get(path)
        assert page.status in {302, 303, 403, 404}, path
        assert not page.location.startswith("/admin")
    sent = await browser.send("POST", "/share", values={"csrf": login.csrf, "text": "hello"})
    assert sent.status == 403


@pytest.mark.parametrize("door", DOORS)
async def test_s_h20_nobody_enters_an_account_that_is_deleted(alice: Person, door: str) -> None:
    await alice.come(with_passkey=door == "passkey")
    await accounts.delete_local(alice.id)
    before = await Session.all().count()
    browser, answer = await alice.enter(door)
    assert answer.status == 422
    assert SESSION not in browser.cookies
    assert await Session.all().count() == before


@pytest.mark.parametrize("standing", ["", *STANDINGS])
@pytest.mark.parametrize("door", ["password", "service"])
async def test_s_h12_no_standing_spares_the_second_factor(alice: Person, door: str, standing: str) -> None:
    """A passkey alone is two things at once: the device, and who unlocks it."""
    await alice.come(with_passkey=True)
    if standing:
        model, changes, _ = STANDINGS[standing]
        await model.filter(id=alice.id).update(**changes)
    before = await Session.all().count()
    browser, answer = await alice.enter(door)
    assert answer.location.startswith("/login/second")
    assert SESSION not in browser.cookies
    assert await Session.all().count() == before
    assert (await browser.get("/account")).location.startswith("/login")
    path = "/login/second/passkey"
    page = await browser.get(answer.location)
    question = await browser.send("POST", f"{path}/options", values=page.form(path).values)
    # The key of somebody else is none.
    assert (await browser.submit(page.form(path), answer=Authenticator().show(question.text))).status == 422
    assert SESSION not in browser.cookies
    question = await browser.send("POST", f"{path}/options", values=page.form(path).values)
    await browser.submit(page.form(path), answer=alice.device.show(question.text))
    assert SESSION in browser.cookies


async def test_s_h12_a_role_that_needs_a_second_factor_needs_it_after_the_service_too(alice: Person) -> None:
    await alice.come(with_passkey=False)
    careful = await RoleRow.create(
        id=ids.new_id(),
        name="Careful",
        permissions=int(Permission.MANAGE_ROLES),
        position=50,
        require_2fa=True,
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    await User.filter(id=alice.id).update(role_id=careful.id)
    browser, _ = await alice.enter("service")
    assert (await browser.get("/admin/roles")).location == "/settings/security?done=needed"
    await make_passkey(browser, alice.device)
    assert (await browser.get("/admin/roles")).status == 200
