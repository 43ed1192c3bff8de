"""Texts as rules compare them: folded, without what is put in to evade them."""

from __future__ import annotations

import hashlib
import unicodedata

import regex

# Of longer texts only so much is looked at, in characters.
LOOKED_AT = 20_000
_INVISIBLE = regex.compile(r"[\p{Cf}\p{Mn}\p{Me}\u115f\u1160\u3164]+")
_NAMES = regex.compile(r"@[\w.-]+(?:@[\w.:-]+)?")
_ADDRESSES = regex.compile(r"https?://\S+")
_NO_LETTERS = regex.compile(r"[^\p{L}]+")
# Shorter ones are said by many without any plan.
FINGERPRINT_CHARACTERS = 20


def folded(text: str) -> str:
    """The text in one case and one form, without marks and invisible characters: `Fоo\u0301` is `foo`."""
    bare: str = _INVISIBLE.sub("", unicodedata.normalize("NFKD", text[:LOOKED_AT]))
    return bare.casefold()


def fingerprint(text: str, links: tuple[str, ...] = ()) -> str:
    """What is the same for texts that differ in names, figures and spaces alone; empty for short ones.

    Where almost nothing but links is said, these are compared.
    """
    bare = _NO_LETTERS.sub("", _ADDRESSES.sub("", _NAMES.sub("", folded(text))))
    if len(bare) < FINGERPRINT_CHARACTERS:
        if not links:
            return ""
        bare = " ".join(sorted(links))
    return hashlib.sha256(bare.encode()).hexdigest()[:32]
