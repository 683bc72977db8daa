"""Redcar and Cleveland's appeals against a category: three levels, beside the rounds and the notices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import FormInvalid, NotAStarter, NotForThisSchool
from tests.processes.barnsley import told, unanswered
from tests.processes.redcar import (
    ACADEMY,
    AIDED,
    CATEGORISATION,
    COMMUNITY,
    FOLLOW_UP,
    HOE,
    NOTICE,
    propose,
    report,
    settle,
)
from tests.processes.story import Story

APPEAL = "redcar-category-appeal"
INDEPENDENT = "110020"


def appeal(story: Story, urn: str = COMMUNITY) -> Story:
    """RED-9.1: the school's appeal comes in, and whoever waits for it is told."""
    story.start("sia", APPEAL, urn).engine.jobs.run_due()
    return story


def withdraw(story: Story, urn: str = COMMUNITY) -> Story:
    """RED-9.1: the school does not go on with its appeal."""
    story.report("sia", "appeal-withdrawn", urn, appeal_withdrawn_why="The head agrees.")
    story.engine.jobs.run_due()
    return story


def to_director(story: Story, proposed: str, decided: str) -> Story:
    """RED-9.2, RED-9.3, RED-9.4: all three levels of an appeal."""
    story.do("sia", "discuss", appeal_resolved="no").do(HOE, "head-considers", category=proposed, appeal_accepted="no")
    return story.do("director-of-people-services", "director-decides", category=decided)


@pytest.mark.parametrize("withdrawn", [True, False])
def test_a_late_appeal_that_changes_nothing_begins_nothing_again(story: Story, withdrawn: bool) -> None:
    """RED-9.4: withdrawn, or decided as before; after the group gave no notice none is considered anew."""
    settle(story, "3").follow(NOTICE, COMMUNITY).do(HOE, "determine-notice", notice_decision="no notice")
    follow_up = story.cases(FOLLOW_UP, COMMUNITY)[-1]
    appeal(story)
    if withdrawn:
        withdraw(story)
    else:
        story.do("sia", "discuss", appeal_resolved="yes", category="3").engine.jobs.run_due()
    assert len(story.cases(NOTICE, COMMUNITY)) == 1
    story.case = follow_up
    assert story.trace.count("tell-school") == 1


def test_a_successful_appeal_changes_the_category(story: Story) -> None:
    """RED-9.1, RED-9.2: resolved in the discussion; the category of the school follows (RED-9.4)."""
    propose(story.start("sia", CATEGORISATION, COMMUNITY), "2")
    appeal(story).do("sia", "discuss", appeal_resolved="yes", category="1").follow(FOLLOW_UP, COMMUNITY)
    assert story.trace[-1] == "category-1"
    assert story.category_of(COMMUNITY) == "1"


def test_an_appeal_goes_up_to_the_director(story: Story) -> None:
    """RED-9.3, RED-9.4: not resolved by the Head of Education, the Director of People Services decides finally."""
    propose(story.start("sia", CATEGORISATION, COMMUNITY), "3")
    to_director(appeal(story), "3", "2").follow(FOLLOW_UP, COMMUNITY)
    assert story.waiting() == ["broker-support"]
    assert story.category_of(COMMUNITY) == "2"
    assert len(story.cases(FOLLOW_UP, COMMUNITY)) == 1


def test_an_appeal_before_the_letter_is_ticked_off_is_heard(story: Story) -> None:
    """RED-9.1, RED-7.4: no notice begins while the appeal is open."""
    story.start("sia", CATEGORISATION, COMMUNITY).do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    story.do("governor-support", "answer-questions").do(HOE, "propose-category", category="3")
    first = story.case
    appeal(story)
    story.case = first
    story.do("sia", "share-results")
    assert story.ended
    assert story.trace[-1] == "to-appeal"
    assert not story.cases(NOTICE)


