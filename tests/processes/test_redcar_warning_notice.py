"""Redcar and Cleveland's warning notice: its period, what overrides it, the powers of intervention, and their return."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import EventReport
from engine.errors import FormInvalid
from engine.feel import Feel
from engine.forms import load_form
from engine.store.tables import Notification
from tests.processes.story import ROOT, Story

PROCESS, FOLLOW_UP, HOE = "redcar-warning-notice", "redcar-category-follow-up", "head-of-education"
COMMUNITY, AIDED, FOUNDATION, ACADEMY = "110001", "110002", "110005", "110006"


def report(story: Story, message: str, urn: str, role: str = HOE, **answers: object) -> Story:
    """Somebody reports what has happened, with the answers of the event's form."""
    story.engine.messages.report(EventReport(message, answers, urn), story.scope(role))
    story.engine.jobs.run_due()
    return story


def judged_inadequate(story: Story, urn: str) -> Story:
    """RED-8D.1: Ofsted's judgement is reported."""
    return report(story, "ofsted-inadequate", urn, judged_as="special measures", judged_published_on="2026-09-04")


def give_notice(story: Story, copies: int, **period: object) -> Story:
    """RED-8A.2, RED-8A.4: the notice, and a copy to each who gets one."""
    story.do(HOE, "determine-notice").do(HOE, "give-notice", **period)
    assert story.waiting() == ["send-copies"] * copies
    for _ in range(copies):
        story.do("sia", "send-copies")
    return story


def use_powers(story: Story, *bodies: str) -> Story:
    """RED-8B.1 to 8B.3: told, consulted, decided and used."""
    story.do(HOE, "propose-powers")
    assert story.waiting() == ["answer-consultation"] * len(bodies)
    for body in bodies:
        story.do(body, "answer-consultation", consultation_view="partly")
    return story.do(HOE, "decide-powers", powers_used=["additional governors"]).do(HOE, "use-powers")


def test_a_notice_that_is_not_complied_with_leads_to_powers_and_back(story: Story) -> None:
    """RED-8A.1, RED-8A.2, RED-8A.3, RED-8A.4, RED-8A.8, RED-8B.1, RED-8B.2, RED-8B.3, RED-8C.1."""
    story.start(HOE, PROCESS, AIDED)
    give_notice(story, 4, compliance_length=15, compliance_unit="days")
    assert [copy["to"] for copy in story.variables["copies"]] == [
        "headteacher",
        "Ofsted",
        "diocesan authority",
        "person who appoints the foundation governors",
    ]
    # Given on Monday 7 September 2026, the fifteenth day after is Tuesday 22 September: what follows comes on the 23rd.
    assert str(story.due("compliance-ends").date()) == "2026-09-23"
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied").do(
        HOE, "further-notice"
    )
    use_powers(story, "chair-of-governors", "diocesan-representative")
    # Half a term on from Wednesday of week 4 of autumn 1: Wednesday of week 4 of autumn 2, which begins on 2 November 2026.
    assert str(story.due("review-due").date()) == "2026-11-25"
    story.wait_for("review-due").do("sia", "review-improvement", improved="not yet")
    story.wait_for("review-due").do("sia", "review-improvement", improved="yes")
    assert story.waiting() == ["give-back"], "what was taken is given back, and confirmed in writing"
    story.do(HOE, "give-back")
    answers = story.variables["consultation_answers"]
    assert [(a["who"], a["view"]) for a in answers] == [("Governing body", "partly"), ("Diocesan authority", "partly")]
    assert story.ended
    assert {"use-powers", "give-back", "powers-restored"} <= set(story.trace)


def test_a_notice_that_is_complied_with_ends_the_case(story: Story) -> None:
    """RED-8A.3 in working days, RED-8A.4 for a community school: two copies."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=10, compliance_unit="working days")
    # Ten working days counted from Tuesday 8 September end with Monday 21 September 2026.
    assert str(story.due("compliance-ends").date()) == "2026-09-22"
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="complied").do(HOE, "confirm-complied")
    assert story.ended
    assert story.trace[-1] == "complied"


def test_the_notice_ends_when_the_school_becomes_an_academy(story: Story) -> None:
    """RED-8A.7: the DfE is alerted in its place."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    assert story.converts(COMMUNITY).waiting() == ["alert-dfe"]
    story.do(HOE, "alert-dfe")
    assert story.ended
    assert "converted" in story.trace


