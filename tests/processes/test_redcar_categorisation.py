"""Redcar and Cleveland's categorisation of schools, by the round of each term and one by one, and what follows it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.store.tables import Notification
from tests.processes.barnsley import unanswered
from tests.processes.redcar import (
    ACADEMY,
    CATEGORISATION,
    COMMUNITY,
    FOLLOW_UP,
    HOE,
    NOTICE,
    judged_inadequate,
    propose,
    settle,
)
from tests.processes.story import Story

APPEAL, HMI = "redcar-category-appeal", "redcar-hmi-meeting"
INDEPENDENT, NURSERY = "110020", "110025"


def test_each_term_a_case_begins_for_each_school_but_independent_ones(story: Story) -> None:
    """RED-6.2, RED-3.2: three times a year."""
    # The next term after 7 September 2026 is spring: school opens on Tuesday 5 January 2027, since the 4th is an INSET day.
    assert str(story.beat(CATEGORISATION, "each-term").date()) == "2027-01-05"
    story.start_by_timer(CATEGORISATION, "each-term", COMMUNITY)
    assert story.waiting() == ["data-pack"]
    assert len(story.cases(CATEGORISATION)) == 24
    assert story.cases(CATEGORISATION, NURSERY), "a maintained nursery school is a school of the authority"
    assert story.cases(CATEGORISATION, INDEPENDENT) == []
    # Then the first school day of summer: 19 April 2027 is a Monday and no bank holiday.
    assert str(story.beat(CATEGORISATION, "each-term").date()) == "2027-04-19"


@pytest.mark.parametrize(
    ("judged", "worked_out"),
    [
        ({"leadership": "effective", "outcomes": "effective", "provision": "effective"}, "1"),
        ({"leadership": "effective", "outcomes": "not yet", "provision": "effective"}, "2"),
        ({"leadership": "effective", "outcomes": "not effective", "provision": "effective"}, "3"),
        ({"leadership": "not effective", "outcomes": "effective", "provision": "effective"}, "3"),
        ({"leadership": "not yet", "outcomes": "not yet", "provision": "not effective"}, "3"),
        ({"leadership": "not yet", "outcomes": "not yet", "provision": "effective"}, "2"),
        ({"leadership": "not yet", "outcomes": "not yet", "provision": "not yet"}, "3"),
    ],
)
def test_the_table_works_the_category_out(story: Story, judged: dict[str, str], worked_out: str) -> None:
    """RED-6.1, RED-7.1, RED-7.2, RED-7.3: on leadership, outcomes and provision; RED-3.1: by members of the group."""
    story.start("sia", CATEGORISATION, COMMUNITY)
    story.do("intelligence-hub-manager", "data-pack").do("sia", "visit").do(
        "finance-officer", "answer-questions", **judged
    )
    assert story.variables["worked_out_category"] == worked_out


def test_the_group_may_decide_otherwise_than_the_table(story: Story) -> None:
    """RED-6.1, RED-7.3: the category is the group's professional judgement, with reasons."""
    story.start("sia", CATEGORISATION, COMMUNITY).do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    story.do("senior-sia", "answer-questions", leadership="not yet", outcomes="not yet", provision="not yet")
    story.do(HOE, "propose-category", category="2", category_judgement="A new head has begun well.")
    story.do("sia", "share-results").wait_for("no-appeal").follow(FOLLOW_UP, COMMUNITY)
    assert story.category_of(COMMUNITY) == "2"


def test_the_group_sees_that_intervention_runs_when_it_proposes_a_category(story: Story) -> None:
    """RED-7.3, RED-8C.1: a round is no way round the powers that are open."""
    story.start(HOE, NOTICE, COMMUNITY).start("sia", CATEGORISATION, COMMUNITY).do(
        "intelligence-hub-manager", "data-pack"
    )
    story.do("sia", "visit").do("governor-support", "answer-questions")
    assert [each["urn"] for each in story.variables["interventions"]] == [COMMUNITY]


