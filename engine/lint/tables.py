"""Decision tables: the names and types in them, and the rules that overlap, leave gaps or can never be hit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from engine.decisions import Decision
from engine.decisions.model import Context, Expression, Filter, Input, Iteration, Table, parts, texts
from engine.feel import Dialect
from engine.lint.core import OURS, Finding, Severity, short
from engine.lint.coverage import coverage
from engine.lint.names import OPEN, Inspects, Remark, Scope, Variable, World, nothing, read, sources
from engine.lint.names import Table as Names
from engine.lint.names.shapes import FUNCTION, NUMBER, Shape, Value, of
from engine.lint.names.wording import listing, quote, what
from engine.spelling import near


@dataclass(frozen=True)
class Found:
    """Something wrong with a decision: where, and what."""

    decision: Decision
    line: int
    what: str
    remark: Remark


def readings(
    decision: Decision, decisions: Mapping[str, Decision | None], feel: Inspects, scope: Scope
) -> Iterator[Found]:
    """What is wrong with the expressions of a decision, and of those that it requires, over the names of ``scope``."""
    seen: set[str] = set()
    ahead = [decision]
    while ahead:
        here = ahead.pop()
        if here.id not in seen:
            seen.add(here.id)
            ahead += [each for key in here.requires if (each := decisions.get(key)) is not None]
            once = {(each.line, each.what, each.remark): each for each in _Reader(here, decisions, feel, scope).found()}
            yield from once.values()


class _Reader:
    """Reads the expressions of one decision."""

    def __init__(
        self, decision: Decision, decisions: Mapping[str, Decision | None], feel: Inspects, scope: Scope
    ) -> None:
        self.decision, self.feel, self.outside = decision, feel, scope
        own = {model.name: Variable(of(FUNCTION)) for model in decision.knowledge.values()}
        for key in decision.requires:
            required = decisions.get(key)
            if required is not None:
                shape = sources.result(required, "", feel)
                own |= {key: Variable(shape), required.variable: Variable(shape)}
        self.scope = Names(own, scope)
        self.names = [name for name in (*own, *(name for name, _ in decision.inputs)) if not name.isidentifier()]

    def found(self) -> Iterator[Found]:
        """What is wrong."""
        yield from self._inputs()
        expression = self.decision.expression
        if isinstance(expression, Table):
            yield from self._table(expression)
        else:
            yield from self._boxed(expression, self.scope)
        for model in self.decision.knowledge.values():
            inside = {name: Variable(sources.typed(kind, self.feel)) for name, kind in model.parameters}
            called = {each.name: Variable(of(FUNCTION)) for each in self.decision.knowledge.values()}
            yield from self._boxed(model.body, Names(called | inside))

    def _inputs(self) -> Iterator[Found]:
        """Input data that is declared with a type; where no variable has its name it is for the reader only."""
        for name, kind in self.decision.inputs:
            fed = self.scope.lookup(name)
            if fed is not None:
                wanted = sources.typed(kind, self.feel)
                yield from self._unlike(self.decision.line, f'the input "{name}"', fed.shape, wanted)

    def _table(self, table: Table) -> Iterator[Found]:
        tested = []
        for column in table.inputs:
            line, name = column.expression.line, f'the input "{column.label or column.expression.text}"'
            shape = yield from self._read(line, name, column.expression.text, "expression", self.scope)
            declared = sources.typed(column.type, self.feel)
            yield from self._unlike(line, name, shape, declared)
            yield from self._unexpected(line, name, shape, declared.values or frozenset())
            tested.append((name, shape if shape.values is not None or not declared.known else declared))
        for number, rule in enumerate(table.rules, 1):
            for (name, shape), text in zip(tested, rule.tests, strict=False):
                if text not in ("", "-"):
                    where = f"rule {number}, {name}"
                    yield from self._read(rule.line, where, text, "unaryTests", self.scope, shape)
            yield from self._rule_outputs(table, number)

    def _rule_outputs(self, table: Table, number: int) -> Iterator[Found]:
        rule = table.rules[number - 1]
        for output, text in zip(table.outputs, rule.outputs, strict=False):
            where = f'rule {number}, the output "{output.name}"'
            if not text:
                remedy = "Write a value; or null, where nothing is meant."
                yield self._fault(rule.line, where, "nothing", "it is empty, so that nothing comes of it", remedy)
            else:
                shape = yield from self._read(rule.line, where, text, "expression", self.scope)
                yield from self._unlike(rule.line, where, shape, sources.typed(output.type, self.feel))
                yield from self._not_summed(table, rule.line, where, shape)
                yield from self._undeclared(rule.line, where, shape, sources.declared(output, self.feel))

    def _not_summed(self, table: Table, line: int, where: str, shape: Shape) -> Iterator[Found]:
        if table.aggregation == "SUM" and shape.known and NUMBER not in shape.known:
            message = f"it is {what(shape)}, and the table's SUM adds numbers"
            yield self._fault(line, where, "type", message, "Give a number, or choose another aggregation.")

    def _undeclared(self, line: int, where: str, shape: Shape, allowed: frozenset[Value]) -> Iterator[Found]:
        for value in sorted((shape.values or frozenset()) - allowed, key=str) if allowed else ():
            meant = near(str(value), [str(each) for each in allowed])
            hint = f"Did you mean {quote(meant)}? " if meant else ""
            message = f"{quote(value)} is none of the values declared for this output"
            yield self._fault(line, where, "value", message, f"{hint}They are: {listing(allowed)}.")

    def _unexpected(self, line: int, where: str, shape: Shape, allowed: frozenset[Value]) -> Iterator[Found]:
        for value in sorted((shape.values or frozenset()) - allowed, key=str) if allowed else ():
            message = f"it can be {quote(value)}, which is none of the values declared for this input"
            yield self._fault(line, where, "value", message, "Add it, or take the list of values out.")

    def _boxed(self, expression: Expression, scope: Scope) -> Iterator[Found]:
        inside = Names({name: Variable() for name in _bound(expression)}, _open(expression, scope))
        for dialect, text, line in texts(expression):
            yield from self._read(line, "the expression", text, _dialect(dialect), inside)

    def _read(
        self, line: int, where: str, text: str, dialect: Dialect, scope: Scope, tested: Shape | None = None
    ) -> Generator[Found, None, Shape]:
        tree = sources.tree(self.feel, text, dialect, self.names)
        if tree is None:
            return Shape()
        reading = read(tree, scope, tested or Shape())
        for remark in [*nothing(tree, self.feel), *reading.remarks]:
            yield Found(self.decision, line, f'{where}, "{text}"', remark)
        return reading.shape

    def _unlike(self, line: int, where: str, shape: Shape, declared: Shape) -> Iterator[Found]:
        if shape.known and declared.known and not shape.known & declared.known:
            message = f"it is {what(shape)}, and is declared as {what(declared)}"
            yield self._fault(line, where, "type", message, "Correct its type, or the expression.")

    def _fault(self, line: int, where: str, kind: str, message: str, remedy: str) -> Found:
        return Found(self.decision, line, where, Remark(kind, "", message, remedy))


def _bound(expression: Expression) -> Iterator[str]:
    """The names that boxes define for what stands in them."""
    for part in parts(expression):
        if isinstance(part, Context):
            yield from (name for name, _, _ in part.entries if name)
        elif isinstance(part, Iteration):
            yield from (part.name, "partial")
        elif isinstance(part, Filter):
            yield "item"


def _open(expression: Expression, scope: Scope) -> Scope:
    """A filter sees the entries of its items, whose names aren't known."""
    return OPEN if any(isinstance(part, Filter) for part in parts(expression)) else scope


