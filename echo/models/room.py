"""Live rooms, in which people hear and see each other. Who is connected now is known to Redis alone."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from echo.columns import IdField


class Room(Model):
    """A live room. It exists from its beginning on, and stays as a row when it is over."""

    id = IdField()
    host_id = fields.BigIntField(db_index=True, description="whose it is")
    title = fields.CharField(max_length=255)
    engine = fields.CharField(max_length=16, description="mesh, janus or livekit")
    access = fields.CharField(max_length=16, description="echo.kinds.RoomAccess")
    chat_id = fields.BigIntField(null=True, db_index=True, description="whose members may join")
    link_secret = fields.CharField(max_length=64, description="part of the link to it")
    video = fields.BooleanField(description="with pictures; otherwise voices alone")
    stage = fields.BooleanField(description="who joins listens, until the host lets them speak")
    maximum = fields.IntField(description="most people at once, the host among them")
    post_id = fields.BigIntField(null=True, db_index=True, description="a post of the host that shows it")
    recording_asked_at = fields.DatetimeField(null=True, description="the host wants to record")
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "rooms"


class RoomMember(Model):
    """Somebody who was in a room. Those who were removed stay as a row, so that they do not come back."""

    id = fields.BigIntField(primary_key=True)
    room_id = fields.BigIntField()
    account_id = fields.BigIntField(db_index=True)
    role = fields.CharField(max_length=16, description="echo.kinds.RoomRole")
    muted = fields.BooleanField(default=False, db_default=False, description="by the host")
    hand_raised_at = fields.DatetimeField(null=True)
    consent = fields.CharField(max_length=8, default="", db_default="", description="echo.kinds.Consent")
    joined_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)
    removed_at = fields.DatetimeField(null=True, description="by the host")

    class Meta:
        table = "room_members"
        unique_together = (("room_id", "account_id"),)