def test_the_academy_that_follows_the_school_has_its_case(story: Story) -> None:
    """RED-8A.7: under the URN that is open, the DfE is alerted."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    story.is_followed(COMMUNITY)
    assert story.cases(PROCESS, "199999") == [story.case]
    assert story.waiting() == ["alert-dfe"]


def test_no_further_notice_is_given_to_a_school_that_has_become_an_academy(story: Story) -> None:
    """RED-8B.1: the case turns to the DfE, at whatever stage it is."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    assert story.converts(COMMUNITY).waiting() == ["alert-dfe"]


def test_an_academy_gets_no_notice_and_the_dfe_is_alerted(story: Story) -> None:
    """RED-8A.7."""
    story.start(HOE, PROCESS, ACADEMY)
    assert story.waiting() == ["alert-dfe"]
    story.do(HOE, "alert-dfe")
    assert story.ended
    assert story.trace[-1] == "dfe-alerted"


def test_no_ground_no_notice(story: Story) -> None:
    """RED-8A.1: begun by category 3 (RED-7.4), and the group determines that none is given."""
    story.receive("category-3", COMMUNITY).follow(PROCESS, COMMUNITY)
    story.do(HOE, "determine-notice", notice_decision="no notice")
    assert story.ended
    assert story.trace[-1] == "no-notice"
    assert {role for role, _ in story.told} == {"sia", "senior-sia", "director-of-people-services"}


def test_a_school_in_category_3_is_told_that_no_notice_is_given(story: Story) -> None:
    """RED-8A.1: the letter of category 3 said that the group considers one."""
    given = {"category": "3", "category_why": "", "evaluation": "", "category_by": "School Monitoring Group"}
    story.receive("category-settled", COMMUNITY, **given).follow(PROCESS, COMMUNITY)
    story.do(HOE, "determine-notice", notice_decision="no notice")
    assert ("chair-of-governors", f"No warning notice: {story.variables['school']['name']}") in story.told


REPRESENTATIONS = {"representations_received_on": "2026-09-07", "representations_say": "The figures are last year's."}
ANSWERED = {"ofsted_answered_on": "2026-09-07", "ofsted_answer_text": "Standards have risen."}


def test_representations_are_recorded_while_the_period_runs_on(story: Story) -> None:
    """RED-8A.5: at any moment of the period, and more than once; the Head of Education and the Director are told."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    before = story.due("compliance-ends")
    for _ in range(2):
        report(story, "representations-made", COMMUNITY, "governor-support", **REPRESENTATIONS)
    assert story.due("compliance-ends") == before
    assert [subject.split(":")[0] for _, subject in story.told].count("Representations to Ofsted") == 4


def test_a_record_of_representations_holds_nothing_up(story: Story) -> None:
    """RED-8A.5, RED-8A.8: the further notice waits for no answer of Ofsted's."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    report(story, "representations-made", COMMUNITY, **REPRESENTATIONS)
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    story.do(HOE, "further-notice")
    assert story.waiting() == ["propose-powers"]


def test_ofsted_lets_the_notice_stand(story: Story) -> None:
    """RED-8A.5: the answer has its place whenever it comes, and the school is told."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    story.wait_for("compliance-ends")
    report(story, "representations-answered", COMMUNITY, ofsted_answer="upheld", **ANSWERED)
    assert story.waiting() == ["check-compliance"]
    assert ("chair-of-governors", f"Ofsted's answer: {story.variables['school']['name']}") in story.told


def test_a_notice_that_ofsted_does_not_let_stand_is_withdrawn(story: Story) -> None:
    """RED-8A.5: its period ends with it, and all who had a copy are told."""
    give_notice(story.start(HOE, PROCESS, AIDED), 4, compliance_length=15, compliance_unit="days")
    report(story, "representations-answered", AIDED, ofsted_answer="withdrawn", **ANSWERED)
    assert story.ended
    assert story.trace[-1] == "notice-withdrawn"
    told = {role for role, subject in story.told if subject.startswith("Warning notice withdrawn")}
    assert told == {"chair-of-governors", "headteacher", "diocesan-representative", "foundation-governor-appointer"}


def test_the_authority_withdraws_its_notice(story: Story) -> None:
    """RED-8A.2: for a reason of its own, at any moment until the further notice is given."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    report(story, "notice-withdrawn", COMMUNITY, withdrawal_reason="A new head.", withdrawn_on="2026-09-07")
    assert story.ended
    assert story.trace[-1] == "notice-withdrawn"