def _dialect(name: str) -> Dialect:
    return "unaryTests" if name == "unaryTests" else "expression"


# -- what a table covers --------------------------------------------------------------------------------------------


_TOGETHER = "can be hit together, and the hit policy is"


def covered(decision: Decision, feel: Inspects, scope: Scope) -> Iterator[tuple[Severity, Found]]:
    """Rules that overlap under UNIQUE or can never be hit (errors), and inputs for which there is no rule (a warning)."""
    table = decision.expression
    if not isinstance(table, Table):
        return
    found = coverage(table, [_tested(column, feel, scope) for column in table.inputs], feel)
    if found is None:
        return
    for first, second in found.overlaps:
        yield "error", _together(decision, table, first, second)
    for number, instead in found.never:
        before = f": rule {instead[0]} is hit before it" if instead else ""
        yield "error", _of_rule(decision, number, f"it can never be hit{before}", "Take it out, or move it up.")
    if found.gap and not table.several and not table.aggregation:
        remark = Remark("gap", "", f"no rule is hit for {found.gap}", "Add a last rule with - in every input.")
        yield "warning", Found(decision, decision.line, "its rules", remark)


def _together(decision: Decision, table: Table, first: int, second: int) -> Found:
    differ = ", though they say different things" if table.policy == "ANY" else ""
    message = f"rules {first} and {second} {_TOGETHER} {table.policy}{differ}"
    return _of_rule(decision, second, message, "Narrow one of them, or choose the hit policy FIRST.")


