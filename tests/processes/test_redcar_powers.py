"""Redcar and Cleveland's powers of intervention: proposed, consulted on, decided, used, and given back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import FormInvalid, SecondHalf, TaskNotYours
from engine.store.tables import Notification
from tests.processes.redcar import AIDED, COMMUNITY, DIRECTOR, HOE, give_notice, judged_inadequate, report, use_powers
from tests.processes.redcar import NOTICE as PROCESS
from tests.processes.story import Story


def proposed(story: Story, *powers: str) -> Story:
    """RED-8B.1: a school that Ofsted judged inadequate, and the powers that are proposed."""
    judged_inadequate(story, COMMUNITY).follow(PROCESS, COMMUNITY)
    return story.do(HOE, "propose-powers", powers_proposed=list(powers))


def test_only_powers_that_were_proposed_can_be_decided_on(story: Story) -> None:
    """RED-8B.1, RED-8B.2, RED-8B.3: governors were proposed, and the budget is not on the list."""
    proposed(story, "additional governors").do("chair-of-governors", "answer-consultation")
    with pytest.raises(FormInvalid):
        story.do(DIRECTOR, "decide-powers", powers_used=["suspend budget"])


def test_only_powers_that_were_decided_on_can_be_used(story: Story) -> None:
    """RED-8B.2: two were proposed, one was decided on."""
    proposed(story, "additional governors", "IEB").do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "decide-powers", powers_used=["additional governors"])
    with pytest.raises(FormInvalid):
        story.do(HOE, "use-powers", powers_in_force=["IEB"])


def test_the_school_is_told_of_its_powers_at_each_step(story: Story) -> None:
    """RED-8B.1, RED-8C.1: proposed, in force, and given back."""
    proposed(story, "suspend budget").do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "decide-powers").do(HOE, "use-powers").wait_for("review-due")
    story.do("sia", "review-improvement", improved="yes").do(HOE, "give-back")
    told = [subject.split(":")[0] for role, subject in story.told if role == "chair-of-governors"]
    assert told[1:] == [
        "Powers of intervention proposed",
        "Powers of intervention in force",
        "Powers given back",
    ]


def test_a_body_that_does_not_answer_stops_nothing(story: Story) -> None:
    """RED-8B.3: after the date an officer lets the decision go on, and the record says that no answer came."""
    proposed(story, "suspend budget")
    story.clock.set(story.clock.now() + timedelta(days=30))
    task = next(iter(story.engine.tasks.open(story.case)))
    story.engine.tasks.go_on_without(task.id, "Asked twice.", story.scope(HOE))
    assert story.waiting() == ["decide-powers"]
    story.do(DIRECTOR, "decide-powers", powers_used=[])
    assert [answer["view"] for answer in story.variables["consultation_answers"]] == ["no answer"]


def test_a_power_that_is_refused_is_told_and_leaves_none_in_force(story: Story) -> None:
    """RED-8B.2: the Secretary of State refuses the interim executive board."""
    proposed(story, "IEB").do("chair-of-governors", "answer-consultation").do(DIRECTOR, "decide-powers")
    story.do(HOE, "board-answer", board_answer="refused", board_refused_why="Governors suffice.", refused_next="none")
    assert story.ended
    assert "Governors suffice." in texts(story, "chair-of-governors", "Interim executive board refused")[0]


def test_a_board_is_in_force_only_with_the_secretary_of_states_consent(story: Story) -> None:
    """RED-8B.2, section 65: it is proposed to him, and in place once he has consented."""
    proposed(story, "IEB").do("chair-of-governors", "answer-consultation").do(DIRECTOR, "decide-powers")
    assert story.waiting() == ["board-answer"]
    assert not texts(story, "chair-of-governors", "Powers of intervention in force")
    assert texts(story, "chair-of-governors", "Interim executive board proposed")
    story.do(HOE, "board-answer", board_answer="consented").do(HOE, "use-board")
    assert "It is in place from" in texts(story, "chair-of-governors", "Powers of intervention in force")[0]


def test_progress_is_looked_at_while_the_answer_about_a_board_is_awaited(story: Story) -> None:
    """RED-8C.1: a silent Secretary of State stops no review, and is asked again after it."""
    proposed(story, "IEB", "additional governors").do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "decide-powers", powers_used=["IEB", "additional governors"]).do(HOE, "use-powers")
    story.wait_for("board-silent").do("sia", "review-improvement", improved="not yet")
    assert story.waiting() == ["board-answer"]


def test_a_board_that_is_not_needed_any_more_is_taken_back(story: Story) -> None:
    """RED-8C.1, RED-8B.2: no power was in force; who proposed the board to the Secretary of State tells him."""
    proposed(story, "IEB").do("chair-of-governors", "answer-consultation").do(DIRECTOR, "decide-powers")
    story.wait_for("board-silent").do("sia", "review-improvement", improved="yes").engine.jobs.run_due()
    assert texts(story, "chair-of-governors", "Powers given back") == []
    said = texts(story, HOE, "Proposal of powers taken back")[0]
    assert "No power was in force. The authority takes back the interim executive board" in said


def test_a_board_that_is_in_place_is_given_back(story: Story) -> None:
    """RED-8C.1: the board too, by a task of its own."""
    proposed(story, "IEB").do("chair-of-governors", "answer-consultation").do(DIRECTOR, "decide-powers")
    story.do(HOE, "board-answer", board_answer="consented").do(HOE, "use-board").wait_for("review-due")
    story.do("sia", "review-improvement", improved="yes")
    assert story.waiting() == ["give-back-board"]
    assert story.do(HOE, "give-back-board").ended


def test_other_powers_are_proposed_and_consulted_on_as_the_first_were(story: Story) -> None:
    """RED-8B.1, RED-8B.3, RED-8C.1: those that are not used leave the first ones in force, and all go back once."""
    proposed(story, "additional governors").do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "decide-powers").do(HOE, "use-powers").wait_for("review-due")
    story.do("sia", "review-improvement", improved="other powers").do(HOE, "propose-powers", powers_proposed=["IEB"])
    story.do("chair-of-governors", "answer-consultation").do(DIRECTOR, "decide-powers", powers_used=[])
    assert not story.ended, "the governors are still in place, and looked at in time"
    story.wait_for("review-due").do("sia", "review-improvement", improved="other powers")
    story.do(HOE, "propose-powers", powers_proposed=["suspend budget"]).do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "decide-powers").do(
        HOE, "use-powers", powers_in_force=["additional governors", "suspend budget"]
    )
    story.wait_for("review-due").do("sia", "review-improvement", improved="yes")
    assert set(story.waiting()) == {"give-back"}
    while story.waiting():
        story.do(HOE, "give-back")
    assert story.trace[-1] == "powers-ended"


@pytest.mark.parametrize("stage", ["proposal", "consultation", "decision", "in force"])
def test_powers_end_when_the_school_becomes_an_academy(story: Story, stage: str) -> None:
    """RED-8A.7, RED-8C.1: at whatever stage; those who were told of them are told, and the DfE is alerted."""
    judged_inadequate(story, COMMUNITY).follow(PROCESS, COMMUNITY)
    if stage != "proposal":
        story.do(HOE, "propose-powers", powers_proposed=["IEB"])
    if stage in ("decision", "in force"):
        story.do("chair-of-governors", "answer-consultation")
    if stage == "in force":
        story.do(DIRECTOR, "decide-powers").do(HOE, "board-answer", board_answer="consented").do(HOE, "use-board")
    assert story.converts(COMMUNITY).waiting() == ["alert-dfe"]
    assert ("chair-of-governors", f"Powers of intervention end: {story.variables['school']['name']}") in story.told


def texts(story: Story, role: str, subject: str) -> list[str]:
    """What a role was told under subjects that begin so, oldest first."""
    with story.engine.reading() as session:
        told = select(Notification.text).where(Notification.role == role, Notification.subject.startswith(subject))
        return list(session.scalars(told.order_by(Notification.id)))


def test_a_second_proposal_that_is_not_used_is_told_for_its_own_reason(story: Story) -> None:
    """RED-8B.3: the board was refused and governors appointed; the budget is then left, and the governors stay."""
    proposed(story, "IEB", "additional governors").do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "decide-powers", powers_used=["IEB", "additional governors"])
    story.do(HOE, "use-powers")
    story.do(HOE, "board-answer", board_answer="refused", board_refused_why="It is refused.", refused_next="none")
    assert (
        "These stay in force: additional governors." in texts(story, "chair-of-governors", "Interim executive board")[0]
    )
    story.wait_for("review-due").do("sia", "review-improvement", improved="other powers")
    story.do(HOE, "propose-powers", powers_proposed=["suspend budget"]).do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "decide-powers", powers_used=[], powers_decision_reason="The budget is in order.")
    text = texts(story, "chair-of-governors", "No power of intervention is used")[0]
    assert "The reason: The budget is in order. These stay in force: additional governors." in text


def test_all_who_were_told_of_the_powers_are_told_that_they_are_given_back(story: Story) -> None:
    """RED-8C.1: the diocese of an aided school too."""
    judged_inadequate(story, AIDED).follow(PROCESS, AIDED)
    use_powers(story, "chair-of-governors", "diocesan-representative").wait_for("review-due")
    story.do("sia", "review-improvement", improved="yes").do(HOE, "give-back")
    assert ("diocesan-representative", f"Powers given back: {story.variables['school']['name']}") in story.told


def eligible(story: Story) -> Story:
    """RED-8A.8: a notice of Monday 7 September 2026, whose fifteen working days end with the 28th, and the further notice."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="working days")
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    return story.do(HOE, "further-notice")


