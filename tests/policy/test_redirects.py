"""Where browsers may be sent: rows S-H01 and S-E09."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echo.policy import redirects


@pytest.mark.parametrize(
    "uri",
    [
        "urn:ietf:wg:oauth:2.0:oob",
        "icecubesapp://",
        "com.tapbots.Ivory.10217:/request_token",
        "https://app.example/callback?app=1",
        "http://127.0.0.1:43117/",
        "http://[::1]:8080/cb",
        "mastodon-android-auth://callback",
        "myapp://host/path?query",
    ],
)
def test_apps_register_what_real_apps_use(uri: str) -> None:
    assert redirects.is_registrable(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "callback",
        "https:",
        "https://",
        "https:/callback",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "https://app.example/#fragment",
        "https://user:pw@app.example/",
        "https://app.example/a b",
        "https://app.example/\r\nSet-Cookie: a=b",
        "https://app.example;script-src/",
        "https://app.example\\evil.test/",
        "1app://callback",
        " https://app.example/",
        "https://app.example/" + "a" * 2048,
    ],
)
def test_s_h01_apps_cannot_register_what_runs_or_confuses(uri: str) -> None:
    assert not redirects.is_registrable(uri)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://a.test/cb", "https://a.test/cb?code=x&state=a+b%26"),
        ("https://a.test/cb?keep=1", "https://a.test/cb?keep=1&code=x&state=a+b%26"),
        ("icecubesapp://", "icecubesapp://?code=x&state=a+b%26"),
        ("app:/token?", "app:/token?code=x&state=a+b%26"),
    ],
)
def test_s_h01_a_query_that_is_there_is_kept(uri: str, expected: str) -> None:
    assert redirects.with_parameters(uri, {"code": "x", "state": "a b&"}) == expected


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("https://a.test:444/cb?x", "https://a.test:444"),
        ("icecubesapp://", "icecubesapp:"),
        ("com.tapbots.Ivory.10217:/request_token", "com.tapbots.ivory.10217:"),
        ("urn:ietf:wg:oauth:2.0:oob", ""),
        ("https://a.test;script-src *", ""),
    ],
)
def test_form_source_names_the_origin_or_the_scheme(uri: str, source: str) -> None:
    assert redirects.form_source(uri) == source


EVIL = [
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/%5cevil.test",
    "/%5Cevil.test",
    "/%2fevil.test",
    "/%2Fevil.test",
    "/%252fevil.test",
    "/%255cevil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "/\r\nLocation: https://evil.test",
    "/%0d%0aLocation:%20https://evil.test",
    "https://evil.test/",
    "https:evil.test",
    "javascript:alert(1)",
    "evil.test",
    "@evil.test",
    "",
    " /",
    "/ok\x00",
]


@pytest.mark.parametrize("target", EVIL)
def test_s_e09_no_parameter_leads_away(target: str) -> None:
    assert redirects.local_path(target) == "/"


@pytest.mark.parametrize(
    "target",
    ["/", "/@alice", "/oauth/authorize?redirect_uri=https%3A%2F%2Fa.test%2F&scope=read%20write", "/a?b=//c"],
)
def test_local_paths_are_kept(target: str) -> None:
    assert redirects.local_path(target) == target


@settings(deadline=None)
@given(st.text(alphabet="/\\%25cfd0a:?#@.evil \t\r\n", max_size=20))
def test_s_e09_whatever_comes_out_is_on_this_server(target: str) -> None:
    kept = redirects.local_path(target)
    # Browsers drop tabs and line ends and read backslashes as slashes.
    seen = kept.replace("\\", "/").replace("\t", "").replace("\r", "").replace("\n", "")
    assert urlsplit(urljoin("https://echo.test/page", seen)).netloc == "echo.test"
