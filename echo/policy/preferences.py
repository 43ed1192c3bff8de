"""What people choose for their own posts and screens, with the defaults of those who chose nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from echo.kinds import Visibility

QUOTE_POLICIES = ("public", "followers", "nobody")
MEDIA_CHOICES = ("default", "show_all", "hide_all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Read from `users.settings`; unreadable values count as not chosen.

    Shapes:  quote_policy: who may quote new posts; expand_media: one of `MEDIA_CHOICES`
    """

    visibility: Visibility = Visibility.PUBLIC
    sensitive: bool = False
    language: str | None = None
    quote_policy: str = "public"
    expand_media: str = "default"
    expand_spoilers: bool = False
    autoplay: bool = False


def read(settings: Mapping[str, object]) -> Preferences:
    """The choices in a settings column."""
    visibility, language = settings.get("visibility"), settings.get("language")
    known = isinstance(visibility, str) and visibility in list(Visibility)
    return Preferences(
        visibility=Visibility(str(visibility)) if known else Visibility.PUBLIC,
        sensitive=settings.get("sensitive") is True,
        language=language if isinstance(language, str) and language else None,
        quote_policy=_one_of(settings.get("quote_policy"), QUOTE_POLICIES),
        expand_media=_one_of(settings.get("expand_media"), MEDIA_CHOICES),
        expand_spoilers=settings.get("expand_spoilers") is True,
        autoplay=settings.get("autoplay") is True,
    )


def _one_of(value: object, known: tuple[str, ...]) -> str:
    """The value, or the first of what is known."""
    return value if isinstance(value, str) and value in known else known[0]
