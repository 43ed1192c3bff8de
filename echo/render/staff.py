"""Roles and the audit log, as those see them who run the server."""

from __future__ import annotations

import msgspec

from echo.db import Row
from echo.render import admin_entities as entities
from echo.render import times


def role(row: Row) -> entities.StaffRole:
    """Shapes:  row: of `store.roles.listing`"""
    return entities.StaffRole(
        id=str(row["id"]),
        name=row["name"],
        color=row["color"],
        permissions=str(row["permissions"]),
        position=row["position"],
        highlighted=row["highlighted"],
        require_2fa=row["require_2fa"],
        holders=row["holders"],
        created_at=times.iso(row["created_at"]),
        updated_at=times.iso(row["updated_at"]),
    )


def audit(row: Row) -> bytes:
    """Shapes:  row: of `store.audit.page`"""
    return msgspec.json.encode(
        entities.AuditEntry(
            id=str(row["id"]),
            account_id=None if row["account_id"] is None else str(row["account_id"]),
            name=row["name"],
            door=row["door"],
            ip=row["address"],
            deed=row["deed"],
            target=entities.AuditTarget(
                kind=row["target_kind"], id=row["target_id"], name=row["target_name"]
            ),
            details=msgspec.json.decode(row["details"], type=dict[str, object]),
            refused=row["refused"],
            created_at=times.iso(row["created_at"]),
        )
    )