def test_two_months_after_the_notice_nothing_is_proposed_any_more(story: Story) -> None:
    """RED-8B.2, Education and Inspections Act 2006, sections 63, 64 and 66: until 28 November 2026."""
    assert str(eligible(story).due("proposal-late").date()) == "2026-11-29"
    story.wait_for("proposal-late")
    assert story.waiting() == ["after-two-months"]
    assert "28 November 2026" in texts(story, "chair-of-governors", "No longer eligible for intervention")[0]


def test_a_consultation_that_outlasts_the_two_months_ends(story: Story) -> None:
    """RED-8B.2, RED-8B.3."""
    eligible(story).do(HOE, "propose-powers").wait_for("consultation-late")
    assert story.do(HOE, "after-two-months", after_two_months="end").ended


def test_after_the_two_months_a_new_notice_may_be_considered(story: Story) -> None:
    """RED-8A.1, RED-8B.2: within the case, with copies and two months of its own."""
    eligible(story).wait_for("proposal-late").do(HOE, "after-two-months", after_two_months="new notice")
    story.do(HOE, "determine-notice", determined_on="2026-11-29").do(HOE, "give-notice", notice_given_on="2026-11-29")
    assert story.waiting() == ["send-copies"] * 3
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    story.do(HOE, "further-notice")
    assert str(story.due("proposal-late").date()) > "2027-02-01"