def test_an_appeal_that_is_open_keeps_no_school_from_the_next_round(story: Story) -> None:
    """RED-6.2, RED-9.3: the appeal and the new round go on beside each other."""
    propose(story.start("sia", CATEGORISATION, COMMUNITY), "3")
    appeal(story)
    opened = story.case
    story.start_by_timer(CATEGORISATION, "each-term", COMMUNITY)
    assert story.waiting() == ["data-pack"]
    round_2 = story.case
    story.case = opened
    to_director(story, "3", "2")
    story.engine.jobs.run_due()
    story.case = round_2
    propose(story, "1").wait_for("no-appeal")
    assert story.trace[-1] == "category-stands"


def overtaken(story: Story) -> tuple[int, int]:
    """RED-9.4: 2 in autumn, appealed against; spring settles 3 meanwhile. The cases of the appeal and of the notice."""
    settle(story, "2")
    autumn = appeal(story.do(HOE, "broker-support")).do("sia", "discuss", appeal_resolved="no").case
    propose(story.start_by_timer(CATEGORISATION, "each-term", COMMUNITY), "3").wait_for("no-appeal")
    return autumn, story.follow(NOTICE, COMMUNITY).case


def test_an_appeal_settles_its_own_round_and_no_later_one(story: Story) -> None:
    """RED-9.4: the category of spring, and the notice that it began, stay as they are."""
    story.case, notice = overtaken(story)
    story.do(HOE, "head-considers", category="1", appeal_accepted="yes").engine.jobs.run_due()
    assert story.trace[-1] == "category-stays"
    assert ("chair-of-governors", f"Appeal decided: {story.variables['school']['name']}") in story.told
    assert story.category_of(COMMUNITY) == "3"
    story.case = notice
    assert story.waiting() == ["determine-notice"]


def test_an_appeal_that_a_later_round_has_overtaken_settles_nothing_when_it_is_withdrawn(story: Story) -> None:
    """RED-9.4: autumn's category does not come back."""
    story.case, _ = overtaken(story)
    withdraw(story)
    assert "withdrawn-stays" in story.trace
    assert story.category_of(COMMUNITY) == "3"


def test_an_appeal_against_an_earlier_category_leaves_the_new_round_alone(story: Story) -> None:
    """RED-9.1: the round that has proposed nothing yet goes on to its own category."""
    story.start("sia", CATEGORISATION, COMMUNITY)
    new = story.case
    appeal(story)
    story.case = new
    propose(story, "1").wait_for("no-appeal")
    assert story.trace[-1] == "category-stands"


