"""Representations to Ofsted against Redcar and Cleveland's warning notices: recorded, and what an answer ends."""

from __future__ import annotations

import pytest

from tests.processes.barnsley import told
from tests.processes.redcar import AIDED, COMMUNITY, DIRECTOR, HOE, give_notice, report
from tests.processes.redcar import NOTICE as PROCESS
from tests.processes.story import Story

REPRESENTATIONS = {"representations_received_on": "2026-09-07", "representations_say": "The figures are last year's."}
ANSWERED = {"ofsted_answered_on": "2026-09-07", "ofsted_answer_text": "Standards have risen."}
LATE = {"ofsted_answered_on": "2026-09-23", "ofsted_answer_text": "Standards have risen."}


def test_representations_are_recorded_while_the_period_runs_on(story: Story) -> None:
    """RED-8A.5: at any moment of the period, and more than once; the Head of Education and the Director are told."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="days")
    before = story.due("compliance-ends")
    for _ in range(2):
        report(story, "representations-made", COMMUNITY, "governor-support", **REPRESENTATIONS)
    assert story.due("compliance-ends") == before
    assert [subject.split(":")[0] for _, subject in story.told].count("Representations to Ofsted") == 4


def represented(story: Story, urn: str = COMMUNITY) -> Story:
    """RED-8A.5: representations while the period runs."""
    give_notice(story.start(HOE, PROCESS, urn), 3, compliance_length=15, compliance_unit="days")
    return report(story, "representations-made", urn, **REPRESENTATIONS)


def test_representations_hold_up_no_check(story: Story) -> None:
    """RED-8A.5, RED-8A.8: the law ended the procedure on 18 April 2016; what the governors say is recorded and told."""
    represented(story).wait_for("compliance-ends")
    assert story.waiting() == ["await-answer", "check-compliance"]
    assert "18 April 2016" in told(story, HOE, "Representations to Ofsted")
    report(story, "representations-answered", COMMUNITY, ofsted_answer="upheld", **ANSWERED)
    assert story.waiting() == ["check-compliance"]


def test_representations_hold_up_no_further_notice(story: Story) -> None:
    """RED-8A.5, RED-8A.8"""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15).wait_for("compliance-ends")
    story.do(HOE, "check-compliance", notice_outcome="not complied")
    report(story, "representations-made", COMMUNITY, **REPRESENTATIONS)
    assert story.waiting() == ["await-answer", "further-notice"]


def test_a_notice_needs_no_word_about_representations(story: Story) -> None:
    """RED-8A.5: the law asks for none."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice", notice_representations="")
    assert "Representations" not in told(story, "chair-of-governors", "Warning notice:")


def test_an_answer_that_is_recorded_is_told(story: Story) -> None:
    """RED-8A.5: whoever gave the notice says what came of it."""
    represented(story).wait_for("compliance-ends")
    story.do(HOE, "await-answer", ofsted_answer="none", ofsted_answer_text="Asked twice.").later(0)
    assert story.waiting() == ["check-compliance"]
    assert "Asked twice." in told(story, "chair-of-governors", "Ofsted's answer")


def test_representations_that_are_answered_against_the_notice_end_it(story: Story) -> None:
    """RED-8A.5: also where the answer is recorded in the task that waits for it."""
    represented(story).do(HOE, "await-answer", ofsted_answer="withdrawn").later(0)
    assert story.ended
    assert "notice-withdrawn" in story.trace


def at_powers(story: Story, *powers: str) -> Story:
    """RED-8A.8, RED-8B.1: not complied with, the further notice is given, and powers are proposed."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15).wait_for("compliance-ends")
    story.do(HOE, "check-compliance", notice_outcome="not complied").do(HOE, "further-notice")
    return story.do(HOE, "propose-powers", powers_proposed=list(powers)) if powers else story


@pytest.mark.parametrize("powers", [(), ("additional governors",)])
def test_a_notice_that_does_not_stand_ends_the_powers_that_rest_on_it(story: Story, powers: tuple[str, ...]) -> None:
    """RED-8A.5: after the further notice, at whatever stage; the school is told."""
    at_powers(story, *powers)
    report(story, "representations-answered", COMMUNITY, ofsted_answer="withdrawn", **LATE)
    assert story.ended
    assert told(story, "chair-of-governors", "Powers of intervention end")


def test_powers_that_are_in_force_are_given_back_when_the_notice_falls(story: Story) -> None:
    """RED-8A.5, RED-8C.1"""
    at_powers(story, "additional governors").do("chair-of-governors", "answer-consultation").do(
        DIRECTOR, "decide-powers"
    )
    story.do(HOE, "use-powers")
    report(story, "representations-answered", COMMUNITY, ofsted_answer="withdrawn", **LATE)
    assert story.waiting() == ["give-back-now"]
    assert story.do(HOE, "give-back-now").ended


def test_powers_go_on_where_ofsted_lets_the_notice_stand(story: Story) -> None:
    """RED-8A.5"""
    report(at_powers(story), "representations-answered", COMMUNITY, ofsted_answer="upheld", **LATE)
    assert story.waiting() == ["propose-powers"]
    assert "the warning notice stands" in told(story, "chair-of-governors", "Ofsted's answer")


def test_ofsted_lets_the_notice_stand(story: Story) -> None:
    """RED-8A.5: the answer has its place whenever it comes, and the school is told."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 3, compliance_length=15, compliance_unit="days")
    story.wait_for("compliance-ends")
    report(story, "representations-answered", COMMUNITY, ofsted_answer="upheld", **ANSWERED)
    assert story.waiting() == ["check-compliance"]
    assert ("chair-of-governors", f"Ofsted's answer: {story.variables['school']['name']}") in story.told


def test_a_notice_that_ofsted_does_not_let_stand_is_withdrawn(story: Story) -> None:
    """RED-8A.5: its period ends with it, and all who had a copy are told."""
    give_notice(story.start(HOE, PROCESS, AIDED), 5, compliance_length=15, compliance_unit="days")
    report(story, "representations-answered", AIDED, ofsted_answer="withdrawn", **ANSWERED)
    assert story.ended
    assert "notice-withdrawn" in story.trace
    told = {role for role, subject in story.told if subject.startswith("Warning notice withdrawn")}
    assert told == {"chair-of-governors", "headteacher", "diocesan-representative", "foundation-governor-appointer"}


def test_representations_that_nobody_answers_stop_nothing_after_the_further_notice(story: Story) -> None:
    """RED-8A.5, RED-8A.8, RED-8B.1: since 2016 Ofsted answers nobody; powers are proposed, and its answer is still heard."""
    represented(story).wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    story.do(HOE, "further-notice")
    assert story.waiting() == ["propose-powers"]
    report(story, "representations-answered", COMMUNITY, ofsted_answer="upheld", **LATE)
    assert "the warning notice stands" in told(story, "chair-of-governors", "Ofsted's answer")


def test_representations_that_nobody_answers_keep_no_case_open(story: Story) -> None:
    """RED-8A.5, RED-8A.8, RED-7.4: the notice was complied with, and category 3 begins another when it is given again."""
    represented(story).wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="complied")
    assert story.do(HOE, "confirm-complied").ended
    story.receive("category-3", COMMUNITY)
    assert len(story.cases(PROCESS, COMMUNITY)) == 2


def test_representations_that_nobody_answers_leave_the_question_after_the_two_months(story: Story) -> None:
    """RED-8A.5, RED-8B.2"""
    represented(story).wait_for("compliance-ends").wait_for("check-late")
    assert story.waiting() == ["after-two-months"]
