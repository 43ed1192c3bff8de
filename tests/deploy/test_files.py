"""What operators copy: container, compose, systemd, proxies. Read, and tried where there is a tool for it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest
import yaml  # type: ignore[import-untyped]

from echo.cli.main import COMMANDS
from echo.config.files import Media
from echo.config.load import load

DEPLOY = Path(__file__).parents[2] / "deploy"
ROOT = DEPLOY.parent
UNITS = sorted((DEPLOY / "systemd").iterdir())
ECHO_PARTS = {"migrate", "web", "streaming", "worker"}


def compose() -> dict[str, Any]:
    return cast(dict[str, Any], yaml.safe_load((DEPLOY / "compose.yml").read_text()))


def parts() -> dict[str, Any]:
    return {name: compose()["services"][name] for name in ECHO_PARTS}


def test_the_image_is_nobodys_and_names_no_index() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.M)
    assert "HEALTHCHECK" in last
    assert "bootstrap.sh run" in text  # by the hashes of the lock
    assert "--require-hashes" in (DEPLOY / "bootstrap.sh").read_text()
    assert not re.search(r"https?://(?!127\.0\.0\.1)", text)
    allowed = (ROOT / ".dockerignore").read_text().split()
    assert allowed[0] == "*"
    assert all((ROOT / name[1:]).exists() for name in allowed if name.startswith("!"))
    packages = text.rpartition("compileall -q .venv/lib ")[2].splitlines()[0].split()
    assert all(f"!{package}" in allowed for package in packages)


def test_compose_gives_every_part_what_it_needs_and_no_rights(tmp_path: Path) -> None:
    secret = tmp_path / "database_url"
    secret.write_text("postgresql://echo:secret@postgres:5432/echo")
    for name, part in parts().items():
        assert part["read_only"]
        assert part["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in part["security_opt"], name
        assert part["command"][0] in COMMANDS
        assert "healthcheck" in part
        environment = dict(part["environment"])
        environment["ECHO_INSTANCE__DOMAIN"] = "social.example.org"
        environment["ECHO_DATABASE__URL_FILE"] = str(secret)
        config = load([], environment)  # an unknown key is an error
        assert config.database.url.endswith("@postgres:5432/echo")
        [network] = compose()["networks"]["outside"]["ipam"]["config"]
        assert config.server.trusted_proxies == [network["subnet"]]
        grace = int(part["stop_grace_period"].removesuffix("s"))
        assert grace > config.server.drain_seconds + config.server.shutdown_seconds
    assert compose()["networks"]["inside"]["internal"]
    assert all("ports" not in part for name, part in compose()["services"].items() if name != "proxy")


def test_secrets_are_made_once(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "secrets.sh", tmp_path)
    for _ in range(2):
        subprocess.run(["sh", tmp_path / "secrets.sh"], check=True)
        made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
        assert len(made["postgres_password"]) == 48
        assert f":{made['postgres_password']}@" in made["database_url"]
    assert {f"./secrets/{name}" for name in made} == {s["file"] for s in compose()["secrets"].values()}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_start_what_there_is_and_name_each_other(unit: Path) -> None:
    text = unit.read_text()
    for line in re.findall(r"^Exec\w+=\S+echoctl (.*)$", text, re.M):
        assert line.split()[0] in COMMANDS
    named = re.findall(r"echo-?\w*@?1?\.(?:service|socket|target)", re.sub(r"#.*", "", text))
    assert {name.replace("@1", "@") for name in named} <= {path.name for path in UNITS}
    if unit.suffix == ".service":
        for needed in (
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "CapabilityBoundingSet=\n",
            "User=echo",
        ):
            assert needed in text


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here to ask")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace("/srv/echo/.venv/bin/echoctl", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(f"./{unit.name}" for unit in UNITS)],
        cwd=tmp_path,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in done.stderr.splitlines() if "echo-" in line or "echo." in line] == []


def test_proxies_let_films_in_and_streams_through() -> None:
    nginx, caddy = (DEPLOY / "nginx.conf").read_text(), (DEPLOY / "Caddyfile").read_text()
    megabytes = Media().video_limit_bytes / 1_000_000
    assert int(re.findall(r"client_max_body_size (\d+)m", nginx)[0]) > megabytes
    assert int(re.findall(r"max_size (\d+)MB", caddy)[0]) > megabytes
    streaming = nginx.partition("location /api/v1/streaming {")[2].partition("\n    }")[0]
    assert "proxy_buffering off" in streaming
    assert "proxy_set_header Upgrade $http_upgrade" in streaming
    for location in re.findall(r"location \S+ \{\n.*?\n    \}", nginx, re.S):
        # A location that sets one header inherits none of the others.
        for header in ("Host $host", "X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme"):
            assert f"proxy_set_header {header};" in location, location
    # what callers say about their own address is not passed on
    assert "$proxy_add_x_forwarded_for" not in nginx
    assert "flush_interval -1" in caddy
    assert caddy.count("lb_try_duration 10s") == caddy.count("reverse_proxy {") == 2
    names = set(re.findall(r"\{\$(ECHO_(?:WEB|STREAMING)_HOST):", caddy))
    told = compose()["services"]["proxy"]["environment"]
    assert {told[name] for name in names} == {"web", "streaming"} <= set(compose()["services"])


@pytest.mark.skipif(shutil.which("caddy") is None, reason="no Caddy here to ask")
def test_caddy_understands_its_file() -> None:
    subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"],
        check=True,
        capture_output=True,
    )