def _tested(column: Input, feel: Inspects, scope: Scope) -> Shape:
    declared = sources.typed(column.type, feel)
    shape = sources.shape_of(feel, column.expression.text, scope)
    return declared if shape.values is None and declared.known else shape


def _of_rule(decision: Decision, number: int, message: str, remedy: str) -> Found:
    assert isinstance(decision.expression, Table)
    return Found(
        decision, decision.expression.rules[number - 1].line, f"rule {number}", Remark("rule", "", message, remedy)
    )


# -- findings -------------------------------------------------------------------------------------------------------

_CODES = {"name": "PW-881", "unsure": "PW-882", "value": "PW-883", "type": "PW-884", "function": "PW-885"}
_CODES |= {"prose": "PW-881", "rule": "PW-886", "gap": "PW-887", "nothing": "PW-888"}
#: The codes of what is found in decision tables, and what each asks for.
TITLES = {
    "PW-881": "Every name in a decision is one that the diagrams that ask it can have set.",
    "PW-882": "A name in a decision is set on every way to the tasks that ask it, or tested for null.",
    "PW-883": "A value in a cell is one that the input can have; an output is one of the values declared.",
    "PW-884": "Values in a decision are compared and reckoned with only as their kinds allow.",
    "PW-885": "Every function that a decision calls exists, and is given as many parameters as it has.",
    "PW-886": "No two rules of a UNIQUE table, or of an ANY table that differ, are hit together; every rule can be hit.",
    "PW-887": "A table has a rule for all that its inputs can be.",
    "PW-888": "No part of an expression in a decision can only give null.",
}


def findings(world: World, tables: Mapping[str, Decision], files: Mapping[str, str]) -> Iterator[Finding]:
    """What is wrong with decisions that are checked; ``files`` says in which file each stands."""
    seen: set[tuple[str, int, str, str]] = set()
    told: dict[tuple[str, str], Finding] = {}
    more: Counter[tuple[str, str]] = Counter()
    for decision, scope in _asked(world, tables):
        for severity, each in _judged(world, decision, world.around.decisions or tables, scope):
            mark = (each.decision.id, each.line, each.what, each.remark.message)
            if mark not in seen and each.decision.id in files:
                seen.add(mark)
                cause = (each.decision.id, _cause(each))
                more[cause] += cause in told
                told.setdefault(cause, _finding(each, severity, files[each.decision.id]))
    yield from (_counted(finding, more[cause]) for cause, finding in told.items())


def _cause(found: Found) -> str:
    """What several findings of one decision have in common: a value that an output does not declare, a hit policy."""
    remark = found.remark
    shared = remark.kind == "value" or _TOGETHER in remark.message
    return (
        (_TOGETHER if _TOGETHER in remark.message else remark.message)
        if shared
        else f"{found.line} {found.what} {remark}"
    )


def _counted(finding: Finding, more: int) -> Finding:
    if not more:
        return finding
    places = f"place{'s' if more > 1 else ''}"
    return replace(finding, message=f"{finding.message.removesuffix('.')}, and the same in {more} more {places}.")


def _asked(world: World, tables: Mapping[str, Decision]) -> Iterator[tuple[Decision, Scope]]:
    """Each decision with the names that are known at each task that asks it; with any names where nothing does."""
    for key, decision in tables.items():
        scopes = [world.scope(flow, element) for flow, element in world.asking(key)]
        wider = [] if scopes or _required(key, tables) else [OPEN]
        yield from ((decision, scope) for scope in [*scopes, *wider])


def _judged(
    world: World, decision: Decision, decisions: Mapping[str, Decision | None], scope: Scope
) -> Iterable[tuple[Severity, Found]]:
    """What is wrong in the cells of a decision; only where they are right can be told what its rules cover."""
    found = [(_severity(each), each) for each in readings(decision, decisions, world.feel, scope)]
    if found:
        return found
    gaps = covered(decision, world.feel, scope)
    return [gap for gap in gaps if scope is not OPEN or gap[0] == "error"]


def _required(key: str, tables: Mapping[str, Decision]) -> bool:
    """Whether another decision asks this one: it is read there, with the names that are known there."""
    return any(key in each.requires for each in tables.values())


def _severity(found: Found) -> Severity:
    return "warning" if found.remark.kind == "unsure" else "error"


def _finding(found: Found, severity: Severity, file: str) -> Finding:
    message = f"{short(found.what)}: {short(found.remark.message)}."
    code, name = _CODES[found.remark.kind], short(found.decision.name)
    line = found.line or found.decision.line
    return Finding(
        code, severity, file, line, short(found.decision.id), name, message, short(found.remark.remedy), OURS
    )