def test_the_period_counts_from_the_day_on_which_the_notice_was_given(story: Story) -> None:
    """RED-8A.3: given on 1 September, recorded on the 7th; the fifteenth day after the 1st is the 16th."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice")
    story.do(HOE, "give-notice", notice_given_on="2026-09-01", compliance_length=15, compliance_unit="days")
    assert str(story.due("compliance-ends").date()) == "2026-09-17"


LONGER = {"compliance_length": 30, "compliance_unit": "days", "extension_reason": "The chair is new."}


def test_the_period_can_be_extended(story: Story) -> None:
    """RED-8A.3: the period in the notice is the initial one; its end follows, and the school is told."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    report(story, "compliance-extended", COMMUNITY, **LONGER)
    # 30 days from 7 September end with 7 October.
    assert str(story.due("compliance-ends").date()) == "2026-10-08"
    assert ("chair-of-governors", f"Compliance period changed: {story.variables['school']['name']}") in story.told


def test_the_check_comes_again_when_the_period_is_extended_after_its_end(story: Story) -> None:
    """RED-8A.3: the governing body was told of more time, and has it."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    report(story.wait_for("compliance-ends"), "compliance-extended", COMMUNITY, **LONGER)
    assert story.waiting() == []
    assert str(story.due("compliance-ends").date()) == "2026-10-08"
    assert story.wait_for("compliance-ends").waiting() == ["check-compliance"]


def test_a_period_is_not_extended_to_less_than_the_first_one() -> None:
    """RED-8A.3: 15 days at least."""
    form = load_form((ROOT / "forms/redcar-cleveland/compliance-extended.form").read_bytes())
    with pytest.raises(FormInvalid):
        form.accept({**LONGER, "compliance_length": "1"}, {}, Feel.shared())


def test_nothing_is_extended_once_compliance_is_decided(story: Story) -> None:
    """RED-8A.8: the further notice is due, and the school hears of no other period."""
    give_notice(story.start(HOE, PROCESS, COMMUNITY), 2, compliance_length=15, compliance_unit="days")
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    report(story, "compliance-extended", COMMUNITY, **LONGER)
    assert ("chair-of-governors", f"Compliance period changed: {story.variables['school']['name']}") not in story.told


def test_nothing_is_extended_before_the_notice_is_given(story: Story) -> None:
    """RED-8A.3: the school hears of no period of a notice that it has not had."""
    story.start(HOE, PROCESS, COMMUNITY)
    report(story, "compliance-extended", COMMUNITY, **LONGER)
    assert story.told == []


def test_a_notice_that_is_stopped_before_it_is_given_is_told_to_officers_alone(story: Story) -> None:
    """RED-8A.1: the school has had no notice, and is told of none."""
    story.start(HOE, PROCESS, COMMUNITY)
    report(story, "notice-withdrawn", COMMUNITY, withdrawal_reason="A new head.", withdrawn_on="2026-09-07")
    assert {role for role, _ in story.told} == {"sia", "senior-sia", "director-of-people-services"}
    assert story.trace[-1] == "notice-stopped"


def test_the_check_waits_for_no_copy(story: Story) -> None:
    """RED-8A.3, RED-8A.4: a copy that is not ticked off keeps the period from nothing, and stays to be done."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice", compliance_length=15)
    story.wait_for("compliance-ends")
    assert story.waiting() == ["check-compliance", "send-copies", "send-copies"]


