"""The texts of the house as pages."""

from __future__ import annotations

from datetime import date

from quart import Blueprint, Response

from echo.addresses import here
from echo.errors import NotFound
from echo.http.access import page
from echo.store import house_texts
from echo.web.page import Meta, show

blueprint = Blueprint("texts", __name__)


@blueprint.get("/privacy-policy")
@page
async def privacy_policy() -> Response:
    """What is done with data about people."""
    text = house_texts.privacy()
    return await _show("Privacy policy", "privacy-policy", text.html, text.updated_at.date())


@blueprint.get("/terms-of-service")
@page
async def terms_of_service() -> Response:
    """The terms that are in force, or the first that will be."""
    return await _show_terms(house_texts.terms())


@blueprint.get("/terms-of-service/<day>")
@page
async def terms_of_day(day: str) -> Response:
    """The terms that came into force on a day."""
    try:
        return await _show_terms(house_texts.terms(date.fromisoformat(day)))
    except ValueError:
        raise NotFound("Not Found") from None


async def _show_terms(terms: house_texts.Terms | None) -> Response:
    if terms is None:
        raise NotFound("Not Found")
    return await _show(
        "Terms of service", "terms-of-service", terms.html, terms.effective_on, next_on=terms.next_on
    )


async def _show(title: str, path: str, html: str, day: date, *, next_on: date | None = None) -> Response:
    return await show(
        "text.html",
        meta=Meta(title=title, url=f"{here().base}/{path}", indexed=True),
        title=title,
        html=html,
        day=day.isoformat(),
        day_words=_words(day),
        next_day=next_on.isoformat() if next_on else "",
        next_words=_words(next_on) if next_on else "",
    )


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
