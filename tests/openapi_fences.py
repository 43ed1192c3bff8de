"""Blocks of servers, mail and networks, and invitations: parameters and answers. Shapes come from
`echo.render.fence_entities`.
"""

from __future__ import annotations

import inspect

import msgspec

from echo.render import fence_entities
from tests.openapi_parts import OBJECT, TEXT, Json, fields, many, query, ref, route

_STRUCTS = [
    one
    for _, one in inspect.getmembers(fence_entities, inspect.isclass)
    if issubclass(one, msgspec.Struct) and one.__module__ == fence_entities.__name__
]
SHAPES_OF_FENCES: dict[str, Json] = msgspec.json.schema_components(
    _STRUCTS, ref_template="#/components/schemas/{name}"
)[1]

_ADMIN, _OWN = "/api/v1/admin", "/api/v1/echo/admin"
_PAGE = query(max_id="string", since_id="string", min_id="string", limit="integer")
_COUNT = fields(count="integer")
_BLOCK = fields(
    severity="string",
    reject_media="boolean",
    reject_reports="boolean",
    private_comment="string",
    public_comment="string",
    obfuscate="boolean",
)
_LIST = fields(
    name="string",
    url="string",
    list="string",
    severity="string",
    automatic="boolean",
    retracts="boolean",
    interval_hours="integer",
)
_IDS: Json = {"type": "object", "properties": {"ids": many(TEXT), "all": {"type": "boolean"}}}
_INVITE = fields(max_uses="integer", expires_in="integer", autofollow="boolean", comment="string")


def _with(body: Json, **more: str) -> Json:
    return {"type": "object", "properties": body["properties"] | fields(**more)["properties"]}


ROUTES_OF_FENCES: dict[str, Json] = {
    f"GET {_ADMIN}/domain_blocks": route(many(ref("AdminDomainBlock")), parameters=_PAGE),
    f"POST {_ADMIN}/domain_blocks": route(ref("AdminDomainBlock"), body=_with(_BLOCK, domain="string")),
    f"GET {_ADMIN}/domain_blocks/{{block_id}}": route(ref("AdminDomainBlock")),
    f"PUT {_ADMIN}/domain_blocks/{{block_id}}": route(ref("AdminDomainBlock"), body=_BLOCK),
    f"PATCH {_ADMIN}/domain_blocks/{{block_id}}": route(ref("AdminDomainBlock"), body=_BLOCK),
    f"DELETE {_ADMIN}/domain_blocks/{{block_id}}": route(OBJECT),
    f"GET {_ADMIN}/domain_allows": route(many(ref("AdminDomainAllow")), parameters=_PAGE),
    f"POST {_ADMIN}/domain_allows": route(ref("AdminDomainAllow"), body=fields(domain="string")),
    f"GET {_ADMIN}/domain_allows/{{allow_id}}": route(ref("AdminDomainAllow")),
    f"DELETE {_ADMIN}/domain_allows/{{allow_id}}": route(OBJECT),
    f"GET {_ADMIN}/email_domain_blocks": route(many(ref("AdminEmailDomainBlock")), parameters=_PAGE),
    f"POST {_ADMIN}/email_domain_blocks": route(
        ref("AdminEmailDomainBlock"),
        body=_with(
            {"properties": {"mail_servers": many(TEXT)}},
            domain="string",
            allow_with_approval="boolean",
            expires_in="integer",
        ),
    ),
    f"GET {_ADMIN}/email_domain_blocks/{{block_id}}": route(ref("AdminEmailDomainBlock")),
    f"DELETE {_ADMIN}/email_domain_blocks/{{block_id}}": route(OBJECT),
    f"GET {_ADMIN}/ip_blocks": route(many(ref("AdminIpBlock")), parameters=_PAGE),
    f"POST {_ADMIN}/ip_blocks": route(
        ref("AdminIpBlock"),
        body=fields(ip="string", severity="string", comment="string", expires_in="integer"),
    ),
    f"GET {_ADMIN}/ip_blocks/{{block_id}}": route(ref("AdminIpBlock")),
    f"PUT {_ADMIN}/ip_blocks/{{block_id}}": route(
        ref("AdminIpBlock"),
        body=fields(ip="string", severity="string", comment="string", expires_in="integer"),
    ),
    f"PATCH {_ADMIN}/ip_blocks/{{block_id}}": route(
        ref("AdminIpBlock"),
        body=fields(ip="string", severity="string", comment="string", expires_in="integer"),
    ),
    f"DELETE {_ADMIN}/ip_blocks/{{block_id}}": route(OBJECT),
    f"GET {_ADMIN}/canonical_email_blocks": route(many(ref("AdminCanonicalEmailBlock")), parameters=_PAGE),
    f"POST {_ADMIN}/canonical_email_blocks": route(
        ref("AdminCanonicalEmailBlock"), body=fields(email="string", canonical_email_hash="string")
    ),
    f"POST {_ADMIN}/canonical_email_blocks/test": route(
        many(ref("AdminCanonicalEmailBlock")), body=fields(email="string")
    ),
    f"GET {_ADMIN}/canonical_email_blocks/{{block_id}}": route(ref("AdminCanonicalEmailBlock")),
    f"DELETE {_ADMIN}/canonical_email_blocks/{{block_id}}": route(OBJECT),
    f"GET {_OWN}/domains/{{host}}": route(ref("DomainFacts")),
    f"GET {_OWN}/block_lists": route(many(ref("BlockList"))),
    f"POST {_OWN}/block_lists": route(ref("BlockList"), body=_LIST),
    f"GET {_OWN}/block_lists/export": route(fields(csv="string")),
    f"GET {_OWN}/block_lists/{{list_id}}": route(ref("BlockList")),
    f"PUT {_OWN}/block_lists/{{list_id}}": route(ref("BlockList"), body=_LIST),
    f"PATCH {_OWN}/block_lists/{{list_id}}": route(ref("BlockList"), body=_LIST),
    f"DELETE {_OWN}/block_lists/{{list_id}}": route(_COUNT, parameters=query(with_blocks="boolean")),
    f"POST {_OWN}/block_lists/{{list_id}}/read": route(ref("BlockList")),
    f"GET {_OWN}/block_lists/{{list_id}}/changes": route(
        many(ref("BlockListChange")), parameters=query(after="string", limit="integer")
    ),
    f"POST {_OWN}/block_lists/{{list_id}}/apply": route(ref("AppliedChanges"), body=_IDS),
    f"POST {_OWN}/block_lists/{{list_id}}/dismiss": route(_COUNT, body=_IDS),
    "GET /api/v1/echo/sign_up/challenge": route(ref("SignUpChallenge")),
    "GET /api/v1/echo/invites": route(many(ref("Invite")), parameters=_PAGE),
    "POST /api/v1/echo/invites": route(ref("Invite"), body=_INVITE),
    "DELETE /api/v1/echo/invites/{invite_id}": route(OBJECT),
    f"GET {_OWN}/invites": route(
        many(ref("Invite")),
        parameters=[*_PAGE, *query(state="string", account_id="string")],
    ),
    f"DELETE {_OWN}/invites": route(_COUNT),
    f"DELETE {_OWN}/invites/{{invite_id}}": route(OBJECT),
}
