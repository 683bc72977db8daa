"""Processor time: what tests measure work by. A clock on the wall also counts what the machine's other programs do."""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Callable
from types import TracebackType

from engine.feel import Feel
from engine.feel.process import _cpu

#: What :func:`_yardstick` takes, in seconds of processor time, where nothing else runs.
YARDSTICK = 0.012
#: How often :func:`until` looks, and how long it rests in between, in seconds.
LOOKS, REST = 2_000, 0.02


class Work:
    """The processor seconds that this process, and the V8 processes of ``feel``, take between ``with`` and its end.

    Garbage is not collected in between: a collection walks all that the tests before it have left, and is no part of the work.
    """

    def __init__(self, feel: Feel | None = None) -> None:
        self._feel = feel
        self._began = 0.0
        self.seconds = 0.0

    def __enter__(self) -> Work:
        gc.disable()
        self._began = self._used()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.seconds = self.so_far()
        gc.enable()

    def __repr__(self) -> str:
        return f"{self.seconds:.2f} seconds of processor time"

    def within(self, seconds: float) -> bool:
        """Whether it took less than so many seconds of a processor that nothing else uses.

        Beside other programs each step takes longer, in processor time too (they share its caches, and a virtual machine's
        time). So what took too long is measured against a known piece of work, done in the same circumstances.
        """
        return self.seconds < seconds or self.seconds * YARDSTICK < seconds * _yardstick()

    def so_far(self) -> float:
        """The processor seconds since the beginning."""
        return self._used() - self._began

    def _used(self) -> float:
        # A V8 that was ended has been waited for, and counts among the children.
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        running = self._feel._process if self._feel is not None else None
        v8 = used_by(running._popen.pid) if running is not None else 0.0
        return time.process_time() + ended.ru_utime + ended.ru_stime + v8


def _yardstick() -> float:
    """The processor seconds that a known piece of work takes now."""
    began = time.process_time()
    for _ in range(10):
        sum(number * number % 7 for number in range(200_000))
    return (time.process_time() - began) / 10


def used_by(pid: int) -> float:
    """The processor seconds of another process that runs; 0 where the system does not tell (it does on Linux)."""
    return _cpu(pid) or 0.0


def until(true: Callable[[], bool]) -> bool:
    """Whether it comes true while other threads or processes work: the looks are counted, for on a busy machine each takes
    longer."""
    for _ in range(LOOKS):
        if true():
            return True
        time.sleep(REST)
    return False