def test_the_powers_wait_for_no_copy(story: Story) -> None:
    """RED-8A.4, RED-8A.8: the further notice is given, and a copy is still to be ticked off."""
    story.start(HOE, PROCESS, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice", compliance_length=15)
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    story.do(HOE, "further-notice")
    assert story.waiting() == ["propose-powers", "send-copies", "send-copies"]


def test_those_who_get_a_copy_are_told_what_the_notice_says(story: Story) -> None:
    """RED-8A.2, RED-8A.4: the governing body, and for a church school the diocese and who appoints governors."""
    story.start(HOE, PROCESS, AIDED).do(HOE, "determine-notice").do(HOE, "give-notice")
    assert [role for role, subject in story.told if subject.startswith("Warning notice:")] == [
        "chair-of-governors",
        "headteacher",
        "diocesan-representative",
        "foundation-governor-appointer",
    ]


@pytest.mark.parametrize("stage", ["determine-notice", "give-notice", "compliance-ends", "further-notice", "confirm"])
def test_an_inadequate_judgement_overrides_the_notice_at_each_stage(story: Story, stage: str) -> None:
    """RED-8D.1: straight to eligibility, from the group's decision to the end of the notice; the school is told."""
    story.start(HOE, PROCESS, COMMUNITY)
    if stage != "determine-notice":
        story.do(HOE, "determine-notice")
    if stage not in ("determine-notice", "give-notice"):
        story.do(HOE, "give-notice", compliance_length=15).do("sia", "send-copies").do("sia", "send-copies")
    if stage in ("further-notice", "confirm"):
        outcome = "complied" if stage == "confirm" else "not complied"
        story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome=outcome)
    judged_inadequate(story, COMMUNITY)
    assert story.waiting() == ["propose-powers"]
    assert ("chair-of-governors", f"Eligible for intervention: {story.variables['school']['name']}") in story.told


def test_an_inadequate_judgement_needs_no_notice_first(story: Story) -> None:
    """RED-8D.1, RED-8B.2: it begins a case of its own; a foundation school's appointer is consulted (RED-8B.3)."""
    judged_inadequate(story, FOUNDATION).follow(PROCESS, FOUNDATION)
    assert story.waiting() == ["propose-powers"]
    story.do(HOE, "propose-powers").do("chair-of-governors", "answer-consultation")
    story.do("foundation-governor-appointer", "answer-consultation").do(HOE, "decide-powers", powers_used=[])
    assert story.ended
    assert "no-powers" in story.trace


def test_an_academy_judged_inadequate_is_the_departments_matter(story: Story) -> None:
    """RED-8A.7, RED-8D.1: no power is proposed; the alert follows from category 3."""
    judged_inadequate(story, ACADEMY).follow(PROCESS, ACADEMY)
    assert story.trace[-1] == "departments-matter"
    assert story.follow(FOLLOW_UP, ACADEMY).waiting() == ["alert-dfe", "broker-support"]


@pytest.mark.parametrize("stage", ["no notice", "notice", "powers", "alert"])
def test_a_school_judged_inadequate_is_in_category_3(story: Story, stage: str) -> None:
    """RED-7.3, RED-3.3: whatever runs; the Director, the chief executive and the group are told."""
    urn = ACADEMY if stage == "alert" else COMMUNITY
    if stage in ("notice", "alert"):
        story.start(HOE, PROCESS, urn)
    if stage == "powers":
        judged_inadequate(story, urn)
        story.receive("category-settled", urn, category="2", category_why="", evaluation="", category_by="")
    judged_inadequate(story, urn).follow(FOLLOW_UP, urn)
    assert story.category_of(urn) == "3"
    name = story.variables["school"]["name"]
    assert ("chief-executive", f"Serious concerns: {name}") in story.told
    assert ("intelligence-hub-manager", f"Category 3: {name}") in story.told


def test_an_inadequate_judgement_is_heard_while_powers_are_considered(story: Story) -> None:
    """RED-8D.1: what is proposed goes on, and those who decide know of the judgement."""
    judged_inadequate(story, COMMUNITY).follow(PROCESS, COMMUNITY)
    judged_inadequate(story, COMMUNITY)
    assert len(story.cases(PROCESS, COMMUNITY)) == 1
    assert story.waiting() == ["propose-powers"]
    assert ("director-of-people-services", f"Judged inadequate: {story.variables['school']['name']}") in story.told


DIRECTED = {"direction_dated": "2026-09-04", "direction_says": "Give a notice."}


def test_the_secretary_of_state_directs_a_notice_and_gives_one(story: Story) -> None:
    """RED-8A.6: directed to give a notice; the Secretary of State's own notice then voids it, and the school is told."""
    report(story, "secretary-of-state-direction", COMMUNITY, **DIRECTED).follow(PROCESS, COMMUNITY)
    give_notice(story, 2, compliance_length=15, compliance_unit="days")
    own = {"secretary_notice_dated": "2026-09-07", "secretary_notice_says": "Replace the board."}
    report(story, "secretary-of-state-notice", COMMUNITY, **own)
    assert story.ended
    assert story.trace[-1] == "void"
    assert ("chair-of-governors", f"Warning notice void: {story.variables['school']['name']}") in story.told


