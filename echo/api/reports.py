"""Telling the moderators."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import reports as actions
from echo.actions.reports import ReportDraft
from echo.api.facts import rules
from echo.errors import Invalid
from echo.http.access import account_id, needs
from echo.http.families import count_for_account
from echo.http.params import Params
from echo.http.reading import params, read_id
from echo.http.replies import raw
from echo.kinds import ReportCategory
from echo.render import report
from echo.store import reports

blueprint = Blueprint("reports", __name__)


@blueprint.post("/api/v1/reports")
@needs("write:reports")
async def create() -> Response:
    """Report an account, with posts and collections of it, and the rules that it breaks."""
    await count_for_account("reports")
    given = await params()
    rule_ids = await _rule_ids(given)
    draft = ReportDraft(
        target_id=read_id(given.require_text("account_id")),
        comment=given.text("comment", ""),
        category=_category(given, default="violation" if rule_ids else "other"),
        post_ids=_ids(given, "status_ids"),
        rule_ids=rule_ids,
        collection_ids=_ids(given, "collection_ids"),
        forward=given.boolean("forward", default=False),
        forward_hosts=tuple(given.list("forward_to_domains")),
    )
    made = await actions.report(account_id(), draft)
    rendered = await report.by_id(list((await reports.rows([made.id])).values()))
    return raw(rendered[made.id])


def _ids(given: Params, name: str) -> tuple[int, ...]:
    """Raises NotFound when one of them cannot be an id: none of that name exists."""
    return tuple(dict.fromkeys(read_id(text.strip()) for text in given.list(name)))


async def _rule_ids(given: Params) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(given.list("rule_ids")))
    known = {rule["id"] for rule in await rules()}
    if not known.issuperset(wanted):
        raise Invalid("Validation failed: Rules does not reference valid rules")
    return wanted


def _category(given: Params, *, default: str) -> ReportCategory:
    word = given.text("category") or default
    try:
        return ReportCategory(word)
    except ValueError:
        raise Invalid("Validation failed: Category is not included in the list") from None
