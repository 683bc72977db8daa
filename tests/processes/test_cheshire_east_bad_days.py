"""Cheshire East's bad days: the Secretary of State steps in, Ofsted judges in the middle, and things happen on one day."""

from __future__ import annotations

import pytest

from tests.processes.barnsley import told as text
from tests.processes.story import Story
from tests.processes.test_cheshire_east_iop import (
    AIDED,
    CHAIR,
    COMMUNITY,
    HEAD,
    MI,
    OFFICER,
    QA,
    SMT,
    enter,
    in_tier_2,
    meeting,
    told,
)
from tests.processes.test_cheshire_east_powers import considered, given

GOVERNANCE = "governance-officer"
TELL_ALL = [CHAIR, HEAD, QA, MI, SMT, GOVERNANCE]


def acts(story: Story, act: str, says: str = "Replace the board.") -> Story:
    """The QA Manager reports what the Secretary of State does, on the day on which he does it."""
    return story.report(QA, "secretary-of-state-acts", COMMUNITY, secretary_act=act, secretary_says=says)


def proposed(story: Story, *powers: str) -> Story:
    """Powers that are with the SMT, after a notice of fifteen days that failed."""
    given(story).wait_for("period-ends").do(QA, "check-notice", notice_outcome="not complied")
    return story.do(QA, "propose-powers", powers_used=list(powers))


@pytest.mark.parametrize("act", ["warning notice", "board"])
def test_the_secretary_of_state_s_act_ends_the_authority_s_notice(story: Story, act: str) -> None:
    """CHE-5.2.5: section 60(4B) of the Education and Inspections Act 2006; all who had the notice hear it, the programme goes on."""
    acts(given(story), act)
    assert told(story, "The Secretary of State acts, the authority's notice ends") == TELL_ALL
    assert "Replace the board. The formal warning notice of the authority of 7 September 2026 has no effect" in text(
        story, CHAIR, "The Secretary of State acts, the authority's notice ends"
    )
    assert "publish-date" in story.waiting()
    assert "check-notice" not in story.later(30).waiting(), "nobody checks a notice that has no effect"
    assert "secretary-leads" in story.trace


@pytest.mark.parametrize("act", ["academy order", "closure", "direction"])
def test_an_act_that_leaves_the_notice_standing_is_told(story: Story, act: str) -> None:
    """CHE-5.2.5: the governing body still has to do what the notice asks."""
    acts(given(story), act)
    assert told(story, "The Secretary of State acts, the authority's notice stands") == TELL_ALL
    assert "check-notice" in story.wait_for("period-ends").waiting()


def test_a_notice_that_the_smt_is_asked_for_is_not_given_after_his(story: Story) -> None:
    """CHE-5.2.5 CHE-5.3.9: the governing body has heard of none, so the managers alone are told."""
    considered(in_tier_2(story)).do(QA, "three-term-review", ask_notice="yes")
    acts(story, "warning notice")
    assert "approve-notice" not in story.waiting()
    assert told(story, "The Secretary of State acts, the authority's notice ends") == [QA, MI, SMT, GOVERNANCE]


def test_no_notice_is_given_before_the_secretary_of_state_allows_it_again(story: Story) -> None:
    """CHE-5.2.5: section 60(4A)."""
    acts(given(story), "warning notice")
    considered(story).do(QA, "three-term-review", ask_notice="yes").do(SMT, "approve-notice", notice_approved="yes")
    assert "secretary_allows" in story.refused(QA, "give-notice", secretary_allows=False)


def test_powers_that_are_proposed_are_not_decided_after_his_act(story: Story) -> None:
    """CHE-5.2.5: what was proposed is not used, and the governing body is told."""
    acts(proposed(story, "budget"), "board")
    assert "decide-powers" not in story.waiting()
    assert told(story, "The Secretary of State acts, powers of intervention") == TELL_ALL
    assert "powers-done" in story.trace


def test_powers_in_use_outlast_his_act(story: Story) -> None:
    """CHE-5.2.5: what becomes of them is settled with the Department for Education; no power is left without a case."""
    proposed(story, "budget").do(SMT, "decide-powers", powers_agreed="yes")
    story.do("finance-officer", "suspend-budget", suspension_review="2026-12-01")
    acts(story, "warning notice")
    assert "goes on until it is settled" in text(story, CHAIR, "The Secretary of State acts, powers")
    assert "review-suspension" in story.wait_for("suspension-review").waiting()


def test_his_act_is_told_where_the_authority_has_begun_nothing(story: Story) -> None:
    """CHE-5.2.5: a direction may ask for a notice, which a manager then has considered."""
    acts(enter(story, "targeted"), "direction", "Give the governing body a warning notice.")
    assert told(story, "The Secretary of State acts: ") == [QA, MI, SMT, "sip"]
    assert "report that one is to be considered" in text(story, SMT, "The Secretary of State acts: ")


def test_every_power_that_is_open_hears_his_act(story: Story) -> None:
    """CHE-5.2.5: two that are proposed side by side end both."""
    proposed(story, "budget")
    considered(story).do(QA, "three-term-review", ask_notice="powers").do(QA, "propose-powers", powers_used=["IEB"])
    assert story.waiting().count("decide-powers") == 2
    acts(story, "board")
    assert "decide-powers" not in story.waiting()


