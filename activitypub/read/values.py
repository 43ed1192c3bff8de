"""Single properties that the fediverse writes in several shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from activitypub import iri, limits
from activitypub.addressing import spelled_once
from activitypub.document import Document, id_of, one_or_many, text_of
from activitypub.objects import ObjectRef, Picture, Tally

# What some software sends for "nothing": a zero-width space as content warning (Misskey).
_INVISIBLE: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad \t\r\n"
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]{1,100}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def short_text(document: Document, key: str, *, at_most: int, languages: Sequence[str] = ()) -> str | None:
    """A text cut to size, or a translation of it; None when nothing visible is in it."""
    text = document.text(key)
    if text is None:
        _, text = translation(document.language_map(f"{key}Map"), languages)
    if not text.strip(_INVISIBLE):
        return None
    return text[:at_most]


def translation(texts: Mapping[str, str], languages: Sequence[str]) -> tuple[str | None, str]:
    """The text in the best of some languages, else the first that is not empty.

    Shapes:  texts: by language; languages: best first; `de` is as good as `de-AT`
    """
    told = {language: text for language, text in texts.items() if text}
    for wanted in languages:
        for language, text in told.items():
            if language.partition("-")[0].lower() == wanted.partition("-")[0].lower():
                return language, text
    return next(iter(told.items()), (None, ""))


def address(document: Document, key: str, *, allow_http: bool) -> str | None:
    """The id a property points to, if it is a good address."""
    return iri.find(document.reference(key), allow_http=allow_http)


def addresses(document: Document, key: str, *, at_most: int, allow_http: bool) -> tuple[str, ...]:
    """The ids a property points to, good addresses only, each once."""
    found = document.references(key, at_most=at_most)
    return tuple(item for item in found if iri.find(item, allow_http=allow_http) is not None)


def recipients(document: Document, key: str, *, allow_http: bool) -> tuple[str, ...]:
    """The ids in to or cc, Public in its full spelling, each once."""
    found = map(spelled_once, document.references(key, at_most=limits.RECIPIENTS))
    return tuple(dict.fromkeys(item for item in found if iri.find(item, allow_http=allow_http) is not None))


def object_ref(value: object, *, allow_http: bool) -> ObjectRef | None:
    """What a value points to; None when it is neither an address nor an object."""
    identifier = id_of(value)
    found = None if identifier is None else iri.find(spelled_once(identifier), allow_http=allow_http)
    if isinstance(value, dict):
        return ObjectRef(id=found, document=Document(value))
    return None if found is None else ObjectRef(id=found)


def web_url(value: object, *, near: str | None = None) -> str | None:
    """A link for people, or the place of a file: spaces are escaped, a path is put on the origin of `near`.

    Returns: an http(s) address (the one HTTP client decides what it will fetch); None when it is none
    """
    text = text_of(value)
    if text is None or len(text) > iri.MAX_LENGTH:
        return None
    text = text.strip().replace(" ", "%20")
    if near is not None and text[:1] == "/" and text[:2] != "//":
        text = iri.origin(near, allow_http=True) + text  # fedify#411
    return iri.find(text, allow_http=True)


def page_url(document: Document, *, near: str) -> str | None:
    """The `url` for people: the text/html one of several, else the first."""
    first = None
    for value in document.values("url")[: limits.URLS_SEEN]:
        url, media_type = link(value, near=near)
        if url is not None and media_type == "text/html":
            return url
        first = first if first is not None else url
    return first


def link(value: object, *, near: str) -> tuple[str | None, str | None]:
    """Address and media type of a string or a Link."""
    if not isinstance(value, dict):
        return web_url(value, near=near), None
    document = Document(value)
    href = document.value("href") if document.has("href") else document.value("url")
    return web_url(href, near=near), media_type_of(document)


def media_type_of(document: Document) -> str | None:
    """The bare media type, lower case, without parameters."""
    text = document.text("mediaType") or document.text("mimeType")  # Funkwhale, PeerTube before 1.1
    bare = "" if text is None else text.partition(";")[0].strip().lower()
    return bare if _MEDIA_TYPE.fullmatch(bare) else None


def picture(value: object, *, near: str) -> Picture | None:
    """The first image of an address, object, Link, or list of these (omnom#44, lemmy#5895)."""
    for item in one_or_many(value)[: limits.URLS_SEEN]:
        if not isinstance(item, dict):
            if (url := web_url(item, near=near)) is not None:
                return Picture(url=url)
            continue
        document = Document(item)
        key = "href" if document.type == "Link" else "url"
        for candidate in document.values(key)[: limits.URLS_SEEN]:
            url, media_type = link(candidate, near=near)
            if url is not None:
                return Picture(
                    url=url, media_type=media_type or media_type_of(document), alt=alt_text(document)
                )
    return None


def alt_text(document: Document) -> str | None:
    """The description of a file: GoToSocial writes `summary`, everyone else `name`."""
    for key in ("summary", "name"):
        if (text := short_text(document, key, at_most=limits.ALT_CHARS)) is not None:
            return text
    return None


def language_of(text: str | None) -> str | None:
    """A language tag; None for `und` and for what is none."""
    if text is None or not _LANGUAGE.fullmatch(text) or text.lower() == "und":
        return None
    return text


def tally(value: object, *, allow_http: bool) -> Tally | None:
    """Id and size of an embedded collection, or the id alone."""
    reference = object_ref(value, allow_http=allow_http)
    if reference is None:
        return None
    total = None if reference.document is None else reference.document.count("totalItems")
    if reference.id is None and total is None:
        return None
    return Tally(id=reference.id, total=total)
