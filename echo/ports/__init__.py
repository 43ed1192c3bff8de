"""What the core needs from outside, as protocols, each with a version that does nothing."""

from echo.ports.calls import (
    Caller,
    Reply,
)
from echo.ports.remote import (
    NullDirectory,
    NullFiles,
    RemoteDirectory,
    RemoteFiles,
    bind_directory,
    bind_files,
    directory,
    files,
)
from echo.ports.search import (
    Mark,
    NullIndex,
    SearchEntry,
    SearchIndex,
    SearchWish,
    Term,
    Word,
    bind_search_index,
    search_index,
)
from echo.ports.translation import (
    ANY_LANGUAGE,
    NullTranslator,
    Translated,
    Translator,
    bind_translator,
    translator,
)

__all__ = [
    "ANY_LANGUAGE",
    "Caller",
    "Mark",
    "NullDirectory",
    "NullFiles",
    "NullIndex",
    "NullTranslator",
    "RemoteDirectory",
    "RemoteFiles",
    "Reply",
    "SearchEntry",
    "SearchIndex",
    "SearchWish",
    "Term",
    "Translated",
    "Translator",
    "Word",
    "bind_directory",
    "bind_files",
    "bind_search_index",
    "bind_translator",
    "directory",
    "files",
    "search_index",
    "translator",
]
