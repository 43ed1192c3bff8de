"""`echoctl seed`: a small world from a file, for tests and demonstrations."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from echo.actions import accounts as account_actions
from echo.actions import apps as app_actions
from echo.actions import auth, follows, machine, posts, sign_up
from echo.actions.apps import AppDraft
from echo.actions.drafts import PostDraft, ProfileDraft, SignUp
from echo.cli.common import Common, opened, say
from echo.errors import EchoError
from echo.kinds import Role, Visibility
from echo.policy import scopes as scope_policy
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts


class SeedAccount(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    username: str
    email: str = ""
    password: str = "password-for-tests"  # noqa: S105
    role: Literal["user", "moderator", "admin", "owner"] = "user"
    locale: str = "en"
    display_name: str = ""
    note: str = ""
    locked: bool = False
    discoverable: bool | None = None
    confirmed: bool = True


class SeedApp(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    client_id: str
    client_secret: str
    redirect_uris: list[str] = msgspec.field(default_factory=lambda: ["urn:ietf:wg:oauth:2.0:oob"])
    scopes: str = "read write follow push"
    website: str | None = None


class SeedToken(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    account: str
    token: str
    scopes: str = "read write follow push"
    app: str = ""


class SeedFollow(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    follower: str
    followee: str


class SeedPost(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    account: str
    text: str
    visibility: Literal["public", "unlisted", "private", "direct"] = "public"
    spoiler: str = ""
    language: str | None = None


class Seed(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The file: lists of tables named accounts, apps, tokens, follows, posts."""

    accounts: list[SeedAccount] = []
    apps: list[SeedApp] = []
    tokens: list[SeedToken] = []
    follows: list[SeedFollow] = []
    posts: list[SeedPost] = []


_VISIBILITY = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}


async def seed(file: Path, /, *, common: Common = Common()) -> None:
    """Make accounts, apps, tokens, follows and posts from a TOML file.

    Accounts that exist are left as they are, so that a file can be applied again.

    Parameters
    ----------
    file: The TOML file; docs/admin/seed.md describes it.
    """
    world = read(file)
    async with opened(common):
        made = await apply(world)
        await machine.note(Staff.shell(), Deed.SERVER_SEED, str(file), made)
    say(common, made, ", ".join(f"{count} {name}" for name, count in made.items()))


def read(file: Path) -> Seed:
    """The file. Raises EchoError that says what is wrong in it."""
    try:
        return msgspec.toml.decode(file.read_bytes(), type=Seed)
    except (msgspec.MsgspecError, ValueError) as error:
        raise EchoError(f"{file}: {error}") from error


async def apply(world: Seed) -> dict[str, int]:
    """Make what the file says. Returns how many of each were made."""
    app_ids = {}
    for wanted in world.accounts:
        await _account(wanted)
    for client in world.apps:
        registered = await app_actions.register_app(
            AppDraft(
                name=client.name,
                redirect_uris=tuple(client.redirect_uris),
                scopes=scope_policy.parse(client.scopes),
                website=client.website,
                client_id=client.client_id,
                secret=client.client_secret,
            )
        )
        app_ids[client.client_id] = registered.client.app_id
    for token in world.tokens:
        await auth.create_token_for(
            await _id_of(token.account),
            scope_policy.parse(token.scopes),
            app_id=app_ids.get(token.app),
            text=token.token,
        )
    for wanted_follow in world.follows:
        await follows.follow(await _id_of(wanted_follow.follower), await _id_of(wanted_follow.followee))
    for post in world.posts:
        draft = PostDraft(
            text=post.text,
            visibility=_VISIBILITY[post.visibility],
            spoiler=post.spoiler,
            language=post.language,
        )
        await posts.publish(await _id_of(post.account), draft)
    return {
        "accounts": len(world.accounts),
        "apps": len(world.apps),
        "tokens": len(world.tokens),
        "follows": len(world.follows),
        "posts": len(world.posts),
    }


async def _account(wanted: SeedAccount) -> None:
    if await accounts.find_by_handle(wanted.username) is not None:
        return
    user = await sign_up.create_local(
        SignUp(
            username=wanted.username,
            email=wanted.email or f"{wanted.username}@example.org",
            password=wanted.password,
            locale=wanted.locale,
            agreement=True,
        ),
        role=Role[wanted.role.upper()],
        is_confirmed=wanted.confirmed,
    )
    profile = ProfileDraft(
        display_name=wanted.display_name or None,
        note=wanted.note or None,
        locked=wanted.locked or None,
        discoverable=wanted.discoverable,
    )
    if profile != ProfileDraft():
        await account_actions.change_profile(user.id, profile)


async def _id_of(username: str) -> int:
    found = await accounts.find_by_handle(username)
    if found is None:
        raise EchoError(f"There is no account {username}")
    return int(found.id)
