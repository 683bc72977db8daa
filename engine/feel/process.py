"""The parent's side of the process in which V8 runs (engine/feel/worker.py).

V8 ends its whole process, without an exception, when a single built-in function asks for too much memory at once, and
FEEL can bring that about (joining long strings does). So it has a process of its own, which may be ended at any time.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
import weakref
from pathlib import Path

#: The first byte of an answer, as in worker.py (which is not imported here: it brings V8 along).
ANSWER, MEMORY = b"=", b"M"
WORKER = Path(__file__).with_name("worker.py")
#: Seconds that the process has to start in.
START_LIMIT = 60.0
#: The time limit is meant in processor time; on a busy machine a call may last this many times as long.
PATIENCE = 20


class TimeUp(Exception):
    """The call took longer than it may. The process must be ended."""


class MemoryUp(Exception):
    """The call needed more memory than it may have. The process must be ended."""


class Broken(Exception):
    """V8 could not run the call; the text says why. The process must be ended."""


class Ended(Exception):
    """The process had ended before it was asked anything: a new one can be asked."""


class Process:
    """One V8 process; starts at once, without waiting until it is ready. Only one thread at a time may ask it."""

    def __init__(self, bundle: Path, heap: int) -> None:
        command = [sys.executable, "-I", str(WORKER), str(bundle), str(heap)]
        # Nothing of this process's environment, which holds secrets, and no signal of its terminal reaches V8.
        self._popen = subprocess.Popen(  # noqa: S603 - our own program, and no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={},
            start_new_session=True,
        )
        assert self._popen.stdin is not None and self._popen.stdout is not None
        self._in, self._out = self._popen.stdin, self._popen.stdout
        self._poll = select.poll()
        self._poll.register(self._out.fileno(), select.POLLIN)
        self._ready = False
        self._finish = weakref.finalize(self, _end, self._popen)
        _processes.add(self)

    def ask(self, request: bytes, seconds: float) -> str:
        """The answer to a request. Raises TimeUp, MemoryUp, Broken or Ended."""
        if not self._ready:
            self._start()
        self._send(request)
        try:
            return self._answer(_Deadline(seconds, self._popen.pid))
        except EOFError:
            raise MemoryUp from None  # V8 ends its process when it cannot have more memory

    def close(self) -> None:
        """End the process."""
        self._finish()

    def forget(self) -> None:
        """Let go of a process that belongs to the parent of this one, without ending it."""
        self._finish.detach()
        self._popen.returncode = 0  # so that Popen does not look for a child that is not ours
        self._in.close()
        self._out.close()

    def _start(self) -> None:
        try:
            self._answer(_Deadline(START_LIMIT, None))
        except EOFError:
            raise Broken("V8 could not be started") from None
        self._ready = True

    def _send(self, request: bytes) -> None:
        try:
            left = memoryview(len(request).to_bytes(4, "big") + request)
            while left:
                left = left[self._in.write(left) or 0 :]
        except BrokenPipeError:
            raise Ended from None

    def _answer(self, deadline: _Deadline) -> str:
        size = int.from_bytes(self._read(4, deadline), "big")
        body = self._read(size, deadline)
        if body[:1] == ANSWER:
            return body[1:].decode("utf-8", "surrogatepass")
        raise MemoryUp if body[:1] == MEMORY else Broken(body[1:].decode("utf-8", "replace"))

    def _read(self, size: int, deadline: _Deadline) -> bytes:
        parts, left = [], size
        while left:
            while not self._poll.poll(deadline.left() * 1000):
                pass
            part = self._out.read(min(left, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            left -= len(part)
        return b"".join(parts)


class _Deadline:
    """Counts the seconds of processor time that a process takes, where the system tells them, and else real ones."""

    def __init__(self, seconds: float, pid: int | None) -> None:
        self.seconds, self.pid = seconds, pid
        self.began, self.used = time.monotonic(), _cpu(pid)

    def left(self) -> float:
        """Seconds that may still pass before asking again, more than 0. Raises TimeUp."""
        real = time.monotonic() - self.began
        cpu = _cpu(self.pid)
        if cpu is None or self.used is None:
            left = self.seconds - real
        else:
            left = min(self.seconds - (cpu - self.used), self.seconds * PATIENCE - real)
        if left <= 0:
            raise TimeUp
        return max(left, 0.001)


def _cpu(pid: int | None) -> float | None:
    """The processor time of another process in seconds; None where the system does not tell."""
    if pid is None or not sys.platform.startswith("linux"):
        return None
    try:
        return time.clock_gettime((~pid << 3) | 2)  # clock_getcpuclockid(3), as Linux makes it
    except OSError:
        return None


def _end(popen: subprocess.Popen[bytes]) -> None:
    popen.kill()
    popen.wait()
    for pipe in (popen.stdin, popen.stdout):
        if pipe is not None:
            pipe.close()


_processes: weakref.WeakSet[Process] = weakref.WeakSet()


def _after_fork() -> None:
    for process in list(_processes):
        process.forget()
    _processes.clear()


os.register_at_fork(after_in_child=_after_fork)
