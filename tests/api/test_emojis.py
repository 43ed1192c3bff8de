"""Custom emojis: taken in, shown, written."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from echo.actions import accounts, boosts, editing, emojis
from echo.actions.drafts import EditDraft, ProfileDraft
from echo.actions.emojis import IMAGE_BYTES, EmojiDraft
from echo.cli.emojis import UNPACKED_BYTES, _pictures
from echo.errors import EchoError, Invalid, NotFound
from echo.models import CustomEmoji
from echo.policy.roles import Staff
from echo.runtime import Runtime
from echo.store import federation_reads
from echo.text.emojis import is_character, shortcodes
from federation.translate.accounts import written_emojis
from tests import make
from tests.api.asking import Api
from tests.media import pictures

PATH = "/api/v1/custom_emojis"


async def emoji(shortcode: str, content: bytes = b"", *, category: str = "") -> None:
    draft = EmojiDraft(
        shortcode=shortcode, content=content or pictures.png(20, 20, "RGBA"), category=category
    )
    assert await emojis.add(Staff.shell(), draft)


async def test_what_can_be_chosen(api: Api) -> None:
    assert (await api.get(PATH)).json == []
    await emoji("wave", category="hands")
    await emoji("clap", category="hands")
    await emoji("plain")
    await emoji("secret")
    await emojis.change(Staff.shell(), "secret", visible=False)
    await emojis.change(Staff.shell(), "wave", featured=True)
    listed = (await api.get(PATH)).many("CustomEmoji")
    assert [(one["shortcode"], one.get("category"), one.get("featured")) for one in listed] == [
        ("plain", None, None),
        ("wave", "hands", True),
        ("clap", "hands", None),
    ]
    assert all(one["visible_in_picker"] is True for one in listed)
    for address in (listed[0]["url"], listed[0]["static_url"]):
        answer = await api.client.get(urlsplit(address).path, headers={"Host": "echo.test"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_what_moves_has_a_picture_that_stands_still(api: Api) -> None:
    await emoji("party", pictures.animated("GIF"))
    (one,) = (await api.get(PATH)).many("CustomEmoji")
    assert one["url"].endswith(".gif")
    assert not one["static_url"].endswith(".gif")


@pytest.mark.parametrize("name", ["a", "with-dash", "", "ä" * 3, "x" * 129, "a b"])
async def test_names_that_cannot_be(api: Api, name: str) -> None:
    with pytest.raises(Invalid):
        await emojis.add(Staff.shell(), EmojiDraft(shortcode=name, content=pictures.png()))
    assert await CustomEmoji.all().count() == 0


async def test_pictures_that_cannot_be(api: Api) -> None:
    for content in (b"no picture", pictures.jpeg(), b"\0" * (IMAGE_BYTES + 1)):
        with pytest.raises(Invalid):
            await emojis.add(Staff.shell(), EmojiDraft(shortcode="bad", content=content))
    assert await CustomEmoji.all().count() == 0


async def test_posts_profiles_and_warnings_list_what_they_use(api: Api) -> None:
    for name in ("wave", "Wave", "clap"):
        await emoji(name)
    alice = await make.person("alice")
    sent = {"status": "hi :wave: :Wave: :nothing: 10:clap:30 :wave:", "spoiler_text": ":clap:"}
    posted = (await api.post("/api/v1/statuses", by=alice, form=sent)).one("Status")
    assert [one["shortcode"] for one in posted["emojis"]] == ["wave", "Wave", "clap"]
    assert ":wave:" in posted["content"]

    edited = await editing.edit(alice.id, int(posted["id"]), EditDraft(text="now :clap:"))
    shown = (await api.get(f"/api/v1/statuses/{edited.id}", by=alice)).one("Status")
    assert [one["shortcode"] for one in shown["emojis"]] == ["clap"]

    await accounts.change_profile(
        alice.id, ProfileDraft(display_name="alice :wave:", fields=(("site :clap:", "no"),))
    )
    account = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert sorted(one["shortcode"] for one in account["emojis"]) == ["clap", "wave"]
    await accounts.change_profile(alice.id, ProfileDraft(display_name="alice"))
    account = (await api.get(f"/api/v1/accounts/{alice.id}")).one("Account")
    assert [one["shortcode"] for one in account["emojis"]] == ["clap"]
    await accounts.change_profile(alice.id, ProfileDraft(locked=True, note="bio"))
    assert (await api.get(f"/api/v1/accounts/{alice.id}")).json["emojis"] == account["emojis"]


async def test_other_servers_get_them_as_tags(runtime: Runtime) -> None:
    await emoji("wave")
    alice = await make.person("alice")
    post = await make.post(alice, "hi :wave:")
    source = (await federation_reads.posts_for_worker([post.id]))[post.id]
    (tag,) = written_emojis(source.emojis)
    assert (tag.shortcode, tag.media_type) == ("wave", "image/png")
    assert tag.url.startswith("https://echo.test/media/")


async def test_an_exchanged_or_removed_emoji_changes_old_texts(api: Api) -> None:
    await emoji("wave")
    alice, bob = await make.person("alice"), await make.person("bob")
    await accounts.change_profile(alice.id, ProfileDraft(display_name=":wave:"))
    post = await make.post(alice, ":wave: hi")
    other = await make.post(alice, "without")
    boost = await boosts.boost(bob.id, post.id)
    paths = [f"/api/v1/statuses/{post.id}", f"/api/v1/accounts/{alice.id}", f"/api/v1/statuses/{boost.id}"]
    before = [(await api.get(path)).json for path in paths]

    draft = EmojiDraft(shortcode="wave", content=pictures.png(30, 30, "RGBA"))
    assert await emojis.add(Staff.shell(), draft) is False
    assert [(await api.get(path)).json for path in paths] == before
    assert await emojis.add(Staff.shell(), draft, replace=True) is True
    for path, old in zip(paths, before, strict=True):
        new = (await api.get(path)).json
        (is_now,), (was,) = new["emojis"], old["emojis"]
        assert is_now["url"] != was["url"]
        assert (await api.client.get(urlsplit(was["url"]).path)).status_code == 404
        assert (await api.client.get(urlsplit(is_now["url"]).path)).status_code == 200
    assert (await api.get(paths[2])).json["reblog"]["emojis"][0]["url"] == is_now["url"]

    await emojis.remove(Staff.shell(), "wave")
    assert [(await api.get(path)).json["emojis"] for path in paths] == [[], [], []]
    assert (await api.get(f"/api/v1/statuses/{other.id}")).json["emojis"] == []
    with pytest.raises(NotFound):
        await emojis.remove(Staff.shell(), "wave")


def test_s_f10_pictures_of_folders_and_archives(tmp_path: Path) -> None:
    for name in ("one.png", "two.GIF", "readme.txt"):
        (tmp_path / name).write_bytes(b"x" * 10)
    assert [name for name, _ in _pictures(tmp_path)] == ["one.png", "two.GIF"]
    assert list(_pictures(tmp_path / "one.png")) == [("one.png", b"x" * 10)]

    packed = tmp_path / "pack.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        for name, size in (
            ("../../evil.png", 4),
            ("deep/in/three.webp", 5),
            ("._junk.png", 3),
            ("large.png", IMAGE_BYTES * 2),
            ("notes.md", 2),
        ):
            member = tarfile.TarInfo(name)
            member.size = size
            archive.addfile(member, io.BytesIO(b"y" * size))
        link = tarfile.TarInfo("link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    found = {name: len(content) for name, content in _pictures(packed)}
    assert found == {"evil.png": 4, "three.webp": 5, "large.png": IMAGE_BYTES + 1}

    assert not (tmp_path.parent.parent / "evil.png").exists()

    (tmp_path / "broken.tar").write_bytes(b"not an archive")
    for wrong in ("broken.tar", "missing.png"):
        with pytest.raises(EchoError):
            list(_pictures(tmp_path / wrong))


def test_s_f10_archives_that_swell_or_never_end_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb, swarm = tmp_path / "bomb.tar.gz", tmp_path / "swarm.tar.gz"
    zeros = tarfile.TarInfo("zeros.bin")
    zeros.size = UNPACKED_BYTES + 1
    with gzip.open(bomb, "wb") as packed:
        packed.write(zeros.tobuf() + bytes(1_000_000))
    with pytest.raises(EchoError, match="unpacks to more than"):
        list(_pictures(bomb))
    monkeypatch.setattr("echo.cli.emojis.MEMBERS_MAX", 100)
    with gzip.open(swarm, "wb") as packed:
        for number in range(200):
            packed.write(tarfile.TarInfo(f"{number}.png").tobuf())
    with pytest.raises(EchoError, match="more than 100 members"):
        list(_pictures(swarm))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":one: and :two:", ["one", "two"]),
        (":one::two:", []),
        ("10:30:15", []),
        ("a:one:", []),
        ("(:one:)", ["one"]),
        ("_:one:_", ["one"]),
        (":a:", []),
        (":one", []),
        ("“:one:”\n:one:", ["one"]),
    ],
)
def test_shortcodes_in_texts(text: str, expected: list[str]) -> None:
    assert shortcodes(text) == expected


@pytest.mark.parametrize("text", ["😀", "👍🏽", "👨‍👩‍👧", "🇩🇪", "1️⃣", "❤️", "❤"])
def test_characters_that_are_emojis(text: str) -> None:
    assert is_character(text)


@pytest.mark.parametrize("text", ["", "a", "1", "😀😀", ":x:", "😀a", "\u20e3", "x" * 10_000])
def test_characters_that_are_none(text: str) -> None:
    assert not is_character(text)
