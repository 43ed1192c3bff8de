"""What moderators ask and are told: parameters and answers. Mastodon's shapes are in the structure."""

from __future__ import annotations

from tests.openapi_parts import OBJECT, Json, fields, many, query, ref, route

_OURS = "/api/v1/echo/admin"
_PAGE = {"max_id": "string", "since_id": "string", "min_id": "string", "limit": "integer"}
_TEXTS = dict.fromkeys(("username", "display_name", "by_domain", "email", "ip"), "string")
_STATES = ("active", "pending", "disabled", "silenced", "suspended", "sensitized")
_V1 = dict.fromkeys(("local", "remote", *_STATES, "staff"), "boolean")
_V2 = {"origin": "string", "status": "string", "permissions": "string", "invited_by": "string"}
_ACCOUNT, _REPORT, _STRIKE = ref("AdminAccount"), ref("AdminReport"), ref("AccountWarning")
_ACTION = fields(
    type="string",
    report_id="string",
    warning_preset_id="string",
    text="string",
    send_email_notification="boolean",
)
_CHANGE = fields(category="string", rule_ids="array")
_TAG, _PUBLISHER, _TRENDS = ref("StaffTag"), ref("TrendPublisher"), "/api/v1/admin/trends"
_TAG_CHANGE = fields(display_name="string", trendable="boolean", usable="boolean", listable="boolean")
_RANGE = {"limit": "integer", "offset": "integer"}
_A, _R = "/api/v1/admin/accounts", "/api/v1/admin/reports"

ROUTES_OF_MODERATION: dict[str, Json] = {
    f"GET {_A}": route(many(_ACCOUNT), parameters=query(**_V1, **_TEXTS, **_PAGE)),
    "GET /api/v2/admin/accounts": route(many(_ACCOUNT), parameters=query(**_V2, **_TEXTS, **_PAGE)),
    f"GET {_A}/{{account_id}}": route(_ACCOUNT),
    f"DELETE {_A}/{{account_id}}": route(OBJECT),
    f"POST {_A}/{{account_id}}/action": route(OBJECT, body=_ACTION),
    f"POST {_A}/{{account_id}}/reject": route(OBJECT),
    **{
        f"POST {_A}/{{account_id}}/{verb}": route(_ACCOUNT)
        for verb in ("approve", "enable", "unsilence", "unsuspend", "unsensitive")
    },
    f"GET {_R}": route(
        many(_REPORT),
        parameters=query(
            resolved="boolean",
            account_id="string",
            target_account_id="string",
            by_target_domain="string",
            target_origin="string",
            **_PAGE,
        ),
    ),
    f"GET {_R}/{{report_id}}": route(_REPORT),
    f"PUT {_R}/{{report_id}}": route(_REPORT, body=_CHANGE),
    f"PATCH {_R}/{{report_id}}": route(_REPORT, body=_CHANGE),
    **{
        f"POST {_R}/{{report_id}}/{verb}": route(_REPORT)
        for verb in ("assign_to_self", "unassign", "resolve", "reopen")
    },
    f"POST {_OURS}/reports/bulk": route(fields(count="integer"), body=fields(action="string", ids="array")),
    f"POST {_OURS}/reports/{{report_id}}/statuses": route(
        _STRIKE,
        body=fields(type="string", status_ids="array", text="string", send_email_notification="boolean"),
    ),
    f"GET {_OURS}/reports/{{report_id}}/notes": route(many(ref("AdminNote"))),
    f"POST {_OURS}/reports/{{report_id}}/notes": route(many(ref("AdminNote")), body=fields(text="string")),
    f"GET {_OURS}/accounts/{{account_id}}/notes": route(many(ref("AdminNote"))),
    f"POST {_OURS}/accounts/{{account_id}}/notes": route(many(ref("AdminNote")), body=fields(text="string")),
    f"DELETE {_OURS}/notes/{{note_id}}": route(OBJECT),
    f"GET {_OURS}/accounts/{{account_id}}/strikes": route(many(_STRIKE)),
    f"GET {_OURS}/appeals": route(many(_STRIKE), parameters=query(state="string", **_PAGE)),
    f"POST {_OURS}/appeals/{{strike_id}}/approve": route(_STRIKE),
    f"POST {_OURS}/appeals/{{strike_id}}/reject": route(_STRIKE),
    f"GET {_OURS}/warning_presets": route(many(ref("WarningPreset"))),
    f"POST {_OURS}/warning_presets": route(
        many(ref("WarningPreset")), body=fields(title="string", text="string")
    ),
    f"DELETE {_OURS}/warning_presets/{{preset_id}}": route(OBJECT),
    "GET /api/v1/admin/tags": route(many(_TAG), parameters=query(**_PAGE)),
    "GET /api/v1/admin/tags/{tag_id}": route(_TAG),
    "PUT /api/v1/admin/tags/{tag_id}": route(_TAG, body=_TAG_CHANGE),
    "PATCH /api/v1/admin/tags/{tag_id}": route(_TAG, body=_TAG_CHANGE),
    **{
        f"POST {_OURS}/trends/statuses/{{status_id}}/author/{verb}": route(OBJECT)
        for verb in ("approve", "reject")
    },
    f"GET {_TRENDS}/tags": route(many(_TAG), parameters=query(**_RANGE)),
    f"GET {_TRENDS}/statuses": route(many(OBJECT), parameters=query(**_RANGE)),
    f"GET {_TRENDS}/links": route(many(OBJECT), parameters=query(**_RANGE)),
    f"GET {_TRENDS}/links/publishers": route(many(_PUBLISHER), parameters=query(**_PAGE)),
    **{
        f"POST {_TRENDS}/{place}/{verb}": route(shape)
        for place, shape in (
            ("tags/{tag_id}", _TAG),
            ("statuses/{status_id}", OBJECT),
            ("links/{link_id}", OBJECT),
            ("links/publishers/{publisher_id}", _PUBLISHER),
        )
        for verb in ("approve", "reject")
    },
    "GET /api/v1/echo/strikes": route(many(_STRIKE)),
    "GET /api/v1/echo/strikes/{strike_id}": route(_STRIKE),
    "POST /api/v1/echo/strikes/{strike_id}/appeal": route(_STRIKE, body=fields(text="string")),
}