def test_whoever_proposes_is_told_fourteen_days_before_the_two_months_end(story: Story) -> None:
    """RED-8B.2: they end on 28 November 2026; told once, at whatever step."""
    eligible(story)
    assert str(story.due("proposal-soon").date()) == "2026-11-14"
    story.wait_for("proposal-soon").do(HOE, "propose-powers").do("chair-of-governors", "answer-consultation").later(1)
    subject = f"Time for powers ends soon: {story.variables['school']['name']}"
    assert story.told.count((HOE, subject)) == 1
    assert story.waiting() == ["decide-powers"]


def test_powers_are_dated_within_the_two_months(story: Story) -> None:
    """RED-8B.2: the decision, which may be recorded a week later, and the day from which they are in force."""
    eligible(story).do(HOE, "propose-powers").do("chair-of-governors", "answer-consultation")
    story.clock.set(story.due("decision-late") - timedelta(days=3))
    told = story.refused(
        DIRECTOR, "decide-powers", powers_used=["additional governors"], powers_decided_on="2026-12-01"
    )
    assert "powers_decided_on" in told
    story.do(DIRECTOR, "decide-powers", powers_used=["additional governors"], powers_decided_on="2026-11-27")
    told = story.refused(HOE, "use-powers", powers_in_force=["additional governors"], governors_from="2026-12-01")
    assert "governors_from" in told