def test_a_directed_notice_has_to_be_given(story: Story) -> None:
    """RED-8A.6: the group is shown the direction, and is not asked whether a notice is given."""
    report(story, "secretary-of-state-direction", COMMUNITY, **DIRECTED).follow(PROCESS, COMMUNITY)
    assert "notice_decision" not in story.shown(HOE, "determine-notice")
    story.do(HOE, "determine-notice")
    assert story.waiting() == ["give-notice"]


def test_a_direction_reaches_the_case_that_runs(story: Story) -> None:
    """RED-8A.6: it makes no second case, and the one that runs can no longer end without a notice."""
    story.receive("category-3", COMMUNITY).follow(PROCESS, COMMUNITY)
    report(story, "secretary-of-state-direction", COMMUNITY, **DIRECTED)
    assert len(story.cases(PROCESS, COMMUNITY)) == 1
    assert "notice_decision" not in story.shown(HOE, "determine-notice")


def test_category_3_begins_no_second_notice_while_one_runs(story: Story) -> None:
    """RED-7.4."""
    story.receive("category-3", COMMUNITY).receive("category-3", COMMUNITY).follow(PROCESS, COMMUNITY)
    assert len(story.cases(PROCESS, COMMUNITY)) == 1
    assert "category-3-noted" in story.trace
    assert story.waiting() == ["determine-notice"], "the case that runs goes on"


def proposed(story: Story, *powers: str) -> Story:
    """RED-8B.1: a school that Ofsted judged inadequate, and the powers that are proposed."""
    judged_inadequate(story, COMMUNITY).follow(PROCESS, COMMUNITY)
    return story.do(HOE, "propose-powers", powers_proposed=list(powers))


def test_only_powers_that_were_proposed_can_be_decided_on(story: Story) -> None:
    """RED-8B.1, RED-8B.2, RED-8B.3: governors were proposed, and the budget is not on the list."""
    proposed(story, "additional governors").do("chair-of-governors", "answer-consultation")
    with pytest.raises(FormInvalid):
        story.do(HOE, "decide-powers", powers_used=["suspend budget"])


def test_only_powers_that_were_decided_on_can_be_used(story: Story) -> None:
    """RED-8B.2: two were proposed, one was decided on."""
    proposed(story, "additional governors", "IEB").do("chair-of-governors", "answer-consultation")
    story.do(HOE, "decide-powers", powers_used=["additional governors"])
    with pytest.raises(FormInvalid):
        story.do(HOE, "use-powers", powers_in_force=["IEB"])


def test_the_school_is_told_of_its_powers_at_each_step(story: Story) -> None:
    """RED-8B.1, RED-8C.1: proposed, in force, and given back."""
    proposed(story, "suspend budget").do("chair-of-governors", "answer-consultation")
    story.do(HOE, "decide-powers").do(HOE, "use-powers").wait_for("review-due")
    story.do("sia", "review-improvement", improved="yes").do(HOE, "give-back")
    told = [subject.split(":")[0] for role, subject in story.told if role == "chair-of-governors"]
    assert told[1:] == [
        "Powers of intervention proposed",
        "Powers of intervention in force",
        "Powers given back",
    ]


def test_a_body_that_does_not_answer_stops_nothing(story: Story) -> None:
    """RED-8B.3: after the date an officer lets the decision go on, and the record says that no answer came."""
    proposed(story, "suspend budget")
    story.clock.set(story.clock.now() + timedelta(days=30))
    task = next(iter(story.engine.tasks.open(story.case)))
    story.engine.tasks.go_on_without(task.id, "Asked twice.", story.scope(HOE))
    assert story.waiting() == ["decide-powers"]
    story.do(HOE, "decide-powers", powers_used=[])
    assert [answer["view"] for answer in story.variables["consultation_answers"]] == ["no answer"]


