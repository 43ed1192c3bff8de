"""Emojis under posts, on the wire and here."""

from __future__ import annotations

from activitypub.activities import Like
from activitypub.objects import Emoji
from echo.actions.reactions import Sign
from echo.text import sanitize
from echo.text.emojis import is_character, is_shortcode

# What Misskey called some of them once, and still sends of old posts.
_OLD_NAMES = {
    "like": "👍",
    "love": "❤️",
    "laugh": "😆",
    "hmm": "🤔",
    "surprise": "😮",
    "congrats": "🎉",
    "angry": "💢",
    "confused": "😥",
    "rip": "😇",
    "pudding": "🍮",
    "star": "⭐",
}
_URL_CHARACTERS = 2048


def sign_of(activity: Like) -> Sign | None:
    """The emoji that a Like or an EmojiReact is about; None when it names none that can be shown."""
    return sign_from(activity.content, activity.emojis)


def sign_from(content: str | None, emojis: tuple[Emoji, ...]) -> Sign | None:
    """The same, from a text and the pictures that came along. Colons around a shortcode are optional."""
    word = (content or "").strip()
    word = _OLD_NAMES.get(word, word)
    if is_character(word):
        return Sign(name=word)
    shortcode = word.strip(":").partition("@")[0]
    if not is_shortcode(shortcode):
        return None
    picture = next((emoji for emoji in emojis if emoji.shortcode == shortcode), None)
    if picture is None and len(emojis) == 1:
        picture = emojis[0]
    url = None if picture is None else sanitize.safe_url(picture.url)
    return Sign(name=shortcode, url=url) if url is not None and len(url) <= _URL_CHARACTERS else None


def content_of(name: str, url: str) -> tuple[str, tuple[Emoji, ...]]:
    """How we write an emoji, with the tag that shows its picture.

    Shapes:  name: as it is stored; url: of its picture, empty for a character
    """
    if not url:
        return name, ()
    shortcode = name.partition("@")[0]
    return f":{shortcode}:", (Emoji(shortcode=shortcode, url=url),)
