"""Redcar and Cleveland's powers of intervention: proposed, consulted on, decided, used, and given back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.errors import FormInvalid
from engine.store.tables import Notification
from tests.processes.redcar import AIDED, COMMUNITY, HOE, give_notice, judged_inadequate, use_powers
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
        story.do(HOE, "decide-powers", powers_used=["suspend budget"])


def test_only_powers_that_were_decided_on_can_be_used(story: Story) -> None:
    """RED-8B.2: two were proposed, one was decided on."""
    proposed(story, "additional governors", "IEB").do("chair-of-governors", "answer-consultation")
    story.do(HOE, "decide-powers", powers_used=["additional governors"])
    with pytest.raises(FormInvalid):
        story.do(HOE, "use-powers", powers_in_force=["IEB"])


def test_the_school_is_told_of_its_powers_at_each_step(story: Story) -> None:
    """RED-8B.1, RED-8C.1: proposed, in force, and given back."""
    proposed(story, "suspend budget").do("chair-of-governors", "answer-consultation")
    story.do(HOE, "decide-powers").do(HOE, "use-powers").wait_for("review-due")
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
    story.do(HOE, "decide-powers", powers_used=[])
    assert [answer["view"] for answer in story.variables["consultation_answers"]] == ["no answer"]


def test_a_power_that_is_refused_is_told_and_leaves_none_in_force(story: Story) -> None:
    """RED-8B.2: the Secretary of State refuses the interim executive board."""
    proposed(story, "IEB").do("chair-of-governors", "answer-consultation").do(HOE, "decide-powers")
    story.do(HOE, "use-powers", powers_in_force=[], use_note="The Secretary of State refused the board.")
    assert story.ended
    assert (
        "chair-of-governors",
        f"No power of intervention is used: {story.variables['school']['name']}",
    ) in story.told


def test_other_powers_are_proposed_and_consulted_on_as_the_first_were(story: Story) -> None:
    """RED-8B.1, RED-8B.3, RED-8C.1: those that are not used leave the first ones in force, and all go back once."""
    proposed(story, "additional governors").do("chair-of-governors", "answer-consultation")
    story.do(HOE, "decide-powers").do(HOE, "use-powers").wait_for("review-due")
    story.do("sia", "review-improvement", improved="other powers").do(HOE, "propose-powers", powers_proposed=["IEB"])
    story.do("chair-of-governors", "answer-consultation").do(HOE, "decide-powers", powers_used=[])
    assert not story.ended, "the governors are still in place, and looked at in time"
    story.wait_for("review-due").do("sia", "review-improvement", improved="other powers")
    story.do(HOE, "propose-powers", powers_proposed=["suspend budget"]).do("chair-of-governors", "answer-consultation")
    story.do(HOE, "decide-powers").do(HOE, "use-powers", powers_in_force=["additional governors", "suspend budget"])
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
        story.do(HOE, "decide-powers").do(HOE, "use-powers")
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
    story.do(HOE, "decide-powers", powers_used=["IEB", "additional governors"])
    story.do(HOE, "use-powers", powers_in_force=["additional governors"], use_note="The board was refused.")
    assert "The board was refused." in texts(story, "chair-of-governors", "Powers of intervention in force")[0]
    story.wait_for("review-due").do("sia", "review-improvement", improved="other powers")
    story.do(HOE, "propose-powers", powers_proposed=["suspend budget"]).do("chair-of-governors", "answer-consultation")
    story.do(HOE, "decide-powers", powers_used=[], powers_decision_reason="The budget is in order.")
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
    assert story.ended
    assert "28 November 2026" in texts(story, "chair-of-governors", "No longer eligible for intervention")[0]


def test_a_consultation_that_outlasts_the_two_months_ends(story: Story) -> None:
    """RED-8B.2, RED-8B.3."""
    eligible(story).do(HOE, "propose-powers").wait_for("consultation-late")
    assert story.ended


def test_powers_are_dated_within_the_two_months(story: Story) -> None:
    """RED-8B.2: the decision, which may be recorded a week later, and the day from which they are in force."""
    eligible(story).do(HOE, "propose-powers").do("chair-of-governors", "answer-consultation")
    story.clock.set(story.due("decision-late") - timedelta(days=3))
    told = story.refused(HOE, "decide-powers", powers_used=["additional governors"], powers_decided_on="2026-12-01")
    assert "powers_decided_on" in told
    story.do(HOE, "decide-powers", powers_used=["additional governors"], powers_decided_on="2026-11-27")
    told = story.refused(HOE, "use-powers", powers_in_force=["additional governors"], powers_from="2026-12-01")
    assert "powers_from" in told


def test_a_decision_that_is_not_taken_within_the_two_months_is_not_waited_for(story: Story) -> None:
    """RED-8B.2: the decision may be recorded for a week longer, and then no more."""
    eligible(story).do(HOE, "propose-powers").do("chair-of-governors", "answer-consultation").wait_for("decision-late")
    assert story.ended
    assert "28 November 2026" in texts(story, "chair-of-governors", "No longer eligible for intervention")[0]


def test_a_school_judged_inadequate_stays_eligible(story: Story) -> None:
    """RED-8D.1: by section 62, for as long as it takes; also where the judgement comes while powers are proposed."""
    judged_inadequate(eligible(story), COMMUNITY).wait_for("proposal-late")
    assert story.waiting() == ["propose-powers"]
    story.later(90)
    assert story.waiting() == ["propose-powers"]


def test_where_all_is_refused_others_may_be_proposed(story: Story) -> None:
    """RED-8B.2: the Secretary of State refuses the board, and nothing else is in force."""
    proposed(story, "IEB").do("chair-of-governors", "answer-consultation").do(HOE, "decide-powers")
    story.do(HOE, "use-powers", powers_in_force=[], use_note="Refused.", refused_next="others")
    assert story.waiting() == ["propose-powers"]
