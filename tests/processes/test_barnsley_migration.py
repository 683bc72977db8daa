"""The SISG's frequency rule is changed, and running cases are moved to it: 40 go, one can't and says why, and nothing is lost."""

from __future__ import annotations

import pytest

from engine import queries
from engine.deployments.store import Deployed
from engine.services.migrations import CANNOT, Move
from tests.processes.barnsley import HEP, PROCESS, hold_sisg, raise_concern
from tests.processes.story import ROOT, Story

STAGE_1 = "barnsley-escalation-stage-1"
FILE = f"processes/barnsley/{STAGE_1}.bpmn"
#: So many cases stand at each place.
AT_THE_EVIDENCE, AT_THE_SET_UP, BETWEEN_MEETINGS = 16, 14, 10
OWNER = "process-owner"
WHY = "From September every SISG meets half-termly (policy of 1 September)."


@pytest.fixture
def schools(story: Story) -> list[str]:
    """41 community primary schools more."""
    urns = [str(300_001 + number) for number in range(41)]
    lines = "".join(f"{urn},Invented Primary {urn},primary,community\n" for urn in urns)
    story.engine.schools.import_file(f"urn,name,phase,type\n{lines}".encode(), story.authority)
    return urns


@pytest.fixture
def running(story: Story, schools: list[str]) -> list[int]:
    """41 cases: where nothing is asked yet but the evidence, at the set-up, between two meetings, and one that two people decide
    on."""
    cases = []
    for number, school in enumerate(schools):
        if number < AT_THE_EVIDENCE:
            story.start("seo", PROCESS, school)
        else:
            raise_concern(story, school)
        if number >= AT_THE_EVIDENCE + AT_THE_SET_UP:
            follows = "carry on" if number < 40 else "consider stage 2"
            hold_sisg(story.do("seo", "set-up-sisg"), follows)
        cases.append(story.case)
    return cases


def changed(story: Story) -> Deployed:
    """Deploy the policy's change: half-termly from the first meeting on, and the SEO alone decides on stage 2."""
    text = (ROOT / FILE).read_text(encoding="utf-8")
    begin, end = text.index('<bpmn:callActivity id="agree-on-stage-2"'), text.index("</bpmn:callActivity>")
    alone = (
        '<bpmn:userTask id="agree-on-stage-2" name="SEO decision on stage 2" '
        'camunda:formKey="barnsley/stage-2-decision-seo" camunda:candidateGroups="seo">'
        '<bpmn:extensionElements><camunda:properties><camunda:property name="clause" value="BAR-ESC-1.9" />'
        "</camunda:properties></bpmn:extensionElements>"
        "<bpmn:incoming>flow-what-follows-sisg-to-agree-on-stage-2</bpmn:incoming>"
        "<bpmn:outgoing>flow-agree-on-stage-2-to-do-both-agree</bpmn:outgoing></bpmn:userTask>"
    )
    text = text[:begin] + alone + text[end + len("</bpmn:callActivity>") :]
    text = text.replace("= sisg_interval<", "1 half-term<")
    text = text.replace('= stage_2_seo = "escalate" and stage_2_hep = "escalate"', '= stage_2_seo = "escalate"')
    return story.engine.deployments.deploy(
        {FILE: text.encode()}, story.authority, by=story.scope(OWNER), note="Half-termly", strict=True
    )


def target(story: Story) -> int:
    with story.engine.reading() as session:
        return queries.latest_definition(session, PROCESS).id


def open_tasks(story: Story, case: int) -> list[tuple[int, str, str | None]]:
    return [(task.id, task.element, task.assignee) for task in story.engine.tasks.open(case)]


def test_forty_cases_are_moved_and_one_says_why_it_stays(story: Story, running: list[int]) -> None:
    """BAR-ESC-1.3."""
    engine, between, stuck = story.engine, running[AT_THE_EVIDENCE + AT_THE_SET_UP], running[-1]
    claimed = open_tasks(story, running[0])[0][0]
    engine.tasks.claim(claimed, by=story.scope("seo"))
    before = {case: open_tasks(story, case) for case in running}
    histories = {case: len(engine.cases.history(case)) for case in running}
    story.case = between
    due = story.due("sisg-due")

    changed(story)
    plan = engine.migrations.plan(target(story), story.scope(OWNER))
    assert len(plan.movable) == 40
    assert [case.id for case in plan.cases if case.verdict == CANNOT] == [stuck]

    number = engine.migrations.begin(target(story), WHY, story.scope(OWNER), Move(new_timers=True))
    engine.jobs.run_due()
    with engine.reading() as session:
        done = queries.migration(session, number)
        (stayed,) = [row for row in queries.migrated(session, number, per_page=100).items if row.status == "stayed"]
    assert (done.moved, done.stayed, done.waiting) == (40, 1, 0)
    assert stayed.instance_id == stuck
    assert "the new version calls that process nowhere there" in stayed.why

    assert {case: open_tasks(story, case) for case in running} == before, "with their claims, under their own numbers"
    assert all(len(engine.cases.history(case)) == histories[case] + 1 for case in running[:-1]), "one line more each"
    line = engine.cases.history(between)[-1]
    assert (line.how, line.by, line.detail["reason"]) == ("migrated", story.scope(OWNER).username, WHY)
    # The meeting was on Monday of the second week of autumn 1; the same day of autumn 2 is 16 November.
    assert due.date().isoformat() == "2026-10-07"
    assert story.due("sisg-due").date().isoformat() == "2026-11-16"


def test_a_case_that_was_moved_goes_on_by_the_new_rule_and_the_other_by_the_old(
    story: Story, running: list[int]
) -> None:
    """BAR-ESC-1.3, BAR-ESC-1.9."""
    changed(story)
    story.engine.migrations.begin(target(story), WHY, story.scope(OWNER), Move(new_timers=True))
    story.engine.jobs.run_due()
    story.case = running[-1]
    story.do("seo", "seo-on-stage-2", stage_2_seo="escalate").do(HEP, "hep-on-stage-2", stage_2_hep="escalate")
    assert "notice-to-improve" in story.waiting()
    story.case = running[-2]
    story.wait_for("sisg-due").do("seo", "hold-sisg").do("seo", "update-on-progress", sisg_next="consider stage 2")
    story.do("chair-of-governors", "share-summary")
    assert story.waiting() == ["agree-on-stage-2"]
