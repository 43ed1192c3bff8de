"""The keys about translating posts."""

from __future__ import annotations

from typing import Annotated, Literal

from echo.config.section import Doc, Section


class Translation(Section, frozen=True):
    """A service that translates posts when people ask for it. It gets the text of public posts."""

    provider: Annotated[
        Literal["none", "libretranslate", "deepl"], Doc(description="none, libretranslate or deepl.")
    ] = "none"
    url: Annotated[
        str,
        Doc(
            description=(
                "Where the service is, without a trailing slash. Empty: libretranslate.com, "
                "or the service of DeepL that the key is for."
            )
        ),
    ] = ""
    key: Annotated[str, Doc(description="API key; better from a file or the environment.")] = ""
    allowed_private_ranges: Annotated[
        list[str],
        Doc(description="Networks (CIDR) of a service in this house, such as 127.0.0.1/32. Normally none."),
    ] = []
