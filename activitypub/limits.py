"""How much of each property is read. Lists are cut before anything in them is looked at.

Source:  the figures Mastodon publishes in its FEDERATION.md, unless a line says otherwise
"""

from __future__ import annotations

from typing import Final

USERNAME_CHARS: Final = 2_048
NAME_CHARS: Final = 2_048
SUMMARY_CHARS: Final = 20_480
FIELDS: Final = 50
FIELD_CHARS: Final = 2_047
ALIASES: Final = 256
MODERATORS: Final = 100
ATTRIBUTION_DOMAINS: Final = 256
PUBLIC_KEYS: Final = 10
PEM_CHARS: Final = 16_384  # an RSA key of 16,384 bits is 3 kB
CONTENT_CHARS: Final = 150_000  # Mitra
ALT_CHARS: Final = 10_000
ATTACHMENTS: Final = 16  # Mitra; Mastodon keeps 4
MENTIONS: Final = 100
HASHTAGS: Final = 100
EMOJIS: Final = 100
TAGS_SEEN: Final = 1_000
SHORTCODE_CHARS: Final = 2_048
POLL_OPTIONS: Final = 500
POLL_OPTION_CHARS: Final = 500
RECIPIENTS: Final = 1_000  # of to, and of cc
AUTHORS_SEEN: Final = 20
URLS_SEEN: Final = 50
FLAG_CHARS: Final = 5_000
OBJECTS: Final = 100  # of one activity
COLLECTION_ITEMS: Final = 1_000
FIRST_REPLIES: Final = 20
REACTION_CHARS: Final = 2_048
EXTENT_PIXELS: Final = 100_000
PLACE_CHARS: Final = 500
TIMEZONE_CHARS: Final = 64
