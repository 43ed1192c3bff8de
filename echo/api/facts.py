"""What apps switch features on by, each with its reason."""

from __future__ import annotations

from typing import Any

from echo import __version__, settings
from echo.actions.featured_tags import MOST_FEATURED
from echo.actions.profile_texts import FIELD_CHARACTERS, PORTRAIT_CHARACTERS
from echo.actions.uploads import DESCRIPTION_CHARACTERS, binary
from echo.media.containers import AUDIO_TYPES, VIDEO_TYPES
from echo.policy import push_keys

# Apps read a Mastodon version from the front (some only the first three characters); what follows the plus
# sign is ours and ignored. Never a two-digit part in the first three characters, no spaces, no "compatible;".
MASTODON_VERSION = f"4.6.5+echo-{__version__}"
# A counter that apps gate on: 1 says no more than that it is there. Grouped notifications would be 2.
API_VERSIONS = {"mastodon": 1, "echo": 1}
IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
MOVIE_TYPES = (*VIDEO_TYPES, *AUDIO_TYPES)


def configuration(origin: str) -> dict[str, Any]:
    """The `configuration` of version 2; version 1 shows some of its parts.

    Shapes:  origin: scheme and host by which the caller reached us; streaming is there as well
    """
    limits, media = settings.here().limits, settings.here().media
    base, has_ffmpeg = settings.here().base_url, binary() is not None
    return {
        "urls": {
            "streaming": "ws" + origin.removeprefix("http"),
            "status": None,
            "about": f"{base}/about",
            "privacy_policy": f"{base}/about",
            "terms_of_service": None,
        },
        "vapid": {"public_key": push_keys.here().public},
        "accounts": {
            "max_display_name_length": limits.display_name_characters,
            "max_note_length": limits.bio_characters,
            "max_avatar_description_length": PORTRAIT_CHARACTERS,
            "max_header_description_length": PORTRAIT_CHARACTERS,
            "max_featured_tags": MOST_FEATURED,
            "max_pinned_statuses": 0,
            "max_profile_fields": limits.profile_fields,
            "profile_field_name_limit": FIELD_CHARACTERS,
            "profile_field_value_limit": FIELD_CHARACTERS,
        },
        "statuses": {
            "max_characters": limits.post_characters,
            "max_media_attachments": limits.post_media,
            "characters_reserved_per_url": 23,
        },
        "media_attachments": {
            "supported_mime_types": [*IMAGE_TYPES, *(MOVIE_TYPES if has_ffmpeg else ())],
            "description_limit": DESCRIPTION_CHARACTERS,
            "image_size_limit": media.image_limit_bytes,
            "image_matrix_limit": media.image_limit_pixels,
            "video_size_limit": media.video_limit_bytes if has_ffmpeg else 0,
            "video_frame_rate_limit": media.video_limit_frame_rate if has_ffmpeg else 0,
            "video_matrix_limit": media.video_limit_pixels if has_ffmpeg else 0,
        },
        "polls": {
            "max_options": 0,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        },
        "translation": {"enabled": False},
        "timelines_access": {
            "live_feeds": {"local": "public", "remote": "public"},
            "hashtag_feeds": {"local": "public", "remote": "public"},
            "trending_link_feeds": {"local": "public", "remote": "public"},
        },
        "limited_federation": False,
    }


def rules() -> list[dict[str, Any]]:
    """The rules of the house, numbered from 1."""
    return [
        {"id": str(number), "text": text, "hint": "", "translations": {}}
        for number, text in enumerate(settings.here().instance.rules, 1)
    ]
