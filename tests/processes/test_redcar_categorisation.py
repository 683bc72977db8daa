"""Redcar and Cleveland's categorisation of schools, by the round of each term and one by one, with appeals."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import EventReport, queries
from engine.store.tables import Notification
from tests.processes.story import Story

PROCESS, APPEAL, FOLLOW_UP = "redcar-categorisation", "redcar-category-appeal", "redcar-category-follow-up"
NOTICE, HMI, HOE = "redcar-warning-notice", "redcar-hmi-meeting", "head-of-education"
COMMUNITY, ACADEMY, INDEPENDENT, NURSERY = "110001", "110006", "110020", "110025"


def propose(story: Story, category: str, **judged: str) -> Story:
    """RED-5.1, RED-4.1, RED-6.5, RED-6.3: from the data pack to the letter."""
    story.do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    story.do("governor-support", "answer-questions", **judged).do(HOE, "propose-category", category=category)
    return story.do("sia", "share-results")


def test_each_term_a_case_begins_for_each_school_but_independent_ones(story: Story) -> None:
    """RED-6.2, RED-3.2: three times a year."""
    # The next term after 7 September 2026 is spring: school opens on Tuesday 5 January 2027, since the 4th is an INSET day.
    assert str(story.beat(PROCESS, "each-term").date()) == "2027-01-05"
    story.start_by_timer(PROCESS, "each-term", COMMUNITY)
    assert story.waiting() == ["data-pack"]
    assert len(story.cases(PROCESS)) == 24
    assert story.cases(PROCESS, NURSERY), "a maintained nursery school is a school of the authority"
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
        ({"leadership": "not yet", "outcomes": "not yet", "provision": "effective"}, "2"),
        ({"leadership": "not yet", "outcomes": "not yet", "provision": "not yet"}, "3"),
    ],
)
def test_the_table_works_the_category_out(story: Story, judged: dict[str, str], worked_out: str) -> None:
    """RED-6.1, RED-7.1, RED-7.2, RED-7.3: on leadership, outcomes and provision; RED-3.1: by members of the group."""
    story.start("sia", PROCESS, COMMUNITY)
    story.do("intelligence-hub-manager", "data-pack").do("sia", "visit").do(
        "finance-officer", "answer-questions", **judged
    )
    assert story.variables["worked_out_category"] == worked_out


def test_the_group_may_decide_otherwise_than_the_table(story: Story) -> None:
    """RED-6.1, RED-7.3: the category is the group's professional judgement, with reasons."""
    story.start("sia", PROCESS, COMMUNITY).do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    story.do("senior-sia", "answer-questions", leadership="not yet", outcomes="not yet", provision="not yet")
    story.do(HOE, "propose-category", category="2", category_judgement="A new head has begun well.")
    story.do("sia", "share-results").wait_for("no-appeal").follow(FOLLOW_UP, COMMUNITY)
    assert story.category_of(COMMUNITY) == "2"


def test_the_group_sees_that_intervention_runs_when_it_proposes_a_category(story: Story) -> None:
    """RED-7.3, RED-8C.1: a round is no way round the powers that are open."""
    story.start(HOE, NOTICE, COMMUNITY).start("sia", PROCESS, COMMUNITY).do("intelligence-hub-manager", "data-pack")
    story.do("sia", "visit").do("governor-support", "answer-questions")
    assert [each["urn"] for each in story.variables["interventions"]] == [COMMUNITY]


def settle(story: Story, category: str, urn: str = COMMUNITY) -> Story:
    """RED-6.1: nobody appeals; what follows is a case of its own."""
    propose(story.start("sia", PROCESS, urn), category).wait_for("no-appeal")
    return story.follow(FOLLOW_UP, urn)


def appeal(story: Story, urn: str = COMMUNITY) -> Story:
    """RED-9.1: the school's appeal comes in, and whoever waits for it is told."""
    story.start("sia", APPEAL, urn).engine.jobs.run_due()
    return story


