"""A mistake in the configuration is one line: where it stands, which key, what is wrong; status 2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from echo.config.load import ConfigError, load

WRONG_FILES = {
    "[server]\nprot = 1": "unknown key server.prot; did you mean server.port?",
    '[server]\nport = "abc"': "server.port: expected a whole number, got text",
    "[server]\nport = 99999": "server.port: expected a whole number <= 65535",
    '[dev]\nenabled = "yes"': "dev.enabled: expected true or false, got text",
    '[federation]\nallowed_ports = ["80"]': "federation.allowed_ports[0]: expected a whole number, got text",
    '[server]\ntrusted_proxies = "10.0.0.0/8"': "server.trusted_proxies: expected a list, got text",
    '[log]\nlevel = "loud"': "log.level: invalid enum value 'loud'; known are debug, info, warning, error",
    "[storage]\nremote_posts_bytes = 9223372036854775808": (
        "storage.remote_posts_bytes: at most 9223372036854775807"
    ),
    "[federation]\ntimeout_seconds = inf": (
        "federation.timeout_seconds: inf is not a number that can be used"
    ),
    '[server]\nbase_url = "https://"': "server.base_url: must name a host after http:// or https://",
    '[server]\nbase_url = "https://a.example/b"': (
        "server.base_url: 'https://a.example/b' has more than scheme and host,"
        " such as https://social.example.org"
    ),
    '[instance]\ndomain = "https://a.example"': (
        "instance.domain: 'https://a.example' is not the name of a server, such as social.example.org;"
        " did you mean a.example?"
    ),
    '[instance]\ndomain = "A.example"': (
        "instance.domain: 'A.example' is not the name of a server, such as social.example.org;"
        " did you mean a.example?"
    ),
    '[instance]\ndomain = "bücher.example"': (
        "instance.domain: 'bücher.example' is not the name of a server, such as social.example.org;"
        " did you mean xn--bcher-kva.example?"
    ),
    '[instance]\ndomain = "two words"': (
        "instance.domain: 'two words' is not the name of a server, such as social.example.org"
    ),
    '[database]\nurl = "mysql://u:secret@h/x"': (
        "database.url: must be postgresql://user:password@host:port/name"
    ),
    '[database]\nurl = "postgresql://u:secret@h:port/x"': (
        "database.url: the port in it is not a number that a port can have"
    ),
    '[redis]\nurl = "http://x"': "redis.url: must be redis://host:port/0, rediss:// or unix:///path",
    '[tracing]\nendpoint = "localhost:4318"': "tracing.endpoint: must begin with http:// or https://",
    '[openid]\nissuer = "https://id.example"': "openid.issuer: is set, which needs openid.client_id",
    "[server]\nworker_processes = 0\nweb_processes = 2": (
        "server.worker_processes: is 0, so that web does their work: server.web_processes must be 1"
    ),
    '[openid]\nallowed_private_ranges = ["house"]': (
        "openid.allowed_private_ranges: 'house' is not a network such as 10.0.0.0/8"
    ),
    "[[server]]\nport = 1": "write [server] in place of [[server]]",
    "port = 1": "`port` stands outside of a [section]",
}


@pytest.mark.parametrize(("text", "said"), WRONG_FILES.items())
def test_a_mistake_in_a_file(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load([path], {})
    assert refused.value.public == f"{path}: {said}"


@pytest.mark.parametrize(
    "name", ["a.example", "localhost:3000", "127.0.0.1:80", "[::1]:3000", "a_b.internal"]
)
def test_names_that_servers_have(name: str) -> None:
    assert load([], {"ECHO_INSTANCE__DOMAIN": name}).instance.domain == name


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://echo@/echo?host=/run/postgresql",
        "postgres://u:p%40@[::1]:5432/echo",
        "postgresql:///echo",
    ],
)
def test_addresses_that_databases_have(address: str) -> None:
    assert load([], {"ECHO_DATABASE__URL": address}).database.url == address


def test_a_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf[server]\nport = 4000\n")
    assert load([path], {}).server.port == 4000


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'[instance]\ntitle = "M\xfcnchen"\n')
    with pytest.raises(ConfigError, match=r"config\.toml is no text in UTF-8, from byte 21 on"):
        load([path], {})


def test_values_of_the_environment(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of the file\n")
    config = load(
        [],
        {
            "ECHO_MAIL__PASSWORD_FILE": str(secret),
            "ECHO_MAIL__PASSWORD": "of the variable",
            "ECHO_DEV__ENABLED": "TRUE",
            "ECHO_FEDERATION__ALLOWED_PORTS": "80, 8080",
            "ECHO_OPENID__SCOPES": "openid",
        },
    )
    assert config.mail.password == "of the file"
    assert config.dev.enabled
    assert config.federation.allowed_ports == [80, 8080]
    assert config.openid.scopes == ["openid"]
    assert load([], {"ECHO_FEDERATION__ALLOWED_PORTS": "443"}).federation.allowed_ports == [443]


def test_mistakes_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "odd").write_bytes(b"\xff")
    for name, value, said in (
        ("ECHO_SERVER__PORT", "abc", "the environment: server.port: expected a whole number, got text"),
        ("ECHO_INSTANCE__TITLE", "M\udcfcnchen", "ECHO_INSTANCE__TITLE is no text in UTF-8"),
        (
            "ECHO_MAIL__PASSWORD_FILE",
            f"{tmp_path}/odd",
            f"ECHO_MAIL__PASSWORD_FILE: {tmp_path}/odd is no text in UTF-8, from byte 0 on",
        ),
    ):
        with pytest.raises(ConfigError) as refused:
            load([], {name: value})
        assert refused.value.public == said


def test_the_command_ends_as_for_a_wrong_option(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[instance]\ndomain = "a b"\n')
    done = subprocess.run(
        [sys.executable, "-m", "echo.cli.main", "config", "check", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"echoctl: {tmp_path}/config.toml: instance.domain: 'a b' is not")
    assert done.stderr.count("\n") == 1
