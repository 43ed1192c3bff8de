"""Logging in with another service, against a provider with real keys: rows S-H08, S-H11, S-I01."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc.jwk import RSAKey

from echo import clock
from echo.actions import (
    canonical_email_blocks,
    email_domain_blocks,
    identities,
    ip_blocks,
    logins,
    proof_codes,
)
from echo.actions.email_domain_blocks import EmailDomainDraft
from echo.actions.identities import BACK
from echo.actions.ip_blocks import IpDraft
from echo.errors import Forbidden, Gone, Invalid, NotFound
from echo.models import CanonicalEmailBlock, EmailDomainBlock, Identity, Session, User
from echo.policy.roles import Staff
from echo.ports import Identified
from echo.runtime import Runtime
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.authenticator import Authenticator
from tests.web.browser import Answer, Browser
from tests.web.issuer import ISSUER, Issuer
from tests.web.test_passkeys import made as make_passkey

SECURITY = "/settings/security"
SHELL = Staff.shell()
ELSEWHERE = "__Host-echo_elsewhere"


async def come_back(visitor: Browser, issuer: Issuer, **changes: Any) -> Answer:
    """To the service and back."""
    there = await visitor.get("/login/openid?next=/@alice")
    assert there.status == 303
    assert there.location.startswith(f"{ISSUER}/authorize?")
    issuer.changes = changes
    return await visitor.get(f"{BACK}?{urlencode(issuer.allow(there.location))}")


async def connected(visitor: Browser, issuer: Issuer) -> User:
    """Somebody who has connected their account, logged in."""
    user = await people.person("alice")
    await visitor.log_in("alice", PASSWORD)
    page = await visitor.get(SECURITY)
    wrong = await visitor.submit(page.form(f"{SECURITY}/identities"), password="wrong")
    assert wrong.status == 422
    page = await visitor.submit(page.form(f"{SECURITY}/identities"), password=PASSWORD)
    address = page.text.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    answer = await visitor.get(f"{BACK}?{urlencode(issuer.allow(address))}")
    assert answer.location == f"{SECURITY}?done=identity-added"
    return user


async def test_an_account_is_connected_entered_and_disconnected(visitor: Browser, issuer: Issuer) -> None:
    user = await connected(visitor, issuer)
    assert (await Identity.get(user_id=user.id)).subject == "7"
    other = Browser(visitor.client)
    page = await other.get("/login")
    assert "Log in with The Guild" in page.text
    answer = await come_back(other, issuer)
    assert answer.location == "/@alice"
    assert ELSEWHERE not in other.cookies
    assert (await other.get("/account")).status == 200
    page = await visitor.get(SECURITY)
    assert ISSUER in page.text
    path = f"{SECURITY}/identities/{(await Identity.get()).id}/remove"
    with pytest.raises(NotFound):
        await identities.disconnect((await people.person("bob")).id, (await Identity.get()).id, PASSWORD)
    assert (await visitor.submit(page.form(path), password="wrong")).status == 422
    await visitor.submit(page.form(path), password=PASSWORD)
    assert "No account here is connected" in (await come_back(Browser(visitor.client), issuer)).text
    # Discovery and keys are read once.
    assert issuer.asked.count("/realm/keys") == 1


WRONG: tuple[dict[str, Any], ...] = (
    {"iss": "https://evil.test"},
    {"aud": "somebody else"},
    {"aud": ["somebody else", "echo"]},
    {"exp": 1},
    {"exp": None},
    {"iat": None},
    {"nonce": "another"},
    {"nonce": None},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"nbf": 4_000_000_000},
)


async def test_what_does_not_hold_lets_nobody_in(visitor: Browser, issuer: Issuer) -> None:
    await connected(visitor, issuer)
    for changes in WRONG:
        other = Browser(visitor.client)
        answer = await come_back(other, issuer, **changes)
        assert answer.status == 422, (changes, answer.text)
        assert "could not be believed" in answer.text
        assert (await other.get("/account")).status == 302
    assert (await come_back(Browser(visitor.client), issuer)).location == "/@alice"


async def test_only_keys_of_the_service_sign(visitor: Browser, issuer: Issuer) -> None:
    await connected(visitor, issuer)
    issuer.signer = RSAKey.generate_key(2048, {"kid": "one"})
    assert (await come_back(Browser(visitor.client), issuer)).status == 422
    issuer.signer, issuer.algorithm = None, "none"
    assert (await come_back(Browser(visitor.client), issuer)).status == 422
    # It may change them: an unknown one is looked up, but not by everybody all the time.
    issuer.algorithm = "RS256"
    issuer.key = RSAKey.generate_key(2048, {"kid": "two"})
    assert (await come_back(Browser(visitor.client), issuer)).status == 422
    provider: Any = identities.ports.identity_provider()
    provider._read_at["keys"] -= 60
    assert (await come_back(Browser(visitor.client), issuer)).location == "/@alice"


async def test_s_h08_a_journey_ends_once_and_in_the_browser_that_began_it(
    visitor: Browser, issuer: Issuer
) -> None:
    await connected(visitor, issuer)
    mine, theirs = Browser(visitor.client), Browser(visitor.client)
    there = await mine.get("/login/openid")
    brought = issuer.allow(there.location)
    await theirs.get("/login/openid")
    for one, query in (
        (Browser(visitor.client), brought),
        (theirs, brought),
        (mine, brought | {"state": "guessed"}),
        (mine, {"error": "access_denied", "state": brought["state"]}),
    ):
        kept = dict(one.cookies)
        answer = await one.get(f"{BACK}?{urlencode(query)}")
        assert answer.status in (410, 422)
        one.cookies = kept
    kept = dict(mine.cookies)
    assert (await mine.get(f"{BACK}?{urlencode(brought)}")).location == "/account"
    # The same again, with the cookie of that time.
    again = Browser(visitor.client, kept)
    assert (await again.get(f"{BACK}?{urlencode(brought)}")).status == 410
    late = Browser(visitor.client)
    there = await late.get("/login/openid")
    brought = issuer.allow(there.location)
    clock.shift(timedelta(minutes=11))
    assert (await late.get(f"{BACK}?{urlencode(brought)}")).status == 410
    assert (await late.get("/login/openid?next=//evil.test")).status == 303
    assert "evil" not in late.cookies[ELSEWHERE]


async def test_an_address_enters_only_where_the_operator_trusts_the_service(
    house: Runtime, visitor: Browser, issuer: Issuer
) -> None:
    user = await people.person("alice")
    issuer.claims |= {"email": "Alice@mail.test", "email_verified": True}
    assert "No account here" in (await come_back(visitor, issuer)).text
    people.configure(house, openid={"trust_email": True})
    assert (await come_back(visitor, issuer, email_verified=False)).status == 422
    assert (await come_back(visitor, issuer, email_verified=None)).status == 422
    await User.filter(id=user.id).update(confirmed_at=None)
    assert (await come_back(visitor, issuer)).status == 422, "whoever signed up with it never confirmed it"
    await User.filter(id=user.id).update(confirmed_at=clock.now())
    assert (await come_back(visitor, issuer)).location == "/@alice"
    assert (await Identity.get()).user_id == user.id


async def test_who_is_new_chooses_a_name_where_they_may(
    house: Runtime, visitor: Browser, issuer: Issuer
) -> None:
    await people.person("alice")
    issuer.claims |= {"preferred_username": "alice", "email": "new@mail.test", "email_verified": True}
    people.configure(house, openid={"may_sign_up": True}, registrations={"mode": "open"})
    page = await come_back(visitor, issuer)
    form = page.form("/login/openid/join")
    assert form.values["username"] == "alice"
    for values in (
        {"username": "alice", "agreement": "1"},
        {"username": "admin", "agreement": "1"},
        {"username": "x"},
    ):
        answer = await visitor.submit(form, **values)
        assert answer.status == 422, values
    assert (await visitor.submit(form, username="x", agreement="1", offer="forged")).status == 410
    answer = await visitor.submit(form, username="ally", agreement="1")
    assert answer.location == "/@alice"
    made = await User.get(email_key="new@mail.test")
    assert made.confirmed_at is not None
    assert (await Session.get()).user_id == made.id
    await _shows_a_code_for_a_password(house, visitor, made)
    # The same form again makes no second account.
    assert (await visitor.submit(form, username="other", agreement="1")).status in (403, 422)
    with pytest.raises(Invalid):
        await identities.join(form.values["offer"], people.draft("other"))
    clock.shift(timedelta(hours=1))
    with pytest.raises(Gone):
        identities.read_offer(form.values["offer"])


async def _shows_a_code_for_a_password(house: Runtime, visitor: Browser, made: User) -> None:
    """Who has no password has a code sent, which counts once, for them, and while they have that address."""

    async def code() -> str:
        page = await visitor.get(SECURITY)
        sent = await visitor.submit(page.form(f"{SECURITY}/code"))
        assert sent.location == f"{SECURITY}?done=code"
        found = await proof_codes.code_for(made.id)
        assert found is not None
        assert found[0] == made.email
        return found[1]

    page = await visitor.get(SECURITY)
    wanted, form = {"email": "other@mail.test"}, page.form(f"{SECURITY}/email")
    first, second = await code(), await code()
    assert (await visitor.submit(form, password=first, **wanted)).status == 422, "the newest counts"
    alice = await User.get(email_key="alice@mail.test")
    assert await proof_codes.code_for(alice.id) is None
    with pytest.raises(Forbidden):
        await proof_codes.ask(alice.id)
    with pytest.raises(Invalid):
        await logins.require_password(alice.id, second)
    assert (await visitor.submit(form, password=second, **wanted)).location == f"{SECURITY}?done=email"
    assert (await visitor.submit(form, password=second, **wanted)).status == 422, "once"
    late = await code()
    clock.shift(timedelta(minutes=16))
    assert (await visitor.submit(form, password=late, **wanted)).status == 422
    moved = await code()
    await User.filter(id=made.id).update(email="third@mail.test")
    assert (await visitor.submit(form, password=moved, **wanted)).status == 422, "it went elsewhere"
    await User.filter(id=made.id).update(email=made.email)
    assert "Have a code sent" in (await visitor.get("/settings/delete")).text


async def test_who_comes_from_there_is_held_against_all_fences(
    house: Runtime, visitor: Browser, issuer: Issuer
) -> None:
    issuer.claims |= {"preferred_username": "ally", "email": "new@bad.test", "email_verified": True}
    people.configure(house, openid={"may_sign_up": True}, registrations={"mode": "open"})
    form = (await come_back(visitor, issuer)).form("/login/openid/join")
    agreed = {"username": "ally", "agreement": "1"}

    await email_domain_blocks.add(SHELL, EmailDomainDraft(domain="bad.test"))
    assert "not allowed here" in (await visitor.submit(form, **agreed)).text
    await EmailDomainBlock.all().delete()
    await canonical_email_blocks.add(SHELL, email="new@bad.test")
    assert "already been taken" in (await visitor.submit(form, **agreed)).text
    await CanonicalEmailBlock.all().delete()
    await ip_blocks.add(SHELL, IpDraft(network="198.51.100.0/24", severity="sign_up_block"))
    with pytest.raises(Forbidden):
        await identities.join(form.values["offer"], people.draft("ally", address="198.51.100.7"))
    for mode, status in (("closed", 403), ("invite", 403)):
        people.configure(house, registrations={"mode": mode})
        assert (await visitor.submit(form, **agreed)).status == status, mode
    people.configure(house, registrations={"mode": "approval", "min_age": 16})
    too_young = await visitor.submit(form, **agreed, reason="please", date_of_birth="2020-01-01")
    assert "below the age limit" in too_young.text
    assert not await User.exists(email_key="new@bad.test")

    people.configure(house, registrations={"min_age": 0})
    asked = await visitor.submit(form, **agreed, reason="please")
    assert asked.location == "/account"
    made = await User.get(email_key="new@bad.test")
    assert (made.approved_at, made.reason, made.confirmed_at is None) == (None, "please", False)
    assert "moderator" in (await visitor.get("/account")).text


async def test_a_service_of_the_house_may_pass_the_mode_but_no_block(
    house: Runtime, visitor: Browser, issuer: Issuer
) -> None:
    issuer.claims |= {"preferred_username": "ally", "email": "new@mail.test", "email_verified": True}
    people.configure(
        house, openid={"may_sign_up": True, "passes_mode": True}, registrations={"mode": "closed"}
    )
    form = (await come_back(visitor, issuer)).form("/login/openid/join")
    await ip_blocks.add(SHELL, IpDraft(network="198.51.100.0/24", severity="sign_up_block"))
    with pytest.raises(Forbidden):
        await identities.join(form.values["offer"], people.draft("ally", address="198.51.100.7"))
    assert (await visitor.submit(form, username="ally", agreement="1")).location == "/@alice"
    assert (await User.get(email_key="new@mail.test")).approved_at is not None


async def test_a_second_factor_is_asked_for_here_too(visitor: Browser, issuer: Issuer) -> None:
    await connected(visitor, issuer)

    await make_passkey(visitor, Authenticator())
    assert (await come_back(Browser(visitor.client), issuer)).location.startswith("/login/second")


async def test_a_service_that_is_away_or_another_is_said(
    house: Runtime, visitor: Browser, issuer: Issuer
) -> None:
    issuer.name = "https://other.test"
    answer = await visitor.get("/login/openid")
    assert answer.status == 503
    assert "does not answer as it should" in answer.text
    bob = await people.person("bob")
    await identities.connect(bob.id, Identified(issuer=ISSUER, subject="9"))
    with pytest.raises(Invalid):
        await identities.connect((await people.person("carol")).id, Identified(issuer=ISSUER, subject="9"))


async def test_where_no_service_is_chosen_there_is_no_button(browser: Browser) -> None:
    assert "/login/openid" not in (await browser.get("/login")).text
    assert (await browser.get("/login/openid")).status == 404
