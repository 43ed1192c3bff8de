"""Files that nobody may show: known by their bytes, and pictures by how they look."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from echo.actions import banning, copies, file_bans, processing, uploads
from echo.actions.accounts import change_profile
from echo.actions.drafts import PostDraft, ProfileDraft, RemoteMedia
from echo.actions.posts import publish
from echo.actions.uploads import Incoming
from echo.config import Config
from echo.errors import Disallowed, Invalid, NotFound
from echo.kinds import MediaKind, MediaState, Role, Visibility
from echo.media import port
from echo.media.likeness import distance
from echo.media.looks import look_of
from echo.models import BannedFile, Media, Post, RemoteFile
from echo.policy.roles import Staff
from echo.runtime import Runtime, open_runtime
from echo.store import accounts
from echo.store.remote_files import digest_of
from tests import make
from tests.api.asking import Api
from tests.api.test_remote_files import PEER, Files
from tests.emptying import empty
from tests.fediverse import Router
from tests.make import Person
from tests.media import clips, pictures

BY = Staff.shell()


@pytest.fixture
def files() -> Files:
    return Files(Router())


@pytest.fixture
async def runtime(migrated: Config, tmp_path: Path, files: Files) -> AsyncIterator[Runtime]:
    opened = await open_runtime(migrated, tmp_path, transport=files.router)
    await empty()
    yield opened
    await opened.close()


def scene(shift: int = 0) -> Image.Image:
    """A picture with something in it."""
    picture = Image.new("RGB", (240, 160), (30, 60, 120))
    for number in range(12):
        box = (number * 19 + shift, number * 31 % 130, number * 19 + 25 + shift, number * 31 % 130 + 30)
        picture.paste((number * 53 % 256, number * 97 % 256, number * 29 % 256), box)
    return picture


async def upload(by: Person, data: bytes, thumbnail: bytes | None = None) -> Media:
    incoming = Incoming(file=io.BytesIO(data), size_bytes=len(data), thumbnail=thumbnail)
    return await uploads.upload(by.id, incoming)


def test_a_look_withstands_what_people_do_to_pictures() -> None:
    first = look_of(scene())
    assert len(first) == 16
    for other in (scene().resize((120, 80)), scene().convert("L"), scene(1), scene().convert("RGBA")):
        assert distance(first, look_of(other)) <= banning.DISTANCE
    mirrored = scene().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert distance(first, look_of(mirrored)) > banning.DISTANCE
    assert look_of(Image.new("RGB", (50, 50), "red")) == ""
    assert look_of(pictures.gradient(50, 50)) == "", "what is nearly plain looks like too much else"


async def test_the_files_of_a_post_are_banned_in_one_act(runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    png = pictures.encoded(scene(), "PNG")
    media = await upload(alice, png)
    post = await publish(
        alice.id, PostDraft(text="look", visibility=Visibility.PUBLIC, media_ids=(media.id,))
    )
    assert await banning.ban_files_of_post(BY, post.id, note="bad") == 1
    after = await Post.get(id=post.id)
    assert (after.media_ids, after.version > post.version) == ([], True)
    assert not await Media.exists(id=media.id)
    with pytest.raises(NotFound):
        await port.store().read(media.file_key)
    with pytest.raises(Disallowed):
        await upload(bob, png)
    smaller = pictures.encoded(scene(1).resize((180, 120)), "JPEG", quality=60)
    with pytest.raises(Disallowed):
        await upload(bob, smaller)
    for pixels in (uploads.AVATAR_PIXELS, uploads.HEADER_PIXELS):
        with pytest.raises(Disallowed):
            await uploads.store_portrait(smaller, pixels)
    with pytest.raises(Disallowed):
        await upload(bob, pictures.png(), thumbnail=smaller)
    assert await upload(bob, pictures.encoded(scene().transpose(Image.Transpose.ROTATE_90), "PNG"))
    with pytest.raises(Invalid):
        await banning.ban_files_of_post(BY, post.id)
    for row in await BannedFile.all():
        await banning.unban(BY, row.id)
    assert await upload(bob, png)


async def test_a_banned_file_of_another_server_is_never_shown(runtime: Runtime, files: Files) -> None:
    png = pictures.encoded(scene(), "PNG")
    files.served = {"/a.png": png, "/b.png": pictures.encoded(scene(), "JPEG"), "/c.png": pictures.png()}
    far = await make.stranger()
    shown = tuple(RemoteMedia(url=f"{PEER}/{name}.png", kind=MediaKind.IMAGE) for name in "abc")
    post = await make.remote_post(far, "<p>hi</p>", media=shown[:1])
    await make.remote_post(far, "<p>hi</p>", media=shown[1:])
    assert (await copies.find(digest_of(f"{PEER}/a.png"))).file_key
    assert await banning.ban_files_of_post(BY, post.id) == 1
    for name in "ab":
        with pytest.raises(NotFound):
            await copies.find(digest_of(f"{PEER}/{name}.png"))
    assert {row.url for row in await RemoteFile.filter(banned=True)} == {f"{PEER}/a.png", f"{PEER}/b.png"}
    assert not await RemoteFile.filter(banned=True).exclude(file_key="").exists()
    assert (await copies.find(digest_of(f"{PEER}/c.png"))).file_key
    assert (await Post.get(id=post.id)).media_ids == []


async def test_the_pictures_of_an_account_are_banned_in_one_act(runtime: Runtime, files: Files) -> None:
    alice, bob, wide = await make.person(), await make.person(), scene().resize((480, 200))
    key = await uploads.store_portrait(pictures.encoded(wide, "PNG"), uploads.AVATAR_PIXELS)
    await change_profile(alice.id, ProfileDraft(avatar_key=key))
    assert await banning.ban_pictures_of_account(BY, alice.id) == 1
    assert (await accounts.get(alice.id)).avatar == ""
    with pytest.raises(NotFound):
        await port.store().read(key)
    again = pictures.encoded(wide, "JPEG")
    with pytest.raises(Disallowed):
        await uploads.store_portrait(again, uploads.AVATAR_PIXELS)
    assert await upload(bob, again), "it was known as it was shown: cut"
    files.served = {"/avatar.png": pictures.encoded(scene(), "PNG")}
    far = await make.stranger(avatar=f"{PEER}/avatar.png")
    assert await banning.ban_pictures_of_account(BY, far.id) == 1
    assert (await accounts.get(far.id)).avatar == ""
    with pytest.raises(NotFound):
        await copies.find(digest_of(f"{PEER}/avatar.png"))
    with pytest.raises(Invalid):
        await banning.ban_pictures_of_account(BY, far.id)


async def test_videos_are_known_by_their_preview(runtime: Runtime, files: Files) -> None:
    alice, bob = await make.person(), await make.person()
    shown = await upload(alice, clips.mp4())
    await processing.process(shown.id)
    post = await publish(alice.id, PostDraft(text="", visibility=Visibility.PUBLIC, media_ids=(shown.id,)))
    preview = await port.store().read((await Media.get(id=shown.id)).preview_key)
    assert await banning.ban_files_of_post(BY, post.id) == 1
    await BannedFile.exclude(sha256="").delete()
    file_bans.forget()
    for cover in (None, pictures.png()):
        again = await upload(bob, clips.mp4(), thumbnail=cover)
        await processing.process(again.id)
        assert (await Media.get(id=again.id)).state == MediaState.FAILED
    files.served = {"/film.mp4": clips.mp4(), "/still.jpg": preview}
    video = RemoteMedia(url=f"{PEER}/film.mp4", preview_url=f"{PEER}/still.jpg", kind=MediaKind.VIDEO)
    await make.remote_post(await make.stranger(), "<p>hi</p>", media=(video,))
    for name in ("still.jpg", "film.mp4"):
        with pytest.raises(NotFound):
            await copies.find(digest_of(f"{PEER}/{name}"))


async def test_lists_of_digests_are_imported(api: Api) -> None:
    mod = await make.with_scopes(await make.person(role=Role.MODERATOR), "admin:read", "admin:write")
    base = "/api/v1/echo/admin/banned_files"
    data = pictures.jpeg()
    digest = hashlib.sha256(data).hexdigest()
    wanted = {"digests": [digest.upper(), "0123456789abcdef", digest], "note": "list"}
    assert (await api.post(base, by=mod, json=wanted)).json == {"count": 2}
    listed = (await api.get(base, by=mod)).json
    assert [(one["sha256"], one["look"]) for one in listed] == [(None, "0123456789abcdef"), (digest, None)]
    with pytest.raises(Disallowed):
        await upload(await make.person(), data)
    for bad in ({"digests": ["xyz"]}, {}):
        await api.post(base, by=mod, json=bad, expect=422)
    for unknown in ({"status_id": "99"}, {"account_id": "99"}):
        await api.post(base, by=mod, json=unknown, expect=404)
    await api.post(base, by=mod, json={"account_id": str((await make.person()).id)}, expect=422)
    await api.delete(f"{base}/{listed[0]['id']}", by=mod, expect=403)
    root = await make.with_scopes(await make.person(role=Role.ADMIN), "admin:write")
    await api.delete(f"{base}/{listed[0]['id']}", by=root)
    await api.delete(f"{base}/{listed[0]['id']}", by=root, expect=404)
