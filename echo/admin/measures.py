"""Figures of this server: measures by the day, dimensions, and who comes back.

Source: Mastodon's methods admin/measures, admin/dimensions, admin/retention
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from quart import Blueprint, Response

from echo import settings
from echo.errors import BadRequest, Invalid
from echo.http.access import needs
from echo.http.params import Params
from echo.http.reading import params
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render import figures
from echo.store import dimensions, measures, retention
from echo.store.measures import MOST_DAYS, Period

blueprint = Blueprint("measures", __name__)
PARTS, MOST_PARTS = 10, 100
FIRST_YEAR, LAST_YEAR = 1970, 2999
_MAY = Permission.VIEW_DASHBOARD


@blueprint.post("/api/v1/admin/measures")
@needs("admin:read", may=_MAY)
async def measured() -> Response:
    """How much there was of something, by the day; keys that nobody knows are left out."""
    given = await params()
    period, answers = _period(given), []
    for key in dict.fromkeys(given.list("keys")):
        measure = measures.MEASURES.get(key)
        if measure is None:
            continue
        about = await _about(given, key, measure.about)
        found = await measures.find(measure, period, about)
        answers.append(figures.measure(key, found, measure.unit))
    return entity(answers)


@blueprint.post("/api/v1/admin/dimensions")
@needs("admin:read", may=_MAY)
async def parts() -> Response:
    """What something is made of, the most frequent first; keys that nobody knows are left out."""
    given = await params()
    period, answers = _period(given), []
    limit = given.integer("limit", minimum=1, maximum=MOST_PARTS) or PARTS
    own = settings.here().instance.domain
    for key in dict.fromkeys(given.list("keys")):
        if key not in dimensions.KEYS:
            continue
        about = await _about(given, key, dimensions.COUNTED[key][1] if key in dimensions.COUNTED else "")
        answers.append(figures.dimension(key, await dimensions.find(key, period, about, limit, own)))
    return entity(answers)


@blueprint.post("/api/v1/admin/retention")
@needs("admin:read", may=_MAY)
async def retained() -> Response:
    """Who joined when, and how many of them were here in each day or month since."""
    given = await params()
    frequency = "month" if given.text("frequency", "day") == "month" else "day"
    found = await retention.cohorts(_period(given), frequency)
    return entity([figures.cohort(one, frequency) for one in found])


def _period(given: Params) -> Period:
    """The days that are asked about. Raises BadRequest without them, Invalid for too many."""
    period = Period(_day(given, "start_at"), _day(given, "end_at"))
    if not 0 <= (period.last - period.first).days < MOST_DAYS:
        raise Invalid(f"The period must end after it begins, and have at most {MOST_DAYS} days")
    return period


def _day(given: Params, name: str) -> date:
    """The day of a date or of a moment, in UTC."""
    said = given.require_text(name).strip()
    try:
        moment = datetime.fromisoformat(said.replace(" ", "+"))
        day = (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"{name} is no date") from error
    # The first and the last day of all are infinity to the database.
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadRequest(f"{name} is too far away")
    return day


async def _about(given: Params, key: str, what: str) -> dict[str, object]:
    """What a key is about: `tag_uses[id]`, `instance_accounts[domain]`, with `[include_subdomains]` also
    what is below it. Raises BadRequest without it.
    """
    more = given.sub(key)
    if what == "id":
        number = more.id("id")
        if number is None:
            raise BadRequest(f"{key}[id] is missing")
        return {"id": number}
    if what == "domain":
        domain = more.text("domain", "").strip().lower()
        if not domain:
            raise BadRequest(f"{key}[domain] is missing")
        below = more.boolean("include_subdomains", default=False)
        return {"domains": await measures.domains_below(domain) if below else [domain]}
    return {}
