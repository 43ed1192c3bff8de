"""What somebody is told of: by letter, and from whom in the app."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import letters as actions
from echo.actions import notices
from echo.http.access import page
from echo.kinds import Handling
from echo.policy import letters as policy
from echo.policy.standing import Standing
from echo.store import letters, notification_policies
from echo.web.notices import TITLES
from echo.web.settings.frame import done, given, me, member, show_page
from echo.web.settings.navigation import ANYBODY

blueprint = Blueprint("settings_notices", __name__)
PATH = "/settings/notifications"
# Fields of `NoticePolicy`, in the words of the page.
STRANGERS = {
    "not_following": "People whom you do not follow",
    "not_followers": "People who do not follow you",
    "new_accounts": "Accounts that are younger than 30 days",
    "private_mentions": "Private mentions that nobody asked for",
    "limited_accounts": "Accounts that moderators have limited",
    "bots": "Programs",
}
HANDLINGS = {
    Handling.ACCEPT: "Tell me",
    Handling.FILTER: "Keep apart, as requests",
    Handling.DROP: "Throw away",
}


@blueprint.get(PATH)
@page
@member(ANYBODY)
async def choices() -> Response:
    """The choices."""
    person = me()
    known = policy.read(await letters.settings(person.user_id))
    kinds = [k for k in policy.DEFAULTS if person.seat.is_staff or k not in policy.FOR_MODERATORS]
    strangers = await notification_policies.policy(person.user_id)
    return await show_page(
        "settings/notices.html",
        "Notifications",
        kinds=[(kind.value, TITLES[kind], kind in known.kinds) for kind in kinds],
        chosen=known,
        digest_title=TITLES[policy.DIGEST],
        strangers=[(name, title, getattr(strangers, name)) for name, title in STRANGERS.items()],
        handlings=HANDLINGS,
        is_active=person.standing is Standing.ACTIVE,
    )


@blueprint.post(PATH)
@page
@member(ANYBODY)
async def choose() -> Response:
    """Keep which letters are wanted."""
    person, form = me(), given()
    names = [
        name for name in (*policy.DEFAULTS, "always", policy.DIGEST) if form.boolean(name, default=False)
    ]
    chosen = policy.chosen_from(names)
    if not person.seat.is_staff:
        # What the form does not offer stays as it was.
        known = policy.read(await letters.settings(person.user_id))
        kinds = (chosen.kinds - policy.FOR_MODERATORS) | (known.kinds & policy.FOR_MODERATORS)
        chosen = policy.Letters(kinds=kinds, always=chosen.always, digest=chosen.digest)
    await actions.choose(person.user_id, chosen)
    return done(PATH, "kept")


@blueprint.post(f"{PATH}/strangers")
@page
@member()
async def choose_strangers() -> Response:
    """Keep from whom one is told."""
    form, known = given(), set(Handling)
    chosen = {name: form.integer(name) for name in STRANGERS}
    kept = {name: Handling(value) for name, value in chosen.items() if value in known}
    await notices.choose(me().user_id, kept)
    return done(PATH, "kept")
