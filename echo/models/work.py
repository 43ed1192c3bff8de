"""Work that must not be lost: jobs, deliveries to other servers, activities received from them."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from echo.columns import EMPTY_DICT, SmallIdField


class Job(Model):
    """A job written in the transaction of the change that causes it; deleted when it is done."""

    id = SmallIdField()
    name = fields.CharField(max_length=64)
    arguments: Any = fields.JSONField(default=dict, db_default=EMPTY_DICT)
    due_at = fields.DatetimeField()
    attempts = fields.IntField(default=0, db_default=0)
    lease_owner = fields.CharField(max_length=64, default="", db_default="")
    lease_until = fields.DatetimeField(null=True)
    dead = fields.BooleanField(default=False, db_default=False)
    last_error = fields.TextField(default="", db_default="")
    traceparent = fields.CharField(
        max_length=64, default="", db_default="", description="where the trace of its cause goes on"
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "jobs"


class OutboundActivity(Model):
    """An activity of ours, serialised once. `object_key` orders activities about one thing."""

    id = SmallIdField()
    uri = fields.CharField(max_length=2048, unique=True)
    kind = fields.CharField(max_length=32)
    sender_id = fields.BigIntField()
    object_key = fields.CharField(max_length=2048, default="", db_default="")
    key_generation = fields.IntField(
        null=True, description="of the key that signs it; null: the one that is valid when it is sent"
    )
    post_id = fields.BigIntField(null=True, description="audience and blocks are looked at again for it")
    body = fields.BinaryField()
    traceparent = fields.CharField(
        max_length=64, default="", db_default="", description="where the trace of its cause goes on"
    )
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "outbound_activities"


class Delivery(Model):
    """One activity on its way to one inbox."""

    id = SmallIdField()
    activity_id = fields.BigIntField()
    host = fields.CharField(max_length=255)
    inbox = fields.CharField(max_length=2048)
    order_key = fields.BigIntField(
        default=0, db_default=0, description="hash of the object that is told about"
    )
    state = fields.CharField(
        max_length=16, default="pending", db_default="pending", description="echo.kinds.DeliveryState"
    )
    attempts = fields.IntField(default=0, db_default=0)
    starts = fields.IntField(
        default=0, db_default=0, description="claims, those that a dead worker held included"
    )
    deaths = fields.IntField(default=0, db_default=0, description="workers that ended while they held it")
    due_at = fields.DatetimeField()
    lease_owner = fields.CharField(max_length=64, default="", db_default="")
    lease_token = fields.BigIntField(default=0, db_default=0)
    lease_until = fields.DatetimeField(null=True)
    last_status = fields.IntField(null=True)
    last_error = fields.TextField(default="", db_default="")
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "deliveries"
        unique_together = (("activity_id", "inbox"),)


class InboundActivity(Model):
    """An activity that another server delivered, kept as it came until it is processed."""

    id = SmallIdField()
    actor_uri = fields.CharField(max_length=2048)
    uri = fields.CharField(max_length=2048)
    kind = fields.CharField(max_length=64, default="", db_default="")
    signer_uri = fields.CharField(max_length=2048, default="", db_default="")
    host = fields.CharField(max_length=255, default="", db_default="")
    body = fields.BinaryField()
    state = fields.CharField(
        max_length=16, default="pending", db_default="pending", description="echo.kinds.InboundState"
    )
    reason = fields.CharField(
        max_length=64, default="", db_default="", description="code; why it had no effect"
    )
    attempts = fields.IntField(default=0, db_default=0)
    deaths = fields.IntField(default=0, db_default=0, description="workers that ended while they held it")
    due_at = fields.DatetimeField()
    lease_owner = fields.CharField(max_length=64, default="", db_default="")
    lease_until = fields.DatetimeField(null=True)
    last_error = fields.TextField(default="", db_default="")
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "inbound_activities"
        unique_together = (("actor_uri", "uri"),)


class Host(Model):
    """What we know of another server, by the host of its inboxes."""

    name = fields.CharField(max_length=255, primary_key=True)
    health = fields.CharField(
        max_length=16, default="closed", db_default="closed", description="echo.kinds.HostHealth"
    )
    failures = fields.IntField(default=0, db_default=0, description="in a row")
    probes = fields.IntField(default=0, db_default=0, description="that failed since it is open")
    first_failed_at = fields.DatetimeField(null=True)
    last_failed_at = fields.DatetimeField(null=True)
    probe_at = fields.DatetimeField(null=True, description="when the next try is due while open")
    rest_until = fields.DatetimeField(null=True, description="it asked to be left alone until then")
    last_ok_at = fields.DatetimeField(null=True)
    last_seen_at = fields.DatetimeField(null=True, description="when it last spoke to us")
    last_error = fields.TextField(default="", db_default="")
    signature_scheme = fields.CharField(
        max_length=16, default="", db_default="", description="cavage or rfc9421"
    )
    signature_seen_at = fields.DatetimeField(null=True, description="when it last proved that")
    software = fields.CharField(max_length=128, default="", db_default="")
    software_version = fields.CharField(max_length=128, default="", db_default="")
    asked_at = fields.DatetimeField(null=True, description="when it was last asked what it runs")
    created_at = fields.DatetimeField()

    class Meta:
        table = "hosts"