def test_a_late_appeal_that_succeeds_has_the_notice_looked_at_again(story: Story) -> None:
    """RED-9.4: those who were told of category 3 are told, and the group withdraws its notice."""
    settle(story, "3").follow(NOTICE, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice")
    notice = story.case
    to_director(appeal(story), "3", "2").follow(FOLLOW_UP, COMMUNITY)
    assert ("chair-of-governors", f"Category 2: {story.variables['school']['name']}") in story.told
    story.case = notice
    story.do(HOE, "reconsider-notice", notice_reconsidered="withdraw")
    assert "notice-withdrawn" in story.trace


def test_a_notice_may_stand_when_its_category_is_lifted(story: Story) -> None:
    """RED-9.4: on its own grounds, and its period runs on."""
    settle(story, "3").follow(NOTICE, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice")
    notice, before = story.case, story.due("compliance-ends")
    to_director(appeal(story), "3", "2").engine.jobs.run_due()
    story.case = notice
    story.do(HOE, "reconsider-notice", notice_reconsidered="stands")
    assert story.due("compliance-ends") == before


def test_powers_go_on_when_the_category_is_lifted(story: Story) -> None:
    """RED-9.4, RED-8C.1: the review gives them back, not the category."""
    answers = {"judged_as": "special measures", "judged_published_on": "2026-09-04"}
    story.report(HOE, "ofsted-inadequate", COMMUNITY, **answers)
    notice = story.follow(NOTICE, COMMUNITY).case
    to_director(appeal(story), "3", "2").engine.jobs.run_due()
    story.case = notice
    assert (HOE, f"No longer category 3: {story.variables['school']['name']}") in story.told
    assert story.waiting() == ["propose-powers"]


def test_a_school_withdraws_its_appeal(story: Story) -> None:
    """RED-9.1: the category stands as it was proposed, and what it calls for begins."""
    withdraw(appeal(propose(story.start("sia", CATEGORISATION, COMMUNITY), "2")))
    assert story.ended
    assert story.follow(FOLLOW_UP, COMMUNITY).waiting() == ["broker-support"]
    assert story.category_of(COMMUNITY) == "2"


def test_those_who_hear_an_appeal_see_what_the_round_proposes(story: Story) -> None:
    """RED-9.1: read from the round, with its reasons, and typed by nobody."""
    appeal(propose(story.start("sia", CATEGORISATION, COMMUNITY), "3"))
    assert story.variables["proposed"] == "3"


@pytest.mark.parametrize("round_open", [True, False])
def test_a_withdrawal_settles_nothing_where_nothing_is_proposed(story: Story, round_open: bool) -> None:
    """RED-9.1: the round has proposed nothing yet, or there is none; the school stays in its category."""
    before = story.category_of(COMMUNITY)
    if round_open:
        story.start("sia", CATEGORISATION, COMMUNITY)
    withdraw(appeal(story))
    assert "withdrawn-stays" in story.trace
    assert story.category_of(COMMUNITY) == before
    assert story.cases(FOLLOW_UP, COMMUNITY) == []


def test_the_head_of_education_may_resolve_an_appeal_after_the_round(story: Story) -> None:
    """RED-9.3: no categorisation is open, and the school is in the category that was concluded."""
    appeal(story, ACADEMY).do("sia", "discuss", appeal_resolved="no")
    story.do(HOE, "head-considers", category="2", appeal_accepted="yes").follow(FOLLOW_UP, ACADEMY)
    assert story.category_of(ACADEMY) == "2"


def test_another_appeal_is_considered_with_the_one_that_is_open(story: Story) -> None:
    """RED-9.1: its evidence is before whoever considers, and they are told."""
    appeal(story).report("sia", "appeal-again", COMMUNITY, appealed_again_evidence="The new results.")
    assert story.cases(APPEAL, COMMUNITY) == [story.case]
    assert "The new results." in story.variables["appeal_evidence"]
    assert ("sia", f"Another appeal: {story.variables['school']['name']}") in story.told


def test_a_discussion_without_the_chair_has_a_reason(story: Story) -> None:
    """RED-9.2: between adviser, headteacher and chair of governors."""
    appeal(story)
    alone = {"discussion_with": ["head"], "discussion_absent_why": ""}
    assert "discussion_absent_why" in story.refused("sia", "discuss", **alone)


def test_an_appeal_that_is_withdrawn_is_told_to_school_and_those_who_considered_it(story: Story) -> None:
    """RED-9.1, RED-9.4: also at the Director's stage, where no round waits."""
    appeal(story).do("sia", "discuss", appeal_resolved="no").do(HOE, "head-considers", appeal_accepted="no")
    case = story.case
    withdraw(story)
    story.case = case
    who = {role for role, subject in story.told if subject.startswith("Appeal withdrawn")}
    assert {"headteacher", "chair-of-governors", HOE, "director-of-people-services"} <= who


def test_an_independent_school_has_no_category_to_appeal_against(story: Story) -> None:
    """RED-9.1"""
    with pytest.raises(NotForThisSchool):
        story.start("sia", APPEAL, INDEPENDENT)


def test_an_appeal_that_nobody_discusses_goes_on_to_the_head_of_education(story: Story) -> None:
    """RED-9.2, RED-9.3."""
    unanswered(story.start("sia", APPEAL, COMMUNITY), HOE, "discuss")
    assert story.waiting() == ["head-considers"]


def test_the_director_hears_of_an_appeal_that_nobody_considers(story: Story) -> None:
    """RED-9.3, RED-9.4"""
    settle(story, "2")
    appeal(story).do("sia", "discuss", appeal_resolved="no").wait_for("head-silent")
    assert told(story, "director-of-people-services", "Appeal not considered")
    assert story.waiting() == ["head-considers"]


@pytest.mark.parametrize("role", ["headteacher", "chair-of-governors"])
def test_a_school_lodges_its_own_appeal_and_no_other_s(story: Story, role: str) -> None:
    """RED-9.1: by its own sign-in; the adviser is asked to discuss it."""
    form = {"appeal_evidence": "The new results.", "appeal_by": "The head", "appealed_on": "2026-09-07"}
    own = replace(story.scope(role), schools={role: frozenset({COMMUNITY})})
    with pytest.raises(NotAStarter):
        story.engine.cases.start(APPEAL, variables=form, by=own, school=AIDED)
    story.case = story.engine.cases.start(APPEAL, variables=form, by=own, school=COMMUNITY)
    assert story.waiting() == ["discuss"]


def test_a_school_says_itself_that_it_appeals_no_further(story: Story) -> None:
    """RED-9.1."""
    appeal(story).report("headteacher", "appeal-withdrawn", COMMUNITY)
    assert story.ended


def asked_whether_it_stands(story: Story) -> Story:
    """RED-9.4: the category is lifted while the notice runs, and nobody says whether it still stands."""
    story.start(HOE, NOTICE, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice", compliance_length=15)
    return story.receive("category-lifted", COMMUNITY).wait_for("compliance-ends")


def test_a_notice_that_nobody_reconsiders_runs_its_course(story: Story) -> None:
    """RED-9.4, RED-8A.8: powers follow the further notice, and who was asked hears that the question is over."""
    asked_whether_it_stands(story).do(HOE, "check-compliance", notice_outcome="not complied").do(HOE, "further-notice")
    assert "propose-powers" in story.waiting()
    assert "not complied with" in told(story, HOE, "Not decided whether the notice stands")


def test_a_notice_that_was_complied_with_is_not_withdrawn_after_it(story: Story) -> None:
    """RED-9.4, RED-8A.8: the question ends with the notice."""
    asked_whether_it_stands(story).do(HOE, "check-compliance", notice_outcome="complied").do(HOE, "confirm-complied")
    assert story.ended
    assert "was complied with" in told(story, HOE, "Not decided whether the notice stands")


@pytest.mark.parametrize("element", ["discussion-silent", "director-silent"])
def test_an_appeal_that_waits_is_told_at_each_level(story: Story, element: str) -> None:
    """RED-9.2, RED-9.4: a discussion that nobody records, and a decision that the Director does not take."""
    appeal(story)
    if element == "director-silent":
        story.do("sia", "discuss", appeal_resolved="no").do(HOE, "head-considers", appeal_accepted="no")
    story.wait_for(element)
    awaited = "decides finally" if element == "director-silent" else "no discussion was recorded"
    assert awaited in told(story, HOE, "Appeal not considered")


def test_the_director_s_decision_is_final(story: Story) -> None:
    """RED-9.4: whoever appeals confirms that it is not against a category that was decided on so."""
    with pytest.raises(FormInvalid) as refused:
        story.start("headteacher", APPEAL, COMMUNITY, not_decided_finally=False)
    assert "not_decided_finally" in refused.value.errors


def test_an_appeal_goes_on_when_the_one_beside_it_is_withdrawn(story: Story) -> None:
    """RED-9.1: the head's and the chair's are considered together, and each withdraws its own."""
    report(appeal(story), "appeal-again", COMMUNITY, "chair-of-governors")
    assert "all_withdrawn" in story.report_refused("headteacher", "appeal-withdrawn", COMMUNITY, all_withdrawn=False)
    report(story, "appeal-part-withdrawn", COMMUNITY, "headteacher", part_withdrawn_whose="the headteacher’s")
    assert "the headteacher’s" in told(story, "chair-of-governors", "One appeal withdrawn")
    assert story.waiting() == ["discuss"]