def withdraw(story: Story, urn: str = COMMUNITY) -> Story:
    """RED-9.1: the school does not go on with its appeal."""
    answers = {"appeal_withdrawn_on": "2026-09-07", "appeal_withdrawn_why": "The head agrees."}
    story.engine.messages.report(EventReport("appeal-withdrawn", answers, urn), story.scope("sia"))
    story.engine.jobs.run_due()
    return story


def to_director(story: Story, proposed: str, decided: str) -> Story:
    """RED-9.2, RED-9.3, RED-9.4: all three levels of an appeal."""
    story.do("sia", "discuss", appeal_resolved="no").do(HOE, "head-considers", category=proposed, appeal_accepted="no")
    return story.do("director-of-people-services", "director-decides", category=decided)


def test_category_1_is_shared_reported_and_done(story: Story) -> None:
    """RED-4.2, RED-5.1, RED-6.3, RED-6.4, RED-6.5, RED-7.1: no appeal within ten working days."""
    propose(story.start("sia", PROCESS, COMMUNITY), "1")
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
    """RED-6.3: sent on Tuesday 1 September, ticked off on the 7th; ten working days end with Tuesday the 15th."""
    story.start("sia", PROCESS, COMMUNITY).do("intelligence-hub-manager", "data-pack").do("sia", "visit")
    story.do("governor-support", "answer-questions").do(HOE, "propose-category").do(
        "sia", "share-results", letter_on="2026-09-01"
    )
    assert str(story.due("no-appeal").date()) == "2026-09-16"


def test_the_evaluation_is_reported_with_its_reasons(story: Story) -> None:
    """RED-6.4: not the number alone."""
    story.start("sia", PROCESS, COMMUNITY).do("intelligence-hub-manager", "data-pack").do("sia", "visit")
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
    story.start_by_timer(PROCESS, "each-term", COMMUNITY)
    assert story.waiting() == ["data-pack"]


def test_the_same_category_again_leaves_one_support(story: Story) -> None:
    """RED-3.5, RED-4.1: two terms in category 2; what the first called for ends when the second begins."""
    settle(story, "2")
    propose(story.start_by_timer(PROCESS, "each-term", COMMUNITY), "2").wait_for("no-appeal")
    assert story.follow(FOLLOW_UP, COMMUNITY).waiting() == ["broker-support"]
    assert len(story.cases(FOLLOW_UP, COMMUNITY)) == 1


def test_a_better_category_ends_the_meetings_of_the_one_before(story: Story) -> None:
    """RED-4.1: category 3, a meeting agreed; then category 1."""
    settle(story, "3").do(HOE, "broker-support").do("sia", "category-meeting", meet_again="yes")
    propose(story.start_by_timer(PROCESS, "each-term", COMMUNITY), "1").wait_for("no-appeal")
    assert story.follow(FOLLOW_UP, COMMUNITY).ended
    assert story.trace[-1] == "category-1"


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


def test_a_successful_appeal_changes_the_category(story: Story) -> None:
    """RED-9.1, RED-9.2: resolved in the discussion; the category of the school follows (RED-9.4)."""
    propose(story.start("sia", PROCESS, COMMUNITY), "2")
    appeal(story).do("sia", "discuss", appeal_resolved="yes", category="1").follow(FOLLOW_UP, COMMUNITY)
    assert story.trace[-1] == "category-1"
    assert story.category_of(COMMUNITY) == "1"


def test_an_appeal_goes_up_to_the_director(story: Story) -> None:
    """RED-9.3, RED-9.4: not resolved by the Head of Education, the Director of People Services decides finally."""
    propose(story.start("sia", PROCESS, COMMUNITY), "3")
    to_director(appeal(story), "3", "2").follow(FOLLOW_UP, COMMUNITY)
    assert story.waiting() == ["broker-support"]
    assert story.category_of(COMMUNITY) == "2"
    assert len(story.cases(FOLLOW_UP, COMMUNITY)) == 1