def judged(story: Story, judgement: str) -> Story:
    """Ofsted's judgement is reported in tier 2."""
    return story.report(MI, "ofsted-judgement", COMMUNITY, judgement=judgement, judgement_summary="Read it.")


def test_every_power_that_is_open_hears_a_judgement(story: Story) -> None:
    """CHE-5.2.5: two are with the SMT by an inadequate judgement; a better one makes both lapse."""
    judged(in_tier_2(story), "inadequate").do(QA, "three-term-review", ask_notice="powers")
    story.do(QA, "propose-powers", powers_used=["budget"])
    considered(story).do(QA, "three-term-review", ask_notice="powers").do(QA, "propose-powers", powers_used=["IEB"])
    assert story.waiting().count("decide-powers") == 2
    judged(story, "good")
    assert "decide-powers" not in story.waiting()
    assert told(story, "No longer eligible for intervention").count(CHAIR) == 2


def test_a_second_judgement_is_heard_by_powers_too(story: Story) -> None:
    """CHE-5.2.5: inadequate, good and inadequate again, while the SMT is asked."""
    judged(in_tier_2(story), "inadequate").do(QA, "three-term-review", ask_notice="powers")
    story.do(QA, "propose-powers", powers_used=["budget"])
    judged(judged(story, "inadequate"), "good")
    assert "decide-powers" not in story.waiting()


def test_a_manager_s_report_of_an_inadequate_judgement_calls_an_exit_off(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5: as the report of the judgement itself does."""
    meeting(in_tier_2(story), "2026-11-11", "ready to leave").do(MI, "exit-strategy", exit_on="2027-03-15")
    story.do(SMT, "agree-exit", exit_agreed="yes")
    considered(story, "inadequate").do(QA, "three-term-review", ask_notice="no").later(120)
    assert not story.ended
    assert told(story, "Does not leave yet") == [MI, QA, HEAD, CHAIR, SMT]


def test_powers_that_are_proposed_again_begin_with_nothing_decided(story: Story) -> None:
    """CHE-5.2.5: two months on nobody is told that what was agreed before is not used yet."""
    proposed(story, "budget").do(SMT, "decide-powers", powers_agreed="yes")
    story.do("finance-officer", "suspend-budget", suspension_review="2026-12-01")
    considered(story).do(QA, "three-term-review", ask_notice="powers").do(QA, "propose-powers", powers_used=["IEB"])
    assert "decide-powers" in story.later(61).waiting()
    assert told(story, "No more powers on this notice") == []


def aided(story: Story) -> Story:
    """A notice to a voluntary aided school in tier 1."""
    answers = {"notice_ground": "safety", "notice_case": "Results."}
    enter(story, "targeted", AIDED).report(MI, "notice-considered", AIDED, **answers)
    story.do(QA, "three-term-review", ask_notice="yes").do(SMT, "approve-notice", notice_approved="yes")
    return story.do(QA, "give-notice", compliance_length=15, compliance_unit="days")


def test_whoever_appoints_the_foundation_governors_hears_that_a_conversion_ends_a_notice(story: Story) -> None:
    """CHE-5.2.5: they had it; as an academy the school has no such governors any more."""
    assert "foundation-governor-appointer" in told(aided(story).converts(AIDED), "The formal warning notice ends")


def test_whoever_appoints_the_foundation_governors_hears_that_a_conversion_ends_powers(story: Story) -> None:
    """CHE-5.2.5."""
    aided(story).wait_for("period-ends").do(QA, "check-notice", notice_outcome="not complied").converts(AIDED)
    assert "foundation-governor-appointer" in told(story, "Powers of intervention end")


def test_the_quarterly_report_draws_who_has_entered(story: Story) -> None:
    """CHE-7.9: and who has left, from the cases of the last three months."""
    enter(story, "targeted")
    name = story.variables["school"]["name"]
    story.start(QA, "cheshire-east-reporting", None)
    assert f"Cases begun in the last three months: {name}" in story.variables["monitored_schools"]


def test_the_quarterly_report_draws_who_has_left(story: Story) -> None:
    """CHE-7.9."""
    enter(story, "targeted").receive("ofsted-judgement", COMMUNITY, judgement="good")
    story.do(OFFICER, "gather-evidence").do(QA, "decide-entry", losi="universal").later(0)
    name = story.variables["school"]["name"]
    story.start(QA, "cheshire-east-reporting", None)
    assert f"Left the programme in the last three months: {name}" in story.variables["monitored_schools"]


def test_a_check_that_was_wrong_is_done_again(story: Story) -> None:
    """CHE-5.2.5: until the governing body hears that it has complied, which it does not hear then."""
    given(story).wait_for("period-ends").do(QA, "check-notice", notice_outcome="complied")
    story.report(QA, "compliance-reopened", COMMUNITY, reopened_why="The wrong school.").engine.jobs.run_due()
    story.do(QA, "check-notice", notice_outcome="not complied")
    assert "propose-powers" in story.waiting()
    assert told(story, "Formal warning notice complied with") == []
