"""How somebody gets an account here: by signing up, by the set-up link, or by an operator."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from echo import clock, db, ids, settings
from echo.actions import approvals, entrance
from echo.actions.drafts import SignUp
from echo.actions.links import LinkKind
from echo.actions.staff import Target, acting, seat_now
from echo.addresses import here
from echo.errors import FieldError, Forbidden, Gone, Invalid
from echo.events import MailAsked, PersonSignedUp
from echo.kinds import AccountKind, Role
from echo.models import Account, AccountKey, AccountStats, User
from echo.policy import emails, passwords, usernames
from echo.policy.deeds import Deed
from echo.policy.keys import KeyPairs, new_key_pairs
from echo.policy.roles import REFUSED, Permission, Staff, seat_of
from echo.store import agreements, auth, invites, roles, search_accounts, users

MAX_REASON_CHARACTERS = 2000
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?", re.ASCII)
_LABELS = {
    "username": "Username",
    "email": "E-mail",
    "password": "Password",
    "agreement": "Service agreement",
    "reason": "Reason",
    "proof": "Proof that you are a person",
    "date_of_birth": "Date of birth",
}
Problems = dict[str, list[FieldError]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What a service with which people log in says of somebody new. Nobody computes or clicks to show that
    they are a person.

    Shapes:  passes_mode: signs up whatever `registrations.mode` says
    """

    is_email_verified: bool
    passes_mode: bool


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody who may sign up, and how their account begins."""

    draft: SignUp
    is_confirmed: bool
    is_approved: bool
    invite_id: int | None


async def sign_up(draft: SignUp) -> User:
    """Somebody signs up, as far as the configuration lets them.

    Returns: the user; `confirmed_at` and `approved_at` say whether the account can be used yet
    Raises:  as `examine`
    """
    return await admit(await examine(draft))


async def examine(draft: SignUp, *, vouched: Vouched | None = None) -> Admission:
    """Whether somebody may sign up. Call it outside of a transaction: others are asked, tries are counted.

    Raises:  Forbidden while registrations are closed, without an invitation where one is needed, and from
             networks that are blocked; Invalid with the reasons by field
    """
    rules = settings.here().registrations
    passes_mode = vouched is not None and vouched.passes_mode
    if rules.mode == "closed" and not passes_mode:
        raise Forbidden
    verdict = await entrance.judge(draft, asks_proof=vouched is None)
    invite = await invites.find_open(draft.invite_code, clock.now())
    if rules.mode == "invite" and invite is None and not passes_mode:
        raise Forbidden
    is_passed = passes_mode or (invite is not None and seat_of(invite).may(Permission.INVITE_BYPASS_APPROVAL))
    is_asked = rules.mode == "approval" and not is_passed
    problems = verdict.problems | await _problems(draft)
    if not draft.agreement:
        problems.setdefault("agreement", []).append(FieldError("ERR_ACCEPTED", "must be accepted"))
    if rules.min_age and (problem := _age_problem(draft.born_on, rules.min_age)):
        problems.setdefault("date_of_birth", []).append(problem)
    if is_asked and rules.reason_required and not draft.reason.strip():
        problems.setdefault("reason", []).append(FieldError("ERR_BLANK", "can't be blank"))
    _refuse(problems)
    return Admission(
        draft,
        is_confirmed=not rules.confirm_email or (vouched is not None and vouched.is_email_verified),
        is_approved=not is_asked and not verdict.needs_approval,
        invite_id=None if invite is None else invite["id"],
    )


async def admit(admission: Admission) -> User:
    """Make the account of somebody who may sign up.

    Raises:  Forbidden when the invitation was used up meanwhile; Invalid when the name or address was taken
    """
    return await _create(
        admission.draft,
        role=Role.USER,
        is_confirmed=admission.is_confirmed,
        is_approved=admission.is_approved,
        is_announced=True,
        invite_id=admission.invite_id,
    )


def _age_problem(born_on: date | None, min_age: int) -> FieldError | None:
    if born_on is None:
        return FieldError("ERR_BLANK", "can't be blank")
    today = clock.now().date()
    age = today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
    return FieldError("ERR_BELOW_LIMIT", "is below the age limit") if age < min_age else None


async def create_local(
    draft: SignUp, *, role: int = Role.USER, is_confirmed: bool = True, is_approved: bool = True
) -> User:
    """An operator makes an account; every name may be used, and no agreement is asked for.

    Raises:  Invalid with the reasons by field
    """
    _refuse(await _problems(draft, allow_reserved=True))
    return await _create(draft, role=role, is_confirmed=is_confirmed, is_approved=is_approved)


async def create_by_staff(by: Staff, draft: SignUp, *, role: int, is_confirmed: bool) -> User:
    """The same, written down. Raises Forbidden for a role that does not stand below one's own."""
    told: dict[str, object] = {"role": (await roles.get(role)).name or "user", "confirmed": is_confirmed}
    async with acting(by, Deed.ACCOUNT_CREATE, on=Target("username", draft.username), details=told):
        if (await seat_now(by)).rank <= (await roles.get(role)).position:
            raise Forbidden(REFUSED)
        return await create_local(draft, role=role, is_confirmed=is_confirmed)


