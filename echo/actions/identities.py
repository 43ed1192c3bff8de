"""Logging in with another service, and what connects an account there with one here.

The browser carries one secret there and back; what the service sees is made from it, so that nothing of one
journey fits another.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import msgspec

from echo import clock, db, ports, settings
from echo.actions import logins, sign_up
from echo.actions.drafts import SignUp
from echo.actions.links import LinkKind, make_link
from echo.addresses import here
from echo.errors import FieldError, Forbidden, Gone, Invalid, NotFound
from echo.events import MailAsked
from echo.kinds import LetterKind
from echo.models import User
from echo.policy import seals
from echo.policy.secret_texts import same
from echo.ports import Errand, Identified
from echo.store import auth, identities, users

BACK = "/login/openid/back"
# How long somebody new may think about a name.
OFFER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Departure:
    """Shapes:  address: of the service; ticket: what the browser keeps until it is back"""

    address: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back. Shapes:  linking_id: who wanted to connect their account here; None: a log-in"""

    person: Identified
    linking_id: int | None


class _Offer(msgspec.Struct, frozen=True):
    person: dict[str, str | bool]
    until: datetime


async def depart(linking_id: int | None = None) -> Departure:
    """Send a browser to the service.

    Shapes:  linking_id: who wants to connect their account here; they have shown their password
    Raises:  Unavailable
    """
    ticket = await make_link(LinkKind.ELSEWHERE, user_id=linking_id)
    return Departure(await ports.identity_provider().address(_errand(ticket)), ticket)


async def arrive(ticket: str, state: str, code: str) -> Arrival:
    """A browser is back from the service. Each ticket counts once.

    Raises:  Gone for a journey that did not begin in this browser, or took too long; Invalid, Unavailable
    """
    errand = _errand(ticket)
    if not same(state, errand.state):
        raise Gone(logins.TOO_LATE)
    async with db.unit_of_work():
        link = await auth.use_link(LinkKind.ELSEWHERE, ticket, clock.now())
    if link is None:
        raise Gone(logins.TOO_LATE)
    return Arrival(await ports.identity_provider().identify(code, errand), link.user_id)


async def enter(person: Identified) -> int | None:
    """Whose account here somebody enters; None when there is none.

    An account that nobody has connected is entered by its address alone, and only where the operator trusts
    what the service says of addresses.
    """
    now = clock.now()
    async with db.unit_of_work():
        known = await identities.find(person.issuer, person.subject)
        if known is not None:
            await identities.note_use(person.issuer, person.subject, now)
            return known
    if not settings.here().openid.trust_email or not person.is_email_verified or not person.email:
        return None
    owner = await users.find_by_email(person.email)
    # Somebody may have signed up with an address that was never theirs.
    if owner is None or not owner.is_confirmed:
        return None
    await connect(owner.user_id, person)
    return owner.user_id


async def connect(user_id: int, person: Identified) -> None:
    """Let somebody enter their account here from there; they get a letter.

    Raises:  Invalid when that identity enters another account
    """
    async with db.unit_of_work() as unit:
        label = person.email or person.name or person.username
        is_new = await identities.insert(
            user_id, issuer=person.issuer, subject=person.subject, label=label, at=clock.now()
        )
        if is_new:
            unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.IDENTITY_ADDED))
        elif await identities.find(person.issuer, person.subject) != user_id:
            raise Invalid("That account is connected with another one here")


async def disconnect(user_id: int, identity_id: int, password: str) -> None:
    """Take that way in away. Raises NotFound for one of somebody else; Invalid for a wrong password."""
    if identity_id not in {row["id"] for row in await identities.of_person(user_id)}:
        raise NotFound
    await logins.require_password(user_id, password)
    async with db.unit_of_work() as unit:
        if await identities.delete(user_id, identity_id):
            unit.emit(MailAsked(local=True, user_id=user_id, template=LetterKind.IDENTITY_REMOVED))


def offer(person: Identified) -> str:
    """What the form for a new account carries, so that nobody changes who they are on the way.

    Raises:  Forbidden where nobody may sign up this way
    """
    if not settings.here().openid.may_sign_up:
        raise Forbidden
    document = _Offer(person=asdict(person), until=clock.now() + OFFER)
    return seals.seal(msgspec.json.encode(document).decode())


def read_offer(text: str) -> Identified:
    """Who it is that an offer was made to. Raises Gone for what we did not make, or too long ago."""
    try:
        found = msgspec.json.decode(seals.unseal(text), type=_Offer)
        if found.until < clock.now():
            raise Gone(logins.TOO_LATE)
        return msgspec.convert(found.person, type=Identified)
    except msgspec.MsgspecError as error:
        raise Gone(logins.TOO_LATE) from error


async def join(text: str, draft: SignUp) -> User:
    """Somebody whom the service knows signs up, held against the same fences as everybody. No password: a
    letter sets one, if they want.

    Shapes:  text: of `offer`; draft: what they chose; address and password are not read
    Returns: the user, who may still have to wait for a moderator
    Raises:  Gone; Forbidden where nobody may, and as `sign_up.examine`; Invalid with the reasons by field
    """
    person = read_offer(text)
    chosen = settings.here().openid
    if not chosen.may_sign_up:
        raise Forbidden
    if not person.email:
        nothing = FieldError("ERR_BLANK", "The other service does not tell us your e-mail address")
        raise Invalid("Validation failed", details={"": [nothing]})
    draft = replace(draft, email=person.email, password=secrets.token_urlsafe(32))
    vouched = sign_up.Vouched(is_email_verified=person.is_email_verified, passes_mode=chosen.passes_mode)
    admission = await sign_up.examine(draft, vouched=vouched)
    async with db.unit_of_work():
        user = await sign_up.admit(admission)
        await connect(user.id, person)
    return user


def _errand(ticket: str) -> Errand:
    return Errand(
        state=_derived(ticket, "state"),
        nonce=_derived(ticket, "nonce"),
        verifier=_derived(ticket, "verifier"),
        back_url=f"{here().base}{BACK}",
    )


def _derived(ticket: str, what: str) -> str:
    digest = hashlib.sha256(f"{what}:{ticket}".encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
