"""Cheshire East's powers of intervention in use: until when they may be begun, by whom, and until they are given back."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.errors import SecondHalf
from tests.processes.story import Story
from tests.processes.test_cheshire_east_iop import (
    CHAIR,
    COMMUNITY,
    HEAD,
    MI,
    MONITORING,
    QA,
    SMT,
    hold,
    in_tier_2,
    meeting,
    told,
)
from tests.processes.test_cheshire_east_powers import considered, given
from webapp.dates import ZONE

GOVERNANCE = "governance-officer"


def failed(story: Story) -> Story:
    """A notice of fifteen days given on Monday 7 September 2026, which ended on the 22nd and was not complied with."""
    return given(story).wait_for("period-ends").do(QA, "check-notice", notice_outcome="not complied")


def until(story: Story, day: str) -> Story:
    """Let time pass until nine in the morning of a day."""
    story.clock.set(datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=ZONE))
    story.engine.jobs.run_due()
    return story


def used(story: Story, *powers: str) -> Story:
    """Powers that are proposed and agreed."""
    story.do(QA, "propose-powers", powers_used=list(powers))
    return story.do(SMT, "decide-powers", powers_agreed="yes")


LAPSED = "No longer eligible for intervention"


def test_powers_that_nobody_has_proposed_in_two_months_lapse(story: Story) -> None:
    """CHE-5.2.5: sections 63, 64 and 66 of the Education and Inspections Act 2006. From 22 September: 22 November 2026."""
    assert "propose-powers" in until(failed(story), "2026-11-22").waiting()
    assert "propose-powers" not in until(story, "2026-11-23").waiting()
    assert told(story, LAPSED) == [CHAIR, HEAD, QA, MI, SMT, GOVERNANCE]
    assert {"lapsed", "powers-done"} <= set(story.trace)


def test_powers_are_not_decided_more_than_two_months_after_the_period(story: Story) -> None:
    """CHE-5.2.5: what was decided on the last day may be recorded a week longer."""
    until(failed(story).do(QA, "propose-powers", powers_used=["budget"]), "2026-11-27")
    late = {"powers_agreed": "yes", "powers_on": "2026-11-23"}
    assert "powers_on" in story.refused(SMT, "decide-powers", **late)
    assert "suspend-budget" in story.do(SMT, "decide-powers", **{**late, "powers_on": "2026-11-20"}).waiting()


def test_a_decision_that_nobody_has_recorded_a_week_later_lapses(story: Story) -> None:
    """CHE-5.2.5: five working days after Sunday 22 November 2026 end with the 27th."""
    until(failed(story).do(QA, "propose-powers", powers_used=["budget"]), "2026-11-28")
    assert told(story, LAPSED) == [CHAIR, HEAD, QA, MI, SMT, GOVERNANCE]
    assert "decide-powers" not in story.waiting()


def test_governors_are_not_appointed_more_than_two_months_after_the_period(story: Story) -> None:
    """CHE-5.2.5: an appointment of the last day is recorded later; one of the day after is none."""
    until(used(failed(story), "governors"), "2026-11-25")
    assert told(story, "No more powers on this notice") == [QA, MI, SMT, GOVERNANCE, "finance-officer"]
    late = {"governors_done": "yes", "governors_appointed_on": "2026-11-23"}
    assert "governors_appointed_on" in story.refused(GOVERNANCE, "appoint-governors", **late)
    story.do(GOVERNANCE, "appoint-governors", governors_done="no")
    until(story, "2026-11-28")
    assert {"powers-dealt-with", "powers-done"} <= set(story.trace)


def test_a_budget_is_not_suspended_more_than_two_months_after_the_period(story: Story) -> None:
    """CHE-5.2.5: section 66; a suspension that did not come in time is recorded as that."""
    until(used(failed(story), "budget"), "2026-11-23")
    late = {"suspension_done": "yes", "suspended_from": "2026-11-23"}
    assert "suspended_from" in story.refused("finance-officer", "suspend-budget", **late)
    story.do("finance-officer", "suspend-budget", suspension_done="no")
    until(story, "2026-11-28")
    assert {"not-suspended", "powers-dealt-with", "powers-done"} <= set(story.trace)


def test_collaboration_is_not_required_more_than_two_months_after_the_period(story: Story) -> None:
    """CHE-5.2.5: section 63."""
    until(used(failed(story), "collaboration"), "2026-11-23")
    late = {"collaboration_done": "yes", "collaboration_from": "2026-11-23"}
    assert "collaboration_from" in story.refused(QA, "require-collaboration", **late)
    story.do(QA, "require-collaboration", collaboration_done="no")
    until(story, "2026-11-28")
    assert {"powers-dealt-with", "powers-done"} <= set(story.trace)


def judged(story: Story, judgement: str) -> Story:
    """Ofsted judges the school in tier 2."""
    story.receive("ofsted-judgement", COMMUNITY, judgement=judgement, judgement_summary="Read it.")
    story.engine.jobs.run_due()
    return story


def by_judgement(story: Story) -> Story:
    """Powers that are asked for because Ofsted has judged the school inadequate."""
    return judged(in_tier_2(story), "inadequate").do(QA, "three-term-review", ask_notice="powers")


def test_powers_after_an_inadequate_judgement_have_no_such_end(story: Story) -> None:
    """CHE-5.2.5: section 62 of the Education and Inspections Act 2006 needs no notice."""
    assert "propose-powers" in until(by_judgement(story), "2027-03-01").waiting()


@pytest.mark.parametrize("proposed", [False, True], ids=["not yet proposed", "proposed"])
def test_powers_that_are_not_decided_lapse_with_a_better_judgement(story: Story, proposed: bool) -> None:
    """CHE-5.2.5: the school is eligible no more, and the SMT hears it."""
    by_judgement(story)
    if proposed:
        story.do(QA, "propose-powers", powers_used=["budget"])
    judged(story, "good")
    assert not {"propose-powers", "decide-powers"} & set(story.waiting())
    assert told(story, LAPSED) == [CHAIR, HEAD, QA, MI, SMT, GOVERNANCE]


def test_powers_after_a_failed_notice_are_decided_whatever_ofsted_judges(story: Story) -> None:
    """CHE-5.2.5: the notice makes the school eligible, for its two months."""
    judged(failed(story), "good")
    assert "propose-powers" in story.waiting()


def test_an_inadequate_judgement_takes_the_end_of_the_two_months_away(story: Story) -> None:
    """CHE-5.2.5: while powers are proposed after a notice."""
    judged(failed(story), "inadequate")
    assert "propose-powers" in until(story, "2026-12-01").waiting()
    assert told(story, LAPSED) == []


def test_a_power_in_use_stays_after_a_better_judgement(story: Story) -> None:
    """CHE-5.2.5: until it is given back."""
    used(by_judgement(story), "budget").do("finance-officer", "suspend-budget", suspension_review="2026-12-01")
    judged(story, "good").wait_for("suspension-review")
    assert "review-suspension" in story.waiting()


def test_governors_are_appointed_without_limit_after_an_inadequate_judgement(story: Story) -> None:
    """CHE-5.2.5: section 64(2) is about notices alone."""
    considered(given(story), "inadequate").do(QA, "three-term-review", ask_notice="no").wait_for("period-ends")
    until(story.do(QA, "check-notice", notice_outcome="not complied"), "2026-11-23")
    used(story, "governors").do(GOVERNANCE, "appoint-governors", governors_appointed_on="2026-11-23")
    assert told(story, "No more powers on this notice") == []
    assert "review-powers" not in story.waiting()


def test_nobody_is_asked_about_powers_before_the_period_is_over(story: Story) -> None:
    """CHE-5.2.5: the last day of the period is 22 September 2026."""
    early = {"powers_used": ["budget"], "governors_asked_on": "2026-09-22"}
    assert "governors_asked_on" in failed(story).refused(QA, "propose-powers", **early)


def test_a_longer_period_moves_the_two_months(story: Story) -> None:
    """CHE-5.2.5: thirty days from 7 September end on 7 October, and two months later is 7 December 2026."""
    given(story).report(QA, "notice-extended", COMMUNITY, compliance_length=30, extended_why="Illness.")
    story.wait_for("period-ends").do(QA, "check-notice", notice_outcome="not complied")
    used(until(story, "2026-12-07"), "governors")
    assert "powers-too-late" not in story.trace
    assert "powers-too-late" in until(story, "2026-12-08").trace


def test_one_person_is_no_two(story: Story) -> None:
    """CHE-5.2.5: whoever proposes powers does not agree them, whatever roles they hold."""
    both = QA, SMT
    failed(story).do_as(both, "propose-powers", powers_used=["IEB"])
    with pytest.raises(SecondHalf):
        story.do_as(both, "decide-powers", powers_agreed="yes")


def test_whoever_approves_a_notice_does_not_give_it(story: Story) -> None:
    """CHE-5.3.9."""
    considered(in_tier_2(story)).do(QA, "three-term-review", ask_notice="yes")
    story.do_as((QA, SMT), "approve-notice", notice_approved="yes")
    with pytest.raises(SecondHalf):
        story.do_as((QA, SMT), "give-notice")


def board(story: Story) -> Story:
    """A board and additional governors that sit from 23 September 2026."""
    used(failed(story), "IEB", "governors").do(QA, "propose-ieb").do(QA, "record-answer", ieb_answer="agreed")
    return story.do(GOVERNANCE, "appoint-governors")


def test_a_board_keeps_the_school_in_the_programme(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5: and additional governors do, until both have been given back."""
    meeting(board(story), "2026-11-06", "ready to leave")
    # A half-term on from Wednesday of week 4 of autumn 1: Wednesday of week 4 of autumn 2, which began on 2 November.
    assert str(story.due("powers-review").date()) == "2026-11-25"
    assert "exit-strategy" not in story.waiting()
    story.wait_for("powers-review").do(QA, "review-powers", powers_back=["additional governors"])
    assert "exit-strategy" not in story.waiting()
    assert told(story, "Powers of intervention reviewed")[:2] == [CHAIR, HEAD]
    story.wait_for("powers-review").do(GOVERNANCE, "review-powers", powers_back=["interim executive board"])
    assert told(story, "Powers of intervention are given back")[:2] == [CHAIR, HEAD]
    assert "exit-strategy" in story.waiting()