def test_a_board_beside_governors_gives_the_governors_no_more_time(story: Story) -> None:
    """RED-8B.2, sections 63, 64 and 66: two months for each power but the board, for which section 65 names none."""
    eligible(story).do(HOE, "propose-powers", powers_proposed=["additional governors", "IEB"])
    story.do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "decide-powers", powers_used=["additional governors", "IEB"]).later(80)
    told = story.refused(HOE, "use-powers", powers_in_force=["additional governors"], governors_from="2026-12-01")
    assert "governors_from" in told
    story.do(HOE, "use-powers", powers_in_force=["additional governors"], governors_from="2026-11-27")
    story.do(HOE, "board-answer", board_answer="consented").do(HOE, "use-board")
    assert "It is in place from" in texts(story, "chair-of-governors", "Powers of intervention in force")[1]


def test_a_board_may_be_decided_on_after_the_two_months_and_nothing_else(story: Story) -> None:
    """RED-8B.2, section 65."""
    eligible(story).do(HOE, "propose-powers", powers_proposed=["additional governors", "IEB"])
    story.do("chair-of-governors", "answer-consultation").later(90)
    with pytest.raises(FormInvalid):
        story.do(DIRECTOR, "decide-powers", powers_used=["additional governors"])
    assert story.do(DIRECTOR, "decide-powers", powers_used=["IEB"]).waiting() == ["board-answer"]


def test_a_notice_that_is_withdrawn_ends_the_powers_that_rest_on_it(story: Story) -> None:
    """RED-8A.8, RED-8B.2: what is proposed ends, and nobody is consulted any more."""
    eligible(story).do(HOE, "propose-powers")
    report(story, "notice-withdrawn", COMMUNITY, withdrawal_reason="A new head.")
    assert story.ended
    assert "A new head." in texts(story, "chair-of-governors", "Powers of intervention end")[0]


def test_powers_in_force_are_given_back_when_the_notice_is_withdrawn(story: Story) -> None:
    """RED-8A.8, RED-8C.1"""
    eligible(story).do(HOE, "propose-powers").do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "decide-powers").do(HOE, "use-powers")
    report(story, "notice-withdrawn", COMMUNITY, withdrawal_reason="A new head.")
    assert story.waiting() == ["give-back-now"]


def test_a_notice_that_is_withdrawn_leaves_powers_that_rest_on_a_judgement(story: Story) -> None:
    """RED-8A.8, RED-8D.1"""
    report(proposed(story, "additional governors"), "notice-withdrawn", COMMUNITY, withdrawal_reason="A new head.")
    assert story.waiting() == ["answer-consultation"]


def test_a_better_judgement_ends_what_rests_on_the_one_before(story: Story) -> None:
    """RED-8D.1, sections 61 and 62: what is only proposed lapses."""
    report(proposed(story, "additional governors"), "ofsted-better", COMMUNITY)
    assert story.ended
    assert texts(story, "chair-of-governors", "Powers of intervention end")


def test_what_is_in_force_by_a_judgement_is_given_back_after_a_better_one(story: Story) -> None:
    """RED-8D.1, RED-8C.1"""
    proposed(story, "additional governors").do("chair-of-governors", "answer-consultation").do(
        DIRECTOR, "decide-powers"
    )
    report(story.do(HOE, "use-powers"), "ofsted-better", COMMUNITY)
    assert story.waiting() == ["give-back-now"]


def test_a_better_judgement_leaves_powers_after_a_notice(story: Story) -> None:
    """RED-8A.8, RED-8D.1"""
    report(eligible(story).do(HOE, "propose-powers"), "ofsted-better", COMMUNITY)
    assert story.waiting() == ["answer-consultation"]


