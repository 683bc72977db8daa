"""The property test's random diagrams on both: step by step the same, but for the shapes that are listed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.calendar.terms import SchoolCalendar
from engine.feel import Feel
from engine.spiff import parse
from engine.steps import StepContext, Variables
from tests.engine.differential.differences import SHAPES, Shape
from tests.engine.differential.lockstep import Move, Pair, Parting
from tests.engine.differential.normalised import normalised
from tests.engine.spiff.random_diagrams import Block, blocks, diagram

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
#: Random diagrams, and moves made on each.
EXAMPLES, MOVES = 80, 25
#: A move by number among those that are possible; the number that is answered, and whether a loop goes round again.
Answer = tuple[int, int, bool]
around = st.sampled_from(["seq", "loop", "par", "xor", "or", "sub", "subtimer"])
drawn: st.SearchStrategy[Block] = st.tuples(around, st.lists(blocks, min_size=2, max_size=4), st.integers(0, 3))
answer = st.tuples(st.integers(0, 9), st.integers(0, 3), st.booleans())


def is_listed(block: Block, in_loop: bool = False) -> bool:
    """Whether the block holds a shape of the list."""
    kind, inner, _ = block
    listed = kind == "watch" or (in_loop and kind in ("par", "or"))
    return listed or any(is_listed(each, in_loop or kind == "loop") for each in inner)


def parting(block: Block, answers: list[Answer]) -> Parting | None:
    """Where the two part on a diagram."""
    xml = diagram(block)
    context = StepContext(MONDAY, SchoolCalendar.bare(), Feel.shared(), lambda ref, variables: None)
    pair = Pair(parse("p", xml, {}), context, [normalised(xml)])
    found = pair.start({"n": 0}, "s")
    for pick, number, again in answers:
        moves = pair.moves()
        if found or not moves:
            return found
        move = moves[pick % len(moves)]
        found = pair.make(move, _values(move, number, again))
    return found


def _values(move: Move, number: int, again: bool) -> Variables:
    return {"n": number, "again": again} if move.kind == "complete" else {}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn.filter(lambda block: not is_listed(block)), st.lists(answer, min_size=MOVES, max_size=MOVES))
def test_the_two_go_the_same_way_but_in_listed_shapes(block: Block, answers: list[Answer]) -> None:
    assert parting(block, answers) is None


@pytest.mark.parametrize("shape", SHAPES, ids=lambda each: each.name)
def test_a_listed_shape_still_differs(shape: Shape) -> None:
    moves = [(pick, 2, True) for pick in shape.moves]
    assert parting(shape.block, moves), "SpiffWorkflow does as ours does now: take the shape off the list."


@pytest.mark.parametrize("shape", SHAPES, ids=lambda each: each.name)
def test_a_listed_shape_is_kept_out_of_the_random_diagrams(shape: Shape) -> None:
    assert is_listed(shape.block)
