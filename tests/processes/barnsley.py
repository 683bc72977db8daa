"""What Barnsley's stories ask of a case beside its tasks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine import queries
from engine.store.tables import Notification
from tests.processes.story import Story

LONDON = ZoneInfo("Europe/London")
COMMUNITY = "100001"
PROCESS, MAINTAINED = "barnsley-escalation", "barnsley-concerns-maintained"
HEP, DIRECTOR = "head-of-education-partnerships", "service-director"
HLS = "head-of-learning-and-standards"


def told(story: Story, role: str, subject: str) -> str:
    """What the newest notification whose subject begins so said to a role."""
    with story.engine.reading() as session:
        sent = select(Notification.text).where(
            Notification.instance_id == story.case, Notification.role == role, Notification.subject.startswith(subject)
        )
        said = session.scalar(sent.order_by(Notification.id.desc()))
    assert said is not None, f"{role} was not told “{subject}”; these were told: {story.told}"
    return said


def known(story: Story, element: str) -> dict[str, Any]:
    """What the form of an open task knows: the variables where it stands, in a called process too."""
    task = next(task for task in story.engine.tasks.open(story.case) if task.element == element)
    with story.engine.reading() as session:
        return dict(queries.task(session, task.id).variables)


def due(story: Story, element: str) -> date:
    """The day on which an open task is due, in London."""
    at = _due(story, element)
    return at.astimezone(LONDON).date()


def on_its_date(story: Story, role: str, element: str, **answers: Any) -> Story:
    """Complete a task when it falls due, and not before."""
    story.clock.set(max(story.clock.now(), _due(story, element)))
    return story.do(role, element, **answers)


def _due(story: Story, element: str) -> datetime:
    waits = {task.element: task.due for task in story.engine.tasks.open(story.case)}
    assert element in waits, f"{element} does not wait; {sorted(waits)} do"
    at = waits[element]
    assert at is not None, f"{element} has no due date"
    return at


def report(story: Story, role: str, message: str, **answers: Any) -> Story:
    """Somebody reports on the case what has happened, and it arrives."""
    return story.report(role, message, instance=story.case, **answers)


def unanswered(story: Story, role: str, element: str) -> Story:
    """When a task is overdue, go on without its answer."""
    story.clock.set(_due(story, element) + timedelta(days=1))
    task = next(task for task in story.engine.tasks.open(story.case) if task.element == element)
    story.engine.tasks.go_on_without(task.id, "Nobody answered.", story.scope(role))
    return story


def raise_concern(story: Story, school: str, **decision: str) -> Story:
    """BAR-ESC-0.1 to 0.3: the concern, the SEO's evidence, and the Head of the BSA first."""
    story.start("seo", PROCESS, school)
    assert story.waiting() == ["document-evidence"]
    story.do("seo", "document-evidence")
    assert story.waiting() == ["consider-evidence"]
    chosen = {"head_of_bsa_decision": "escalate", "school_category": "getting to good", **decision}
    return story.do("head-of-bsa", "consider-evidence", **chosen)


def hold_sisg(story: Story, follows: str, interval: str = "1 month", next_on: str = "") -> Story:
    """BAR-ESC-1.3 to 1.8: the group meets, the SEO updates, the chair tells the governing body."""
    story.do("seo", "hold-sisg", sisg_next_on=next_on)
    assert story.waiting() == ["share-summary", "update-on-progress"]
    story.do("seo", "update-on-progress", sisg_interval=interval, sisg_next=follows)
    return story.do("chair-of-governors", "share-summary")


def stage_2(story: Story) -> Story:
    """BAR-ESC-1.9, BAR-ESC-1.10: both agree to go to stage 2."""
    hold_sisg(story, "consider stage 2")
    assert story.waiting() == ["hep-on-stage-2", "seo-on-stage-2"]
    return story.do("seo", "seo-on-stage-2", stage_2_seo="escalate").do(HEP, "hep-on-stage-2", stage_2_hep="escalate")


def meeting(story: Story, outcome: str, aided: bool = False, next_on: str = "", **more: str) -> Story:
    """BAR-ESC-2.1 to 2.5: one accountability meeting."""
    story.do(HEP, "call-meeting").do("seo", "external-report").do("headteacher", "internal-report")
    if aided:
        story.do("diocesan-representative", "diocesan-attendance")
    story.engine.jobs.run_due()  # the day of the meeting has come
    return story.do("clerk", "hold-meeting", meeting_next=next_on).do(HEP, "summary-statement", outcome=outcome, **more)


def stage_3(story: Story) -> Story:
    """BAR-ESC-2.6, BAR-ESC-2.9, BAR-ESC-2.10, BAR-ESC-2.11: measures considered, and both decide to go to stage 3."""
    story.do(HEP, "governance-measures").do(HEP, "systemic-solutions")
    story.do("head-of-bsa", "head-of-bsa-on-stage-3", stage_3_head_of_bsa="stage 3")
    return story.do("service-director", "service-director-on-stage-3", stage_3_service_director="stage 3")


def warned(story: Story, late: int = 0, school: str = COMMUNITY, **notice: Any) -> Story:
    """BAR-ESC-3.1: a maintained school at stage 3 has its notice, recorded so many days after it was decided; fifteen working
    days unless the notice says else."""
    stage_2(raise_concern(story, school).do("seo", "set-up-sisg"))
    meeting(story.do(HEP, "notice-to-improve"), "not improving", aided=story.variables["school"]["aided"])
    period = {"compliance_length": 15, "compliance_unit": "working days"}
    stage_3(story).later(late)
    return story.do(HEP, "warning-notice", **{**period, **notice})


def complied(story: Story, outcome: str, **more: str) -> Story:
    """BAR-ESC-3.1: the check when the period is over, whatever else is open, and what the governing body hears of a good one."""
    story.wait_for("compliance-ends").do(HEP, "check-compliance", outcome=outcome, **more)
    return story if outcome == "intervention" else story.do(HEP, "confirm-complied")


def to_powers(story: Story) -> Story:
    """BAR-QA-5.M7: a power is proposed, the governing body of a community school answers, and it is used."""
    story.do(HEP, "propose-powers").do("chair-of-governors", "answer-consultation")
    return story.do(DIRECTOR, "use-powers")


def step(story: Story, result: str = "next") -> Story:
    """One step: taken, answered, and where the answer is not enough, on to the next."""
    assert story.waiting() == ["take-step"]
    story.do("seo", "take-step").do("seo", "record-response", step_result=result)
    return story if result == "resolved" else story.do("seo", "offer-next", step_result="next")


def four_steps(story: Story) -> Story:
    for _ in range(4):
        step(story)
    return story


def to_the_notice(story: Story) -> Story:
    """BAR-QA-5.M5: the headteacher's performance is not in question, so the notice comes next."""
    four_steps(story.start("seo", MAINTAINED, COMMUNITY))
    return story.do("seo", "question-performance", head_performance="no")


def given(story: Story) -> Story:
    """BAR-QA-5.M6: fifteen working days from Tuesday 8 September 2026."""
    return to_the_notice(story).do(DIRECTOR, "section-60", compliance_length=15, compliance_unit="working days")