def test_a_decision_that_is_not_taken_within_the_two_months_is_not_waited_for(story: Story) -> None:
    """RED-8B.2: the decision may be recorded for a week longer, and then no more."""
    eligible(story).do(HOE, "propose-powers").do("chair-of-governors", "answer-consultation").wait_for("decision-late")
    assert story.waiting() == ["after-two-months"]
    assert "28 November 2026" in texts(story, "chair-of-governors", "No longer eligible for intervention")[0]


def test_a_school_judged_inadequate_stays_eligible(story: Story) -> None:
    """RED-8D.1: by section 62, for as long as it takes; also where the judgement comes while powers are proposed."""
    judged_inadequate(eligible(story), COMMUNITY).wait_for("proposal-late")
    assert story.waiting() == ["propose-powers"]
    story.later(90)
    assert story.waiting() == ["propose-powers"]


def test_where_all_is_refused_others_may_be_proposed(story: Story) -> None:
    """RED-8B.2: the Secretary of State refuses the board, and nothing else is in force."""
    proposed(story, "IEB").do("chair-of-governors", "answer-consultation").do(DIRECTOR, "decide-powers")
    story.do(HOE, "board-answer", board_answer="refused", refused_next="others")
    assert story.waiting() == ["propose-powers"]


def test_whoever_proposes_powers_does_not_decide_on_them(story: Story) -> None:
    """RED-8B.2: the Director of People Services does, whatever else they are."""
    judged_inadequate(story, COMMUNITY).follow(PROCESS, COMMUNITY)
    both = HOE, DIRECTOR
    story.do_as(both, "propose-powers", powers_proposed=["additional governors"])
    story.do("chair-of-governors", "answer-consultation")
    with pytest.raises(TaskNotYours):
        story.do(HOE, "decide-powers", powers_used=[])
    with pytest.raises(SecondHalf):
        story.do_as(both, "decide-powers", powers_used=[])


def in_force(story: Story) -> Story:
    """RED-8B.2: additional governors sit after the failed notice; progress is looked at a half-term later."""
    eligible(story).do(HOE, "propose-powers", powers_proposed=["additional governors"])
    story.do("chair-of-governors", "answer-consultation").do(DIRECTOR, "decide-powers")
    return story.do(HOE, "use-powers").wait_for("review-due")


def test_others_that_are_proposed_within_the_two_months_lapse_with_them(story: Story) -> None:
    """RED-8B.2, RED-8C.1: what is in force goes on, which is told, and nothing is asked when it has been given back."""
    eligible(story).do(HOE, "propose-powers", powers_proposed=["additional governors", "IEB"])
    story.do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "decide-powers", powers_used=["additional governors", "IEB"]).do(HOE, "use-powers")
    story.do(HOE, "board-answer", board_answer="refused", refused_next="others")
    story.do(HOE, "propose-powers", powers_proposed=["suspend budget"]).wait_for("consultation-late")
    assert texts(story, "chair-of-governors", "No longer eligible for intervention") == []
    said = texts(story, "chair-of-governors", "Time for further powers is over")[0]
    assert "These stay in force: additional governors." in said
    story.wait_for("review-due").do("sia", "review-improvement", improved="yes")
    assert story.do(HOE, "give-back").ended


def test_after_the_two_months_a_board_alone_can_follow_powers_in_force(story: Story) -> None:
    """RED-8B.2, RED-8C.1: section 65 names no end, and others need a new notice."""
    in_force(story).do("sia", "review-improvement", improved="not yet").wait_for("review-due")
    story.do("sia", "review-improvement", improved="other powers")
    assert story.later(30).waiting() == ["propose-powers"]
    assert texts(story, "chair-of-governors", "Time for") == []
    assert "powers_proposed" in story.refused(HOE, "propose-powers", powers_proposed=["suspend budget"])
    assert str(story.due("proposal-late").date()) > "2027-01-20", "and then progress is looked at again"
    story.do(HOE, "propose-powers", powers_proposed=["IEB"]).do("chair-of-governors", "answer-consultation")
    assert story.do(DIRECTOR, "decide-powers").waiting() == ["board-answer"]
