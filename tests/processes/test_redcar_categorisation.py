"""Redcar and Cleveland's categorisation of schools, by the round of each term and one by one, with appeals."""

from __future__ import annotations

import pytest

from engine import Engine, queries
from engine.clock import VirtualClock
from tests.processes.story import Story

PROCESS, APPEAL, HOE = "redcar-categorisation", "redcar-category-appeal", "head-of-education"
COMMUNITY, ACADEMY, INDEPENDENT = "110001", "110006", "110020"


@pytest.fixture
def story(engine: Engine, clock: VirtualClock) -> Story:
    return Story(engine, clock, "redcar-cleveland")


def propose(story: Story, category: str, **judged: str) -> Story:
    """RED-5.1, RED-4.1, RED-6.5, RED-6.3: from the data pack to the letter."""
    story.do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    story.do("governor-support", "answer-questions", **judged).do(HOE, "propose-category", category=category)
    return story.do("sia", "share-results")


def category_of(story: Story, urn: str) -> str:
    with story.engine.reading() as session:
        return queries.school(session, urn).category


def test_each_term_a_case_begins_for_each_school_but_independent_ones(story: Story) -> None:
    """RED-6.2, RED-3.2: three times a year."""
    # The next term after 7 September 2026 is spring: school opens on Tuesday 5 January 2027, since the 4th is an INSET day.
    assert str(story.beat(PROCESS, "each-term").date()) == "2027-01-05"
    story.start_by_timer(PROCESS, "each-term", COMMUNITY)
    assert story.waiting() == ["data-pack"]
    assert len(story.cases(PROCESS)) == 23
    assert story.cases(PROCESS, INDEPENDENT) == []
    # Then the first school day of summer: 19 April 2027 is a Monday and no bank holiday.
    assert str(story.beat(PROCESS, "each-term").date()) == "2027-04-19"


@pytest.mark.parametrize(
    ("judged", "worked_out"),
    [
        ({"leadership": "effective", "outcomes": "effective", "provision": "effective"}, "1"),
        ({"leadership": "effective", "outcomes": "not yet", "provision": "effective"}, "2"),
        ({"leadership": "effective", "outcomes": "not effective", "provision": "effective"}, "3"),
        ({"leadership": "not effective", "outcomes": "effective", "provision": "effective"}, "3"),
        ({"leadership": "not yet", "outcomes": "not yet", "provision": "not effective"}, "3"),
    ],
)
def test_the_table_works_the_category_out(story: Story, judged: dict[str, str], worked_out: str) -> None:
    """RED-6.1, RED-7.1, RED-7.2, RED-7.3: on leadership, outcomes and provision; RED-3.1: by members of the group."""
    story.start("sia", PROCESS, COMMUNITY)
    story.do("intelligence-hub-manager", "data-pack").do("sia", "visit").do(
        "finance-officer", "answer-questions", **judged
    )
    assert story.variables["worked_out_category"] == worked_out


def test_category_1_is_shared_reported_and_done(story: Story) -> None:
    """RED-2.1, RED-4.1, RED-4.2, RED-5.1, RED-6.3, RED-6.4, RED-6.5, RED-7.1: no appeal within ten working days."""
    propose(story.start("sia", PROCESS, COMMUNITY), "1")
    # Ten working days counted from Tuesday 8 September 2026 end with Monday the 21st.
    assert str(story.due("no-appeal").date()) == "2026-09-22"
    story.wait_for("no-appeal")
    assert story.ended
    assert story.trace[-1] == "category-1"
    assert category_of(story, COMMUNITY) == "1"
    assert story.variables["school"]["link_adviser"] == "Robin Sampledale"
    assert [role for role, _ in story.told] == ["director-of-people-services", "elected-member"]


def test_category_2_gets_support(story: Story) -> None:
    """RED-7.2, RED-3.5."""
    propose(story.start("sia", PROCESS, COMMUNITY), "2").wait_for("no-appeal").do(HOE, "broker-support")
    assert story.ended
    assert story.trace[-1] == "supported"


def test_category_3_of_a_maintained_school_begins_a_warning_notice(story: Story) -> None:
    """RED-7.3, RED-7.4, RED-3.3."""
    propose(story.start("sia", PROCESS, COMMUNITY), "3").wait_for("no-appeal")
    assert ("chief-executive", f"Serious concerns: {story.variables['school']['name']}") in story.told
    assert story.follow("redcar-warning-notice", COMMUNITY).waiting() == ["determine-notice"]


def test_category_3_of_an_academy_alerts_the_dfe(story: Story) -> None:
    """RED-7.4, RED-3.4: HMI and the Regional Schools Commissioner too."""
    propose(story.start("sia", PROCESS, ACADEMY), "3").wait_for("no-appeal").do(HOE, "alert-dfe")
    assert story.ended
    assert story.trace[-1] == "alerted"
    assert not story.cases("redcar-warning-notice")


def test_a_successful_appeal_changes_the_category(story: Story) -> None:
    """RED-9.1, RED-9.2: resolved in the discussion; the category of the school follows (RED-9.4)."""
    propose(story.start("sia", PROCESS, COMMUNITY), "2")
    first = story.case
    story.start("sia", APPEAL, COMMUNITY, category="2").engine.jobs.run_due()
    story.do("sia", "discuss", appeal_resolved="yes", category="1")
    assert story.ended
    story.case = first
    story.engine.jobs.run_due()
    assert story.ended
    assert story.trace[-1] == "category-1"
    assert category_of(story, COMMUNITY) == "1"


def test_an_appeal_goes_up_to_the_director(story: Story) -> None:
    """RED-9.3, RED-9.4: not resolved by the Head of Education, the Director of People Services decides finally."""
    propose(story.start("sia", PROCESS, COMMUNITY), "3")
    first = story.case
    story.start("sia", APPEAL, COMMUNITY, category="3").engine.jobs.run_due()
    story.do("sia", "discuss", appeal_resolved="no").do(HOE, "head-considers", category="3", appeal_accepted="no")
    story.do("director-of-people-services", "director-decides", category="2")
    story.case = first
    story.engine.jobs.run_due()
    assert story.waiting() == ["broker-support"]
    assert category_of(story, COMMUNITY) == "2"


def test_the_head_of_education_may_resolve_an_appeal_after_the_round(story: Story) -> None:
    """RED-9.3: no categorisation waits, and the appeal itself puts the school in its category."""
    story.start("sia", APPEAL, ACADEMY, category="3").do("sia", "discuss", appeal_resolved="no")
    story.do(HOE, "head-considers", category="2", appeal_accepted="yes")
    assert story.ended
    assert category_of(story, ACADEMY) == "2"
