"""A pyld document loader that serves bundled contexts and refuses everything else.

Only what canonicalises JSON-LD imports this module; the rest of the package never loads pyld.
"""

from __future__ import annotations

from typing import Any, Final

from pyld import jsonld
from pyld.documentloader.frozen import BUNDLED_CONTEXTS, FrozenDocumentLoader

from activitypub.vocabulary import AS, SECURITY

_FROZEN: Final = FrozenDocumentLoader({url: BUNDLED_CONTEXTS[url] for url in (AS, SECURITY)})
#: Spellings of the bundled addresses that are seen in documents.
_ALIASES: Final = {
    f"{spelling}{tail}": url
    for url in (AS, SECURITY)
    for spelling in (url, url.replace("https:", "http:"))
    for tail in ("", "#", "/")
}


def load_context(url: str, options: dict[str, Any]) -> Any:
    """Serve a bundled context; never touches the network.

    Raises:  jsonld.JsonLdError: loading document failed, for every other address
    """
    return _FROZEN(_ALIASES.get(url, url), options)


def expand(document: dict[str, Any]) -> list[Any]:
    """Expand a document with bundled contexts only.

    Raises:  jsonld.JsonLdError: an unknown context, or no JSON-LD
    """
    expanded: list[Any] = jsonld.expand(document, {"documentLoader": load_context})
    return expanded
