"""Two versions of a process in words: diagrams, forms question by question, tables rule by rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree

from engine.compare import Names, Version, compare
from tests.engine.compare.cases import BOUNDARY, CASE, TASK, changed_attribute
from tests.engine.compare.comparing import sentences, told
from tests.engine.lint.drawing import around, draw, prop

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted((ROOT / "processes").rglob("*.bpmn"))


def test_a_diagram_is_the_same_as_itself() -> None:
    content = SHIPPED[0].read_bytes()
    assert compare(Version({"a": content}), Version({"a": content})).same


def test_what_is_written_but_means_the_default_is_no_difference() -> None:
    plain = around(BOUNDARY.format('attachedToRef="t"', ""))
    written = around(BOUNDARY.format('attachedToRef="t" cancelActivity="1"', ""))
    assert compare(Version({"a": plain.encode()}), Version({"a": written.encode()})).same


def test_a_due_date_in_words() -> None:
    assert sentences(*changed_attribute("camunda:dueDate", "5 working days", "10 working days")) == [
        "User task “Answer”: due date changed from “5 working days” to “10 working days”."
    ]


def test_a_role_by_its_name() -> None:
    names = Names({"role": {"one": "Adviser", "two": "Head of service"}})
    assert sentences(*changed_attribute("camunda:candidateGroups", "one", "one,two"), names) == [
        "User task “Answer”: roles changed from “Adviser” to “Adviser, Head of service”."
    ]


def test_a_timer_and_a_condition_in_words() -> None:
    assert sentences(*CASE["timeDuration"]) == ["Event: timer changed from “5 working days” to “10 working days”."]
    assert sentences(*CASE["conditionExpression"]) == ["Flow “to ”: condition changed from “=x=1” to “=x=2”."]


def test_a_clause_that_is_no_longer_carried() -> None:
    before, after = around(TASK.format("", prop(clause="A-1 A-2"))), around(TASK.format("", prop(clause="A-1")))
    assert sentences(before, after) == ["User task “Answer”: clauses changed from “A-1, A-2” to “A-1”."]


def test_a_new_name() -> None:
    assert sentences(around(TASK.format("", "")), around(TASK.format("", "").replace("Answer", "Reply"))) == [
        "User task “Reply” was called “Answer”."
    ]


def test_a_new_element_with_what_it_says_and_without_its_plain_flows() -> None:
    new = '<userTask id="t" name="Answer"/><userTask id="u" name="Check" camunda:dueDate="5 working days"/>'
    assert sentences(around('<userTask id="t" name="Answer"/>'), around(new, "s>t t>u u>e")) == [
        "Flow “from Answer” is gone.",
        "User task “Check” is new (due date: 5 working days).",
    ]


def test_an_element_that_is_gone() -> None:
    (change,) = told(around('<task id="t"/>', "s>t t>e"), around("", "s>t t>e"))
    assert (change.how, change.old, change.new) == ("removed", "t", "")


def test_the_order_in_which_ways_are_tried() -> None:
    gateway = '<exclusiveGateway id="s"/><task id="a" name="A"/><task id="b" name="B"/>'
    (change,) = told(draw(gateway, "s>a s>b"), draw(gateway, "s>b s>a"))
    assert change.what == "order in which its ways are tried"
    assert (change.before, change.after) == ("to A, then to B", "to B, then to A")


def test_another_lane() -> None:
    lanes = '<laneSet id="l"><lane id="one" name="Advisers">{}</lane><lane id="two" name="Heads">{}</lane></laneSet>'
    task, member = '<task id="t" name="Answer"/>', "<flowNodeRef>t</flowNodeRef>"
    assert sentences(draw(lanes.format(member, "") + task), draw(lanes.format("", member) + task)) == [
        "Task “Answer”: lane changed from “Advisers” to “Heads”."
    ]


def test_what_was_drawn_anew_under_its_name_needs_a_mapping() -> None:
    shape = (
        '<bpmndi:BPMNShape xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" bpmnElement="{}">'
        '<dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="{}"/></bpmndi:BPMNShape></bpmn:definitions>'
    )
    before = draw('<task id="t" name="Answer"/>').replace("</bpmn:definitions>", shape.format("t", 1))
    after = draw('<task id="other" name="Answer"/>').replace("</bpmn:definitions>", shape.format("other", 1))
    (change,) = told(before, after)
    assert change.how == "replaced"


def test_what_only_moves_in_the_drawing_is_set_apart() -> None:
    content = SHIPPED[0].read_bytes()
    root = etree.fromstring(content)
    bounds = next(
        node for node in root.iter("{*}Bounds") if (owner := node.getparent()) is not None and "Shape" in owner.tag
    )
    bounds.set("x", "1")
    (section,) = compare(Version({"a": content}), Version({"a": etree.tostring(root)})).sections
    assert section.told == ()
    assert [change.how for change in section.moved] == ["moved"]


def test_marks_of_both_sides() -> None:
    before = around('<userTask id="t" name="Answer"/><task id="old"/>')
    after = around('<userTask id="t" name="Reply"/><task id="new" name="New"/>')
    (section,) = compare(Version({"a": before.encode()}), Version({"a": after.encode()})).sections
    assert section.marks("old") == {"changed": ["t"], "removed": ["old"]}
    assert section.marks("new") == {"changed": ["t"], "added": ["new"]}


# -- between two councils -------------------------------------------------------------------------------------------


def test_two_councils_processes_are_paired_by_their_names() -> None:
    one = draw(
        '<startEvent id="s"/><userTask id="x1" name="Give the warning notice" camunda:dueDate="P5D"/>',
        "s>x1",
        key="ours",
    )
    other = draw(
        '<startEvent id="s"/><userTask id="z" name="Give warning notice" camunda:dueDate="P9D"/>', "s>z", key="theirs"
    )
    assert "User task “Give warning notice”: due date changed from “P5D” to “P9D”." in sentences(one, other)


def test_two_councils_processes_for_one_duty() -> None:
    ours, theirs = (
        (ROOT / f"processes/{name}.bpmn").read_bytes()
        for name in ("redcar-cleveland/redcar-warning-notice-course", "barnsley/barnsley-warning-notice")
    )
    found = sentences(ours, theirs)
    assert any(each.startswith("Process “Stage 3: formal warning notice” was called") for each in found)
    assert any(each.startswith("User task “Warning notice: compliance”: roles changed") for each in found)


# -- forms and tables -----------------------------------------------------------------------------------------------


def _form(*components: dict[str, object]) -> Version:
    return Version(forms={"here/summary": json.dumps({"type": "default", "components": components}).encode()})


def asked(*pairs: Version) -> list[str]:
    return [change.sentence for section in compare(*pairs).sections for change in section.told]


QUESTION = {"type": "textfield", "key": "a", "label": "Who?", "validate": {"required": True, "maxLength": 200}}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"label": "Whom?"}, "Question “Whom?” was called “Who?”."),
        ({"type": "textarea"}, "Question “Who?”: type changed from “textfield” to “textarea”."),
        ({"description": "x"}, "Question “Who?”: hint added: “x”."),
        (
            {"validate": {"maxLength": 200}},
            "Question “Who?”: answer to whether it has to be answered taken out: “yes”.",
        ),
        (
            {"validate": {"required": True, "maxLength": 9}},
            "Question “Who?”: length of an answer changed from “200” to “9”.",
        ),
        ({"conditional": {"hide": "=b"}}, "Question “Who?”: condition under which it is hidden added: “=b”."),
        ({"properties": {"confidential": "seo"}}, "Question “Who?”: roles that may see the answer added: “seo”."),
        ({"defaultValue": "x"}, "Question “Who?”: answer that is given beforehand added: “x”."),
        ({"key": "b"}, "Question “Who?”: key of the answer changed from “a” to “b”."),
    ],
)
def test_a_form_question_by_question(changed: dict[str, object], sentence: str) -> None:
    assert asked(_form(QUESTION), _form(QUESTION | changed)) == [sentence]


def test_the_answers_to_choose_from() -> None:
    choice = {"type": "radio", "key": "c", "label": "Which?", "values": [{"label": "Yes", "value": "yes"}]}
    more = choice | {"values": [{"label": "Yes, all", "value": "yes"}]}
    assert asked(_form(choice), _form(more)) == [
        "Question “Which?”: answer to choose “yes” changed from “Yes” to “Yes, all”."
    ]


def test_the_order_of_questions() -> None:
    other = QUESTION | {"key": "b", "label": "When?"}
    assert asked(_form(QUESTION, other), _form(other, QUESTION)) == [
        "Form: order of its questions changed from “Who?, then When?” to “When?, then Who?”."
    ]


def test_a_question_more_and_a_question_less() -> None:
    other = {"type": "textfield", "key": "b", "label": "Since when?"}
    assert asked(_form(QUESTION), _form(QUESTION, other)) == ["Question “Since when?” is new (key of the answer: b)."]
    assert [each.split(" (")[0] for each in asked(_form(QUESTION, other), _form(other))] == ["Question “Who?” is gone"]


def _shipped_table(*changes: tuple[str, str]) -> list[str]:
    content = (ROOT / "processes/redcar-cleveland/redcar-category.dmn").read_text()
    changed = content
    for before, after in changes:
        assert before in changed
        changed = changed.replace(before, after, 1)
    return asked(Version(tables={"t.dmn": content.encode()}), Version(tables={"t.dmn": changed.encode()}))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('"FIRST"', '"UNIQUE"', "Decision “Category of a school”: hit policy taken out: “FIRST”."),
        (
            "<text>leadership</text>",
            "<text>leaders</text>",
            "Column of input “Leadership”: expression changed from “leadership” to “leaders”.",
        ),
        (
            '-rule-2-in-1"><text>"not effective"',
            '-rule-2-in-1"><text>"not yet"',
            'Rule “2”: “Leadership” changed from “"not effective"” to “"not yet"”.',
        ),
        ('-rule-1-out-1"><text>"1"', '-rule-1-out-1"><text>"2"', 'Rule “1”: “Category” changed from “"1"” to “"2"”.'),
    ],
)
def test_a_decision_rule_by_rule(before: str, after: str, sentence: str) -> None:
    assert _shipped_table((before, after)) == [sentence]
