"""Which forms of each entity were seen: what can be null as null and not, every list empty and not.

An entity that was only ever rendered in its usual form says nothing of the day on which a client meets the
other. `Forms` walks an answer by the structure and writes down in which forms each field of each entity in it
came; `missing` says which forms never did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests import structure
from tests.api.asking import Answer

NULL, EMPTY, FILLED, YES, NO, ABSENT = "null", "empty", "filled", "true", "false", "absent"
_REF = "#/components/schemas/"
# Lists that have something in them always, and flags that are there only when they are true.
NEVER_EMPTY = {
    "Filter.context",
    "FilterResult.keyword_matches",
    "NotificationGroup.sample_account_ids",
    "Poll.options",
    "Relationship.languages",
    "Status.blocks",
    "Suggestion.sources",
    "Tag.history",
    "V1Filter.context",
    "Conversation.accounts",
    "CollectionWithAccounts.accounts",
    "GroupedNotificationsResults.partial_accounts",
}
# What these say is said of an account elsewhere: one set of forms is enough.
_LIKE = {"CredentialAccount": "Account", "MutedAccount": "Account"}


class Forms:
    """The forms that were seen, by entity and field."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.wrong: list[str] = []
        self._schemas = structure.entities_for_all()

    def take(self, answer: Answer, entity: str, *, many: bool = False) -> None:
        """Check an answer, and write down what is in it. What is wrong with it is gathered in `wrong`."""
        try:
            found = answer.many(entity) if many else [answer.one(entity)]
        except AssertionError as error:
            self.wrong.append(str(error))
            return
        for document in found:
            self.note(entity, document)

    def note(self, entity: str, document: dict[str, Any]) -> None:
        """Write down an entity and all that it holds."""
        schema = self._schemas[entity]
        for key, part in schema.get("properties", {}).items():
            self.seen[entity][key].add(_form(document[key]) if key in document else ABSENT)
            if document.get(key) is not None:
                self._walk(part, document[key])

    def _walk(self, schema: dict[str, Any], value: Any) -> None:
        for part in (schema, *schema.get("anyOf", ())):
            if "$ref" in part and isinstance(value, dict):
                name = part["$ref"].removeprefix(_REF)
                if set(value) <= set(self._schemas[name].get("properties", value)):
                    self.note(name, value)
                    return
            if "items" in part and isinstance(value, list):
                for one in value:
                    self._walk(part["items"], one)

    def missing(self) -> Iterator[str]:
        """The forms that no entity came in, each as `Entity.field form`."""
        for entity, fields in sorted(self.seen.items()):
            known = self._schemas.get(_LIKE.get(entity, ""), {}).get("properties", {})
            for key, schema in sorted(self._schemas[entity].get("properties", {}).items()):
                wanted = _wanted(schema) if key not in known else set()
                if f"{entity}.{key}" in NEVER_EMPTY:
                    wanted.discard(EMPTY)
                if ABSENT in fields[key]:
                    wanted.discard(NO)
                yield from (f"{entity}.{key} {form}" for form in sorted(wanted - fields[key]))


def _form(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return YES if value else NO
    return EMPTY if value in ("", [], {}) else FILLED


def _wanted(schema: dict[str, Any]) -> set[str]:
    parts = [schema, *schema.get("anyOf", ())]
    types = {name for part in parts for name in _types(part)}
    if "boolean" in types or "const" in schema:
        return {YES, NO} if "const" not in schema else {YES}
    wanted = {FILLED}
    if "null" in types:
        wanted.add(NULL)
    if "array" in types:
        wanted.add(EMPTY)
    return wanted


def _types(part: dict[str, Any]) -> list[str]:
    named = part.get("type", [])
    return named if isinstance(named, list) else [named]
