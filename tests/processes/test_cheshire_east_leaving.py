"""Cheshire East: a school that waits to leave, and what keeps it in the programme until it is over."""

from __future__ import annotations

from tests.processes.story import Story
from tests.processes.test_cheshire_east_iop import (
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
from tests.processes.test_cheshire_east_powers import considered, may_ask

STAYS = "Does not leave yet"


def asked(story: Story, ground: str = "safety") -> Story:
    """A school in tier 1 about which the QA Manager is asked, whose agreed period is a month."""
    enter(story, "targeted").do(MI, "tier-1-support", agreed_length=1, agreed_unit="months", monitor_every="1 term")
    return considered(story, ground)


def noticed(story: Story, days: int = 15) -> Story:
    """A formal warning notice, given in the tier in which the school is."""
    story.do(QA, "three-term-review", ask_notice="yes").do(SMT, "approve-notice", notice_approved="yes")
    return story.do(QA, "give-notice", compliance_length=days, compliance_unit="days")


def improved(story: Story) -> Story:
    """Tier 1 is reviewed, and the school would leave."""
    return story.wait_for("agreed-period").do(MI, "review-tier-1", tier_1_result="improved")


def goes(story: Story, day: str = "2026-12-10") -> Story:
    """The SMT agrees that a school in tier 2 leaves on a day."""
    meeting(in_tier_2(story), "2026-11-11", "ready to leave").do(MI, "exit-strategy", exit_on=day)
    return story.do(SMT, "agree-exit", exit_agreed="yes")


def by_a_board(story: Story) -> Story:
    """Powers after an inadequate judgement: a board that the Secretary of State is asked for."""
    story.do(QA, "three-term-review", ask_notice="powers").do(QA, "propose-powers", powers_used=["IEB"])
    return story.do(SMT, "decide-powers", powers_agreed="yes").do(QA, "propose-ieb")


def test_a_notice_that_is_asked_for_keeps_a_school_in_tier_1(story: Story) -> None:
    """CHE-5.2.3 CHE-5.3.9: the SMT is asked, though the school has improved; it leaves when that is settled."""
    improved(asked(story)).do(QA, "three-term-review", ask_notice="yes")
    assert story.waiting() == ["approve-notice"]
    story.do(SMT, "approve-notice", notice_approved="no")
    assert story.ended


def test_a_notice_that_fails_keeps_a_school_in_tier_1(story: Story) -> None:
    """CHE-5.2.3 CHE-5.2.5: powers are proposed, and the school leaves when nothing is in use."""
    improved(noticed(asked(story))).do(QA, "check-notice", notice_outcome="not complied")
    assert story.waiting() == ["propose-powers"]


def test_a_notice_that_fails_after_the_day_of_leaving_keeps_a_school_in_tier_2(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5: the exit was agreed before."""
    noticed(considered(goes(story), "safety"), 40).wait_for("exit-day")
    story.wait_for("period-ends").do(QA, "check-notice", notice_outcome="not complied").engine.jobs.run_due()
    assert "propose-powers" in story.waiting()


def test_powers_that_are_asked_for_keep_a_school_in_tier_1(story: Story) -> None:
    """CHE-5.2.3 CHE-5.2.5: Ofsted has judged it inadequate, and somebody proposes."""
    improved(asked(story, "inadequate")).do(QA, "three-term-review", ask_notice="powers")
    assert story.waiting() == ["propose-powers"]


def test_a_board_that_is_refused_keeps_a_school_in_tier_1(story: Story) -> None:
    """CHE-5.2.3 CHE-5.2.5: the QA Manager is asked what instead, and the school leaves after that."""
    improved(by_a_board(asked(story, "inadequate"))).do(QA, "record-answer", ieb_answer="refused")
    assert may_ask(story) == {"no", "yes", "powers"}
    story.do(QA, "three-term-review", ask_notice="no")
    assert story.ended


def test_a_notice_that_is_checked_too_late_keeps_a_school_in_tier_1(story: Story) -> None:
    """CHE-5.2.3 CHE-5.2.5: whether another is given is asked first."""
    improved(noticed(asked(story))).later(90).do(QA, "check-notice", notice_outcome="not complied")
    assert story.waiting() == ["three-term-review"]


def test_a_notice_that_fails_holds_up_an_exit_strategy(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5: a meeting found the school ready while the notice ran."""
    noticed(considered(in_tier_2(story), "safety"), 70)
    meeting(story, "2026-11-11", "ready to leave")
    story.wait_for("period-ends").do(QA, "check-notice", notice_outcome="not complied")
    assert "exit-strategy" not in story.waiting()
    assert "propose-powers" in story.waiting()


def test_a_board_that_is_refused_brings_no_judgement_back(story: Story) -> None:
    """CHE-5.2.5: the notice failed, and Ofsted has judged the school better since; the last judgement counts."""
    noticed(considered(in_tier_2(story), "safety")).wait_for("period-ends")
    story.do(QA, "check-notice", notice_outcome="not complied").do(QA, "propose-powers", powers_used=["IEB"])
    story.do(SMT, "decide-powers", powers_agreed="yes").do(QA, "propose-ieb")
    for judgement in ("inadequate", "good"):
        story.receive("ofsted-judgement", COMMUNITY, judgement=judgement, judgement_summary="Read it.")
    story.do(OFFICER, "baseline-on-ofsted")
    story.do(QA, "record-answer", ieb_answer="refused")
    assert story.variables["ofsted_outcome"] == "good"


def test_an_exit_that_is_called_off_is_told_at_once(story: Story) -> None:
    """CHE-5.3.10 CHE-5.2.5: all who had the letter hear it, weeks before the day of leaving."""
    goes(story, "2027-01-20").receive(
        "ofsted-judgement", COMMUNITY, judgement="inadequate", judgement_summary="Unsafe."
    )
    assert told(story, STAYS) == [MI, QA, HEAD, CHAIR, SMT]


def test_another_concern_calls_an_exit_off(story: Story) -> None:
    """CHE-5.3.10 CHE-4.1: it is reported before the day of leaving, and a later meeting may propose the exit again."""
    goes(story, "2027-01-20").report("sip", "iop-re-entry", COMMUNITY, considered_concern="A pupil was hurt.")
    assert told(story, STAYS) == [MI, QA, HEAD, CHAIR, SMT]
    assert not story.later(90).ended


def test_an_academy_is_asked_no_notice_and_told_of_none(story: Story) -> None:
    """CHE-5.2.5: it becomes one while the QA Manager is asked."""
    considered(in_tier_2(story)).converts(COMMUNITY)
    assert "three-term-review" not in story.waiting()
    assert told(story, "No formal warning notice for an academy") == [QA, MI]


def test_an_academy_hears_of_no_notice_that_was_only_asked_for(story: Story) -> None:
    """CHE-5.2.5: the SMT was asked to approve it."""
    considered(in_tier_2(story)).do(QA, "three-term-review", ask_notice="yes").converts(COMMUNITY)
    assert told(story, "No formal warning notice, now an academy") == [SMT, MI, "governance-officer"]