def test_category_1_is_shared_reported_and_done(story: Story) -> None:
    """RED-4.2, RED-5.1, RED-6.3, RED-6.4, RED-6.5, RED-7.1: no appeal within ten working days."""
    propose(story.start("sia", CATEGORISATION, COMMUNITY), "1")
    # Ten working days counted from Tuesday 8 September 2026 end with Monday the 21st.
    assert str(story.due("no-appeal").date()) == "2026-09-22"
    story.wait_for("no-appeal").follow(FOLLOW_UP, COMMUNITY)
    assert story.ended
    assert story.trace[-1] == "category-1"
    assert story.category_of(COMMUNITY) == "1"
    assert [role for role, _ in story.told] == [
        "headteacher",
        "chair-of-governors",
        "director-of-people-services",
        "elected-member",
    ]


def test_the_days_to_appeal_count_from_the_letter(story: Story) -> None:
    """RED-6.3: visited and sent on Tuesday 1 September, ticked off on the 7th; ten school days end with Wednesday the 16th."""
    story.start("sia", CATEGORISATION, COMMUNITY).do("intelligence-hub-manager", "data-pack")
    story.do("sia", "visit", visited_on="2026-09-01")
    story.do("governor-support", "answer-questions").do(HOE, "propose-category").do(
        "sia", "share-results", letter_on="2026-09-01"
    )
    assert str(story.due("no-appeal").date()) == "2026-09-17"


def test_the_evaluation_is_reported_with_its_reasons(story: Story) -> None:
    """RED-6.4: not the number alone."""
    story.start("sia", CATEGORISATION, COMMUNITY).do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    story.do("senior-sia", "answer-questions", leadership="effective", outcomes="not yet", provision="effective")
    story.do(HOE, "propose-category", category="2", category_judgement="Results fell twice.")
    story.do("sia", "share-results").wait_for("no-appeal").follow(FOLLOW_UP, COMMUNITY)
    with story.engine.reading() as session:
        wanted = select(Notification.text).where(Notification.role == "elected-member")
        text = session.scalars(wanted).one()
    assert "Results fell twice." in text
    assert "outcomes: not yet" in text


def test_category_2_gets_support_and_meetings_for_as_long_as_is_agreed(story: Story) -> None:
    """RED-7.2, RED-3.5, RED-4.1, RED-2.1."""
    settle(story, "2").do(HOE, "broker-support").do("sia", "category-meeting", meet_again="yes")
    story.wait_for("next-meeting").do("sia", "category-meeting", meet_again="no")
    assert story.ended
    assert "supported" in story.trace


def test_a_school_in_category_3_is_met_sooner(story: Story) -> None:
    """RED-4.1: visits are subject to the category."""
    due = {}
    for category, urn in (("2", COMMUNITY), ("3", ACADEMY)):
        settle(story, category, urn)
        if category == "3":
            story.do(HOE, "alert-dfe")
        begun = story.do(HOE, "broker-support").clock.now().date()
        due[category] = (next(iter(story.engine.tasks.open(story.case))).due.date() - begun).days
    assert due["3"] < due["2"]


def test_support_that_goes_on_keeps_no_school_from_the_next_round(story: Story) -> None:
    """RED-6.2: each school is categorised three times a year."""
    settle(story, "2")
    assert story.waiting() == ["broker-support"]
    story.start_by_timer(CATEGORISATION, "each-term", COMMUNITY)
    assert story.waiting() == ["data-pack"]


def test_the_same_category_again_leaves_one_support(story: Story) -> None:
    """RED-3.5, RED-4.1: two terms in category 2; what the first called for ends when the second begins."""
    settle(story, "2")
    propose(story.start_by_timer(CATEGORISATION, "each-term", COMMUNITY), "2").wait_for("no-appeal")
    assert story.follow(FOLLOW_UP, COMMUNITY).waiting() == ["broker-support"]
    assert len(story.cases(FOLLOW_UP, COMMUNITY)) == 1


