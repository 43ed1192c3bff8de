"""What apps switch features on by, each with its reason."""

from __future__ import annotations

from typing import Any

from echo import __version__, settings
from echo.actions.composing import CONTENT_TYPES
from echo.actions.featured_tags import MOST_FEATURED
from echo.actions.profile_texts import FIELD_CHARACTERS, PORTRAIT_CHARACTERS
from echo.actions.uploads import DESCRIPTION_CHARACTERS, binary
from echo.media.containers import AUDIO_TYPES, VIDEO_TYPES
from echo.policy import push_keys
from echo.policy.feeds import Feed, settings_of
from echo.render import house_rules

# Apps read a Mastodon version from the front (some only the first three characters); what follows the plus
# sign is ours and ignored. Never a two-digit part in the first three characters, no spaces, no "compatible;".
MASTODON_VERSION = f"4.6.5+echo-{__version__}"
# A counter that apps gate on, and each step of it is done here: 2 grouped notifications, policy, requests;
# 3 attribution domains; 4 deleting files, standard web push; 5 the filter action blur; 6 featured hashtags
# and endorsements; 7 quotes; 8, 9 profile; 10 collections, `supported_types`; 11 descriptions of portraits.
API_VERSIONS = {"mastodon": 11, "echo": 1}
IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
MOVIE_TYPES = (*VIDEO_TYPES, *AUDIO_TYPES)


def configuration(origin: str, *, has_terms: bool) -> dict[str, Any]:
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
            "privacy_policy": f"{base}/privacy-policy",
            "terms_of_service": f"{base}/terms-of-service" if has_terms else None,
        },
        "vapid": {"public_key": push_keys.here().public},
        "accounts": {
            "max_display_name_length": limits.display_name_characters,
            "max_note_length": limits.bio_characters,
            "max_avatar_description_length": PORTRAIT_CHARACTERS,
            "max_header_description_length": PORTRAIT_CHARACTERS,
            "max_featured_tags": MOST_FEATURED,
            "max_pinned_statuses": limits.pinned_posts,
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
            "max_options": limits.poll_options,
            "max_characters_per_option": limits.poll_option_characters,
            "min_expiration": limits.poll_min_seconds,
            "max_expiration": limits.poll_max_seconds,
        },
        "translation": {"enabled": settings.here().translation.provider != "none"},
        "timelines_access": {
            "live_feeds": settings_of(Feed.LIVE),
            "hashtag_feeds": settings_of(Feed.HASHTAG),
            "trending_link_feeds": settings_of(Feed.LINK),
        },
        "limited_federation": settings.here().federation.only_allowed,
    }


# Words by which Soapbox, Mangane, pl-fe and Nicolium switch features on, each with what makes it true here.
FEATURES = {
    "mastodon_api": "this API",
    "mastodon_api_streaming": "echo.streaming",
    "quote_posting": "echo.api.quotes, and `quote_id` beside `quoted_status_id`",
    "polls": "echo.api.polls",
    "pleroma_emoji_reactions": "echo.api.reactions",
    "custom_emoji_reactions": "the same, with emojis of this server and those that are there already",
    "pleroma_chat_messages": "echo.api.pleroma_chats",
    "editing": "PUT /api/v1/statuses/:id",
}


def pleroma() -> dict[str, Any]:
    """What apps of that family look for; `post_formats` are the values of `content_type`."""
    features = list(FEATURES)
    if settings.here().translation.provider != "none":
        features.append("translation")
    return {"metadata": {"features": features, "post_formats": list(CONTENT_TYPES)}}


async def rules() -> list[dict[str, Any]]:
    """The rules of the house with their numbers and their translations by language."""
    return await house_rules.many()
