"""Files of servers from which none are taken: what is here already is thrown away, a batch at a time."""

from __future__ import annotations

import msgspec

from echo import db
from echo.actions import copies
from echo.store import remote_files, server_blocks

BATCH = 200


async def settle(domain: str) -> bool:
    """Throw away what is known of the files of a server, or have them shown again, as the blocks say now.

    Pictures of people come back when their accounts are read anew.

    Returns: whether everything is done
    """
    if (await server_blocks.rules_for(domain)).reject_media:
        return await _throw_away(domain)
    return await _take_again(domain)


async def _throw_away(domain: str) -> bool:
    async with db.unit_of_work():
        files = await server_blocks.without_their_files(domain, BATCH)
        people = await server_blocks.with_pictures(domain, BATCH)
        await server_blocks.refuse_files([row["id"] for row in files], _posts(files))
        await server_blocks.strip_pictures([row["id"] for row in people])
    urls = [url for row in files for url in (row["url"], row["preview_url"]) if url]
    for row in people:
        urls += [url for url in (row["avatar"], row["header"]) if url]
        urls += [emoji["url"] for emoji in msgspec.json.decode(row["emojis"]) if emoji.get("url")]
    if urls:
        await copies.drop(urls)
        async with db.unit_of_work():
            await remote_files.forget(urls)
    return len(files) < BATCH and len(people) < BATCH


async def _take_again(domain: str) -> bool:
    async with db.unit_of_work():
        files = await server_blocks.refused_files(domain, BATCH)
        await server_blocks.take_files([row["id"] for row in files], _posts(files))
        await remote_files.know(url for row in files for url in (row["url"], row["preview_url"]))
    return len(files) < BATCH


def _posts(files: list[db.Row]) -> list[int]:
    return [row["post_id"] for row in files if row["post_id"] is not None]