def test_a_better_category_ends_the_meetings_of_the_one_before(story: Story) -> None:
    """RED-4.1: category 3, a meeting agreed; then category 1."""
    settle(story, "3").do(HOE, "broker-support").do("sia", "category-meeting", meet_again="yes")
    propose(story.start_by_timer(CATEGORISATION, "each-term", COMMUNITY), "1").wait_for("no-appeal")
    assert story.follow(FOLLOW_UP, COMMUNITY).ended
    assert story.trace[-1] == "category-1"


def test_support_waits_for_no_alert(story: Story) -> None:
    """RED-3.5, RED-3.4: an academy in category 3 gets its support whether the DfE has been alerted or not."""
    assert settle(story, "3", ACADEMY).waiting() == ["alert-dfe", "broker-support"]


def test_category_3_of_a_maintained_school_begins_a_warning_notice_and_support(story: Story) -> None:
    """RED-7.3, RED-7.4, RED-3.3, RED-3.5."""
    settle(story, "3")
    assert ("chief-executive", f"Serious concerns: {story.variables['school']['name']}") in story.told
    assert story.waiting() == ["broker-support"]
    assert story.follow(NOTICE, COMMUNITY).waiting() == ["determine-notice"]


def test_category_3_of_an_academy_alerts_the_dfe(story: Story) -> None:
    """RED-7.4, RED-3.4: the Regional Schools Commissioner too; support is brokered for it as well (RED-3.5)."""
    settle(story, "3", ACADEMY).do(HOE, "alert-dfe")
    assert story.waiting() == ["broker-support"]
    assert not story.cases(NOTICE)


def test_the_head_of_education_meets_hmi_each_term_whatever_the_categories(story: Story) -> None:
    """RED-3.4: concerns about academies are raised with the Regional Schools Commissioner."""
    story.start_by_timer(HMI, "each-term").do(HOE, "meet-hmi", academy_concerns="yes").do(HOE, "raise-with-rsc")
    assert story.ended
    story.start_by_timer(HMI, "each-term").do(HOE, "meet-hmi", academy_concerns="no")
    assert story.trace[-1] == "met"


@pytest.mark.parametrize("process", [CATEGORISATION, APPEAL, NOTICE])
def test_a_case_ends_when_its_school_closes(story: Story, process: str) -> None:
    """RED-6.2, RED-9.1, RED-8A.1: nothing more is asked of anybody for it, and those who work on it are told."""
    story.start(HOE, process, COMMUNITY).closes(COMMUNITY)
    assert story.ended
    assert [role for role, subject in story.told if subject.startswith("Ended with the school")]


def test_support_and_powers_end_when_the_school_closes(story: Story) -> None:
    """RED-3.5, RED-8C.1: at whatever step of a called process they are."""
    answers = {"judged_as": "special measures", "judged_published_on": "2026-09-04"}
    story.report(HOE, "ofsted-inadequate", COMMUNITY, **answers)
    assert story.follow(FOLLOW_UP, COMMUNITY).waiting() == ["broker-support"]
    assert story.closes(COMMUNITY).ended
    assert story.follow(NOTICE, COMMUNITY).ended


def test_a_school_in_category_3_without_a_notice_that_converts_is_put_to_the_dfe(story: Story) -> None:
    """RED-8A.7: the round's own case alerts the DfE where no notice's case does."""
    settle(story, "3").follow(NOTICE, COMMUNITY).do(HOE, "determine-notice", notice_decision="no notice")
    assert story.ended
    story.follow(FOLLOW_UP, COMMUNITY).converts(COMMUNITY)
    assert "alert-dfe" in story.waiting()
    story.do(HOE, "alert-dfe")
    assert "dfe-alerted" in story.trace


def test_a_round_goes_on_without_a_data_pack_that_does_not_come(story: Story) -> None:
    """RED-5.1, RED-6.2: the Head of Education decides it, and the school keeps its round."""
    story.start("sia", CATEGORISATION, COMMUNITY)
    assert unanswered(story, HOE, "data-pack").waiting() == ["visit"]
    story.do("sia", "visit").do("governor-support", "answer-questions")
    assert story.waiting() == ["propose-category"]


