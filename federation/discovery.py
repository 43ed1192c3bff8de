"""How others find this server and the people on it: WebFinger, host-meta, NodeInfo."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast
from urllib.parse import unquote, urlsplit

from quart import Blueprint, Quart, Response, current_app, request

from activitypub import nodeinfo, webfinger
from activitypub.document import JsonObject
from activitypub.errors import Malformed
from activitypub.nodeinfo import NodeInfo, Usage
from activitypub.vocabulary import JRD_JSON
from activitypub.webfinger import Handle
from echo import __version__, addresses, settings
from echo.errors import BadRequest, Gone, NotFound
from echo.http.access import found
from echo.kinds import AccountKind
from echo.store import federation_lists, federation_reads
from echo.store.federation_reads import ActorSource
from federation.answers import REFUSAL_SECONDS, WEBFINGER_SECONDS, json_as
from federation.memory import Memory
from federation.network import allow_http, network

blueprint = Blueprint("federation_discovery", __name__)

JRD_TYPE = f"{JRD_JSON}; charset=utf-8"
# The API that apps and other servers may expect of us, beside our own name.
UPSTREAM = {"name": "mastodon", "version": "4.6.5"}
RELAY = "relay"
NODEINFO_SECONDS = 1_800
COUNTED_SECONDS = 60.0


@blueprint.get("/.well-known/webfinger")
@found
async def who_is() -> Response:
    """Who is behind a handle or an address."""
    resource = _resource()
    source = await _named(resource)
    if source is None and _names_relay(resource):
        here = addresses.here()
        rels = request.args.getlist("rel")
        jrd = webfinger.write_jrd(Handle(RELAY, here.domain), actor=here.relay, rels=rels)
        return json_as(jrd, JRD_TYPE, seconds=WEBFINGER_SECONDS)
    if source is None:
        return _refusal(NotFound())
    if source.deleted_at is not None:
        return _refusal(Gone())
    if source.suspended_at is not None:
        return _refusal(NotFound())
    return json_as(jrd_of(source, request.args.getlist("rel")), JRD_TYPE, seconds=WEBFINGER_SECONDS)


def jrd_of(source: ActorSource, rels: Collection[str] = ()) -> JsonObject:
    """How we describe somebody of ours, or the server.

    Shapes:  rels: the kinds of links asked for, all when there is none
    """
    here = addresses.here()
    is_server = source.kind == AccountKind.APPLICATION
    return webfinger.write_jrd(
        Handle(source.username, here.domain),
        actor=source.uri,
        profile_page=None if is_server else here.profile_page(source.username),
        avatar=(here.file(source.avatar), None) if source.avatar else None,
        subscribe_template=f"{here.base}/authorize_interaction?uri={{uri}}",
        service=source.uri if is_server else None,
        rels=rels,
    )


@blueprint.get("/.well-known/host-meta")
@found
async def host_meta() -> Response:
    """Where handles are looked up, as XML."""
    template = f"{addresses.here().base}/.well-known/webfinger?resource={{uri}}"
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" template="{template}"/>\n'
        "</XRD>\n"
    )
    response = Response(body, content_type="application/xrd+xml; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={WEBFINGER_SECONDS}"
    return response


@blueprint.get("/.well-known/host-meta.json")
@found
async def host_meta_json() -> Response:
    """The same as JSON."""
    template = f"{addresses.here().base}/.well-known/webfinger?resource={{uri}}"
    return json_as(
        {"links": [{"rel": "lrdd", "template": template}]}, "application/json", seconds=WEBFINGER_SECONDS
    )


@blueprint.get("/.well-known/nodeinfo")
@found
async def nodeinfo_links() -> Response:
    """Where NodeInfo is."""
    return json_as(nodeinfo.write_links(addresses.here().base), "application/json", seconds=WEBFINGER_SECONDS)


@blueprint.get("/nodeinfo/<version>")
@found
async def node_information(version: str) -> Response:
    """What runs here, and how many use it."""
    if version not in nodeinfo.VERSIONS:
        raise NotFound
    written = nodeinfo.write_nodeinfo(info_of(await _usage()), version=version)
    return json_as(written, nodeinfo.content_type(version), seconds=NODEINFO_SECONDS)


def info_of(usage: Usage) -> NodeInfo:
    """What runs here."""
    config = settings.here()
    return NodeInfo(
        software="echo",
        version=__version__,
        open_registrations=config.registrations.mode in ("open", "approval"),
        usage=usage,
        metadata={
            "nodeName": config.instance.title,
            "nodeDescription": config.instance.description,
            "upstream": UPSTREAM,
        },
    )


def _resource() -> Handle | str:
    """What is asked for. Raises BadRequest."""
    asked = request.args.getlist("resource")
    if len(asked) != 1:
        raise BadRequest("The parameter resource is needed, once")
    try:
        return webfinger.parse_resource(asked[0], allow_http=allow_http())
    except Malformed as error:
        raise BadRequest("The parameter resource is neither a handle nor an address") from error


async def _named(resource: Handle | str) -> ActorSource | None:
    """The account that a handle or an address names."""
    here = addresses.here()
    if isinstance(resource, Handle):
        if not here.is_handle_host(resource.host):
            return None
        if here.is_handle_host(resource.user):
            return await _server()
        return await federation_reads.actor_named(resource.user)
    if resource.rstrip("/") in (here.base, f"{urlsplit(here.base).scheme}://{here.domain}"):
        return await _server()
    if not here.is_ours(resource):
        return None
    account_id = here.actor_id_in(resource)
    if account_id is not None:
        return await federation_reads.actor(account_id)
    path = unquote(urlsplit(resource).path)
    return await federation_reads.actor_named(path[2:]) if path.startswith("/@") else None


def _names_relay(resource: Handle | str) -> bool:
    """Whether the actor who speaks with relays is meant, who has no account."""
    here = addresses.here()
    if isinstance(resource, Handle):
        return resource.user.lower() == RELAY and resource.host in (here.domain.lower(), here.host.lower())
    return resource == here.relay


async def _server() -> ActorSource | None:
    return await federation_reads.actor(await network().keys.server_actor_id())


def _refusal(error: NotFound | Gone) -> Response:
    response = json_as({"error": error.public}, "application/json", seconds=REFUSAL_SECONDS)
    response.status_code = error.status
    return response


def known_usage(app: Quart) -> Usage | None:
    """The counts of this server, when they were counted lately."""
    return _counted(app).get("usage")


def _counted(app: Quart) -> Memory[str, Usage]:
    memory = app.extensions.setdefault("echo_usage", Memory(size=1, seconds=COUNTED_SECONDS))
    return cast("Memory[str, Usage]", memory)


async def _usage() -> Usage:
    """Counts of this server, at most a minute old."""
    counted = _counted(current_app)
    known = counted.get("usage")
    if known is None:
        row = await federation_lists.usage()
        known = Usage(
            users=row["users"],
            active_month=row["active_month"],
            active_half_year=row["active_halfyear"],
            posts=row["posts"],
        )
        counted.put("usage", known)
    return known
