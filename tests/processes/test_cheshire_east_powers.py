"""Cheshire East's formal warning notice and powers of intervention: when they may be used, what ends them, what they hold up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from engine import queries
from engine.errors import FormInvalid, TaskNotYours
from engine.feel import Feel
from engine.forms import load_form
from engine.forms.conditions import Asking
from tests.processes.story import Story
from tests.processes.test_cheshire_east_iop import (
    ACADEMY,
    AIDED,
    CHAIR,
    COMMUNITY,
    HEAD,
    MI,
    OFFICER,
    PROCESS,
    QA,
    SMT,
    enter,
    in_tier_2,
    meeting,
    seen,
    told,
)


def three_terms(story: Story) -> Story:
    """A school that has been in tier 2 for three terms."""
    in_tier_2(story)
    # Three terms on from Monday of week 2 of autumn 2026: Monday of week 2 of autumn 2027, which began on Wednesday 1
    # September.
    assert str(story.due("three-terms").date()) == "2027-09-06"
    story.wait_for("three-terms").engine.jobs.run_due()
    return story


def test_after_three_terms_a_notice_may_be_asked_for(story: Story) -> None:
    """CHE-5.3.9: the QA Manager does not ask; the programme goes on."""
    three_terms(story).do(QA, "three-term-review", ask_notice="no")
    assert "publish-date" in story.waiting()
    assert "no-notice" in story.trace


def test_a_meeting_may_lead_to_a_notice_which_the_smt_does_not_approve(story: Story) -> None:
    """CHE-5.3.5 CHE-5.3.9: progress is not enough, and the M&I Manager asks for a notice to be considered."""
    meeting(in_tier_2(story), "2026-11-11", "not enough").do(
        MI, "revise-support", notice_wanted="yes", notice_case="No."
    )
    story.engine.jobs.run_due()
    assert seen(story, "three-term-review")["notice_case"] == "No.", "the M&I Manager's case reaches the QA Manager"
    assert {"publish-date", "three-term-review"} <= set(story.waiting()), "the meetings go on"
    story.do(QA, "three-term-review", ask_notice="yes", review_because="meeting")
    story.do(SMT, "approve-notice", notice_approved="no")
    assert {"not-approved", "powers-done"} <= set(story.trace)
    assert told(story, "Formal warning notice not approved") == [QA, MI]
    assert "publish-date" in story.waiting()


def notice(story: Story, unit: str) -> Story:
    """A formal warning notice, approved by the SMT and given with a period of fifteen."""
    three_terms(story).do(QA, "three-term-review", ask_notice="yes").do(SMT, "approve-notice", notice_approved="yes")
    return story.do(QA, "give-notice", compliance_length=15, compliance_unit=unit)


def test_a_notice_that_the_governing_body_complies_with(story: Story) -> None:
    """CHE-5.3.9 CHE-5.2.5: approved by the SMT; its period never moves."""
    notice(story, "working days")
    assert told(story, "Formal warning notice of 6 September 2027") == [CHAIR, HEAD, MI, "governance-officer"]
    # Fifteen working days counted from Tuesday 7 September 2027 end with Monday 27 September; the morning after.
    assert str(story.due("period-ends").date()) == "2027-09-28"
    story.wait_for("period-ends").do(QA, "check-notice", notice_outcome="complied").do(QA, "confirm-complied")
    assert {"notice-complied", "powers-done"} <= set(story.trace)
    assert CHAIR in told(story, "Formal warning notice complied with")
    assert "publish-date" in story.waiting()


def test_a_notice_ends_when_the_school_becomes_an_academy(story: Story) -> None:
    """CHE-5.2.5: the powers are over maintained schools; the DfE is told, and the programme goes on."""
    notice(story, "days").converts(COMMUNITY)
    assert {"tell-dfe", "publish-date"} <= set(story.waiting())
    story.do(QA, "tell-dfe")
    assert {"handed-over", "powers-done"} <= set(story.trace)


def test_the_programme_goes_on_for_the_academy_that_follows_the_school(story: Story) -> None:
    """CHE-5.2.5: its notice ends, its programme and its category do not."""
    notice(story, "days").is_followed(COMMUNITY).do(QA, "tell-dfe")
    assert story.cases(PROCESS, "199999") == [story.case]
    assert not story.ended
    assert story.category_of("199999") == "intensive"


def test_the_period_counts_from_the_day_on_which_the_notice_was_given(story: Story) -> None:
    """CHE-5.2.5: not from the day on which it was recorded."""
    three_terms(story).do(QA, "three-term-review", ask_notice="yes").do(SMT, "approve-notice", notice_approved="yes")
    story.later(7)
    story.do(QA, "give-notice", compliance_length=15, compliance_unit="days", notice_on="2027-09-07")
    # Fifteen days counted from 8 September 2027 end with 22 September; the morning after.
    assert str(story.due("period-ends").date()) == "2027-09-23"


def refused(story: Story, powers: Sequence[str]) -> Story:
    """A notice that was not complied with, and the powers that follow."""
    notice(story, "days")
    # Fifteen days counted from 7 September 2027 end with 21 September; the morning after.
    assert str(story.due("period-ends").date()) == "2027-09-22"
    story.wait_for("period-ends").do(QA, "check-notice", notice_outcome="not complied")
    return story.do(QA, "propose-powers", powers_used=list(powers)).do(SMT, "decide-powers", powers_agreed="yes")


def test_powers_are_a_last_resort(story: Story) -> None:
    """CHE-5.2.5: governors, budget, interim executive board and collaboration, all at once."""
    refused(story, ["governors", "budget", "IEB", "collaboration"])
    assert told(story, "Powers of intervention") == [CHAIR, HEAD, MI, "governance-officer"]
    tasks = {"appoint-governors", "propose-ieb", "require-collaboration", "suspend-budget"}
    assert tasks <= set(story.waiting())
    story.do("governance-officer", "appoint-governors")
    story.do("finance-officer", "suspend-budget", suspension_review="2027-12-01")
    story.do(QA, "require-collaboration").do(QA, "propose-ieb")
    assert "note-in-force" not in story.trace, "the Secretary of State has not answered"
    story.do(QA, "record-answer", ieb_answer="agreed")
    assert "note-in-force" in story.trace
    assert "powers-done" not in story.trace, "the powers are in use"


def test_a_suspended_budget_is_reviewed_until_it_is_given_back(story: Story) -> None:
    """CHE-5.2.5: on the day that was said, and the governing body is told."""
    refused(story, ["budget"]).do("finance-officer", "suspend-budget", suspension_review="2027-12-01")
    assert str(story.due("suspension-review").date()) == "2027-12-01"
    story.wait_for("suspension-review")
    story.do(QA, "review-suspension", suspension_next="keep", suspension_review="2028-03-01")
    assert str(story.due("suspension-review").date()) == "2028-03-01"
    story.wait_for("suspension-review").do(QA, "review-suspension", suspension_next="give back")
    assert told(story, "Delegated budget given back")[:2] == [CHAIR, HEAD]
    assert {"budget-back", "powers-done"} <= set(story.trace)


def test_powers_are_proposed_by_one_and_decided_by_another(story: Story) -> None:
    """CHE-5.2.5: the QA Manager cannot agree them; a refusal is told."""
    notice(story, "days").wait_for("period-ends").do(QA, "check-notice", notice_outcome="not complied")
    story.do(QA, "propose-powers", powers_used=["IEB"])
    with pytest.raises(TaskNotYours):
        story.do(QA, "decide-powers", powers_agreed="yes")
    story.do(SMT, "decide-powers", powers_agreed="no")
    assert told(story, "Powers of intervention not agreed") == [CHAIR, HEAD, QA, MI, "governance-officer"]
    assert {"no-powers", "powers-done"} <= set(story.trace)


def test_a_board_that_is_refused_leads_to_other_powers(story: Story) -> None:
    """CHE-5.2.5: without another notice; the QA Manager is asked what instead."""
    refused(story, ["IEB"]).do(QA, "propose-ieb").do(QA, "record-answer", ieb_answer="refused")
    assert told(story, "Interim executive board refused") == [CHAIR, HEAD, QA, MI, SMT, "governance-officer"]
    assert "powers-dealt-with" in story.trace
    story.do(QA, "three-term-review", ask_notice="powers")
    assert "propose-powers" in story.waiting()


def test_a_threat_to_safety_is_looked_at_at_once(story: Story) -> None:
    """CHE-5.2.5 CHE-5.2.1: at any moment, and long before three terms or a meeting."""
    in_tier_2(story).receive("notice-considered", COMMUNITY, notice_ground="safety", notice_case="A pupil was hurt.")
    [task] = [task for task in story.engine.tasks.open(story.case) if task.element == "three-term-review"]
    assert task.due is not None
    assert str(task.due.date()) == "2026-09-09"  # two working days counted from Tuesday 8 September 2026


def considered(story: Story, ground: str = "progress") -> Story:
    """One of the two managers asks for a notice to be considered."""
    answers = {"notice_ground": ground, "notice_case": "Results."}
    story.report(MI, "notice-considered", COMMUNITY, **answers)
    story.engine.jobs.run_due()
    return story


def given(story: Story) -> Story:
    """A formal warning notice of fifteen days, given on Monday 7 September 2026 in tier 2."""
    considered(in_tier_2(story)).do(QA, "three-term-review", ask_notice="yes")
    story.do(SMT, "approve-notice", notice_approved="yes")
    return story.do(QA, "give-notice", compliance_length=15, compliance_unit="days")


def happens(story: Story, message: str, **answers: Any) -> Story:
    """The QA Manager reports what has happened to the notice."""
    story.report(QA, message, COMMUNITY, **answers)
    story.engine.jobs.run_due()
    return story


def may_ask(story: Story) -> set[str]:
    """What the QA Manager is offered to ask for."""
    [task] = [task for task in story.engine.tasks.open(story.case) if task.element == "three-term-review"]
    with story.engine.reading() as session:
        detail = queries.task(session, task.id)
    [field] = [field for field in load_form(detail.form).fields if field.key == "ask_notice"]
    return {option.value for option in Asking(detail.variables, Feel.shared()).options(field)}


def test_powers_need_a_failed_notice_or_an_inadequate_judgement(story: Story) -> None:
    """CHE-5.2.5: they are a last resort, in the circumstances of part 4 of the Education and Inspections Act 2006."""
    considered(in_tier_2(story))
    assert may_ask(story) == {"no", "yes"}
    with pytest.raises(FormInvalid):
        story.do(QA, "three-term-review", ask_notice="powers")


def test_powers_are_no_way_past_a_notice_that_runs(story: Story) -> None:
    """CHE-5.2.5: nor is a second notice; nothing is left to ask for."""
    considered(given(story), "safety")
    assert may_ask(story) == {"no"}
    assert "no-notice" in story.do(QA, "three-term-review", ask_notice="no").trace


def test_a_failed_notice_stays_failed(story: Story) -> None:
    """CHE-5.2.5: the SMT agrees neither powers nor another notice, and powers may be proposed once more."""
    given(story).wait_for("period-ends").do(QA, "check-notice", notice_outcome="not complied")
    story.do(QA, "propose-powers", powers_used=["IEB"]).do(SMT, "decide-powers", powers_agreed="no")
    considered(story).do(QA, "three-term-review", ask_notice="yes").do(SMT, "approve-notice", notice_approved="no")
    considered(story)
    assert may_ask(story) == {"no", "yes", "powers"}


def test_powers_that_end_do_not_end_a_notice(story: Story) -> None:
    """CHE-5.3.9: an inadequate judgement while a notice runs; no second notice is offered afterwards."""
    considered(given(story), "inadequate").do(QA, "three-term-review", ask_notice="powers")
    story.do(QA, "propose-powers", powers_used=[]).do(SMT, "decide-powers", powers_agreed="yes")
    considered(story)
    assert may_ask(story) == {"no", "powers"}


def test_an_inadequate_judgement_is_put_to_the_qa_manager(story: Story) -> None:
    """CHE-5.2.5 CHE-5.3.2: the SMT is told too, and powers may be proposed."""
    in_tier_2(story).receive("ofsted-judgement", COMMUNITY, judgement="inadequate", judgement_summary="Unsafe.")
    assert told(story, "Ofsted has judged a school in the programme") == [QA, MI, SMT]
    assert may_ask(story) == {"no", "yes", "powers"}
    story.do(OFFICER, "baseline-on-ofsted").do(QA, "three-term-review", ask_notice="powers")
    assert story.waiting() == ["propose-powers", "publish-date"]


def test_the_last_judgement_counts(story: Story) -> None:
    """CHE-5.2.5: a school that is judged good is not open to powers any more."""
    for judgement in ("inadequate", "good"):
        in_it = story if story.case else in_tier_2(story)
        in_it.receive("ofsted-judgement", COMMUNITY, judgement=judgement, judgement_summary="Read it.")
    assert may_ask(story) == {"no", "yes"}


@pytest.mark.parametrize("losi", ["targeted", "intensive"])
def test_safety_waits_for_no_agreement(story: Story, losi: str) -> None:
    """CHE-5.2.5 CHE-5.2.1: a notice may be given in tier 1, and before the SMT has agreed entry to tier 2."""
    considered(enter(story, losi), "safety").do(QA, "three-term-review", ask_notice="yes")
    story.do(SMT, "approve-notice", notice_approved="yes").do(QA, "give-notice")
    assert "tier-1-support" in story.waiting()
    assert told(story, "Formal warning notice of 7 September 2026") == [CHAIR, HEAD, MI, "governance-officer"]


def test_a_notice_may_be_withdrawn(story: Story) -> None:
    """CHE-5.2.5: the governing body is told, nothing is checked, and another notice may be asked for."""
    happens(given(story), "notice-withdrawn", withdrawn_on="2026-09-07", withdrawn_why="A new head.")
    assert told(story, "Formal warning notice withdrawn") == [CHAIR, HEAD, MI, "governance-officer"]
    assert {"withdrawn", "powers-done"} <= set(story.trace)
    considered(story)
    assert may_ask(story) == {"no", "yes"}


def test_the_period_of_a_notice_may_be_changed(story: Story) -> None:
    """CHE-5.2.5: counted from the day on which it was given, and told; on its last day too."""
    given(story).later(14)
    happens(story, "notice-extended", compliance_length=30, extended_why="Illness.")
    # Thirty days counted from 8 September 2026 end with 7 October; the morning after.
    assert str(story.due("period-ends").date()) == "2026-10-08"
    assert told(story, "Formal warning notice, longer period")[:2] == [CHAIR, HEAD]
    assert "check-notice" not in story.waiting()


def test_the_period_of_a_notice_is_never_shortened(story: Story) -> None:
    """CHE-5.2.5: what was given is kept."""
    given(story)
    assert "compliance_length" in story.report_refused(QA, "notice-extended", COMMUNITY, compliance_length=1)


def test_powers_are_not_used_before_they_were_decided(story: Story) -> None:
    """CHE-5.2.5: after the notice, its period, the consultation and the decision."""
    given(story).wait_for("period-ends").do(QA, "check-notice", notice_outcome="not complied")
    early = {"powers_used": ["budget"], "governors_asked_on": "2026-09-06"}
    assert "governors_asked_on" in story.refused(QA, "propose-powers", **early)
    story.do(QA, "propose-powers", powers_used=["budget"])
    assert "powers_on" in story.refused(SMT, "decide-powers", powers_agreed="yes", powers_on="2026-09-08")
    story.do(SMT, "decide-powers", powers_agreed="yes")
    assert "suspended_from" in story.refused("finance-officer", "suspend-budget", suspended_from="2026-09-08")


def test_a_voluntary_aided_school_s_diocese_and_appointer_get_the_notice(story: Story) -> None:
    """CHE-5.2.5: at the same time, by section 60(6) of the Education and Inspections Act 2006."""
    enter(story, "targeted", AIDED).report(
        MI, "notice-considered", AIDED, notice_ground="safety", notice_case="Results."
    )
    story.do(QA, "three-term-review", ask_notice="yes").do(SMT, "approve-notice", notice_approved="yes")
    story.do(QA, "give-notice")
    assert {"diocesan-representative", "foundation-governor-appointer"} <= set(told(story, "Formal warning notice of "))


def test_a_school_does_not_leave_while_a_notice_runs(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5: the SMT is asked when it is over."""
    notice = given(story)
    meeting(notice.wait_for("period-ends"), "2026-11-11", "ready to leave")
    assert "exit-strategy" not in story.waiting()
    assert (
        "exit-strategy" in story.do(QA, "check-notice", notice_outcome="complied").do(QA, "confirm-complied").waiting()
    )


