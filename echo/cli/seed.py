"""`echoctl seed`: a small world from a file, for tests and demonstrations."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from echo.actions import accounts as account_actions
from echo.actions import apps as app_actions
from echo.actions import auth, composing, follows, machine, posts, sign_up
from echo.actions.apps import AppDraft
from echo.actions.drafts import PostDraft, ProfileDraft, SignUp
from echo.cli.common import Common, opened, say
from echo.cli.texts import require_storable
from echo.errors import EchoError
from echo.kinds import Role, Visibility
from echo.models import Post
from echo.policy import scopes as scope_policy
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import accounts, apps, relations
from echo.store import auth as auth_store


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

    What exists is left as it is, so that a file can be applied again, also one that failed half way.

    Parameters
    ----------
    file: The TOML file; docs/admin/seed.md describes it.
    """
    world = read(file)
    async with opened(common):
        await require_known(world)
        made = await apply(world)
        await machine.note(Staff.shell(), Deed.SERVER_SEED, str(file), made)
    say(common, made, ", ".join(f"{count} {name}" for name, count in made.items()))


def read(file: Path) -> Seed:
    """The file. Raises EchoError that says what is wrong in it."""
    try:
        world = msgspec.toml.decode(file.read_bytes(), type=Seed)
    except (msgspec.MsgspecError, ValueError) as error:
        raise EchoError(f"{file}: {error}") from error
    require_storable(msgspec.to_builtins(world), file)
    return world


async def require_known(world: Seed) -> None:
    """Look that all that is named is there, or will be, before anything is made. Raises EchoError."""
    coming = {wanted.username.lower() for wanted in world.accounts}
    named = [
        *(token.account for token in world.tokens),
        *(name for wanted in world.follows for name in (wanted.follower, wanted.followee)),
        *(post.account for post in world.posts),
    ]
    for name in dict.fromkeys(named):
        if name.lower() not in coming:
            await _id_of(name)
    coming_apps = {client.client_id for client in world.apps}
    for token in world.tokens:
        if token.app and token.app not in coming_apps:
            raise EchoError(f"There is no app {token.app} in the file")
        if not token.token:
            raise EchoError(f"A token of {token.account} is empty")
        if unknown := [
            scope for scope in scope_policy.parse(token.scopes) if not scope_policy.is_known(scope)
        ]:
            raise EchoError(f"There is no scope {unknown[0]}")


async def apply(world: Seed) -> dict[str, int]:
    """Make what the file says and is not there yet. Returns how many of each were made."""
    return {
        "accounts": sum([await _account(wanted) for wanted in world.accounts]),
        "apps": sum([await _app(client) for client in world.apps]),
        "tokens": sum([await _token(token) for token in world.tokens]),
        "follows": sum([await _follow(wanted) for wanted in world.follows]),
        "posts": sum([await _post(post) for post in world.posts]),
    }


async def _account(wanted: SeedAccount) -> bool:
    if await accounts.find_by_handle(wanted.username) is not None:
        return False
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
    return True


async def _app(client: SeedApp) -> bool:
    if await apps.find_by_client_id(client.client_id) is not None:
        return False
    await app_actions.register_app(
        AppDraft(
            name=client.name,
            redirect_uris=tuple(client.redirect_uris),
            scopes=scope_policy.parse(client.scopes),
            website=client.website,
            client_id=client.client_id,
            secret=client.client_secret,
        )
    )
    return True


async def _token(token: SeedToken) -> bool:
    if await auth_store.find_token(token.token) is not None:
        return False
    client = await apps.find_by_client_id(token.app) if token.app else None
    await auth.create_token_for(
        await _id_of(token.account),
        scope_policy.parse(token.scopes),
        app_id=None if client is None else client.app_id,
        text=token.token,
    )
    return True


async def _follow(wanted: SeedFollow) -> bool:
    follower_id, followee_id = await _id_of(wanted.follower), await _id_of(wanted.followee)
    if await relations.find_follow(follower_id, followee_id) is not None:
        return False
    await follows.follow(follower_id, followee_id)
    return True


async def _post(post: SeedPost) -> bool:
    author_id, visibility = await _id_of(post.account), _VISIBILITY[post.visibility]
    # As it would be kept.
    text, spoiler = composing.tidy(post.text, post.spoiler, has_more=False)
    if await Post.exists(
        author_id=author_id, text=text, spoiler=spoiler, visibility=visibility.value, deleted_at=None
    ):
        return False
    draft = PostDraft(text=text, visibility=visibility, spoiler=spoiler, language=post.language)
    await posts.publish(author_id, draft)
    return True


async def _id_of(username: str) -> int:
    found = await accounts.find_by_handle(username)
    if found is None:
        raise EchoError(f"There is no account {username}")
    return int(found.id)
