"""Who may sign up: networks, mail, proofs, invitations."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import altcha
import pytest

from echo import clock, ports
from echo.actions import canonical_email_blocks, email_domain_blocks, entrance, invites, ip_blocks, roles
from echo.actions.email_domain_blocks import EmailDomainDraft
from echo.actions.invites import InviteDraft
from echo.actions.ip_blocks import IpDraft
from echo.actions.roles import RoleChange
from echo.actions.sign_up import sign_up
from echo.errors import Forbidden, Invalid, NotFound
from echo.humans.hcaptcha import HCaptcha
from echo.humans.work import ProofOfWork
from echo.kinds import Role
from echo.models import Account, CanonicalEmailBlock, Follow, Invite, User
from echo.policy.roles import Permission, Staff
from echo.ports import Reply
from echo.runtime import Runtime
from echo.store import ip_blocks as ip_store
from tests import make
from tests.actions import people

SHELL = Staff.shell()


class MailServersOf:
    """Knows what it was told."""

    def __init__(self, **known: list[str]) -> None:
        self.known = known

    async def behind(self, domain: str) -> list[str]:
        return self.known.get(domain.partition(".")[0], [])


@pytest.fixture(autouse=True)
def open_house(runtime: Runtime) -> None:
    """Everybody may sign up, at once."""
    people.configure(runtime, registrations={"mode": "open", "confirm_email": False})
    ports.bind_mail_servers(MailServersOf(shop=["mx.bulk.test", "192.0.2.9"]))


async def test_networks_may_be_kept_out_or_wait(runtime: Runtime) -> None:
    await ip_blocks.add(SHELL, IpDraft(network="198.51.100.0/24", severity="sign_up_block"))
    await ip_blocks.add(SHELL, IpDraft(network="2001:db8::/32", severity="sign_up_requires_approval"))
    past = clock.now() - timedelta(minutes=1)
    await ip_blocks.add(SHELL, IpDraft(network="203.0.113.0/24", severity="no_access", expires_at=past))
    for address in ("198.51.100.7", "::ffff:198.51.100.7"):
        with pytest.raises(Forbidden):
            await sign_up(people.draft(address=address))
    assert (await sign_up(people.draft(address="2001:db8:1::5"))).approved_at is None
    assert (await sign_up(people.draft(address="203.0.113.5"))).approved_at is not None
    assert (await sign_up(people.draft(address="192.0.2.5"))).approved_at is not None
    own = Staff(account_id=None, seat=SHELL.seat, address="192.0.2.5", door="api")
    with pytest.raises(Invalid, match="shut you out"):
        await ip_blocks.add(own, IpDraft(network="192.0.0.0/8", severity="no_access"))


async def test_mail_is_looked_at_by_domain_and_by_who_takes_it(runtime: Runtime) -> None:
    await email_domain_blocks.add(SHELL, EmailDomainDraft(domain="trash.test"))
    await email_domain_blocks.add(SHELL, EmailDomainDraft(domain="bulk.test", with_approval=True))
    with pytest.raises(Invalid, match="provider"):
        await sign_up(people.draft(email="a@deep.trash.test"))
    assert (await sign_up(people.draft(email="a@shop.test"))).approved_at is None
    assert (await sign_up(people.draft(email="a@other.test"))).approved_at is not None
    assert await entrance.email_problem("b@trash.test") == entrance.BLOCKED
    assert await entrance.email_problem("b@shop.test") is None


async def test_a_mailbox_that_was_shut_out_looks_taken(runtime: Runtime) -> None:
    bad = await people.person("bad")
    await canonical_email_blocks.shut_out(bad.id)
    with pytest.raises(Invalid, match="already been taken"):
        await sign_up(people.draft(email="b.ad+2@mail.test"))
    await canonical_email_blocks.let_in(bad.id)
    assert await CanonicalEmailBlock.all().count() == 0
    await sign_up(people.draft(email="b.ad+2@mail.test"))


async def test_work_is_proved_once_and_who_cannot_waits(runtime: Runtime) -> None:
    check = ProofOfWork("secret", 1)
    ports.bind_human_check(check)
    made = altcha.create_challenge(
        "PBKDF2/SHA-256",
        1,
        key_prefix="00",
        expires_at=clock.now() + timedelta(minutes=5),
        hmac_secret="secret",
    )
    solved = altcha.solve_challenge(made)
    assert solved is not None
    proof = altcha.Payload(made, solved).to_base64()
    assert (await sign_up(people.draft(proof=proof))).approved_at is not None
    for wrong in (proof, "none", proof[:-8]):
        with pytest.raises(Invalid, match="wrong or too old"):
            await sign_up(people.draft(proof=wrong))
    assert (await sign_up(people.draft())).approved_at is None
    foreign = altcha.create_challenge("PBKDF2/SHA-256", 1, key_prefix="00", hmac_secret="other")
    solved = altcha.solve_challenge(foreign)
    assert solved is not None
    assert not await check.passes(altcha.Payload(foreign, solved).to_base64(), "")


async def test_hcaptcha_is_asked_and_its_absence_keeps_nobody_out(runtime: Runtime) -> None:
    asked: list[bytes] = []
    answers = [Reply(200, b'{"success": true}'), Reply(200, b'{"success": false}'), Reply(500, b"")]

    async def call(method: str, url: str, *, headers: object, body: bytes = b"") -> Reply:
        asked.append(body)
        return answers[len(asked) - 1]

    ports.bind_human_check(HCaptcha(call, "site", "secret"))
    assert (await sign_up(people.draft(proof="token"))).approved_at is not None
    assert asked == [b"secret=secret&response=token&sitekey=site"]
    with pytest.raises(Invalid, match="wrong or too old"):
        await sign_up(people.draft(proof="token"))
    assert (await sign_up(people.draft(proof="token"))).approved_at is None


async def test_s_h23_an_invitation_is_used_as_often_as_it_says(runtime: Runtime) -> None:
    people.configure(runtime, registrations={"mode": "invite"})
    owner = await make.person("owner")
    with pytest.raises(Forbidden):
        await sign_up(people.draft())
    with pytest.raises(Forbidden):
        await sign_up(people.draft(invite_code="none"))
    made = await invites.create(owner.id, InviteDraft(max_uses=2, autofollow=True))
    came = await asyncio.gather(
        *(sign_up(people.draft(invite_code=made.code)) for _ in range(5)), return_exceptions=True
    )
    guests = [user for user in came if isinstance(user, User)]
    assert len(guests) == 2
    assert all(isinstance(error, Forbidden) for error in came if not isinstance(error, User))
    assert (await Invite.get(id=made.id)).uses == 2
    assert await Account.filter(domain="", kind="person").count() == 3
    assert {user.invite_id for user in guests} == {made.id}
    await make.settle(runtime)
    assert {f.follower_id for f in await Follow.filter(followee_id=owner.id)} == {user.id for user in guests}


async def test_s_h23_it_ends_with_its_time_and_with_the_right_of_its_owner(runtime: Runtime) -> None:
    people.configure(runtime, registrations={"mode": "invite"})
    owner = await make.person("owner")
    made = await invites.create(owner.id, InviteDraft(expires_at=clock.now() + timedelta(hours=1)))
    for table, changes, back in (
        (Account, {"suspended_at": clock.now()}, {"suspended_at": None}),
        (User, {"disabled_at": clock.now()}, {"disabled_at": None}),
    ):
        await table.filter(id=owner.id).update(**changes)
        with pytest.raises(Forbidden):
            await sign_up(people.draft(invite_code=made.code))
        await table.filter(id=owner.id).update(**back)
    everybody = RoleChange(permissions=Permission(0))
    await roles.change(SHELL, Role.USER, everybody)
    with pytest.raises(Forbidden):
        await sign_up(people.draft(invite_code=made.code))
    with pytest.raises(Forbidden):
        await invites.create(owner.id, InviteDraft())
    await roles.change(SHELL, Role.USER, RoleChange(permissions=Permission.INVITE_USERS))
    await sign_up(people.draft(invite_code=made.code))
    with pytest.raises(NotFound):
        await invites.end(owner.id + 1, made.id)
    await invites.end(owner.id, made.id)
    with pytest.raises(Forbidden):
        await sign_up(people.draft(invite_code=made.code))
    late = await invites.create(owner.id, InviteDraft(expires_at=clock.now() + timedelta(hours=1)))
    clock.shift(timedelta(minutes=59))
    await sign_up(people.draft(invite_code=late.code))
    clock.shift(timedelta(minutes=61))
    with pytest.raises(Forbidden):
        await sign_up(people.draft(invite_code=late.code))


async def test_who_may_pass_by_invites_past_approval(runtime: Runtime) -> None:
    people.configure(runtime, registrations={"mode": "approval", "reason_required": True})
    member, admin = await make.person("member"), await make.person("boss", role=Role.ADMIN)
    plain = await invites.create(member.id, InviteDraft())
    strong = await invites.create(admin.id, InviteDraft())
    with pytest.raises(Invalid, match="Reason"):
        await sign_up(people.draft(invite_code=plain.code))
    assert (await sign_up(people.draft(invite_code=plain.code, reason="hi"))).approved_at is None
    assert (await sign_up(people.draft(invite_code=strong.code))).approved_at is not None


async def test_it_is_kept_what_somebody_agreed_to(runtime: Runtime) -> None:
    user = await User.get(id=(await sign_up(people.draft())).id)
    assert user.agreed_at == user.created_at
    assert (len(user.agreed_rules), user.agreed_terms) == (64, "")


def test_networks_are_found_by_their_addresses() -> None:
    known = ip_store.Networks(["10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32"])
    for address, inside in (
        ("10.255.0.1", True),
        ("11.0.0.1", False),
        ("192.0.2.1", True),
        ("192.0.2.2", False),
        ("2001:db8:ffff::1", True),
        ("::ffff:10.1.2.3", True),
        ("unknown", False),
    ):
        assert known.cover(address) is inside, address


async def test_the_fence_remembers_and_fails_open(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    fence = ip_store.Fence(lambda: now[0])
    assert not await fence.shuts_out("192.0.2.1")
    await ip_blocks.add(SHELL, IpDraft(network="192.0.2.0/24", severity="no_access"))
    assert not await fence.shuts_out("192.0.2.1")
    now[0] += ip_store.REMEMBERED_SECONDS
    assert await fence.shuts_out("192.0.2.1")

    async def away(*_: object) -> list[str]:
        raise Forbidden

    monkeypatch.setattr(ip_store, "networks_of", away)
    now[0] += ip_store.REMEMBERED_SECONDS
    assert await fence.shuts_out("192.0.2.1")
