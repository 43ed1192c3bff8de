"""What other pages send people here to do: share a text or a link, follow somebody, like or boost a post.

Buttons on pages elsewhere lead to these addresses, which are Mastodon's; WebFinger tells other servers the
second one (`federation.discovery`). Nothing happens before the person has seen what it is and pressed a
button.
"""

from __future__ import annotations

import re

from quart import Blueprint, Response, request

from echo import ports
from echo.actions import boosts, chat_joining, follows, likes, posts
from echo.actions.drafts import PostDraft
from echo.actions.idempotency import UsedOtherwise
from echo.addresses import here
from echo.errors import Forbidden, Invalid, NotFound
from echo.http.access import page
from echo.http.families import count_for_account, count_search
from echo.ids import parse_id
from echo.kinds import Visibility
from echo.policy import preferences
from echo.policy.secret_texts import new_secret
from echo.policy.viewer import NOBODY, Viewer
from echo.render import cards
from echo.store import accounts, relations
from echo.store import posts as post_store
from echo.text import handles
from echo.web import chats, visitor
from echo.web.page import Meta, show
from echo.web.settings.frame import given, me, member
from echo.web.settings.preferences import VISIBILITIES

blueprint = Blueprint("intents", __name__)
SHARE, INTERACT = "/share", "/authorize_interaction"
# Of what a page elsewhere puts into the text; what is too long to publish can be seen and cut.
TEXT_CHARACTERS = 10_000
_OUR_PAGE = re.compile(r"/@([^/?#]+)(?:/([0-9]+))?/?")


@blueprint.get(SHARE)
@page
@member()
async def share() -> Response:
    """A new post, with what the page before this one wants to share."""
    chosen = preferences.read((await accounts.user(me().user_id)).settings)
    parts = (request.args.get(name, "").replace("\x00", "").strip() for name in ("title", "text", "url"))
    asked = request.args.get("visibility", "")
    visibility = Visibility.FOLLOWERS.value if asked == "private" else asked
    return await _form(
        text=" ".join(part for part in parts if part)[:TEXT_CHARACTERS],
        visibility=visibility if visibility in VISIBILITIES else chosen.visibility,
    )


@blueprint.post(SHARE)
@page
@member()
async def publish() -> Response:
    """Publish it; what is wrong with it stands above the form."""
    own, form = me().user_id, given()
    chosen = preferences.read((await accounts.user(own)).settings)
    visibility = form.text("visibility", "")
    draft = PostDraft(
        text=form.text("text", ""),
        visibility=Visibility(visibility) if visibility in VISIBILITIES else chosen.visibility,
        spoiler=form.text("spoiler", ""),
        sensitive=chosen.sensitive,
        language=chosen.language,
        quote_policy=chosen.quote_policy,
        # Pressing the button twice publishes once.
        idempotency_key=form.text("key", "")[:64],
    )
    try:
        await count_for_account("posts", by=own)
        post_id = (await posts.publish(own, draft)).id
    except UsedOtherwise as error:
        post_id = error.made.post_id or 0
    except Invalid as error:
        return await _form(
            text=draft.text, spoiler=draft.spoiler, visibility=draft.visibility, problem=error.public
        )
    seen = await post_store.find(NOBODY, post_id)
    return visitor.redirect(
        "/account?done=said" if seen is None else here().post_page(me().username, seen.id)
    )


@blueprint.get(INTERACT)
@page
@member()
async def interact() -> Response:
    """Somebody, to be followed, a post, to be liked or boosted, or a group, to be entered; other servers are
    asked what that is.
    """
    wanted = (request.args.get("uri") or request.args.get("acct") or "").replace("\x00", "").strip()
    await count_search(asks_elsewhere=True, by=me().user_id)
    if chat_joining.is_link(wanted):
        if here().is_ours(wanted):
            return visitor.redirect(wanted)
        return await chats.show_elsewhere(wanted)
    account_id, post_id = await _found(me().viewer, wanted)
    if post_id is not None:
        return await _post(post_id)
    if account_id is not None:
        return await _account(account_id)
    raise NotFound("Not Found")


