"""The proof behind flat state: on random diagrams and random answers, execution that drops finished work and goes through
stored bytes at every step gives the same trace, data and waiting work as execution that keeps everything in memory."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.spiff.step import apply, outcome
from engine.spiff.tree import Instance
from engine.steps import Complete, Fire, Outcome, Receive, Start, Trigger
from tests.engine.spiff.cases import Case
from tests.engine.spiff.random_diagrams import Block, blocks, diagram

STEPS = 40


def choices(out: Outcome, number: int, again: bool) -> list[Trigger]:
    done: list[Trigger] = [Complete(t.token, {"n": number, "again": again}) for t in out.user_tasks]
    fired: list[Trigger] = [Fire(t.token) for t in out.timers]
    told: list[Trigger] = [Receive(s.token, s.name, {"told": number}) for s in out.subscriptions]
    return done + fired + told


def story(out: Outcome) -> tuple[object, ...]:
    """What a person could notice of a step."""
    return (
        out.status,
        out.variables,
        out.user_tasks,
        out.timers,
        out.subscriptions,
        out.active,
        [(h.element, h.how, h.via, h.token) for h in out.history],
    )


answers = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.booleans()), min_size=1, max_size=STEPS)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks, answers)
def test_pruned_and_stored_execution_is_the_same_as_keeping_everything(
    block: Block, answers: list[tuple[int, int, bool]]
) -> None:
    case = Case(diagram(block))
    kept = Instance(case.definition, case.context(), prune=False)
    trigger: Trigger = Start({"n": 0})
    for pick, number, again in answers:
        case.step(trigger)
        kept.history, kept.thrown = [], []
        apply(kept, trigger)
        assert story(outcome(kept)) == story(case.now_out)
        possible = choices(case.now_out, number, again)
        if not possible:
            assert case.done, "a case that waits for nothing has ended"
            return
        trigger = possible[pick % len(possible)]
