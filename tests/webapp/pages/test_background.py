"""What stands beside the form of a task: the school, what the case has found, who else is asked, what follows."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from flask import Flask
from lxml import html

from engine.clock import VirtualClock
from tests.engine.running import Statements
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import EVIDENCE, Browser, engine_of

LOOK = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Look" camunda:candidateGroups="seo" camunda:formKey="barnsley/look"/>'
    '<exclusiveGateway id="g" name="Enough?"/><endEvent id="e" name="All is well"/>',
    's>a a>g g>e[found = "enough"] g>a[found != "enough"]',
    key="look",
).decode()
LOOK = LOOK.replace('id="f_g_e"', 'id="f_g_e" name="Yes"').replace('id="f_g_a"', 'id="f_g_a" name="No"')
FORM = {
    "id": "look",
    "type": "default",
    "schemaVersion": 17,
    "components": [
        {"type": "textfield", "id": "q", "key": "found", "label": "What was found?"},
        {
            "type": "textfield",
            "id": "r",
            "key": "kept",
            "label": "What is kept?",
            "properties": {"confidential": "clerk"},
        },
    ],
}


def section(page: str, heading: str) -> str:
    """The text of what follows a heading beside the form."""
    tree = html.fromstring(page)
    found = tree.xpath(
        f"//details[contains(@class, 'app-aside')]//h2[normalize-space()='{heading}']/following-sibling::*[1]"
    )
    return " ".join(found[0].text_content().split()) if found else ""


def fact(page: str, label: str) -> str:
    """What the strip says of the school under a label."""
    found = html.fromstring(page).xpath(f"//dl[@class='app-strip__facts']//dt[.='{label}']/following-sibling::dd")
    return " ".join(found[0].text_content().split()) if found else ""


@pytest.fixture
def look(app: Flask) -> int:
    """A case in which one task is asked again and again."""
    files = {"look.bpmn": LOOK.encode(), "look.form": json.dumps(FORM).encode()}
    engine_of(app).deployments.deploy(files, "barnsley", strict=False)
    return engine_of(app).cases.start("look", authority="barnsley", school="100001")


def look_again(app: Flask, case: int, found: str) -> int:
    """Answer the case's task; the next one's id."""
    engine = engine_of(app)
    engine.tasks.complete(
        engine.tasks.open(case)[0].id, {"found": found, "kept": "a secret"}, by="head-of-bsa@barnsley.example.org"
    )
    return engine.tasks.open(case)[0].id


def test_the_strip_says_what_kind_of_school_it_is(browser: Browser, case: int) -> None:
    assert fact(browser.get("/tasks/1")[1], "Type") == "community"


def test_the_strip_names_the_head(browser: Browser, case: int) -> None:
    assert fact(browser.get("/tasks/1")[1], "Headteacher") == "Holly Makebelieve"


def test_the_strip_names_the_other_open_cases(app: Flask, browser: Browser, case: int, look: int) -> None:
    assert fact(browser.get("/tasks/1")[1], "Other open cases") == f"look, case {look}"


def test_what_the_case_began_with_stands_beside_its_tasks(browser: Browser, case: int) -> None:
    assert "Results have fallen." in browser.get("/tasks/1")[1].split("How it began")[1]


def test_what_follows_each_answer_is_said_in_words(app: Flask, browser: Browser, look: int) -> None:
    [task] = engine_of(app).tasks.open(look)
    assert (
        section(browser.sign_in("seo").get(f"/tasks/{task.id}")[1], "What follows")
        == "Enough? Yes: All is well Enough? No: Look"
    )


def test_the_last_rounds_are_told_apart(app: Flask, browser: Browser, look: int) -> None:
    for found in ("first", "second", "third"):
        task = look_again(app, look, found)
    page = browser.sign_in("seo").get(f"/tasks/{task}")[1]
    assert "first" in section(page, "The round before that")


def test_no_more_than_three_rounds_are_told(app: Flask, browser: Browser, look: int) -> None:
    for found in ("the oldest", "second", "third", "fourth"):
        task = look_again(app, look, found)
    assert "the oldest" not in browser.sign_in("seo").get(f"/tasks/{task}")[1]


def test_what_is_confidential_does_not_stand_there(app: Flask, browser: Browser, look: int) -> None:
    task = look_again(app, look, "first")
    assert "a secret" not in browser.sign_in("seo").get(f"/tasks/{task}")[1]


def test_a_file_of_the_case_can_be_read_from_its_tasks(browser: Browser, case: int) -> None:
    file = {"files": (io.BytesIO(b"Minutes of October"), "minutes.txt")}
    browser.client.post(f"/cases/{case}/files", data=file, content_type="multipart/form-data")
    assert "minutes.txt" in section(browser.get("/tasks/1")[1], "Files of the case")


def test_who_else_is_asked_is_named(app: Flask, browser: Browser) -> None:
    both = (
        '<startEvent id="s"/><parallelGateway id="g"/><userTask id="a" name="One half" camunda:candidateGroups="seo"/>'
    )
    both += '<userTask id="b" name="Other half" camunda:candidateGroups="clerk"/><endEvent id="e"/>'
    engine_of(app).deployments.deploy({"p.bpmn": bpmn(both, "s>g g>a g>b a>e b>e")}, "barnsley", strict=False)
    case = engine_of(app).cases.start("p", authority="barnsley")
    task = next(each for each in engine_of(app).tasks.open(case) if each.name == "One half")
    assert (
        section(browser.sign_in("seo").get(f"/tasks/{task.id}")[1], "Who else is asked")
        == "Other half: Clerk, since 7 September 2026"
    )


def test_a_meeting_that_was_held_is_the_last_one(app: Flask, browser: Browser, case: int) -> None:
    held = bpmn(
        '<startEvent id="s"/><userTask id="a" name="Termly meeting" camunda:candidateGroups="seo" camunda:formKey="barnsley/held"/><endEvent id="e"/>',
        "s>a a>e",
        key="held",
    )
    question = {"type": "datetime", "subtype": "date", "id": "d", "key": "met", "label": "When?", "dateLabel": "When?"}
    form = json.dumps({"id": "held", "type": "default", "schemaVersion": 17, "components": [question]}).encode()
    engine = engine_of(app)
    engine.deployments.deploy({"p.bpmn": held, "held.form": form}, "barnsley", strict=False)
    [task] = engine.tasks.open(engine.cases.start("held", authority="barnsley", school="100001"))
    engine.tasks.complete(task.id, {"met": "2026-09-02"}, by="seo@barnsley.example.org")
    assert fact(browser.get("/tasks/1")[1], "Last meeting") == "2 September 2026: Termly meeting"


def test_whoever_comes_from_outside_sees_nothing_of_it(app: Flask, browser: Browser, case: int) -> None:
    body = (
        '<startEvent id="s"/><userTask id="a" name="Answer" camunda:candidateGroups="headteacher"/><endEvent id="e"/>'
    )
    engine_of(app).deployments.deploy({"p.bpmn": bpmn(body, "s>a a>e")}, "barnsley", strict=False)
    [task] = engine_of(app).tasks.open(engine_of(app).cases.start("p", authority="barnsley", school="100001"))
    assert "What the case has found so far" not in browser.sign_in("headteacher").get(f"/tasks/{task.id}")[1]


def test_more_rounds_take_no_more_statements(app: Flask, browser: Browser, look: int) -> None:
    task = look_again(app, look, "first")
    browser.sign_in("seo").get(f"/tasks/{task}")  # what the diagram says is kept in mind
    asked = []
    for found in ("second", "third"):
        task = look_again(app, look, found)
        with Statements(engine_of(app)) as statements:
            browser.get(f"/tasks/{task}")
        asked.append(len(statements.sent))
    assert asked[0] == asked[1]


TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="level" name="Level of support"><variable id="v" name="level"/><decisionTable id="t" hitPolicy="UNIQUE">
<output id="o" name="level_of_support" label="Level" typeRef="string"/><output id="o2" name="review_points" typeRef="number"/>
<rule id="r"><outputEntry id="e1"><text>"targeted"</text></outputEntry><outputEntry id="e2"><text>3</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.fixture
def levelled(app: Flask) -> int:
    """A case that a table and a step for the category have decided something in, and that asks a task then."""
    body = (
        '<startEvent id="s"/><businessRuleTask id="b" name="Find the level" camunda:decisionRef="level"/>'
        '<serviceTask id="c" name="Put it on the register" camunda:type="external" camunda:topic="category"><extensionElements>'
        '<camunda:inputOutput><camunda:inputParameter name="category">= level_of_support</camunda:inputParameter>'
        '<camunda:inputParameter name="reason">By the table</camunda:inputParameter></camunda:inputOutput></extensionElements>'
        '</serviceTask><userTask id="a" name="Agree the support" camunda:candidateGroups="seo"/><endEvent id="e"/>'
    )
    files = {"p.bpmn": bpmn(body, "s>b b>c c>a a>e"), "level.dmn": TABLE}
    engine_of(app).deployments.deploy(files, "barnsley", strict=False)
    return engine_of(app).cases.start("p", authority="barnsley", school="100001")


def of_case(app: Flask, browser: Browser, case: int) -> str:
    [task] = engine_of(app).tasks.open(case)
    return section(browser.sign_in("seo").get(f"/tasks/{task.id}")[1], "What has been decided")


def test_what_a_table_decided_stands_beside_the_tasks_that_follow(app: Flask, browser: Browser, levelled: int) -> None:
    assert "Level: targeted (Find the level, 7 September 2026)" in of_case(app, browser, levelled)


def test_an_output_without_a_label_is_told_without_its_key(app: Flask, browser: Browser, levelled: int) -> None:
    assert "Review points: 3 (" in of_case(app, browser, levelled)


def test_the_category_that_the_case_put_its_school_in_stands_there(app: Flask, browser: Browser, levelled: int) -> None:
    assert "Category of the school: targeted (By the table, 7 September 2026)" in of_case(app, browser, levelled)


def test_what_a_table_decided_stands_on_the_page_of_the_case(browser: Browser, levelled: int) -> None:
    page = html.fromstring(browser.sign_in("seo").get(f"/cases/{levelled}")[1])
    found = page.xpath("//h2[.='What it has decided']/following-sibling::ul[1]/li")
    assert "Level: targeted (Find the level, 7 September 2026)" in {
        " ".join(each.text_content().split()) for each in found
    }


def test_the_story_of_a_case_says_what_its_table_decided(browser: Browser, levelled: int) -> None:
    assert "Level: targeted." in browser.sign_in("seo").get(f"/cases/{levelled}")[1]


def test_of_a_table_that_is_asked_again_the_last_decision_counts(app: Flask, browser: Browser) -> None:
    again = bpmn(
        '<startEvent id="s"/><userTask id="a" name="Look" camunda:candidateGroups="seo"/>'
        '<businessRuleTask id="b" name="Find the level" camunda:decisionRef="level"/>'
        '<exclusiveGateway id="g"/><endEvent id="e"/>',
        "s>a a>b b>g g>e[turn > 2] g>a[turn <= 2]",
        key="again",
    )
    table = TABLE.replace(b'"targeted"', b"string(turn)")
    engine = engine_of(app)
    engine.deployments.deploy({"again.bpmn": again, "level.dmn": table}, "barnsley", strict=False)
    case = engine.cases.start("again", variables={"turn": 0}, authority="barnsley")
    for turn in (1, 2):
        engine.tasks.complete(engine.tasks.open(case)[0].id, {"turn": turn}, by="seo@barnsley.example.org")
    assert of_case(app, browser, case).startswith("Level: 2 (")


def test_the_evidence_is_beside_the_decision(browser: Browser, case: int) -> None:
    browser.post("/tasks/1", **EVIDENCE)
    assert "SEO evidence summary" in section(browser.sign_in("head-of-bsa").get("/tasks/2")[1], "The last round")


def test_a_day_that_is_over_is_no_next_date(app: Flask, browser: Browser, clock: VirtualClock) -> None:
    two = bpmn(
        '<startEvent id="s"/><parallelGateway id="g"/><endEvent id="e"/>'
        '<userTask id="a" name="Look" camunda:candidateGroups="seo"/>'
        '<userTask id="b" name="Report" camunda:candidateGroups="seo" camunda:dueDate="5 working days"/>',
        "s>g g>a g>b a>e b>e",
        key="look",
    )
    engine_of(app).deployments.deploy({"look.bpmn": two}, "barnsley", strict=False)
    engine_of(app).cases.start("look", authority="barnsley", school="100001")
    browser.sign_in("seo")
    before = fact(browser.get("/tasks/1")[1], "Next date of the case")
    clock.advance(timedelta(days=14))
    browser.sign_in("seo")
    assert (before, fact(browser.get("/tasks/1")[1], "Next date of the case")) == (
        "14 September 2026: Report",
        "No date is set",
    )
