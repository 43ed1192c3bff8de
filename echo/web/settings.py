"""What one chose for posting and reading, and the end of an account."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import accounts as account_actions
from echo.actions.drafts import ProfileDraft
from echo.errors import Forbidden, Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.http.params import Params
from echo.kinds import Visibility
from echo.policy import preferences
from echo.policy.preferences import MEDIA_CHOICES, QUOTE_POLICIES
from echo.policy.standing import Login, Standing
from echo.store import accounts
from echo.text import languages
from echo.web import visitor
from echo.web.page import Meta, show

blueprint = Blueprint("settings", __name__)
PREFERENCES, DELETE = "/settings/preferences", "/settings/delete"
# In the words of the page; the first of each is where somebody starts.
VISIBILITIES = {
    Visibility.PUBLIC: "Everybody, and shown in public timelines",
    Visibility.UNLISTED: "Everybody, but not in public timelines",
    Visibility.FOLLOWERS: "Followers and people mentioned",
    Visibility.DIRECT: "People mentioned",
}
QUOTES = dict(zip(QUOTE_POLICIES, ("Everybody", "Followers", "Nobody"), strict=True))
MEDIA = dict(
    zip(MEDIA_CHOICES, ("Hide what is marked as sensitive", "Show always", "Hide always"), strict=True)
)
_MAY_DELETE = (Standing.ACTIVE, Standing.MOVED, Standing.UNCONFIRMED, Standing.PENDING)


@blueprint.get("/settings/preferences")
@page
async def show_preferences() -> Response:
    """The choices."""
    person = await _person((Standing.ACTIVE,))
    if person is None:
        return visitor.to_login(PREFERENCES)
    chosen = preferences.read((await accounts.user(person.user_id)).settings)
    return await show(
        "preferences.html",
        meta=Meta(title="Preferences"),
        chosen=chosen,
        visibilities=VISIBILITIES,
        quotes=QUOTES,
        media=MEDIA,
        notice="Your choices are kept." if "done" in request.args else "",
    )


@blueprint.post("/settings/preferences")
@page
async def choose() -> Response:
    """Other ones."""
    given = await visitor.read_form()
    person = await _person((Standing.ACTIVE,))
    if person is None:
        return visitor.to_login(PREFERENCES)
    await account_actions.change_profile(person.user_id, ProfileDraft(settings=_chosen(given)))
    return visitor.redirect(f"{PREFERENCES}?done=1")


@blueprint.get("/settings/delete")
@page
async def ask_to_delete() -> Response:
    """What is lost, and a form that asks for the password."""
    person = await _person(_MAY_DELETE)
    return visitor.to_login(DELETE) if person is None else await _delete_form(person)


@blueprint.post("/settings/delete")
@page
async def delete() -> Response:
    """The end of the account."""
    given = await visitor.read_form()
    person = await _person(_MAY_DELETE)
    if person is None:
        return visitor.to_login(DELETE)
    await count_for_address("login", also=("login", person.username))
    try:
        await account_actions.delete_oneself(person.user_id, given.text("password", ""))
    except Invalid as error:
        return await _delete_form(person, problem=error.public, status=422)
    response = visitor.redirect("/login?done=deleted")
    visitor.end_session(response)
    return response


async def _person(allowed: tuple[Standing, ...]) -> Login | None:
    person = await visitor.login()
    if person is not None and person.standing not in allowed:
        raise Forbidden
    return person


async def _delete_form(person: Login, *, problem: str = "", status: int = 200) -> Response:
    return await show(
        "delete.html", meta=Meta(title="Delete your account"), status=status, person=person, problem=problem
    )


def _chosen(given: Params) -> dict[str, object]:
    """What was chosen, of what there is to choose; a box without a tick is not sent."""
    visibility, quotes, media = (given.text(name, "") for name in ("visibility", "quotes", "media"))
    return {
        "visibility": visibility if visibility in VISIBILITIES else Visibility.PUBLIC.value,
        "quote_policy": quotes if quotes in QUOTES else QUOTE_POLICIES[0],
        "expand_media": media if media in MEDIA else MEDIA_CHOICES[0],
        "language": languages.normalise(given.text("language")),
        "sensitive": given.boolean("sensitive", default=False),
        "expand_spoilers": given.boolean("spoilers", default=False),
        "autoplay": given.boolean("autoplay", default=False),
    }
