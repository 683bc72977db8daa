"""Cheshire East: what ends powers that were agreed, and what is asked and told before and after the two months."""

from __future__ import annotations

import pytest

from tests.processes.story import Story
from tests.processes.test_cheshire_east_iop import CHAIR, COMMUNITY, HEAD, MI, QA, SMT, enter, in_tier_2, told
from tests.processes.test_cheshire_east_powers import considered, given, happens, may_ask
from tests.processes.test_cheshire_east_powers_in_use import GOVERNANCE, LAPSED, failed, judged, until, used

TASKS = {"appoint-governors", "suspend-budget", "require-collaboration", "propose-ieb", "record-answer"}
CONCERNED = [CHAIR, HEAD, QA, MI, SMT, GOVERNANCE]


def by_judgement(story: Story, *powers: str) -> Story:
    """Powers that are agreed after an inadequate judgement, without a notice."""
    judged(in_tier_2(story), "inadequate").do(QA, "three-term-review", ask_notice="powers")
    return used(story, *powers)


def test_a_better_judgement_ends_what_is_agreed_and_not_in_force(story: Story) -> None:
    """CHE-5.2.5: sections 61 and 62; the governing body and the managers are told what is not used."""
    by_judgement(story, "governors", "budget", "IEB").do(QA, "propose-ieb")
    judged(story, "good")
    assert not TASKS & set(story.waiting())
    assert told(story, LAPSED) == CONCERNED
    assert "powers-done" in story.trace


def test_a_better_judgement_ends_what_is_agreed_and_not_begun(story: Story) -> None:
    """CHE-5.2.5: a board that was not put to the Secretary of State, and an arrangement that nobody required yet."""
    judged(by_judgement(story, "IEB", "collaboration"), "good")
    assert not TASKS & set(story.waiting())
    assert told(story, LAPSED) == CONCERNED
    assert "powers-done" in story.trace


def test_a_better_judgement_leaves_in_force_what_is(story: Story) -> None:
    """CHE-5.2.5: until a review gives it back."""
    by_judgement(story, "governors", "budget").do(GOVERNANCE, "appoint-governors")
    judged(story, "good")
    assert not TASKS & set(story.waiting())
    assert "powers-done" not in story.trace
    story.wait_for("powers-review").do(QA, "review-powers", powers_back=["additional governors"])
    assert "powers-done" in story.trace


def withdraw(story: Story) -> Story:
    """The QA Manager takes the notice back that was not complied with."""
    return happens(story, "failed-notice-withdrawn", withdrawn_on="2026-09-23", withdrawn_why="A new board.")


def test_a_failed_notice_that_is_withdrawn_ends_what_was_proposed_on_it(story: Story) -> None:
    """CHE-5.2.5: section 60(1)(a); nothing is decided any more, and no power may be asked for."""
    withdraw(failed(story).do(QA, "propose-powers", powers_used=["budget"]))
    assert "decide-powers" not in story.waiting()
    assert told(story, "Formal warning notice withdrawn, powers end") == CONCERNED
    assert may_ask(considered(story)) == {"no", "yes"}


def test_a_failed_notice_that_is_withdrawn_gives_back_what_is_in_force(story: Story) -> None:
    """CHE-5.2.5: what is not in force yet is not used any more."""
    withdraw(used(failed(story), "governors", "budget").do(GOVERNANCE, "appoint-governors"))
    assert not TASKS & set(story.waiting())
    story.do(QA, "give-back", powers_end="given back", powers_ended_on="2026-09-23")
    assert told(story, "Powers of intervention end") == CONCERNED
    assert "powers-done" in story.trace


def test_a_notice_that_is_withdrawn_ends_no_powers_after_an_inadequate_judgement(story: Story) -> None:
    """CHE-5.2.5: section 62 needs no notice."""
    judged(failed(story).do(QA, "propose-powers", powers_used=["budget"]), "inadequate")
    assert "decide-powers" in withdraw(story).waiting()


def test_who_checks_a_notice_is_told_before_the_two_months_end(story: Story) -> None:
    """CHE-5.2.5: from 22 September to 22 November 2026; two weeks before are 8 November."""
    until(given(story), "2026-11-07")
    assert told(story, "Formal warning notice not checked") == []
    assert told(until(story, "2026-11-08"), "Formal warning notice not checked") == [QA, SMT, MI]


def test_who_proposes_and_decides_powers_is_told_before_the_two_months_end(story: Story) -> None:
    """CHE-5.2.5."""
    until(failed(story), "2026-11-07")
    assert told(story, "Powers of intervention, time ends soon") == []
    told_now = told(until(story, "2026-11-08"), "Powers of intervention, time ends soon")
    assert told_now == [QA, SMT, MI, GOVERNANCE, "finance-officer"]


