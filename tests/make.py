"""Builders: each makes one thing with everything it needs, and nothing else."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from tortoise.expressions import F

from echo import clock, ids
from echo.actions import accounts as account_actions
from echo.actions import apps, auth, follows, judging, posts
from echo.actions.drafts import PostDraft, RemoteAccount, RemotePost
from echo.actions.sign_up import insert_keys, new_account
from echo.kinds import AccountKind, FollowState, MediaKind, Role, Visibility
from echo.models import Account, AccountStats, Follow, Media, Policy, Post, User
from echo.policy.authorization import Client
from echo.policy.keys import KeyPairs, new_key_pairs
from echo.policy.pipeline.said import Door
from echo.runtime import Runtime
from echo.store import search_accounts
from workers import accounts, jobs, presence, search, servers, timelines

_numbers = itertools.count(1)
_keys: list[KeyPairs] = []
SCOPES = ("read", "write", "follow", "push", "profile")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a login, and a token that may do everything a person may."""

    account: Account
    token: str

    @property
    def id(self) -> int:
        return self.account.id

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class AppToken:
    """A token without a person."""

    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def person(username: str = "", *, locked: bool = False, role: int = Role.USER) -> Person:
    """Somebody here. All share one key pair and have no usable password: both are slow to make."""
    if not _keys:
        _keys.append(await new_key_pairs())
    name, now = username or f"person{next(_numbers)}", clock.now()
    account = new_account(ids.new_id(), name, at=now)
    account.locked = locked
    await account.save(force_create=True)
    await search_accounts.keep(account)
    await insert_keys(account.id, _keys[0], at=now)
    await AccountStats.create(account_id=account.id)
    await User.create(
        id=account.id,
        email=f"{name}@example.org",
        email_key=f"{name}@example.org",
        password_hash="none",
        role_id=int(role),
        confirmed_at=now,
        approved_at=now,
        created_at=now,
    )
    issued = await auth.create_token_for(account.id, SCOPES)
    return Person(account, issued.text)


async def account_of(person: Person | Account, *, silenced: bool = False, **changes: object) -> Account:
    """The account as it is stored, changed behind everybody's back."""
    if silenced:
        changes["silenced_at"] = clock.now()
    if changes:
        await Account.filter(id=person.id).update(version=F("version") + 1, **changes)
    return await Account.get(id=person.id)


async def choose(person: Person, **settings: object) -> None:
    """What somebody prefers."""
    user = await User.get(id=person.id)
    user.settings = user.settings | settings
    await user.save()


async def with_scopes(person: Person, *scopes: str, app_id: int | None = None) -> Person:
    """The same person with a token that may do less."""
    return Person(person.account, (await auth.create_token_for(person.id, scopes, app_id=app_id)).text)


async def app(name: str = "App", *, scopes: tuple[str, ...] = SCOPES, website: str | None = None) -> Client:
    """A registered app."""
    draft = apps.AppDraft(name=name, redirect_uris=("https://app.test/back",), scopes=scopes, website=website)
    return (await apps.register_app(draft)).client


async def app_token(*scopes: str) -> AppToken:
    """A token that speaks for an app alone."""
    wanted = scopes or SCOPES
    return AppToken((await auth.client_credentials(await app(scopes=wanted), " ".join(wanted))).text)


async def stranger(username: str = "", domain: str = "peer.test", **more: object) -> Account:
    """Somebody of another server."""
    name = username or f"stranger{next(_numbers)}"
    base = f"https://{domain}/users/{name}"
    return await account_actions.store_remote(
        RemoteAccount(
            uri=base,
            username=name,
            domain=domain,
            kind=AccountKind.PERSON,
            url=f"https://{domain}/@{name}",
            inbox=f"{base}/inbox",
            shared_inbox=f"https://{domain}/inbox",
            followers_uri=f"{base}/followers",
            **more,  # type: ignore[arg-type]
        )
    )


async def post(
    author: Person,
    text: str = "",
    *,
    visibility: Visibility = Visibility.PUBLIC,
    reply_to: int | None = None,
    **more: object,
) -> Post:
    """A post of somebody here."""
    draft = PostDraft(
        text=text or f"post {next(_numbers)}",
        visibility=visibility,
        in_reply_to_id=reply_to,
        **more,  # type: ignore[arg-type]
    )
    return await posts.publish(author.id, draft)


async def image(owner: Person, description: str | None = None) -> Media:
    """An uploaded image that no post uses yet. Nothing is in its file."""
    number = next(_numbers)
    size = {"width": 60, "height": 40, "size": "60x40", "aspect": 1.5}
    return await Media.create(
        id=ids.new_id(),
        account_id=owner.id,
        kind=MediaKind.IMAGE.value,
        content_type="image/png",
        file_key=f"{number:032x}.png",
        preview_key=f"{number:031x}p.png",
        description=description,
        blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        meta={"original": size, "small": size},
        created_at=clock.now(),
    )


async def follow(follower: Person | Account, followee: Person | Account) -> Follow:
    """An accepted follow, between whoever they are."""
    if isinstance(follower, Account):
        made = await follows.receive(follower, followee.id, f"{follower.uri}/follows/{next(_numbers)}")
        assert made is not None
    else:
        made = await follows.follow(follower.id, followee.id)
    if made.state != FollowState.ACCEPTED:
        if isinstance(followee, Account):
            await follows.receive_accept(followee, follower_id=follower.id)
        else:
            await follows.accept(followee.id, follower.id)
    return made


async def remote_post(
    author: Account, html: str = "", *, visibility: Visibility = Visibility.PUBLIC, **more: object
) -> Post:
    """A post of somebody elsewhere."""
    number = next(_numbers)
    draft = RemotePost(
        uri=f"{author.uri}/posts/{number}",
        url=f"{author.uri}/posts/{number}",
        html=html or f"<p>remote {number}</p>",
        visibility=visibility,
        published_at=clock.now(),
        **more,  # type: ignore[arg-type]
    )
    return await posts.receive(author, draft)


async def settle(runtime: Runtime) -> None:
    """Do the jobs that are due now, except those that talk to other servers."""
    functions = {**timelines.JOBS, **accounts.JOBS, **search.JOBS, **servers.JOBS, **presence.JOBS}
    while await jobs.drain_once(runtime, functions, "test"):
        pass


async def policy(kind: str, *doors: Door, **settings: object) -> Policy:
    """A policy that is on, at these doors or at all; known to this process at once."""
    row = await Policy.create(
        kind=kind,
        name=f"{kind} {next(_numbers)}",
        enabled=True,
        doors=[door.value for door in doors or Door],
        settings=settings,
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    judging.forget()
    return row
