"""PW-5xx: data."""

from __future__ import annotations

import pytest

from tests.engine.lint.drawing import SIGNAL, Case, around, inside, prove

OBJECT = '<dataObject id="o"/><dataObjectReference id="d" name="Evidence" dataObjectRef="o"/>'
SECOND = '<dataObject id="o2"/><dataObjectReference id="d2" name="Minutes" dataObjectRef="o2"/>'
SETS = "<inputSet><dataInputRefs>i</dataInputRefs></inputSet><outputSet/>"


def _input(source: str, target: str = "i") -> str:
    sources = "".join(f"<sourceRef>{one}</sourceRef>" for one in source.split())
    end = f"<targetRef>{target}</targetRef>" if target else ""
    return f'<dataInputAssociation id="a">{sources}{end}</dataInputAssociation>'


def _task(association: str, outside: str = OBJECT, own: str = '<property id="i" name="in"/>') -> str:
    return around(f'{outside}<task id="t">{own}{association}</task>')


def _specified(sets: str) -> str:
    return around(f'<task id="t"><ioSpecification><dataInput id="i"/>{sets}</ioSpecification></task>')


def _thrown(association: str) -> str:
    definition = '<property id="i" name="in"/><signalEventDefinition signalRef="g"/>'
    event = f'<intermediateThrowEvent id="t">{association}{definition}</intermediateThrowEvent>'
    return around(OBJECT + event, roots=SIGNAL)


GOOD = _task(_input("d"))
OUTPUT = '<dataOutputAssociation id="a"><sourceRef>i</sourceRef><targetRef>d</targetRef></dataOutputAssociation>'
BESIDE = f'<task id="u"><property id="i" name="in"/>{_input("d")}</task>'

CASES = [
    Case("PW-501", around('<task id="t"/><dataObjectReference id="d" name="D" dataObjectRef="gone"/>'), GOOD),
    Case(
        "PW-501",
        around('<task id="t"/><dataStoreReference id="d" name="D" dataStoreRef="gone"/>'),
        around('<task id="t"/><dataStoreReference id="d" name="D"/>'),
    ),
    Case("PW-502", _task(_input("d", "")), GOOD),
    Case("PW-503", _task(_input("gone")), GOOD),
    Case("PW-503", _task(_input("s")), GOOD),
    Case("PW-504", _task(_input("d d2"), OBJECT + SECOND), GOOD),
    Case(
        "PW-505",
        inside(
            '<startEvent id="a1"/><endEvent id="c"/>' + OBJECT,
            "a1>c",
            beside=BESIDE + '<sequenceFlow id="f" sourceRef="s" targetRef="u"/>'
            '<sequenceFlow id="g" sourceRef="u" targetRef="e"/>',
        ),
        inside('<startEvent id="a1"/><endEvent id="c"/>' + BESIDE, "a1>u u>c", beside=OBJECT),
    ),
    Case("PW-506", _task(_input("d", "d2"), OBJECT + SECOND), GOOD),
    Case("PW-507", _thrown(OUTPUT), _thrown(_input("d"))),
    Case("PW-508", _specified("<inputSet/>"), _specified(SETS)),
    Case("PW-509", _specified(SETS.replace(">i<", ">gone<")), _specified(SETS)),
    Case("PW-510", around('<task id="t"/>' + OBJECT.replace('name="Evidence"', "")), GOOD),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_data(case: Case) -> None:
    prove(case)