def test_a_notice_that_is_checked_too_late_leads_to_the_question_of_another(story: Story) -> None:
    """CHE-5.2.5: no power is proposed; the governing body hears once, and not that it is no longer eligible."""
    until(given(story), "2026-12-01").do(QA, "check-notice", notice_outcome="not complied")
    assert "propose-powers" not in story.waiting()
    assert may_ask(story) == {"no", "yes"}
    assert told(story, "Formal warning notice not complied with") == CONCERNED
    assert told(story, LAPSED) == []


def test_tasks_for_powers_end_a_week_after_the_two_months(story: Story) -> None:
    """CHE-5.2.5: five working days after 22 November 2026 end with the 27th; the governing body hears it."""
    assert "appoint-governors" in until(used(failed(story), "governors"), "2026-11-27").waiting()
    assert "appoint-governors" not in until(story, "2026-11-28").waiting()
    assert told(story, LAPSED) == CONCERNED
    assert "powers-done" in story.trace


def test_a_board_has_no_two_months(story: Story) -> None:
    """CHE-5.2.5: section 65 names no limit, as sections 63, 64 and 66 do; it is decided after them."""
    until(failed(story).do(QA, "propose-powers", powers_used=["IEB"]), "2027-01-11")
    story.do(SMT, "decide-powers", powers_agreed="yes", powers_on="2027-01-11").do(QA, "propose-ieb")
    story.do(QA, "record-answer", ieb_answer="agreed")
    assert "note-in-force" in story.trace


def test_after_the_two_months_a_board_alone_may_be_proposed(story: Story) -> None:
    """CHE-5.2.5: for any other power another notice is needed."""
    considered(until(failed(story), "2026-12-01")).do(QA, "three-term-review", ask_notice="powers")
    assert "powers_used" in story.refused(QA, "propose-powers", powers_used=["budget"])
    assert "decide-powers" in story.do(QA, "propose-powers", powers_used=["IEB"]).waiting()


def test_a_board_that_is_refused_is_told_at_once(story: Story) -> None:
    """CHE-5.2.5: the governing body does not wait for the other powers."""
    used(failed(story), "IEB", "governors").do(QA, "propose-ieb").do(QA, "record-answer", ieb_answer="refused")
    assert told(story, "Interim executive board refused") == CONCERNED
    assert "appoint-governors" in story.waiting()


def test_the_period_of_a_notice_that_has_ended_is_not_extended(story: Story) -> None:
    """CHE-5.2.5: section 60(1)(b); more time needs another notice."""
    given(story).wait_for("period-ends")
    happens(story, "notice-extended", compliance_length=30, extended_why="Illness.")
    assert told(story, "Formal warning notice, longer period") == []
    assert "check-notice" in story.waiting()


@pytest.mark.parametrize("losi", ["targeted", "intensive"])
def test_an_inadequate_judgement_in_tier_1_is_put_to_the_qa_manager_at_once(story: Story, losi: str) -> None:
    """CHE-5.2.4 CHE-5.2.5: as in tier 2, and the SMT and the managers are told."""
    judged(enter(story, losi), "inadequate")
    assert told(story, "Ofsted has judged a school inadequate") == [QA, MI, SMT]
    assert "powers" in may_ask(story)


def test_a_school_that_is_judged_inadequate_is_not_universal(story: Story) -> None:
    """CHE-5.2.4: its level is one of the two tiers."""
    judged(enter(story, "targeted"), "inadequate").do("mi-officer", "gather-evidence", ofsted_outcome="inadequate")
    assert "losi" in story.refused(QA, "decide-entry", losi="universal")


def test_the_qa_manager_reports_a_judgement(story: Story) -> None:
    """CHE-4.1: who is responsible for the programme may say what Ofsted judged."""
    enter(story, "targeted").report(QA, "ofsted-judgement", COMMUNITY, judgement="inadequate")
    assert "three-term-review" in story.waiting()


@pytest.mark.parametrize(
    ("power", "role", "task", "done"),
    [
        ("governors", GOVERNANCE, "appoint-governors", "governors_done"),
        ("budget", "finance-officer", "suspend-budget", "suspension_done"),
        ("collaboration", QA, "require-collaboration", "collaboration_done"),
    ],
)
def test_a_power_that_is_agreed_and_not_used_is_said_so(
    story: Story, power: str, role: str, task: str, done: str
) -> None:
    """CHE-5.2.5: after an inadequate judgement too, and at any time; the governing body hears why."""
    by_judgement(story, power).do(role, task, **{done: "no"})
    assert told(story, "Powers that were agreed are not used") == CONCERNED
    assert "powers-done" in story.trace
