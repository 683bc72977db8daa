"""Diagrams deployed already that call the processes of a new one, or are called by them: what breaks in them is found too."""

from __future__ import annotations

from engine.feel import Feel
from engine.lint import Finding, Known
from engine.lint.bundle import check_bundle, read_bundle
from tests.engine.lint.drawing import around, draw, parsed

TO = '<extensionElements><camunda:{} source="{}" target="{}"/></extensionElements>'


def gives(value: str) -> str:
    """A called process whose result is this text."""
    task = f'<scriptTask id="t" scriptFormat="feel" camunda:resultVariable="result"><script>= "{value}"</script></scriptTask>'
    return draw(f'<startEvent id="s"/>{task}<endEvent id="e"/>', "s>t t>e", key="called")


def asks(value: str, key: str = "p") -> str:
    """A process that calls it, and asks for a result."""
    call = f'<callActivity id="t" calledElement="called">{TO.format("out", "result", "result")}</callActivity>'
    gateway = '<exclusiveGateway id="g" default="g_e"/><endEvent id="f"/>'
    ends = f'<startEvent id="s"/>{call}{gateway}<endEvent id="e"/>'
    return draw(ends, f't>g s>t g>e g>f[result = "{value}"]', key=key)


def hands(name: str) -> str:
    """A process that hands a called one its reason by this name."""
    task = '<scriptTask id="r" scriptFormat="feel" camunda:resultVariable="why"><script>= "Late"</script></scriptTask>'
    call = f'<callActivity id="t" calledElement="called">{TO.format("in", "why", name)}</callActivity>'
    return around(task + call, "s>r r>t t>e")


READS = draw(
    '<startEvent id="s"/><scriptTask id="t" scriptFormat="feel" camunda:resultVariable="told"><script>= reason + "."</script></scriptTask>'
    '<endEvent id="e"/>',
    "s>t t>e",
    key="called",
)


def deployed(drawn: str, *others: str) -> list[tuple[str, str]]:
    """The errors, and in which file, when one diagram is deployed beside others."""
    there = tuple(parsed(xml, f"deployed-{number}.bpmn") for number, xml in enumerate(others))
    processes = frozenset(key for each in there for key in each.processes)
    bundle = read_bundle({"new.bpmn": drawn.encode()}, "", True, Feel.shared())
    found: list[Finding] = check_bundle(
        bundle, Known(others=there, processes=processes, whole=True), Feel.shared(), True
    )
    return [(one.file, one.code) for one in found if one.severity == "error"]


def test_a_result_for_which_the_caller_waits_must_still_come() -> None:
    assert deployed(gives("stage 3s"), asks("stage 3"), gives("stage 3")) == [("deployed-0.bpmn", "PW-872")]


def test_one_that_comes_still_is_nothing_wrong() -> None:
    assert deployed(gives("stage 3"), asks("stage 3"), gives("stage 3")) == []


def test_what_was_wrong_before_refuses_no_other_diagram() -> None:
    assert deployed(gives("stage 3"), asks("stage 4"), gives("stage 3")) == []


def test_a_called_process_must_still_be_handed_what_it_reads() -> None:
    assert deployed(hands("raeson"), hands("reason"), READS) == [("deployed-1.bpmn", "PW-870")]
