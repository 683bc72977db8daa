"""A token that goes on elsewhere by hand: a step skipped or gone back to, and what cannot be right refused."""

from __future__ import annotations

import pytest

from engine.errors import MoveRefused, NotWaiting
from engine.spiff import targets
from engine.steps import MoveToken
from tests.engine.spiff.cases import Case, bpmn

LINE = bpmn(
    '<startEvent id="s"/><userTask id="a" name="A"/><userTask id="b" name="B"/><userTask id="c" name="C"/><endEvent id="e"/>'
    '<boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeDuration>P1D</timeDuration>'
    '</timerEventDefinition></boundaryEvent><endEvent id="e2"/>',
    "s>a a>b b>c c>e t>e2",
)
SPLIT = bpmn(
    '<startEvent id="s"/><userTask id="o" name="O"/><parallelGateway id="g"/><userTask id="a" name="A"/><userTask id="a2" name="A2"/>'
    '<userTask id="b" name="B"/><parallelGateway id="j" name="Both"/><userTask id="z" name="Z"/><endEvent id="e"/>',
    "s>o o>g g>a g>b a>a2 a2>j b>j j>z z>e",
)
RACE = bpmn(
    '<startEvent id="s"/><eventBasedGateway id="g" name="First of"/>'
    '<intermediateCatchEvent id="t" name="A day"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>'
    '</intermediateCatchEvent><receiveTask id="r" name="Reply" messageRef="m1"/><userTask id="a" name="A"/><endEvent id="e"/>',
    "s>g g>t g>r t>a r>a a>e",
    '<message id="m1" name="reply"/>',
)
MANY = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Each"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>'
    '</multiInstanceLoopCharacteristics></userTask><subProcess id="sub" name="Part"><startEvent id="s2"/><userTask id="x" name="X"/>'
    '<endEvent id="e2"/></subProcess><endEvent id="e"/>',
    "s>a a>sub sub>e s2>x x>e2",
)


def token(case: Case, element: str) -> str:
    return next(each.token for each in case.now_out.active if each.element == element)


def move(case: Case, element: str, to: str, alone: bool = False) -> Case:
    return case.step(MoveToken(token(case, element), to, alone))


class TestMoving:
    def test_a_step_is_skipped_with_its_boundary_events(self) -> None:
        case = move(Case(LINE).start(), "a", "c")
        assert case.waiting == ["c"]
        assert case.now_out.timers == ()
        assert case.cancelled == ["a"]

    def test_a_step_is_gone_back_to_and_done_again(self) -> None:
        case = move(Case(LINE).start().complete("a").complete("b"), "c", "a")
        assert case.waiting == ["a"]
        assert [timer.element for timer in case.now_out.timers] == ["t"]
        case.complete("a").complete("b").complete("c")
        assert case.done

    def test_a_step_is_begun_anew(self) -> None:
        case = Case(LINE).start()
        before = token(case, "a")
        assert token(move(case, "a", "a"), "a") != before

    def test_at_an_end_event_the_case_ends(self) -> None:
        assert move(Case(LINE).start(), "a", "e").done

    def test_a_step_within_its_branch_leaves_the_other_alone(self) -> None:
        case = move(Case(SPLIT).start().complete("o"), "a", "a2")
        assert case.waiting == ["a2", "b"]
        case.complete("a2").complete("b").complete("z")
        assert case.done

    def test_with_an_event_of_several_go_its_rivals(self) -> None:
        case = move(Case(RACE).start(), "t", "a")
        assert case.waiting == ["a"]
        assert (case.now_out.timers, case.now_out.subscriptions) == ((), ())

    def test_an_activity_for_a_list_is_left_as_a_whole(self) -> None:
        assert move(Case(MANY).start(), "a", "sub").waiting == ["x"]

    def test_a_part_of_the_process_is_left_by_its_own_token(self) -> None:
        case = move(Case(MANY).start(), "a", "sub")
        assert move(case, "sub", "a").waiting == ["a", "a", "a"]

    def test_all_else_may_end_with_it(self) -> None:
        case = move(Case(SPLIT).start().complete("o"), "a", "o", alone=True)
        assert case.waiting == ["o"]
        assert sorted(case.cancelled) == ["a", "b"]
        case.complete("o").complete("a").complete("a2").complete("b").complete("z")
        assert case.done


class TestRefused:
    def refused(self, case: Case, element: str, to: str) -> str:
        with pytest.raises(MoveRefused) as refused:
            move(case, element, to)
        return str(refused.value)

    def test_a_branch_that_would_leave_its_join_waiting(self) -> None:
        assert "“Both” would wait for ever" in self.refused(Case(SPLIT).start().complete("o"), "a", "z")

    def test_back_before_the_ways_part_while_the_other_goes_on(self) -> None:
        said = self.refused(Case(SPLIT).start().complete("o"), "a", "o")
        assert "would be done twice" in said or "would wait for ever" in said
        assert "Let all else beside it end as well" in said

    def test_a_join(self) -> None:
        assert "it waits for several ways to come together" in self.refused(Case(SPLIT).start().complete("o"), "a", "j")

    def test_an_event_behind_an_event_based_gateway(self) -> None:
        case = Case(RACE).start().receive("reply")
        assert "choose the gateway before them" in self.refused(case, "a", "t")

    def test_a_boundary_event(self) -> None:
        assert "it begins by what happens" in self.refused(Case(LINE).start(), "a", "t")

    def test_into_a_part_of_the_process(self) -> None:
        assert "in the same part of the same process" in self.refused(Case(MANY).start(), "a", "x")

    def test_one_of_several_that_are_done_for_a_list(self) -> None:
        case = Case(MANY).start()
        with pytest.raises(MoveRefused, match="move all of them together"):
            case.step(MoveToken(case.now_out.user_tasks[0].token, "sub"))

    def test_what_is_no_element(self) -> None:
        assert "in the same part of the same process" in self.refused(Case(LINE).start(), "a", "nowhere")

    def test_what_waits_no_more(self) -> None:
        with pytest.raises(NotWaiting):
            Case(LINE).start().step(MoveToken("99", "b"))

    def test_an_event_that_waits_beside_the_flow(self) -> None:
        case = Case(LINE).start()
        with pytest.raises(NotWaiting):
            case.step(MoveToken(case.now_out.timers[0].token, "b"))


def test_what_may_be_chosen_is_of_the_same_part_and_no_join() -> None:
    assert [each.id for each in targets(Case(SPLIT).definition, "a")] == ["o", "g", "a", "a2", "b", "z", "e"]
    assert [each.id for each in targets(Case(MANY).definition, "x")] == ["x", "e2"]
