"""The same cases on SpiffWorkflow's own BPMN layer and on ours, in memory: what a step takes, and by how much a case grows.

The walks are those of the differential test; each is made once for its time and once for its memory, since tracing memory
takes time.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median

from SpiffWorkflow.util.task import TaskState

from engine.calendar.terms import SchoolCalendar
from engine.feel import Feel
from engine.spiff import parse
from engine.steps import Complete, Start, StepContext
from tests.benchmarks.completion import timed
from tests.benchmarks.cycle import ANSWER, TASKS_A_LOOP, diagram
from tests.engine.differential.lockstep import Side
from tests.engine.differential.normalised import normalised
from tests.engine.differential.ours import Ours
from tests.engine.differential.shipped import FILES, measured
from tests.engine.differential.stock import Stock

SIDES: tuple[Side, ...] = ("ours", "stock")
NAMES: dict[Side, str] = {"ours": "engine", "stock": "SpiffWorkflow's BPMN layer"}
WALKS, ROUNDS = 2, (1, 10, 100)
#: Rounds up to each of ROUNDS whose steps are timed; their median counts.
AROUND = 5
MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)


class Times:
    """The seconds of each step, by side."""

    def __init__(self) -> None:
        self.of: dict[Side, list[float]] = defaultdict(list)

    @contextmanager
    def __call__(self, side: Side) -> Iterator[None]:
        before = time.perf_counter()
        yield
        self.of[side].append(time.perf_counter() - before)


class Growth:
    """The bytes by which a case has grown after each step, by side."""

    def __init__(self) -> None:
        self.of: dict[Side, list[int]] = defaultdict(list)

    @contextmanager
    def __call__(self, side: Side) -> Iterator[None]:
        before = _live()
        yield
        self.of[side].append((self.of[side] or [0])[-1] + _live() - before)


def _live() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@contextmanager
def traced() -> Iterator[None]:
    """Trace memory for so long. What is there before is left out of each collection, or they would take too long."""
    gc.collect()
    gc.freeze()
    tracemalloc.start()
    yield
    tracemalloc.stop()
    gc.unfreeze()


def cycle(side: Side) -> dict[str, list[float]]:
    """One side alone goes round the cycle: milliseconds a step at each of ROUNDS, and kilobytes that the case keeps by then."""
    begin = _ours if side == "ours" else _stock
    warm = begin()
    for _ in range(TASKS_A_LOOP):
        warm()
    gc.freeze()
    complete = begin()
    times: list[float] = []
    steps, sizes = [], []
    for number in range(1, max(ROUNDS) * TASKS_A_LOOP + 1):
        times.append(timed(complete))
        if number % TASKS_A_LOOP == 0 and number // TASKS_A_LOOP in ROUNDS:
            steps.append(median(times[-AROUND * TASKS_A_LOOP :]) * 1_000)
            sizes.append(_memory())
    return {"ms": steps, "KB": sizes}


def _memory() -> float:
    """The kilobytes of the objects that have been made since the last ``gc.freeze``, and still live."""
    gc.collect()
    for each in gc.get_objects():
        getattr(each, "__dict__", None)  # an object's attributes are counted once they are a dict
    return sum(sys.getsizeof(each) for each in gc.get_objects()) / 1_000


def _ours() -> Callable[[], None]:
    context = StepContext(MONDAY, SchoolCalendar.bare(), Feel.shared(), lambda ref, variables: None)
    case = Ours(parse("cycle", diagram("= more"), {}), context)
    case.step(Start({}))
    return lambda: case.step(Complete(case.out.user_tasks[0].token, ANSWER))


def _stock() -> Callable[[], None]:
    workflow = Stock([normalised(diagram("= more"))], "cycle", lambda element, expression: True).workflow
    workflow.do_engine_steps()

    def complete() -> None:
        # As it comes: to name the element, as the test does, would look through the whole tree once more.
        next(workflow.get_tasks_iterator(state=TaskState.READY, manual=True)).run()
        workflow.do_engine_steps()

    return complete


def loops() -> None:
    """Print what the cycle takes at its first, tenth and hundredth round, each side in a process of its own."""
    print("The cycle on both: milliseconds a step (medians), and kilobytes of what the case keeps in memory")
    found = {side: json.loads(_in_a_process(side)) for side in SIDES}
    for side in SIDES:
        figures = zip(ROUNDS, found[side]["ms"], found[side]["KB"], strict=True)
        print(f"  {NAMES[side]:26}" + "".join(f"   round {at}: {ms:7.2f} ms {kb:6.0f} KB" for at, ms, kb in figures))
    for side in SIDES:
        steps = found[side]["ms"]
        print(f"  {NAMES[side]}: time at round {ROUNDS[-1]} / round {ROUNDS[0]} = {steps[-1] / steps[0]:.2f}")
    ratio = found["stock"]["ms"][-1] / found["ours"]["ms"][-1]
    size = found["stock"]["KB"][-1] / found["ours"]["KB"][-1]
    print(
        f"  at round {ROUNDS[-1]}: SpiffWorkflow's BPMN layer / engine = {ratio:.0f} in time, {size:.0f} in memory",
        flush=True,
    )


def _in_a_process(side: Side) -> str:
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.both", side]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def shipped() -> None:
    """Print what a step of each shipped diagram takes, and how large its case has grown by the end of a walk."""
    print(
        "The shipped diagrams on both: milliseconds a step, and kilobytes by which the case has grown since it was made"
    )
    print("  (medians; the engine's are with the case's data, which SpiffWorkflow's side is not given)")
    print(f"  {'':34}{'engine':>18}{'SpiffWorkflow':>18}   ratio")
    ratios: list[tuple[float, float]] = []
    for process in FILES:
        found = _figures(process)
        if found is None:
            print(f"  {process:34}{'(waits for what its caller gives)':>36}")
            continue
        step, size = found
        ratios.append((step["stock"] / step["ours"], size["stock"] / max(size["ours"], 1.0)))
        sides = "".join(f"{step[side]:8.2f} ms{size[side]:5.0f} KB" for side in SIDES)
        print(f"  {process:34}{sides}   {ratios[-1][0]:.1f} {ratios[-1][1]:.1f}", flush=True)
    print(
        f"  median ratio SpiffWorkflow / engine: {median(t for t, _ in ratios):.2f} in time, "
        f"{median(m for _, m in ratios):.1f} in memory"
    )


def _figures(process: str) -> tuple[dict[Side, float], dict[Side, float]] | None:
    """None where no walk comes to a step on both sides: what only others call may need what they give."""
    times, grown = Times(), [Growth() for _ in range(WALKS)]
    for seed in range(WALKS):
        measured(process, seed, Times())  # what is read once, and FEEL's answers, are kept
        measured(process, seed, times)
    with traced():
        for seed, growth in enumerate(grown):
            measured(process, seed, growth)
    whole = [each for each in grown if all(each.of[side] for side in SIDES)]
    return _medians(times, whole) if whole else None


def _medians(times: Times, whole: list[Growth]) -> tuple[dict[Side, float], dict[Side, float]]:
    """Milliseconds a step, and kilobytes at the end of a walk."""
    steps = {side: median(times.of[side]) * 1_000 for side in SIDES}
    sizes = {side: median(each.of[side][-1] for each in whole) / 1_000 for side in SIDES}
    return steps, sizes


def run() -> None:
    """Print both."""
    loops()
    shipped()


if __name__ == "__main__":
    print(json.dumps(cycle("ours" if sys.argv[1] == "ours" else "stock")))
