"""schemathesis asks a running Echo everything that its OpenAPI description offers, with and without a token:
nothing is a failure of ours, and every answer is one that the description names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.e2e.servers import Person, Server, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500), pytest.mark.filterwarnings("ignore")]
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = 6


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running("described") as started:
        yield started


@pytest.fixture(scope="module")
def alice(server: Server) -> Person:
    """Somebody with a bit of everything."""
    person, other = server.person("alice"), server.person("bob")
    other_id = person.client.account_lookup("bob").id
    person.client.account_follow(other_id)
    for number in range(3):
        post = other.client.status_post(f"#tea {number} https://example.org/ @alice")
        person.client.status_favourite(post.id)
        person.client.status_reblog(post.id)
        person.client.status_post(f"@bob answer {number}", in_reply_to_id=post.id)
    person.client.status_post("@bob direct", visibility="direct")
    return person


def with_real_ids(document: dict[str, Any], person: Person) -> dict[str, Any]:
    """The description, with ids that exist among those to be asked for: made-up ones meet nothing but 404."""
    posts = [str(post.id) for post in person.client.timeline_home()]
    people = [str(person.client.account_lookup(name).id) for name in ("alice", "bob")]
    told = [str(row.id) for row in person.client.notifications()]
    known = {"status_id": posts, "account": people, "target": people, "account_id": people, "asker": people}
    known |= {"name": ["tea"], "hashtag": ["tea"], "notification_id": told or ["1"]}
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                values = known.get(parameter["name"]) if parameter["in"] == "path" else None
                if values:
                    parameter["schema"] = {"type": "string", "enum": [*values, "0"]}
    return document


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_every_answer_is_described(server: Server, alice: Person, tmp_path: Path, is_signed_in: bool) -> None:
    with urlopen(f"{server.url}/openapi.json") as answer:
        document = with_real_ids(json.load(answer), alice)
    description = tmp_path / "openapi.json"
    description.write_text(json.dumps(document))
    token = ["--header", f"Authorization: Bearer {alice.client.access_token}"] if is_signed_in else []
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [
            *(str(program), "run", str(description), "--url", server.url, "--checks", CHECKS, *token),
            *("--max-examples", str(EXAMPLES), "--phases", "examples,fuzzing", "--seed", "1"),
            *("--suppress-health-check", "all", "--generation-database", "none", "--no-color"),
            *("--warnings", "off", "--request-timeout", "30", "--continue-on-failure"),
            # It would end the session that asks.
            *("--exclude-path", "/oauth/revoke"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    assert server.process.poll() is None
