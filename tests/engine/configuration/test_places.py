"""Where files say something: elements of processes, decisions of tables, questions of forms."""

from __future__ import annotations

from engine.configuration.places import Place, settings_read
from tests.engine.spiff.cases import bpmn

DIAGRAM = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Answer" camunda:dueDate="= settings.answer"/>'
    '<exclusiveGateway id="g" name="Which?"/><subProcess id="inner" name="Inside">'
    '<intermediateCatchEvent id="t" name="Wait"><timerEventDefinition id="d"><timeDuration>= settings.wait</timeDuration>'
    "</timerEventDefinition></intermediateCatchEvent></subProcess>"
    '<endEvent id="e"/><sequenceFlow id="f" sourceRef="g" targetRef="e"><conditionExpression>= settings.strict</conditionExpression>'
    "</sequenceFlow>",
    "s>a a>g",
    key="p",
)
TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="x" name="x" namespace="x"><decision id="level" name="Level">
<literalExpression id="l"><text>settings.level</text></literalExpression></decision></definitions>"""
FORM = b'{"type": "default", "id": "f", "components": [{"type": "textfield", "key": "q", "label": "Why?", "x": "= settings.ask"}]}'


def test_each_reader_is_named_by_its_element_decision_or_question() -> None:
    found = settings_read({"p.bpmn": DIAGRAM, "t.dmn": TABLE, "forms/a/review-start.form": FORM, "broken.bpmn": b"<"})
    assert {name: [each.name for each in places] for name, places in found.items()} == {
        "answer": ["Answer"],
        "wait": ["Wait"],
        "strict": ["the way on after Which?"],
        "level": [""],
        "ask": ["Why?"],
    }
    assert found["level"] == [Place("table", "level", "Level")]
    assert found["ask"][0].title == "Review start"
    assert found["answer"][0].key == "p"


def test_who_asks_for_all_settings_may_read_any() -> None:
    diagram = bpmn('<startEvent id="s"/><userTask id="a" name="A" camunda:dueDate="= get value(settings, x)"/>', "s>a")
    assert [each.name for each in settings_read({"p.bpmn": diagram})[""]] == ["A"]
