"""Every property of ours whose value is FEEL is read: a name in it that nothing sets, and a value of a wrong kind, are found."""

from __future__ import annotations

import pytest

from engine.forms import load_form
from engine.lint import Known
from engine.lint.properties import OF_PROCESSES, PROPERTIES
from tests.engine.lint.drawing import MESSAGE, ON_MESSAGE, TIMER, around, draw, found, prop

FORM = load_form(
    {
        "type": "default",
        "components": [
            {"type": "datetime", "key": "given_on", "label": "Given on"},
            {"type": "textfield", "key": "reason", "label": "Reason"},
        ],
    }
)
KNOWN = Known(forms={"f": FORM}, roles=frozenset({"seo"}), decisions={}, processes=frozenset(), settings={})
FORMED = 'camunda:formKey="f" camunda:candidateGroups="seo"'
ASKED = f'<userTask id="a" name="Ask" {FORMED}/>'
SEQUENCE = "s>a a>t t>e"


def _task(inner: str, attributes: str = "") -> str:
    return around(f'{ASKED}<userTask id="t" name="Do it" {FORMED} {attributes}>{inner}</userTask>', SEQUENCE)


def _event(inner: str, definition: str = ON_MESSAGE, kind: str = "intermediateCatchEvent") -> str:
    return around(f'{ASKED}<{kind} id="t">{inner}{definition}</{kind}>', SEQUENCE, MESSAGE)


def _notice(inner: str) -> str:
    """A notification, as a diagram draws it."""
    given = (("to", "seo"), ("subject", "Hello"), ("text", "Hello"))
    parts = "".join(f'<camunda:inputParameter name="{name}">{text}</camunda:inputParameter>' for name, text in given)
    told = f"<camunda:inputOutput>{parts}</camunda:inputOutput></extensionElements>"
    told = inner.replace("</extensionElements>", told)
    return around(f'{ASKED}<sendTask id="t" camunda:type="external" camunda:topic="notify">{told}</sendTask>', SEQUENCE)


def _start(**properties: str) -> str:
    inner = prop(forEach="school", **properties)
    return draw(f'<startEvent id="s">{inner}</startEvent><task id="t"/><endEvent id="e"/>', "s>t t>e")


def _process(**properties: str) -> str:
    return draw(f'{prop(**properties)}<startEvent id="s"/><task id="t"/><endEvent id="e"/>', "s>t t>e")


def _loop(text: str) -> str:
    results = prop(outputCollection="all", outputElement=text)
    loop = f'{results}<multiInstanceLoopCharacteristics camunda:collection="= [1, 2]"/>'
    return _task(loop)


#: By property whose value is FEEL, a diagram that has it.
DRAWN = {
    "bars": lambda text: _process(bars=text),
    "businessKey": lambda text: _event(prop(businessKey=text), kind="intermediateThrowEvent"),
    "correlationKey": lambda text: _event(prop(correlationKey=text)),
    "endWhen": lambda text: _process(endWhen=text),
    "forEachWhen": lambda text: _start(forEachWhen=text),
    "from": lambda text: _event(prop(**{"from": text}), TIMER),
    "lastDayFrom": lambda text: _task(prop(lastDay="last", lastDayOf="= &quot;5 days&quot;", lastDayFrom=text)),
    "lastDayOf": lambda text: _task(prop(lastDay="last", lastDayOf=text, lastDayFrom="= given_on")),
    "noAnswer": lambda text: _task(prop(onBehalf="seo", noAnswer=text), 'camunda:dueDate="5 days"'),
    "onlyWhen": lambda text: _task(prop(onlyWhen=text)),
    "outputElement": _loop,
    "startWhen": lambda text: _process(startWhen=text),
    "toSchool": lambda text: _notice(prop(toSchool=text)),
}


def _codes(xml: str) -> set[str]:
    return {each.code for each in found(xml, strict=True, known=KNOWN)}


def test_every_property_that_holds_feel_has_a_diagram_here() -> None:
    noted = {name for name, each in {**PROPERTIES, **OF_PROCESSES}.items() if each.note.startswith("FEEL")}
    assert noted == DRAWN.keys()


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_name_that_nothing_sets_is_found_in_every_property(name: str) -> None:
    assert "PW-870" in _codes(DRAWN[name]("= {view: given_onn}" if name == "noAnswer" else "= given_onn"))


@pytest.mark.parametrize("name", sorted(name for name, each in PROPERTIES.items() if each.reads and each.reads.wants))
def test_a_value_of_a_wrong_kind_is_found_where_one_kind_is_wanted(name: str) -> None:
    assert "PW-876" in _codes(DRAWN[name]("= 5"))


@pytest.mark.parametrize("text", ["= reason", "= 5", "= &quot;soon&quot;", "= [given_on]"])
def test_a_time_counts_from_a_date(text: str) -> None:
    assert "PW-876" in _codes(DRAWN["from"](text))


@pytest.mark.parametrize("text", ["= given_on", "= date(given_on)", "= date(given_on) - duration(&quot;P2M&quot;)"])
def test_a_time_counts_from_an_answer_that_is_a_date_or_from_one_worked_out(text: str) -> None:
    assert not _codes(DRAWN["from"](text)) & {"PW-870", "PW-871", "PW-876"}


def _listener(text: str) -> str:
    event = f'<boundaryEvent id="b" attachedToRef="t" cancelActivity="false">{prop(**{"from": text})}{TIMER}</boundaryEvent>'
    return around(f'{ASKED}<userTask id="t" name="Do it" {FORMED}/>{event}<endEvent id="f"/>', f"{SEQUENCE} b>f")


def test_a_boundary_timer_that_counts_from_a_misspelt_name_is_found() -> None:
    assert "PW-870" in _codes(_listener("= given_onn"))


def test_a_boundary_timer_that_counts_from_an_answer_is_right() -> None:
    assert not _codes(_listener("= given_on")) & {"PW-870", "PW-871", "PW-876"}


@pytest.mark.parametrize("text", ["= 5", "= [given_on]", "= true"])
def test_a_due_date_is_no_number_list_or_truth(text: str) -> None:
    assert "PW-876" in _codes(_task("", f'camunda:dueDate="{text}"'))