def ready(story: Story, exit_on: str) -> Story:
    """An exit that the SMT agrees in November 2026, for a later day."""
    meeting(in_tier_2(story), "2026-11-11", "ready to leave").do(MI, "exit-strategy", exit_on=exit_on)
    return story.do(SMT, "agree-exit", exit_agreed="yes")


def test_a_school_leaves_on_the_day_that_the_exit_strategy_names(story: Story) -> None:
    """CHE-5.3.10 CHE-5.3.11 CHE-7.3: meetings go on until then, and monitoring counts from there."""
    ready(story, "2027-03-15")
    assert not story.ended
    story.do(MI, "publish-date", meeting_date="2027-01-13", agencies_asked=[])
    hold(story.wait_for("meeting-day"), meeting_result="carry on")
    assert "publish-date" in story.waiting()
    assert until(story, "2027-03-15").ended
    # A term on from Monday of week 10 of the spring term: Monday of week 10 of the summer term, which began on 12 April.
    assert str(story.follow(MONITORING, COMMUNITY).due("a-term-on").date()) == "2027-06-21"


def test_a_notice_that_comes_before_the_day_of_leaving_keeps_the_school(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5."""
    considered(ready(story, "2027-03-15"), "safety").do(QA, "three-term-review", ask_notice="yes")
    story.do(SMT, "approve-notice", notice_approved="yes").do(QA, "give-notice", compliance_length=200)
    assert not until(story, "2027-03-16").ended
    story.wait_for("period-ends").do(QA, "check-notice", notice_outcome="complied").do(
        QA, "confirm-complied"
    ).engine.jobs.run_due()
    assert story.ended


def test_those_concerned_hear_that_a_conversion_ends_a_notice(story: Story) -> None:
    """CHE-5.2.5: the governing body, the headteacher, the SMT and the M&I Manager."""
    given(story).converts(COMMUNITY)
    assert told(story, "The formal warning notice ends") == [CHAIR, HEAD, SMT, MI, GOVERNANCE]


def test_those_concerned_hear_that_a_conversion_ends_powers(story: Story) -> None:
    """CHE-5.2.5."""
    board(story).converts(COMMUNITY)
    assert told(story, "Powers of intervention end") == [CHAIR, HEAD, SMT, MI, GOVERNANCE]
    assert "powers-done" in story.do(QA, "tell-dfe").trace
