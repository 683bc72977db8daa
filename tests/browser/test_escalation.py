"""The main job in a real browser: a Barnsley case from the first concern to a warning notice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.browser.person import Person

PROCESS = "Schools escalation process"
COMMUNITY = "Sampleby Community Primary School"
MINUTES = "The minutes say that phonics has slipped."


def raise_concern(person: Person, school: str) -> int:
    """From the first concern to stage 1."""
    person.sign_in("seo")
    case = person.start(
        PROCESS, school, concern_cause="leadership", areas_of_concern=["quality of education", "safety of pupils"]
    )
    person.do("SEO evidence summary", evidence_summary="Results have fallen for three years.")
    person.sign_in("head-of-bsa")
    person.open("Head of BSA decision")
    assert "Results have fallen for three years." in person.text(), "the Head of the BSA reads the SEO's evidence"
    person.do("Head of BSA decision", head_of_bsa_decision="escalate", school_category="getting to good")
    return case


def hold_sisg(person: Person, follows: str, interval: str = "1 month") -> None:
    """One SISG: its meeting, the update, and the chair of governors' summary."""
    person.sign_in("seo").do("SISG meeting", sisg_minutes=MINUTES, sisg_next_on="")
    person.do("SEO update", sisg_progress="reasonable", sisg_interval=interval, sisg_next=follows)
    person.sign_in("chair-of-governors").do("SISG summary")


def to_stage_2(person: Person) -> None:
    """Both agree, after a first disagreement that is recorded and goes back to them."""
    for hep in ("stay", "escalate"):
        person.sign_in("seo").do("SEO decision: stage 2", stage_2_seo="escalate")
        person.sign_in("head-of-education-partnerships").do(
            "Head of Education and Partnerships decision: stage 2", stage_2_hep=hep
        )
        if hep == "stay":
            person.do("Disagreement about stage 2")


def hold_accountability_meeting(person: Person) -> None:
    """The accountability meeting at a community school, from its date to what follows."""
    person.sign_in("head-of-education-partnerships").do("Notice to improve")
    person.do("Accountability meeting: date", meeting_date=person.today + timedelta(days=1))
    person.sign_in("seo").do("External report")
    person.sign_in("headteacher").do("Internal report")
    assert person.sign_in("diocesan-representative").tasks() == [], "asked only for an aided school"
    person.forward("1 day")  # the day of the meeting has come
    person.sign_in("clerk").do("Accountability meeting: record", meeting_next="")
    person.sign_in("head-of-education-partnerships").do("Summary statement", outcome="not improving")


def test_a_community_school_to_stage_3_with_a_warning_notice(person: Person, axe: Callable[[], None]) -> None:
    case = raise_concern(person, COMMUNITY)
    person.sign_in("seo").open("SISG set-up")
    assert not person.page.locator("#sisg_diocesan_representative:visible").count(), "asked only for an aided school"
    axe()
    person.do("SISG set-up")
    hold_sisg(person, "carry on")
    person.sign_in("seo")
    assert person.tasks() == [], "the next SISG is a month away"
    for _ in range(3):  # a month on may lie in a holiday: the meeting is then on the next school day
        if "fired" in person.forward("1 month"):
            break
    assert person.tasks() == ["SISG meeting and minutes"]
    hold_sisg(person, "consider stage 2", interval="1 half-term")

    person.sign_in("diocesan-representative").case(case)
    assert person.heading == "Page not found", "a contact sees the cases that they have to do with"
    person.sign_in("quality-of-education-group").case(case)
    axe()
    assert MINUTES not in person.page.content(), (
        "SISG minutes are confidential to the group and the officers on the case"
    )
    person.sign_in("service-director").case(case)
    assert MINUTES in person.page.content()

    to_stage_2(person)
    person.sign_in("service-director").page.goto(f"{person.address}/notices")
    assert "Stage 2" in person.page.locator("main").inner_text(), "the Service Director is told of stage 2"
    hold_accountability_meeting(person)
    person.do("Measures to strengthen governance").do("Long term systemic solutions")
    person.sign_in("head-of-bsa").do("Head of BSA decision: stage 3", stage_3_head_of_bsa="stage 3")
    person.sign_in("service-director").do("Service Director decision: stage 3", stage_3_service_director="stage 3")

    person.sign_in("head-of-education-partnerships").open("Formal warning notice")
    axe()
    person.do(
        "Formal warning notice",
        warning_grounds=["standards"],
        compliance_length="15",
        compliance_unit="working days",
    )
    person.case(case)
    assert "The compliance period ends" in person.text()
    assert "15 working days" in person.text()
    axe()
