"""Builders: each makes one thing with everything it needs, and nothing else."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from echo import clock, ids
from echo.actions import accounts as account_actions
from echo.actions import auth, posts
from echo.actions.drafts import PostDraft, RemoteAccount, RemotePost
from echo.actions.sign_up import insert_key, new_account
from echo.kinds import AccountKind, Role, Visibility
from echo.models import Account, AccountStats, Post, User
from echo.policy.keys import KeyPair, new_key_pair

_numbers = itertools.count(1)
_keys: list[KeyPair] = []
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


async def person(username: str = "", *, locked: bool = False, role: Role = Role.USER) -> Person:
    """Somebody here. All share one key pair and have no usable password: both are slow to make."""
    if not _keys:
        _keys.append(await new_key_pair())
    name, now = username or f"person{next(_numbers)}", clock.now()
    account = new_account(ids.new_id(), name, at=now)
    account.locked = locked
    await account.save(force_create=True)
    await insert_key(account.id, _keys[0], at=now)
    await AccountStats.create(account_id=account.id)
    await User.create(
        id=account.id,
        email=f"{name}@example.org",
        email_key=f"{name}@example.org",
        password_hash="none",
        role=role.value,
        confirmed_at=now,
        approved_at=now,
        created_at=now,
    )
    issued = await auth.create_token_for(account.id, SCOPES)
    return Person(account, issued.text)


async def stranger(username: str = "", domain: str = "peer.test") -> Account:
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
        )
    )


async def post(
    author: Person, text: str = "", *, visibility: Visibility = Visibility.PUBLIC, reply_to: int | None = None
) -> Post:
    """A post of somebody here."""
    draft = PostDraft(text=text or f"post {next(_numbers)}", visibility=visibility, in_reply_to_id=reply_to)
    return await posts.publish(author.id, draft)


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
