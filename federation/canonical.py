"""Canonical JSON-LD, worked out by a child that is killed when it does not come back.

There is one child for each process, started when it is first needed. It ends with its parent: its input does.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import subprocess
import sys
import threading

import msgspec

from activitypub.document import JsonObject
from activitypub.errors import SignatureError
from activitypub.signatures.linked_data import BYTES

log = logging.getLogger(__name__)

LENGTH_BYTES = 4
READY = b"!"
# Far more than the child gives itself, for its start and for machines that are busy.
ANSWER_SECONDS = 30.0
# Signatures that wait for their turn; what comes when there are more is not checked at all.
MOST_WAITING = 32


class Canonical(msgspec.Struct, frozen=True):
    """Shapes:  text: what the key signs; document: what the document says, in our own terms"""

    text: str
    document: JsonObject


class _Refused(msgspec.Struct, frozen=True):
    refused: str
    detail: str


async def canonical(body: bytes) -> Canonical:
    """What a document with a linked-data signature says, and the text that was signed.

    Raises:  SignatureError: as `activitypub.signatures.graph.canonical`; busy
    """
    if len(body) > BYTES:
        raise SignatureError("too_complex", f"{len(body)} bytes")
    answer = await _child.ask(body)
    try:
        return msgspec.json.decode(answer, type=Canonical)
    except msgspec.ValidationError:
        refused = msgspec.json.decode(answer, type=_Refused)
    raise SignatureError(refused.refused, refused.detail)


class _Child:
    """The child, and who talks to it: one at a time, each in a thread that ends when the child does."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._waiting = 0

    async def ask(self, body: bytes) -> bytes:
        if self._waiting >= MOST_WAITING:
            raise SignatureError("busy", "many signatures are being checked")
        self._waiting += 1
        try:
            return await asyncio.to_thread(self._ask, body)
        except OSError as error:
            log.warning("the child that canonicalises did not answer: %s", error)
            raise SignatureError("too_complex", "no answer") from error
        finally:
            self._waiting -= 1

    def end(self) -> None:
        """Kill it. The thread that waits for it goes on at once; the next question starts another."""
        process = self._process
        if process is not None:
            process.kill()

    def _ask(self, body: bytes) -> bytes:
        with self._turn:
            is_new = self._process is None
            process = self._process = self._process or _start()
            alarm = threading.Timer(ANSWER_SECONDS, process.kill)
            alarm.daemon = True
            alarm.start()
            try:
                if is_new and _read(process, len(READY)) != READY:
                    raise OSError("not a child of ours")
                return _exchange(process, body)
            except OSError:
                self._bury(process)
                raise
            finally:
                alarm.cancel()

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        self._process = None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "federation.canonical_child"]
    # A session of its own: Ctrl-C is for the parent.
    return subprocess.Popen(  # noqa: S603  our own program, no shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )


def _exchange(process: subprocess.Popen[bytes], body: bytes) -> bytes:
    assert process.stdin is not None
    process.stdin.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)
    process.stdin.flush()
    return _read(process, int.from_bytes(_read(process, LENGTH_BYTES), "big"))


def _read(process: subprocess.Popen[bytes], length: int) -> bytes:
    assert process.stdout is not None
    found = process.stdout.read(length)
    if len(found) != length:
        raise OSError("it ended")
    return found


_child = _Child()
atexit.register(_child.end)
