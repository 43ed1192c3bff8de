"""What belongs to the house, as those see it who run the server."""

from __future__ import annotations

from echo import addresses, settings
from echo.config.choice import Choice, value
from echo.db import Row
from echo.models import Announcement
from echo.render import admin_entities as entities
from echo.render.times import iso, iso_or_none
from echo.store.house_texts import Source


def announcement(row: Announcement) -> entities.StaffAnnouncement:
    """An announcement as it was written."""
    return entities.StaffAnnouncement(
        id=str(row.id),
        text=row.text,
        content=row.html,
        starts_at=iso_or_none(row.starts_at),
        ends_at=iso_or_none(row.ends_at),
        all_day=row.all_day,
        publish_at=iso_or_none(row.publish_at),
        published_at=iso_or_none(row.published_at),
        created_at=iso(row.created_at),
        updated_at=iso(row.updated_at),
    )


def emoji(row: Row) -> entities.StaffEmoji:
    """Shapes:  row: of `store.emojis.listing`"""
    return entities.StaffEmoji(
        shortcode=row["shortcode"],
        url=addresses.here().file(row["file_key"]),
        static_url=addresses.here().file(row["static_key"]),
        category=row["category"],
        visible_in_picker=row["visible"],
        featured=row["featured"],
    )


def relay(row: Row) -> entities.RelayState:
    """Shapes:  row: of `store.relays.listing`"""
    return entities.RelayState(
        id=str(row["id"]),
        style=row["style"],
        state=row["state"],
        inbox=row["inbox"],
        actor_uri=row["actor_uri"],
        created_at=iso(row["created_at"]),
        answered_at=iso_or_none(row["answered_at"]),
    )


def text(source: Source) -> entities.HouseTextSource:
    """A text as it is written."""
    return entities.HouseTextSource(
        name=source.name, markdown=source.markdown, updated_at=iso_or_none(source.updated_at)
    )


def setting(choice: Choice, chosen: dict[str, object]) -> entities.ChosenSetting:
    """A setting, as the file says and as it was chosen."""
    configured = value(settings.configured(), choice)
    return entities.ChosenSetting(
        name=choice.name,
        description=choice.description,
        kind=choice.kind,
        options=list(choice.options),
        value=chosen.get(choice.name, configured),
        configured=configured,
        is_chosen=choice.name in chosen,
    )