@blueprint.post(f"{INTERACT}/accounts/<account_id>/follow")
@page
@member()
async def follow(account_id: str) -> Response:
    """Follow them."""
    number = _number(account_id)
    await count_for_account("follows", by=me().user_id)
    try:
        await follows.follow(me().user_id, number)
    except Forbidden as error:
        return await _account(number, problem=error.public, status=403)
    return await _account(number)


@blueprint.post(f"{INTERACT}/accounts/<account_id>/unfollow")
@page
@member()
async def unfollow(account_id: str) -> Response:
    """Follow them no longer, or take back that one has asked to."""
    number = _number(account_id)
    await follows.unfollow(me().user_id, number)
    return await _account(number, notice="You do not follow them.")


@blueprint.post(f"{INTERACT}/posts/<post_id>/like")
@page
@member()
async def like(post_id: str) -> Response:
    """Like it."""
    return await _post((await likes.like(me().user_id, _number(post_id))).id, notice="You like it.")


@blueprint.post(f"{INTERACT}/posts/<post_id>/boost")
@page
@member()
async def boost(post_id: str) -> Response:
    """Boost it."""
    number = _number(post_id)
    await boosts.boost(me().user_id, number)
    return await _post(number, notice="You have boosted it.")


async def _form(*, text: str, visibility: str, spoiler: str = "", problem: str = "") -> Response:
    return await show(
        "share.html",
        meta=Meta(title="New post"),
        status=422 if problem else 200,
        problem=problem,
        text=text,
        spoiler=spoiler,
        visibility=visibility,
        visibilities=VISIBILITIES,
        key=new_secret(),
    )


async def _account(account_id: int, *, problem: str = "", notice: str = "", status: int = 200) -> Response:
    own = me().user_id
    author = (await cards.authors([account_id]))[:1]
    if not author or author[0].suspended:
        raise NotFound("Not Found")
    known = await relations.find_follow(own, account_id)
    return await show(
        "interact.html",
        meta=Meta(title=f"@{author[0].handle}"),
        status=status,
        author=author[0],
        post=None,
        is_self=own == account_id,
        state="" if known is None else known.state,
        problem=problem,
        notice=notice,
    )


async def _post(post_id: int, *, notice: str = "") -> Response:
    card = (await cards.one(me().viewer, post_id)).shown
    return await show(
        "interact.html",
        meta=Meta(title=f"A post of @{card.author.handle}"),
        author=card.author,
        post=card,
        may_boost=card.visibility in ("public", "unlisted"),
        problem="",
        notice=notice,
    )


async def _found(viewer: Viewer, wanted: str) -> tuple[int | None, int | None]:
    """The account or the post that an address or a handle names, asked for at its server when unknown."""
    if not wanted.startswith(("https://", "http://")):
        return await _by_handle(wanted), None
    account = await accounts.find_by_uri(wanted)
    if account is not None:
        return account.id, None
    post = await post_store.find_by_uri(viewer, wanted)
    if post is not None:
        return None, post.id
    if here().is_ours(wanted):
        match = _OUR_PAGE.fullmatch(wanted.removeprefix(here().base))
        if match is None:
            return None, None
        return (None, parse_id(match[2])) if match[2] else (await _by_handle(match[1]), None)
    post_id = await ports.directory().post_by_iri(wanted)
    return (None, post_id) if post_id is not None else (await ports.directory().account_by_iri(wanted), None)


async def _by_handle(text: str) -> int | None:
    name, domain = handles.split(text)
    domain = "" if here().is_handle_host(domain) else domain
    known = await accounts.find_by_handle(name, domain) if name else None
    if known is not None:
        return int(known.id)
    return await ports.directory().account_by_handle(name, domain) if name and domain else None


def _number(text: str) -> int:
    number = parse_id(text)
    if number is None:
        raise NotFound("Not Found")
    return number
