"""Random diagrams for property tests: blocks within blocks, each of one element or a few, drawn as BPMN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import strategies as st

from tests.engine.spiff.cases import HEAD, TAG

TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"


@dataclass
class Drawing:
    """A diagram being written: each block gives the ids of its first and last element."""

    count: int = 0
    body: list[str] = field(default_factory=list)

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def add(self, tag: str, ident: str, inner: str = "", attributes: str = "") -> str:
        self.body.append(f'<{tag} id="{ident}" {attributes}>{inner}</{tag}>')
        return ident

    def flow(self, source: str, target: str, condition: str = "") -> str:
        ident = self.name("f")
        inner = f"<conditionExpression>= {condition}</conditionExpression>" if condition else ""
        self.body.append(f'<sequenceFlow id="{ident}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>')
        return ident

    def inside(self, make: Callable[[], None]) -> str:
        """What ``make`` draws, as the body of a subprocess."""
        outer, self.body = self.body, []
        make()
        inner, self.body = "".join(self.body), outer
        return inner


Block = tuple[str, list["Block"], int]
leaf = st.tuples(
    st.sampled_from(["task", "script", "timer", "boundary", "beside", "mi", "race", "watch"]),
    st.just([]),
    st.integers(0, 3),
)
blocks: st.SearchStrategy[Block] = st.recursive(
    leaf,
    lambda inner: st.tuples(
        st.sampled_from(["seq", "xor", "par", "or", "loop", "sub", "subtimer"]),
        st.lists(inner, min_size=1, max_size=3),
        st.integers(0, 3),
    ),
    max_leaves=7,
)


def draw(d: Drawing, block: Block) -> tuple[str, str]:
    kind, inner, number = block
    return DRAW[kind](d, inner, number)


def task(d: Drawing, _: list[Block], __: int) -> tuple[str, str]:
    ident = d.add("userTask", d.name("task"))
    return ident, ident


def script(d: Drawing, _: list[Block], number: int) -> tuple[str, str]:
    text = f"<script>= (if n = null then 0 else n) + {number}</script>"
    ident = d.add("scriptTask", d.name("script"), text, 'scriptFormat="feel" camunda:resultVariable="n"')
    return ident, ident


def timer(d: Drawing, _: list[Block], __: int) -> tuple[str, str]:
    ident = d.add("intermediateCatchEvent", d.name("timer"), TIMER)
    return ident, ident


def boundary(d: Drawing, _: list[Block], __: int, interrupting: str = "true") -> tuple[str, str]:
    host, join = d.add("userTask", d.name("host")), d.add("exclusiveGateway", d.name("m"))
    event = d.add("boundaryEvent", d.name("b"), TIMER, f'attachedToRef="{host}" cancelActivity="{interrupting}"')
    after = d.add("userTask", d.name("after"))
    d.flow(host, join)
    d.flow(event, after)
    if interrupting == "true":
        d.flow(after, join)
    return host, join


def beside(d: Drawing, inner: list[Block], number: int) -> tuple[str, str]:
    return boundary(d, inner, number, "false")


def mi(d: Drawing, _: list[Block], number: int) -> tuple[str, str]:
    sequential = "true" if number % 2 else "false"
    loop = f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality>= {number}</loopCardinality></multiInstanceLoopCharacteristics>'
    ident = d.add("userTask", d.name("mi"), loop)
    return ident, ident


def race(d: Drawing, _: list[Block], __: int) -> tuple[str, str]:
    gate, end = d.add("eventBasedGateway", d.name("race")), d.add("exclusiveGateway", d.name("m"))
    first = d.add("intermediateCatchEvent", d.name("t"), TIMER)
    second = d.add("intermediateCatchEvent", d.name("r"), '<messageEventDefinition messageRef="m1"/>')
    for event in (first, second):
        d.flow(gate, event)
        d.flow(event, end)
    return gate, end


def watch(d: Drawing, _: list[Block], number: int) -> tuple[str, str]:
    """A subprocess with an event subprocess that waits for a message."""

    def inner() -> None:
        start, work, end = (
            d.add("startEvent", d.name("s")),
            d.add("userTask", d.name("w")),
            d.add("endEvent", d.name("e")),
        )
        d.flow(start, work)
        d.flow(work, end)
        interrupting = "true" if number % 2 else "false"
        sub = d.inside(lambda: _watcher(d, interrupting))
        d.add("subProcess", d.name("es"), sub, 'triggeredByEvent="true"')

    ident = d.name("sub")
    d.add("subProcess", ident, d.inside(inner))
    return ident, ident


def _watcher(d: Drawing, interrupting: str) -> None:
    message = '<messageEventDefinition messageRef="m1"/>'
    start = d.add("startEvent", d.name("ms"), message, f'isInterrupting="{interrupting}"')
    work, end = d.add("userTask", d.name("handle")), d.add("endEvent", d.name("e"))
    d.flow(start, work)
    d.flow(work, end)


def seq(d: Drawing, inner: list[Block], _: int) -> tuple[str, str]:
    drawn = [draw(d, block) for block in inner]
    for (_, last), (first, _) in pairwise(drawn):
        d.flow(last, first)
    return drawn[0][0], drawn[-1][1]


def split(d: Drawing, inner: list[Block], tag: str, conditional: bool) -> tuple[str, str]:
    first, last = d.name("split"), d.add(tag, d.name("join"))
    default = ""
    for number, block in enumerate(inner):
        head, tail = draw(d, block)
        is_default = conditional and number == 0
        flow = d.flow(first, head, f"n != null and n &gt;= {number}" if conditional and not is_default else "")
        default = f'default="{flow}"' if is_default else default
        d.flow(tail, last)
    d.add(tag, first, "", default)
    return first, last


def xor(d: Drawing, inner: list[Block], _: int) -> tuple[str, str]:
    return split(d, inner, "exclusiveGateway", True)


def par(d: Drawing, inner: list[Block], _: int) -> tuple[str, str]:
    return split(d, inner, "parallelGateway", False)


def or_(d: Drawing, inner: list[Block], _: int) -> tuple[str, str]:
    return split(d, inner, "inclusiveGateway", True)


def loop(d: Drawing, inner: list[Block], number: int) -> tuple[str, str]:
    head, tail = seq(d, inner, number)
    merge, ask, again = d.add("exclusiveGateway", d.name("m")), d.add("userTask", d.name("ask")), d.name("x")
    d.flow(merge, head)
    d.flow(tail, ask)
    d.flow(ask, again)
    d.flow(again, merge, "again = true")
    end = d.add("exclusiveGateway", d.name("m"))
    default = d.flow(again, end)
    d.add("exclusiveGateway", again, "", f'default="{default}"')
    return merge, end


def sub(d: Drawing, inner: list[Block], number: int) -> tuple[str, str]:
    def content() -> None:
        start, end = d.add("startEvent", d.name("s")), d.add("endEvent", d.name("e"))
        head, tail = seq(d, inner, number)
        d.flow(start, head)
        d.flow(tail, end)

    ident = d.name("sub")
    d.add("subProcess", ident, d.inside(content))
    return ident, ident


def subtimer(d: Drawing, inner: list[Block], number: int) -> tuple[str, str]:
    ident, _ = sub(d, inner, number)
    join, event = d.add("exclusiveGateway", d.name("m")), d.name("b")
    d.add("boundaryEvent", event, TIMER, f'attachedToRef="{ident}"')
    d.flow(ident, join)
    d.flow(event, join)
    return ident, join


DRAW: dict[str, Callable[[Drawing, list[Block], int], tuple[str, str]]] = {
    "task": task,
    "script": script,
    "timer": timer,
    "boundary": boundary,
    "beside": beside,
    "mi": mi,
    "race": race,
    "watch": watch,
    "seq": seq,
    "xor": xor,
    "par": par,
    "or": or_,
    "loop": loop,
    "sub": sub,
    "subtimer": subtimer,
}


def diagram(block: Block) -> bytes:
    d = Drawing()
    start, end = d.add("startEvent", "s"), d.add("endEvent", "e")
    head, tail = draw(d, block)
    d.flow(start, head)
    d.flow(tail, end)
    inner = f'<message id="m1" name="m"/><process id="p" isExecutable="true">{"".join(d.body)}</process>'
    return f"{HEAD}{TAG.sub(lambda m: f'<{m[1]}bpmn:', inner)}</bpmn:definitions>".encode()