def test_an_appeal_before_the_letter_is_ticked_off_is_heard(story: Story) -> None:
    """RED-9.1, RED-7.4: no notice begins while the appeal is open."""
    story.start("sia", PROCESS, COMMUNITY).do("intelligence-hub-manager", "data-pack").do("sia", "visit")
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
    propose(story.start("sia", PROCESS, COMMUNITY), "3")
    appeal(story)
    opened = story.case
    story.start_by_timer(PROCESS, "each-term", COMMUNITY)
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
    propose(story.start_by_timer(PROCESS, "each-term", COMMUNITY), "3").wait_for("no-appeal")
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
    story.start("sia", PROCESS, COMMUNITY)
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
    assert story.trace[-1] == "notice-withdrawn"


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
    story.engine.messages.report(EventReport("ofsted-inadequate", answers, COMMUNITY), story.scope(HOE))
    notice = story.follow(NOTICE, COMMUNITY).case
    to_director(appeal(story), "3", "2").engine.jobs.run_due()
    story.case = notice
    assert (HOE, f"No longer category 3: {story.variables['school']['name']}") in story.told
    assert story.waiting() == ["propose-powers"]


def test_a_school_withdraws_its_appeal(story: Story) -> None:
    """RED-9.1: the category stands as it was proposed, and what it calls for begins."""
    withdraw(appeal(propose(story.start("sia", PROCESS, COMMUNITY), "2")))
    assert story.ended
    assert story.follow(FOLLOW_UP, COMMUNITY).waiting() == ["broker-support"]
    assert story.category_of(COMMUNITY) == "2"


def test_those_who_hear_an_appeal_see_what_the_round_proposes(story: Story) -> None:
    """RED-9.1: read from the round, with its reasons, and typed by nobody."""
    appeal(propose(story.start("sia", PROCESS, COMMUNITY), "3"))
    assert story.variables["proposed"] == "3"


@pytest.mark.parametrize("round_open", [True, False])
def test_a_withdrawal_settles_nothing_where_nothing_is_proposed(story: Story, round_open: bool) -> None:
    """RED-9.1: the round has proposed nothing yet, or there is none; the school stays in its category."""
    before = story.category_of(COMMUNITY)
    if round_open:
        story.start("sia", PROCESS, COMMUNITY)
    withdraw(appeal(story))
    assert "withdrawn-stays" in story.trace
    assert story.category_of(COMMUNITY) == before
    assert story.cases(FOLLOW_UP, COMMUNITY) == []


def test_the_head_of_education_may_resolve_an_appeal_after_the_round(story: Story) -> None:
    """RED-9.3: no categorisation is open, and the school is in the category that was concluded."""
    appeal(story, ACADEMY).do("sia", "discuss", appeal_resolved="no")
    story.do(HOE, "head-considers", category="2", appeal_accepted="yes").follow(FOLLOW_UP, ACADEMY)
    assert story.category_of(ACADEMY) == "2"


def closes(story: Story, urn: str = COMMUNITY) -> Story:
    """The register says that a school has closed."""
    with story.engine.reading() as session:
        known = queries.school(session, urn)
    line = f'{urn},"{known.name}",{known.phase},{known.type},closed'
    story.engine.schools.import_file(f"urn,name,phase,type,status\n{line}\n".encode(), story.authority)
    story.engine.jobs.run_due()
    return story


@pytest.mark.parametrize("process", [PROCESS, APPEAL, NOTICE])
def test_a_case_ends_when_its_school_closes(story: Story, process: str) -> None:
    """RED-6.2, RED-9.1, RED-8A.1: nothing more is asked of anybody for it, and those who work on it are told."""
    closes(story.start(HOE, process, COMMUNITY))
    assert story.ended
    assert ("sia", f"Closed: {story.variables['school']['name']}") in story.told


def test_support_and_powers_end_when_the_school_closes(story: Story) -> None:
    """RED-3.5, RED-8C.1: at whatever step of a called process they are."""
    answers = {"judged_as": "special measures", "judged_published_on": "2026-09-04"}
    story.engine.messages.report(EventReport("ofsted-inadequate", answers, COMMUNITY), story.scope(HOE))
    assert story.follow(FOLLOW_UP, COMMUNITY).waiting() == ["broker-support"]
    assert closes(story).ended
    assert story.follow(NOTICE, COMMUNITY).ended
