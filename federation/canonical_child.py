"""The program that canonicalises JSON-LD: `python -m federation.canonical_child`.

Standard input is documents, standard output what came of each; both with their length in front. It runs apart
because the work is long and pure Python: a thread could not be ended, and an alarm needs a main thread that
has nothing else to do. What is too much is known by the processor time it took, so that a busy machine
refuses nothing; `federation.canonical`, which started this, kills it when even that does not come back.
"""

from __future__ import annotations

import resource
import signal
import sys
from contextlib import suppress
from types import FrameType

import msgspec

from activitypub import strict_json
from activitypub.errors import Malformed, SignatureError
from activitypub.signatures import graph
from activitypub.signatures.linked_data import BYTES
from federation.canonical import LENGTH_BYTES, READY

CPU_SECONDS = 1.0
MEMORY_BYTES = 1_073_741_824


def main() -> None:
    """Answer until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those who ask
    signal.signal(signal.SIGVTALRM, _stop)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(READY)
    sink.flush()
    while len(head := source.read(LENGTH_BYTES)) == LENGTH_BYTES:
        answer = _answer(source.read(int.from_bytes(head, "big")))
        sink.write(len(answer).to_bytes(LENGTH_BYTES, "big") + answer)
        sink.flush()


def _answer(body: bytes) -> bytes:
    found: object = {"refused": "too_complex", "detail": f"more than {CPU_SECONDS} seconds"}
    with suppress(KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
        try:
            found = _work(body)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return msgspec.json.encode(found)


def _work(body: bytes) -> object:
    try:
        canonical = graph.canonical(strict_json.decode(body, max_bytes=BYTES))
    except SignatureError as error:
        return {"refused": error.reason, "detail": error.detail or ""}
    except (Malformed, MemoryError, RecursionError) as error:
        return {"refused": "too_complex", "detail": str(error)}
    return {"text": canonical.text.decode("ascii"), "document": canonical.document}


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt  # libraries catch exceptions, and not this one


if __name__ == "__main__":
    main()