async def set_up(secret: str, draft: SignUp) -> User:
    """Whoever holds the set-up link becomes the owner of this server.

    Raises:  Gone when the link was used, is too old, or there is an owner; Invalid with the reasons by field
    """
    if not await may_set_up(secret):
        raise Gone("This link has been used, or is too old")
    _refuse(await _problems(draft, allow_reserved=True))
    hashed, keys = await passwords.hash_password(draft.password), await new_key_pairs()
    async with db.unit_of_work():
        if await auth.use_link(LinkKind.SETUP, secret, clock.now()) is None:
            raise Gone("This link has been used, or is too old")
        return await _insert(draft, hashed, keys, role=Role.OWNER, is_confirmed=True, is_approved=True)


async def may_set_up(secret: str) -> bool:
    """Whether this set-up link still works."""
    return await auth.is_link_open(LinkKind.SETUP, secret) and not await users.has_owner()


async def _create(
    draft: SignUp,
    *,
    role: int,
    is_confirmed: bool,
    is_approved: bool,
    is_announced: bool = False,
    invite_id: int | None = None,
) -> User:
    # Both are slow on purpose and need no transaction.
    hashed, keys = await passwords.hash_password(draft.password), await new_key_pairs()
    async with db.unit_of_work() as unit:
        user = await _insert(
            draft, hashed, keys, role=role, is_confirmed=is_confirmed, is_approved=is_approved
        )
        if invite_id is not None:
            # Whoever was faster may have used it up, and its owner may have lost the right to it.
            if await invites.use(invite_id, clock.now()) is None:
                raise Forbidden
            user.invite_id = invite_id
        if draft.agreement:
            user.agreed_at = user.created_at
            user.agreed_terms, user.agreed_rules = agreements.current()
        await user.save(update_fields=["invite_id", "agreed_at", "agreed_terms", "agreed_rules"])
        unit.emit(PersonSignedUp(local=True, account_id=user.id))
        if not is_confirmed:
            unit.emit(MailAsked(local=True, user_id=user.id, template=LinkKind.CONFIRM))
        elif is_announced:
            await approvals.announce(unit, user)
    return user


async def _insert(
    draft: SignUp, password_hash: str, keys: KeyPairs, *, role: int, is_confirmed: bool, is_approved: bool
) -> User:
    """The rows of an account, inside the caller's unit of work."""
    now = clock.now()
    account = new_account(ids.new_id(), usernames.normal(draft.username), at=now)
    email = emails.normal(draft.email)
    user = User(
        id=account.id,
        email=email,
        email_key=emails.key(email),
        password_hash=password_hash,
        role_id=role,
        locale=draft.locale if _LOCALE.fullmatch(draft.locale) else "en",
        confirmed_at=now if is_confirmed else None,
        approved_at=now if is_approved else None,
        reason=draft.reason.strip()[:MAX_REASON_CHARACTERS],
        sign_up_address=draft.address[:64],
        created_by_app_id=draft.app_id,
        created_at=now,
    )
    try:
        await account.save(force_create=True)
        await search_accounts.keep(account)
        await insert_keys(account.id, keys, at=now)
        await AccountStats.create(account_id=account.id)
        await user.save(force_create=True)
    except db.TAKEN as error:
        # Somebody else took the name or the address between the check and now.
        _refuse(_taken("email" if "email" in str(error) else "username"))
        raise
    return user


def new_account(
    account_id: int, username: str, *, at: datetime, kind: AccountKind = AccountKind.PERSON
) -> Account:
    """A local account, not stored yet."""
    addresses = here()
    return Account(
        id=account_id,
        username=username,
        username_key=username.lower(),
        uri=addresses.actor(account_id),
        url=addresses.profile_page(username),
        kind=kind,
        inbox=addresses.inbox(account_id),
        shared_inbox=addresses.shared_inbox,
        outbox=addresses.collection(account_id, "outbox"),
        followers_uri=addresses.collection(account_id, "followers"),
        following_uri=addresses.collection(account_id, "following"),
        featured_uri=addresses.collection(account_id, "featured"),
        created_at=at,
    )


async def insert_keys(account_id: int, keys: KeyPairs, *, at: datetime) -> None:
    """Store the key pairs of a local account, inside the caller's unit of work."""
    await AccountKey.create(
        account_id=account_id,
        private_pem=keys.rsa.private_pem,
        public_pem=keys.rsa.public_pem,
        ed25519_private_pem=keys.ed25519.private_pem,
        ed25519_public_pem=keys.ed25519.public_pem,
        created_at=at,
    )


async def _problems(draft: SignUp, *, allow_reserved: bool = False) -> Problems:
    username, email = usernames.normal(draft.username), emails.normal(draft.email)
    problems: Problems = {}
    found = {
        "username": usernames.problem(username, allow_reserved=allow_reserved),
        "email": emails.problem(email),
        "password": passwords.problem(draft.password),
    }
    for field, problem in found.items():
        if problem is not None:
            problems[field] = [problem]
    if "username" not in problems and await users.is_username_taken(username):
        problems |= _taken("username")
    if "email" not in problems and await users.is_email_taken(email):
        problems |= _taken("email")
    return problems


def _taken(field: str) -> Problems:
    return {field: [FieldError("ERR_TAKEN", "has already been taken")]}


def _refuse(problems: Problems) -> None:
    if problems:
        said = ", ".join(
            f"{_LABELS[field]} {reason.description}"
            for field, reasons in problems.items()
            for reason in reasons
        )
        raise Invalid(f"Validation failed: {said}", details=problems)
