"""The process in which V8 runs: reads a request from stdin, asks the FEEL bundle, writes the answer to stdout.

It is started by path (``python -I worker.py BUNDLE HEAP_BYTES``), with an empty environment, and imports nothing of
Pathways. A frame is four bytes of length and then its bytes; an answer's first byte says what it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from pathlib import Path
from typing import BinaryIO

from py_mini_racer import JSEvalException, JSOOMException, MiniRacer, mini_racer

try:
    import resource
except ImportError:  # pragma: no cover - not a Unix: the parent's time limit and V8's own memory limit remain
    resource = None  # type: ignore[assignment]

ANSWER, MEMORY, BROKEN = b"=", b"M", b"E"
#: What the process may take beyond what V8 reserves at its start, as a multiple of the heap's limit: V8 looks at its
#: limit only when it collects garbage, and one built-in function can allocate a lot in between.
HEADROOM = 4
#: Seconds of processor time after which the process ends by itself if nobody ended it: its parent may have died.
ORPHAN_SECONDS = 60
WARM_UP = '{"task": "evaluate", "items": [["expression", "a.b + 1 > 2 and true", null]], "variables": {"a": {"b": 1}}}'


def main(bundle: str, heap: int) -> None:
    """Serve requests until stdin ends."""
    asyncio.run(_serve(bundle, heap))


async def _serve(bundle: str, heap: int) -> None:
    # Inside a running loop mini-racer calls V8 directly, without a thread hop and a task for each call.
    with mini_racer(asyncio.get_running_loop()) as isolate:
        isolate.eval(Path(bundle).read_text(encoding="utf-8"))
        _answer(isolate, WARM_UP)
        isolate.set_hard_memory_limit(heap)
        _bound_memory(heap * HEADROOM)
        _write(sys.stdout.buffer, ANSWER + b"ready")
        while (request := read_frame(sys.stdin.buffer)) is not None:
            _bound_time()
            _write(sys.stdout.buffer, _answer(isolate, request.decode("utf-8")))


def _answer(isolate: MiniRacer, request: str) -> bytes:
    try:
        answer = isolate.eval(f"feel({json.dumps(request)})")
    except JSOOMException:
        return MEMORY
    except JSEvalException as broken:
        return BROKEN + str(broken).encode("utf-8", "replace")
    return ANSWER + str(answer).encode("utf-8", "surrogatepass")


def _bound_memory(extra: int) -> None:
    """Let the kernel refuse memory past ``extra`` bytes more than now, so that V8 gives up and not the machine."""
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        used = next(int(line.split()[1]) for line in lines if line.startswith("VmData:")) * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (used + extra, used + extra))


def _bound_time() -> None:
    if resource is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + ORPHAN_SECONDS, hard))


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame, or None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    size = int.from_bytes(head, "big")
    body = stream.read(size)
    return body if len(body) == size else None


def _write(stream: BinaryIO, body: bytes) -> None:
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