def test_a_power_that_is_refused_is_told_and_leaves_none_in_force(story: Story) -> None:
    """RED-8B.2: the Secretary of State refuses the interim executive board."""
    proposed(story, "IEB").do("chair-of-governors", "answer-consultation").do(HOE, "decide-powers")
    story.do(HOE, "use-powers", powers_in_force=[], use_note="The Secretary of State refused the board.")
    assert story.ended
    assert (
        "chair-of-governors",
        f"No power of intervention is used: {story.variables['school']['name']}",
    ) in story.told


def test_other_powers_are_proposed_and_consulted_on_as_the_first_were(story: Story) -> None:
    """RED-8B.1, RED-8B.3, RED-8C.1: those that are not used leave the first ones in force, and all go back once."""
    proposed(story, "additional governors").do("chair-of-governors", "answer-consultation")
    story.do(HOE, "decide-powers").do(HOE, "use-powers").wait_for("review-due")
    story.do("sia", "review-improvement", improved="other powers").do(HOE, "propose-powers", powers_proposed=["IEB"])
    story.do("chair-of-governors", "answer-consultation").do(HOE, "decide-powers", powers_used=[])
    assert not story.ended, "the governors are still in place, and looked at in time"
    story.wait_for("review-due").do("sia", "review-improvement", improved="other powers")
    story.do(HOE, "propose-powers", powers_proposed=["suspend budget"]).do("chair-of-governors", "answer-consultation")
    story.do(HOE, "decide-powers").do(HOE, "use-powers", powers_in_force=["additional governors", "suspend budget"])
    story.wait_for("review-due").do("sia", "review-improvement", improved="yes")
    assert set(story.waiting()) == {"give-back"}
    while story.waiting():
        story.do(HOE, "give-back")
    assert story.trace[-1] == "powers-ended"


@pytest.mark.parametrize("stage", ["proposal", "consultation", "decision", "in force"])
def test_powers_end_when_the_school_becomes_an_academy(story: Story, stage: str) -> None:
    """RED-8A.7, RED-8C.1: at whatever stage; those who were told of them are told, and the DfE is alerted."""
    judged_inadequate(story, COMMUNITY).follow(PROCESS, COMMUNITY)
    if stage != "proposal":
        story.do(HOE, "propose-powers", powers_proposed=["IEB"])
    if stage in ("decision", "in force"):
        story.do("chair-of-governors", "answer-consultation")
    if stage == "in force":
        story.do(HOE, "decide-powers").do(HOE, "use-powers")
    assert story.converts(COMMUNITY).waiting() == ["alert-dfe"]
    assert ("chair-of-governors", f"Powers of intervention end: {story.variables['school']['name']}") in story.told


def texts(story: Story, role: str, subject: str) -> list[str]:
    """What a role was told under subjects that begin so, oldest first."""
    with story.engine.reading() as session:
        told = select(Notification.text).where(Notification.role == role, Notification.subject.startswith(subject))
        return list(session.scalars(told.order_by(Notification.id)))


def test_a_second_proposal_that_is_not_used_is_told_for_its_own_reason(story: Story) -> None:
    """RED-8B.3: the board was refused and governors appointed; the budget is then left, and the governors stay."""
    proposed(story, "IEB", "additional governors").do("chair-of-governors", "answer-consultation")
    story.do(HOE, "decide-powers", powers_used=["IEB", "additional governors"])
    story.do(HOE, "use-powers", powers_in_force=["additional governors"], use_note="The board was refused.")
    assert "The board was refused." in texts(story, "chair-of-governors", "Powers of intervention in force")[0]
    story.wait_for("review-due").do("sia", "review-improvement", improved="other powers")
    story.do(HOE, "propose-powers", powers_proposed=["suspend budget"]).do("chair-of-governors", "answer-consultation")
    story.do(HOE, "decide-powers", powers_used=[], powers_decision_reason="The budget is in order.")
    text = texts(story, "chair-of-governors", "No power of intervention is used")[0]
    assert "The reason: The budget is in order. These stay in force: additional governors." in text


def test_all_who_were_told_of_the_powers_are_told_that_they_are_given_back(story: Story) -> None:
    """RED-8C.1: the diocese of an aided school too."""
    judged_inadequate(story, AIDED).follow(PROCESS, AIDED)
    use_powers(story, "chair-of-governors", "diocesan-representative").wait_for("review-due")
    story.do("sia", "review-improvement", improved="yes").do(HOE, "give-back")
    assert ("diocesan-representative", f"Powers given back: {story.variables['school']['name']}") in story.told
