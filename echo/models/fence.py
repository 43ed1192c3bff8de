"""What keeps people out at sign-up: domains of e-mail, addresses, mailboxes that were abused."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from echo.columns import SmallIdField


class EmailDomainBlock(Model):
    """A domain of e-mail addresses, or of the mail servers behind them, that nobody signs up with."""

    id = SmallIdField()
    domain = fields.CharField(max_length=255, unique=True, description="in lower case ASCII")
    with_approval = fields.BooleanField(
        default=False, db_default=False, description="not refused: a moderator decides"
    )
    parent_id = fields.BigIntField(
        null=True, db_index=True, description="of a mail server: the block it came with, and goes with"
    )
    expires_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "email_domain_blocks"


class EmailDomainTry(Model):
    """How often somebody tried to sign up with a blocked domain on a day, by network address."""

    id = SmallIdField()
    block_id = fields.BigIntField()
    day = fields.DateField(db_index=True, description="UTC")
    address_digest = fields.CharField(max_length=64, description="SHA-256 of the day and the address")
    uses = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "email_domain_tries"
        unique_together = (("block_id", "day", "address_digest"),)


class IpBlock(Model):
    """A network that may do less here."""

    id = SmallIdField()
    network = fields.CharField(max_length=64, unique=True, description="CIDR")
    severity = fields.CharField(max_length=32, description="echo.kinds_of_fences.IpSeverity")
    comment = fields.TextField(default="", db_default="")
    expires_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "ip_blocks"


class CanonicalEmailBlock(Model):
    """A mailbox that may not sign up, however its address is spelled; only its hash is kept."""

    id = SmallIdField()
    hash = fields.CharField(max_length=64, unique=True, description="SHA-256, hexadecimal")
    account_id = fields.BigIntField(null=True, db_index=True, description="whose suspension made it")
    created_at = fields.DatetimeField()

    class Meta:
        table = "canonical_email_blocks"
