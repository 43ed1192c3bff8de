"""`echoctl doctor`: looks at everything that Echo needs and says what to do where something is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import ssl
import struct
import time
from dataclasses import asdict
from urllib.parse import urlsplit

from echo import cache, db
from echo.cli.common import Common, engines_for, load_config, say
from echo.cli.doctor_files import files, video
from echo.cli.doctor_memory import memory
from echo.cli.findings import Check, Finding
from echo.config import Config
from echo.config.checks import is_local_host
from echo.errors import Unavailable
from echo.runtime import open_runtime
from echo.schema import known, pending
from echo.search import filling
from echo.store import prunings, search_rows, snapshots, tidying

LAG_ROWS = 10_000
SKEW_SECONDS = 30.0
SAMPLE_POSTS = 5_000
LAG_POSTS = 200


async def doctor(*, common: Common = Common()) -> int:
    """Check engines, migrations, clock, DNS, TLS, proxy, disk, clearing, files, video, queues, search.

    Exit status 1: something failed.
    """
    with engines_for(load_config(common), common.data) as config:
        findings = [await _safely(name, check, config, common) for name, check in CHECKS.items()]
    lines = []
    for finding in findings:
        mark = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}[finding.state]
        lines.append(f"{mark}  {finding.name}: {finding.found}")
        if finding.advice:
            lines.append(f"         {finding.advice}")
    say(common, [asdict(finding) for finding in findings], "\n".join(lines))
    return int(any(finding.state == "failed" for finding in findings))


async def _safely(name: str, check: Check, config: Config, common: Common) -> Finding:
    try:
        async with asyncio.timeout(15):
            return await check(config, common)
    except Exception as error:
        return Finding(name, "failed", f"{type(error).__name__}: {error}", "Read the log, then try again.")


async def engines(config: Config, common: Common) -> Finding:
    """PostgreSQL answers and is new enough; Redis answers and does not throw keys away."""
    runtime = await open_runtime(config, common.data)
    try:
        version = int(await db.fetch_value("SHOW server_version_num"))
        if version < 150_000:
            return Finding(
                "engines", "failed", f"PostgreSQL {version // 10_000}", "Echo needs PostgreSQL 15."
            )
        if not await cache.ping():
            return Finding(
                "engines", "failed", "Redis does not answer", "Check redis.url, or start `echoctl up`."
            )
        servers = await cache.servers()
        for server in servers:
            policy = await server.config_get("maxmemory-policy")
            if policy.get("maxmemory-policy", "noeviction") != "noeviction":
                found = f"Redis evicts keys ({policy})"
                return Finding("engines", "warning", found, "Set maxmemory-policy to noeviction.")
        if runtime.replica is not None:
            await runtime.replica.look(db.log_position)
            if not runtime.replica.is_fit:
                found = "the read replica is away or too far behind, and left out"
                return Finding("engines", "warning", found, "Look at database.replica_url and its server.")
        redis = f"Redis Cluster of {len(servers)} answers" if cache.on_cluster() else "Redis answers"
        return Finding("engines", "ok", f"PostgreSQL {version // 10_000}, {redis}")
    finally:
        await runtime.close()


async def migrations(config: Config, _: Common) -> Finding:
    """The schema is that of this release."""
    missing = await pending(config)
    if missing:
        return Finding("migrations", "failed", f"{len(missing)} are missing", "Run `echoctl migrate`.")
    async with snapshots.look(config.database.url) as now:
        later = set(await now.migrations()) - known()
    if later:
        found = f"the database is of a later release: {min(later)}"
        return Finding("migrations", "warning", found, "Install that release when you can.")
    return Finding("migrations", "ok", "none is missing")


async def clock(_: Config, __: Common) -> Finding:
    """The clock agrees with a time server: some peers refuse signatures a minute off."""
    try:
        skew = await asyncio.to_thread(_ntp_skew_seconds)
    except OSError:
        return Finding(
            "clock", "warning", "no time server could be asked", "Make sure that the clock is kept by NTP."
        )
    if abs(skew) > SKEW_SECONDS:
        return Finding("clock", "failed", f"off by {skew:.0f} s", "Switch on NTP (timedatectl set-ntp true).")
    return Finding("clock", "ok", f"off by {skew:.2f} s")


async def dns(config: Config, _: Common) -> Finding:
    """The name of this server leads somewhere."""
    host = urlsplit(config.base_url).hostname or ""
    if is_local_host(host):
        return Finding("dns", "ok", f"{host} is this machine only")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Finding("dns", "failed", f"{host}: {error}", f"Make an A or AAAA record for {host}.")
    return Finding("dns", "ok", f"{host} is {', '.join(sorted({str(entry[4][0]) for entry in found}))}")


async def tls(config: Config, __: Common) -> Finding:
    """The certificate is valid and will be for a while."""
    if not config.is_secure:
        if is_local_host(config.host):
            return Finding("tls", "ok", "not used on a local address")
        return Finding(
            "tls",
            "failed",
            "base_url is http",
            "Other servers speak https only: put a proxy with TLS in front.",
        )
    parts = urlsplit(config.base_url)
    try:
        _, writer = await asyncio.open_connection(
            parts.hostname, parts.port or 443, ssl=ssl.create_default_context()
        )
    except (OSError, ssl.SSLError) as error:
        advice = f"Put a proxy with a valid certificate at {config.base_url}."
        return Finding("tls", "failed", str(error), advice)
    try:
        ends = ssl.cert_time_to_seconds(writer.get_extra_info("peercert")["notAfter"])
    finally:
        writer.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            await writer.wait_closed()
    days = (ends - time.time()) / 86_400
    if days < 14:
        return Finding("tls", "warning", f"the certificate ends in {days:.0f} days", "Renew it.")
    return Finding("tls", "ok", f"valid for {days:.0f} days")


async def proxy(config: Config, _: Common) -> Finding:
    """Behind a proxy, its address must be trusted, or everybody shares its limits."""
    if not config.is_secure:
        return Finding("proxy", "ok", "none is needed")
    if not config.server.trusted_proxies:
        return Finding(
            "proxy",
            "warning",
            "no proxy is trusted",
            "Put the proxy's network into server.trusted_proxies, and let it set X-Forwarded-For.",
        )
    return Finding("proxy", "ok", f"trusted: {', '.join(config.server.trusted_proxies)}")


async def disk(config: Config, common: Common) -> Finding:
    """There is room for the database and media."""
    free_bytes = shutil.disk_usage(common.data if common.data.exists() else ".").free
    found = f"{free_bytes / 1024**3:.1f} GiB free"
    if free_bytes < config.storage.free_bytes:
        advice = "Make room, lower the budgets of [storage] and [media], or move media.path elsewhere."
        return Finding("disk", "failed", found, advice)
    return Finding("disk", "ok", found)


async def clearing(config: Config, common: Common) -> Finding:
    """What came from other servers is cleared away, and not for too long undone."""
    runtime = await open_runtime(config, common.data)
    try:
        is_overdue, rows = await prunings.is_overdue(), await prunings.listing()
    finally:
        await runtime.close()
    failed = [f"{row['kind']}: {row['failure']}" for row in rows if row["failure"]]
    if is_overdue or failed:
        found = "; ".join(failed) or "has not ended well for hours"
        return Finding("clearing", "failed", found[:300], "Are workers running? Try `echoctl storage prune`.")
    return Finding("clearing", "ok", f"{sum(row['total_rows'] for row in rows)} rows went so far")


async def queues(config: Config, common: Common) -> Finding:
    """The workers keep up."""
    runtime = await open_runtime(config, common.data)
    try:
        waiting = await tidying.count_due()
    finally:
        await runtime.close()
    if waiting > LAG_ROWS:
        return Finding(
            "queues", "warning", f"{waiting} things wait", "Start more workers (server.worker_processes)."
        )
    return Finding("queues", "ok", f"{waiting} things wait")


async def search(config: Config, common: Common) -> Finding:
    """The index of posts answers, and nothing is missing in it."""
    runtime = await open_runtime(config, common.data)
    try:
        kept = await runtime.search.count()
        progress = await filling.progress("posts")
        is_ours = config.search.engine == "postgresql"
        missing = await search_rows.missing(SAMPLE_POSTS) if is_ours else 0
    except Unavailable as error:
        advice = "Check search.url and search.key, or set search.engine to postgresql."
        return Finding("search", "failed", f"{config.search.engine}: {error.detail}", advice)
    finally:
        await runtime.close()
    if not progress.is_finished and (missing or kept > SAMPLE_POSTS or not is_ours):
        advice = "Workers fill it; `echoctl search rebuild` does it now."
        return Finding("search", "warning", f"being filled, {progress.done} posts looked at", advice)
    if missing > LAG_POSTS:
        found = f"{missing} of the newest {SAMPLE_POSTS} posts are missing"
        return Finding("search", "warning", found, "Run `echoctl search rebuild`.")
    return Finding("search", "ok", f"{config.search.engine}: {kept} posts")


def _ntp_skew_seconds() -> float:
    """How far this clock is ahead, asked once over SNTP (RFC 4330)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(2.0)
        sent = time.time()
        asker.sendto(b"\x1b" + 47 * b"\0", ("pool.ntp.org", 123))
        answer, _ = asker.recvfrom(48)
        received = time.time()
    seconds, fraction = struct.unpack("!II", answer[40:48])
    told = float(seconds) - 2_208_988_800 + float(fraction) / 2**32
    return (sent + received) / 2 - told


CHECKS: dict[str, Check] = {
    "engines": engines,
    "migrations": migrations,
    "clock": clock,
    "dns": dns,
    "tls": tls,
    "proxy": proxy,
    "disk": disk,
    "memory": memory,
    "clearing": clearing,
    "files": files,
    "video": video,
    "queues": queues,
    "search": search,
}
