"""What one chose for posting and reading."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import accounts as account_actions
from echo.actions.drafts import ProfileDraft
from echo.http.access import page
from echo.http.params import Params
from echo.kinds import Visibility
from echo.policy import preferences
from echo.policy.preferences import MEDIA_CHOICES, QUOTE_POLICIES
from echo.store import accounts
from echo.text import languages
from echo.web.settings.frame import done, given, me, member, show_page

blueprint = Blueprint("settings_preferences", __name__)
PATH = "/settings/preferences"
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


@blueprint.get(PATH)
@page
@member()
async def show_preferences() -> Response:
    """The choices."""
    return await show_page(
        "settings/preferences.html",
        "Preferences",
        chosen=preferences.read((await accounts.user(me().user_id)).settings),
        visibilities=VISIBILITIES,
        quotes=QUOTES,
        media=MEDIA,
    )


@blueprint.post(PATH)
@page
@member()
async def choose() -> Response:
    """Other ones."""
    await account_actions.change_profile(me().user_id, ProfileDraft(settings=_chosen(given())))
    return done(PATH, "kept")


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
