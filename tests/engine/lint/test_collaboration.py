"""PW-6xx: pools, lanes, message flows, associations."""

from __future__ import annotations

import pytest

from tests.engine.lint.drawing import MESSAGE, ON_MESSAGE, Case, around, process, prove, whole

ONE = process('<startEvent id="s"/><task id="t"/><exclusiveGateway id="x"/><endEvent id="e"/>', "s>t t>x x>e")
TWO = process(f'<startEvent id="s2">{ON_MESSAGE}</startEvent><task id="t2"/><endEvent id="e2"/>', "s2>t2 t2>e2", "q")
POOLS = '<participant id="P" processRef="p"/><participant id="Q" processRef="q"/><participant id="B" name="School"/>'


def _pools(*flows: str, pools: str = POOLS, processes: str = ONE + TWO) -> str:
    drawn = "".join(_flow(number, flow) for number, flow in enumerate(flows))
    return whole(f'{MESSAGE}<collaboration id="c">{pools}{drawn}</collaboration>{processes}')


def _flow(number: int, flow: str) -> str:
    source, target, *more = flow.split(">")
    return f'<messageFlow id="f{number}" sourceRef="{source}" targetRef="{target}" {"".join(more)}/>'


def _lanes(*lanes: str) -> str:
    rows = "".join(
        f'<lane id="l{number}">{"".join(f"<flowNodeRef>{ref}</flowNodeRef>" for ref in lane.split())}</lane>'
        for number, lane in enumerate(lanes)
    )
    return around(f'<laneSet id="ls">{rows}</laneSet><task id="t"/>')


GOOD = _pools("t>s2", "t2>B", "B>t")
LANES = _lanes("s t", "e")
NOTE = '<task id="t"/><textAnnotation id="n"><text>Note</text></textAnnotation>'

CASES = [
    Case("PW-601", _pools("t>gone"), GOOD),
    Case("PW-602", _pools("t>t"), GOOD),
    Case("PW-602", _pools("t>P"), GOOD),
    Case("PW-603", _pools("x>s2"), GOOD),
    Case("PW-603", _pools("s>s2"), GOOD),
    Case("PW-604", _pools("t2>x"), GOOD),
    Case("PW-604", _pools("t>e2"), GOOD),
    Case("PW-605", _pools('t>s2>messageRef="gone"'), _pools('t>s2>messageRef="m"')),
    Case("PW-606", _pools(pools=POOLS + '<participant id="R" processRef="gone"/>'), GOOD),
    Case("PW-607", _pools(pools=POOLS + '<participant id="R" processRef="p"/>'), GOOD),
    Case("PW-608", _lanes("s t", "e gone"), LANES),
    Case("PW-609", _lanes("s t", "e t"), LANES),
    Case("PW-610", _lanes("s", "e"), LANES),
    Case(
        "PW-611",
        around(NOTE + '<association id="a" sourceRef="n" targetRef="gone"/>'),
        around(NOTE + '<association id="a" sourceRef="n" targetRef="t"/>'),
    ),
    Case("PW-612", _pools("t>s2", "B>s2"), GOOD),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_collaboration(case: Case) -> None:
    prove(case)