def test_a_school_does_not_leave_while_its_budget_is_suspended(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5."""
    given(story).wait_for("period-ends").do(QA, "check-notice", notice_outcome="not complied")
    story.do(QA, "propose-powers", powers_used=["budget"]).do(SMT, "decide-powers", powers_agreed="yes")
    story.do("finance-officer", "suspend-budget", suspension_review="2026-12-01")
    meeting(story, "2026-11-11", "ready to leave")
    assert "exit-strategy" not in story.waiting()
    story.wait_for("suspension-review").do(QA, "review-suspension", suspension_next="give back")
    assert "exit-strategy" in story.waiting()


def test_a_notice_that_comes_while_the_smt_considers_an_exit_keeps_the_school(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5: the exit is agreed, and the school does not leave yet."""
    meeting(in_tier_2(story), "2026-11-11", "ready to leave").do(MI, "exit-strategy")
    considered(story, "safety").do(QA, "three-term-review", ask_notice="yes")
    story.do(SMT, "agree-exit", exit_agreed="yes")
    assert told(story, "Does not leave yet") == [MI, QA, HEAD, CHAIR]
    assert "approve-notice" in story.waiting()


def test_an_improved_school_in_tier_1_does_not_leave_while_a_notice_runs(story: Story) -> None:
    """CHE-5.2.3 CHE-5.2.5: it leaves when the notice has been complied with."""
    enter(story, "targeted").do(MI, "tier-1-support", agreed_length=1, agreed_unit="months")
    considered(story, "safety").do(QA, "three-term-review", ask_notice="yes")
    story.do(SMT, "approve-notice", notice_approved="yes").do(QA, "give-notice", compliance_length=60)
    story.wait_for("agreed-period").do(MI, "review-tier-1", tier_1_result="improved")
    assert not story.ended
    story.wait_for("period-ends").do(QA, "check-notice", notice_outcome="complied").do(QA, "confirm-complied")
    assert story.ended


def test_the_question_of_a_notice_comes_back(story: Story) -> None:
    """CHE-5.3.9: no notice is asked for after three terms, and three terms later the QA Manager is asked again."""
    three_terms(story).do(QA, "three-term-review", ask_notice="no").wait_for("three-terms")
    story.engine.jobs.run_due()
    assert "three-term-review" in story.waiting()


def test_no_notice_is_given_to_an_academy(story: Story) -> None:
    """CHE-5.2.5: the powers of part 4 of the Education and Inspections Act 2006 are for maintained schools."""
    enter(story, "intensive", ACADEMY).do(SMT, "agree-entry", entry_agreed="yes").wait_for("three-terms")
    assert "three-term-review" not in story.waiting()
    assert told(story, "No formal warning notice for an academy") == [QA, MI]
    assert "academy-told" in story.trace


def test_powers_end_when_the_school_becomes_an_academy(story: Story) -> None:
    """CHE-5.2.5: the powers are over maintained schools; the DfE is told."""
    refused(story, ["budget", "IEB"]).converts(COMMUNITY)
    assert "propose-ieb" not in story.waiting()
    assert {"handed-over", "powers-done"} <= set(story.do(QA, "tell-dfe").trace)


def test_no_power_may_be_used_for_now(story: Story) -> None:
    """CHE-5.2.5."""
    assert {"powers-dealt-with", "powers-done"} <= set(refused(story, []).trace)


@pytest.mark.parametrize("approved", [False, True])
def test_a_notice_whose_ground_falls_away_is_not_pursued(story: Story, approved: bool) -> None:
    """CHE-5.2.5: before the SMT has decided, and before it is given; the SMT and the managers are told why."""
    three_terms(story).do(QA, "three-term-review", ask_notice="yes")
    if approved:
        story.do(SMT, "approve-notice", notice_approved="yes")
    story.report(QA, "notice-withdrawn", COMMUNITY, withdrawn_why="Ofsted judged it good.")
    assert not {"approve-notice", "give-notice"} & set(story.waiting())
    assert told(story, "Formal warning notice not pursued") == [SMT, MI, QA]
    assert "publish-date" in story.waiting(), "the programme goes on"
