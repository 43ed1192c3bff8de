"""A Janus of our own on loopback, when it is installed (Debian: `apt install janus`)."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOKEN_SECRET, ADMIN_KEY = "token secret", "admin key"
_PLUGINS = next(iter(Path("/usr/lib").glob("*/janus")), Path("/usr/lib/janus"))


@dataclass(frozen=True, slots=True)
class JanusServer:
    """Shapes:  http: its HTTP interface; websocket: what browsers open"""

    http: str
    websocket: str


def is_installed() -> bool:
    """Whether there is a Janus to start."""
    return shutil.which("janus") is not None


@contextmanager
def janus_server(folder: Path) -> Iterator[JanusServer]:
    """One with signed tokens and an admin key, until the end of the block."""
    http, websocket = _free_port(), _free_port()
    _configure(folder, http, websocket)
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        ["janus", "-F", str(folder), "--disable-colors"], stdout=log, stderr=subprocess.STDOUT
    )
    try:
        _wait_for(http, process)
        _wait_for(websocket, process)
        yield JanusServer(f"http://127.0.0.1:{http}/janus", f"ws://127.0.0.1:{websocket}/")
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def _configure(folder: Path, http: int, websocket: int) -> None:
    texts = {
        "janus.jcfg": f"""
            general: {{
                configs_folder = "{folder}"
                plugins_folder = "{_PLUGINS}/plugins"
                transports_folder = "{_PLUGINS}/transports"
                events_folder = "{_PLUGINS}/events"
                loggers_folder = "{_PLUGINS}/loggers"
                admin_secret = "not used"
                token_auth = true
                token_auth_secret = "{TOKEN_SECRET}"
                debug_level = 4
            }}
            nat: {{ ice_enforce_list = "lo,127.0.0.1" keep_private_host = true }}
            plugins: {{ disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_lua.so,"
                "libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,"
                "libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so" }}
            transports: {{ disable = "libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,"
                "libjanus_rabbitmq.so" }}
        """,
        "janus.transport.http.jcfg": f"""
            general: {{ base_path = "/janus" http = true port = {http} ip = "127.0.0.1" https = false }}
        """,
        "janus.transport.websockets.jcfg": f"""
            general: {{ ws = true ws_port = {websocket} ws_ip = "127.0.0.1" wss = false }}
        """,
        "janus.plugin.videoroom.jcfg": f"""
            general: {{ admin_key = "{ADMIN_KEY}" }}
        """,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert process.poll() is None, "Janus did not start"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("Janus does not answer")
