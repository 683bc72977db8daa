"""Cheshire East: a judgement by Ofsted at any moment, and what the QA Manager is asked by it."""

from __future__ import annotations

from tests.processes.story import Story
from tests.processes.test_cheshire_east_iop import (
    COMMUNITY,
    MI,
    MONITORING,
    OFFICER,
    PROCESS,
    QA,
    SMT,
    enter,
    told,
)
from tests.processes.test_cheshire_east_leaving import asked, improved
from tests.processes.test_cheshire_east_powers import may_ask

INADEQUATE = "Ofsted has judged a school inadequate"


def judged(story: Story, judgement: str = "inadequate") -> Story:
    """Somebody reports Ofsted's judgement."""
    return story.report(MI, "ofsted-judgement", COMMUNITY, judgement=judgement, judgement_summary="Read it.")


def monitored(story: Story) -> Story:
    """A school that has left tier 1."""
    enter(story, "targeted").do(MI, "tier-1-support", agreed_length=1, agreed_unit="months", monitor_every="1 term")
    return improved(story).follow(MONITORING, COMMUNITY)


def test_an_inadequate_judgement_before_the_level_is_decided_is_put_to_the_qa_manager(story: Story) -> None:
    """CHE-5.2.4 CHE-5.2.5: as one that comes before the case begins; the SMT hears it."""
    judged(story.start(MI, PROCESS, COMMUNITY))
    assert told(story, INADEQUATE) == [QA, MI, SMT]
    assert story.waiting() == ["gather-evidence", "three-term-review"]


def test_a_good_judgement_before_the_level_is_decided_asks_for_no_powers(story: Story) -> None:
    """CHE-2.4: the evidence is gathered anew."""
    judged(story.start(MI, PROCESS, COMMUNITY), "good")
    assert story.waiting() == ["gather-evidence"]


def test_an_inadequate_judgement_before_leaving_is_put_to_the_qa_manager(story: Story) -> None:
    """CHE-5.2.3 CHE-5.2.5: while a concern keeps the school in the programme."""
    judged(improved(asked(story)))
    assert told(story, INADEQUATE) == [QA, MI, SMT]
    assert story.waiting() == ["gather-evidence", "three-term-review", "three-term-review"]


def test_an_inadequate_judgement_while_a_school_is_monitored_is_put_to_the_qa_manager(story: Story) -> None:
    """CHE-5.2.5 CHE-5.3.11: its level is looked at in a new case, which asks for powers at once."""
    judged(monitored(story))
    assert told(story, "Ofsted has judged a school that is monitored") == [QA, MI, SMT]
    story.follow(PROCESS, COMMUNITY)
    assert story.waiting() == ["gather-evidence", "three-term-review"]
    assert may_ask(story) == {"no", "yes", "powers"}


def test_the_evidence_says_nothing_else_than_the_last_judgement(story: Story) -> None:
    """CHE-2.4 CHE-5.2.5: inadequate is reported, so "good" is no answer, and the level is not universal."""
    judged(story.start(MI, PROCESS, COMMUNITY))
    assert "ofsted_outcome" in story.refused(OFFICER, "gather-evidence", ofsted_outcome="good")
    assert "ofsted_outcome" in story.refused(OFFICER, "gather-evidence", ofsted_outcome="less than good")
    story.do(OFFICER, "gather-evidence", ofsted_outcome="inadequate")
    assert "losi" in story.refused(QA, "decide-entry", losi="universal")


def test_the_evidence_in_tier_1_says_nothing_else_than_the_last_judgement(story: Story) -> None:
    """CHE-2.4 CHE-5.2.5: and powers may still be asked for when it has been given."""
    judged(enter(story, "targeted"))
    assert "ofsted_outcome" in story.refused(OFFICER, "gather-evidence", ofsted_outcome="good")
    story.do(OFFICER, "gather-evidence", ofsted_outcome="inadequate")
    assert may_ask(story) == {"no", "yes", "powers"}


def test_a_judgement_that_monitoring_finds_is_said_by_the_evidence(story: Story) -> None:
    """CHE-2.4: nobody has reported it; one that was reported before does not stand in its way."""
    judged(enter(story, "targeted"), "good").do(OFFICER, "gather-evidence", ofsted_outcome="good")
    story.do(QA, "decide-entry", losi="targeted").wait_for("monitoring-due")
    story.do("sip", "monitor-tier-1", tier_1_found="judged").do(OFFICER, "gather-evidence", ofsted_outcome="inadequate")
    assert "losi" in story.refused(QA, "decide-entry", losi="universal")