def test_a_round_goes_on_without_answers_of_the_group_that_do_not_come(story: Story) -> None:
    """RED-6.5, RED-6.2: no table gives a category then; the group proposes one, and the evaluation says what was missing."""
    story.start("sia", CATEGORISATION, COMMUNITY).do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    assert unanswered(story, HOE, "answer-questions").waiting() == ["propose-category"]
    assert story.variables["worked_out_category"] is None
    story.do(HOE, "propose-category", category="2").do("sia", "share-results").wait_for("no-appeal")
    story.follow(FOLLOW_UP, COMMUNITY)
    assert story.category_of(COMMUNITY) == "2"
    assert "The key questions were not answered by their date" in story.variables["evaluation"]


@pytest.mark.parametrize(("still", "category"), [("no", "3"), ("yes", "1")])
def test_an_old_proposal_is_put_over_a_judgement_only_by_the_group(story: Story, still: str, category: str) -> None:
    """RED-7.3: category 1 was proposed, and Ofsted judges the school inadequate while it could appeal."""
    propose(story.start("sia", CATEGORISATION, COMMUNITY), "1")
    judged_inadequate(story, COMMUNITY).wait_for("no-appeal")
    assert story.category_of(COMMUNITY) == "3"
    assert story.waiting() == ["reconsider-category"]
    story.do(HOE, "reconsider-category", still_proposed=still)
    story.engine.jobs.run_due()
    assert story.category_of(COMMUNITY) == category


def test_results_go_to_head_and_chair_or_it_is_said_why_not(story: Story) -> None:
    """RED-4.2, RED-6.3."""
    story.start("sia", CATEGORISATION, COMMUNITY).do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    story.do("governor-support", "answer-questions").do(HOE, "propose-category", category="1")
    assert "letter_to_why" in story.refused("sia", "share-results", letter_to=["head"], letter_to_why="")
    story.do("sia", "share-results", letter_to=["head", "chair"])


def test_a_round_lifts_no_category_3_that_ofsted_gave(story: Story) -> None:
    """RED-7.3: special measures put the school in category 3; who proposes another confirms that it is not by a judgement."""
    judged_inadequate(story, COMMUNITY).follow(FOLLOW_UP, COMMUNITY)
    assert story.category_of(COMMUNITY) == "3"
    story.start("sia", CATEGORISATION, COMMUNITY).do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    story.do("governor-support", "answer-questions")
    assert "not_ofsted" in story.refused(HOE, "propose-category", category="1", not_ofsted=False)


def test_an_old_proposal_lifts_no_category_3_that_ofsted_gave_meanwhile(story: Story) -> None:
    """RED-7.3: who lets the proposal stand confirms, as who proposes does, that no judgement put the school in category 3."""
    propose(story.start("sia", CATEGORISATION, COMMUNITY), "1")
    judged_inadequate(story, COMMUNITY).wait_for("no-appeal")
    stands = {"still_proposed": "yes", "not_ofsted": False}
    assert "not_ofsted" in story.refused(HOE, "reconsider-category", **stands)


def test_a_judgement_of_a_school_in_category_3_is_put_to_the_group_too(story: Story) -> None:
    """RED-7.3: the category is 3 before and after; the group lowers it by no proposal from before the judgement."""
    settle(story, "3")
    propose(story.start_by_timer(CATEGORISATION, "each-term", COMMUNITY), "2")
    opened = story.case
    judged_inadequate(story, COMMUNITY).case = opened
    assert story.wait_for("no-appeal").waiting() == ["reconsider-category"]


def test_a_category_that_is_settled_before_the_proposal_asks_nothing_again(story: Story) -> None:
    """RED-6.1: the group proposed knowing of it."""
    story.start("sia", CATEGORISATION, COMMUNITY).do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    story.do("governor-support", "answer-questions")
    judged_inadequate(story, COMMUNITY).do(HOE, "propose-category", category="2").do("sia", "share-results")
    assert story.wait_for("no-appeal").trace[-1] == "category-stands"
