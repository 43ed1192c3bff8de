"""`echoctl seed`: a file can be applied again, and one that is wrong makes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from echo.errors import EchoError, Invalid
from echo.models import Account, Post
from tests.cli.conftest import Echoctl

WORLD = """
[[accounts]]
username = "alice"
[[accounts]]
username = "bob"
[[apps]]
name = "Test app"
client_id = "known-id"
client_secret = "known-secret"
[[tokens]]
account = "alice"
token = "known-token"
app = "known-id"
[[follows]]
follower = "bob"
followee = "alice"
[[posts]]
account = "Alice"
text = " Hello @bob #world "
[[posts]]
account = "alice"
text = "Hello @bob #world"
visibility = "private"
"""
AGAIN = {"accounts": 0, "apps": 0, "tokens": 0, "follows": 0, "posts": 0}


async def test_a_file_is_applied_again(echoctl: Echoctl, tmp_path: Path) -> None:
    file = tmp_path / "world.toml"
    file.write_text(WORLD)
    assert await echoctl("seed", str(file)) == {
        "accounts": 2,
        "apps": 1,
        "tokens": 1,
        "follows": 1,
        "posts": 2,
    }
    assert await echoctl("seed", str(file)) == AGAIN
    assert await Post.all().count() == 2


async def test_what_failed_half_way_is_gone_on_with(echoctl: Echoctl, tmp_path: Path) -> None:
    file = tmp_path / "world.toml"
    file.write_text(WORLD + '[[posts]]\naccount = "bob"\ntext = " "\n')
    with pytest.raises(Invalid):
        await echoctl("seed", str(file))
    file.write_text(WORLD + '[[posts]]\naccount = "bob"\ntext = "Here"\n')
    assert await echoctl("seed", str(file)) == AGAIN | {"posts": 1}
    assert await Post.all().count() == 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('[[posts]]\naccount = "carol"\ntext = "Here"\n', "There is no account carol"),
        ('[[follows]]\nfollower = "bob"\nfollowee = "carol"\n', "There is no account carol"),
        ('[[tokens]]\naccount = "bob"\ntoken = "t"\napp = "other"\n', "There is no app other in the file"),
        ('[[tokens]]\naccount = "bob"\ntoken = ""\n', "A token of bob is empty"),
        ('[[tokens]]\naccount = "bob"\ntoken = "t"\nscopes = "read all"\n', "There is no scope all"),
        (
            '[[posts]]\naccount = "bob"\ntext = "a\\u0000b"\n',
            "a text in it has a character that cannot be kept",
        ),
    ],
)
async def test_a_file_that_is_wrong_makes_nothing(
    wrong: str, said: str, echoctl: Echoctl, tmp_path: Path
) -> None:
    file = tmp_path / "world.toml"
    file.write_text(WORLD + wrong)
    with pytest.raises(EchoError) as refused:
        await echoctl("seed", str(file))
    assert said in str(refused.value.detail or refused.value.public)
    assert not await Account.exists(username="alice")
