"""A DMN file as plain parts: what a decision, a table and the other boxed expressions of DMN 1.3 consist of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain


@dataclass(frozen=True)
class Type:
    """What a value may be: ``kind`` is a FEEL type (or "any", or "context"), ``many`` a list of such, ``allowed`` unary
    tests that each value must pass (empty: none)."""

    kind: str = "any"
    many: bool = False
    allowed: str = ""


ANY = Type()


@dataclass(frozen=True)
class Literal:
    """A FEEL expression; ``line`` is where it stands in the file."""

    text: str
    line: int = 0


@dataclass(frozen=True)
class Input:
    """An input column."""

    label: str
    expression: Literal
    type: Type = ANY


@dataclass(frozen=True)
class Output:
    """An output column. ``values`` are its values in FEEL, the most important first, if the hit policy ranks them; ``label`` is
    what people read above it."""

    name: str
    type: Type = ANY
    values: tuple[str, ...] = ()
    default: str = ""
    line: int = 0
    label: str = ""


@dataclass(frozen=True)
class Rule:
    """A row: a unary test an input ("" or "-" for any value), an expression an output, and its author's note."""

    tests: tuple[str, ...]
    outputs: tuple[str, ...]
    note: str = ""
    line: int = 0


@dataclass(frozen=True)
class Table:
    """A decision table (DMN 1.3 section 8)."""

    policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    @property
    def several(self) -> bool:
        """Whether its hit policy may give several results."""
        return self.policy in ("RULE ORDER", "OUTPUT ORDER", "COLLECT") and not self.aggregation


@dataclass(frozen=True)
class Context:
    """Named entries, each seeing those before it; one without a name is the result (DMN 1.3 section 10.2.1.4)."""

    entries: tuple[tuple[str, Type, Expression], ...]


@dataclass(frozen=True)
class Invocation:
    """A call of a business knowledge model with a value for each of its parameters (section 10.2.1.6)."""

    function: str
    bindings: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True)
class ListOf:
    """A list of expressions (section 10.2.1.5)."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Relation:
    """A list of contexts with the same names, drawn as a table (section 10.2.1.7)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True)
class Conditional:
    """If, then, else (DMN 1.4 section 10.2.1.9)."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True)
class Filter:
    """The items of a list for which a condition is true; it sees each as ``item``, and a context's entries by their names
    (DMN 1.4 section 10.2.1.10)."""

    source: Expression
    match: Expression


@dataclass(frozen=True)
class Iteration:
    """For, some or every (DMN 1.4 section 10.2.1.11): ``body`` sees each item of a list by ``name``."""

    kind: str
    name: str
    source: Expression
    body: Expression


Expression = Literal | Table | Context | Invocation | ListOf | Relation | Conditional | Filter | Iteration


@dataclass(frozen=True)
class Knowledge:
    """A business knowledge model: a function of its parameters. ``requires`` are the models that its body may call."""

    id: str
    name: str
    parameters: tuple[tuple[str, Type], ...]
    body: Expression
    type: Type = ANY
    requires: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Decision:
    """A decision. ``requires`` are ids of decisions, ``inputs`` the input data that it declares, ``knowledge`` the
    models that it may call (those included that these call); others know its result as ``variable``."""

    id: str
    name: str
    variable: str
    expression: Expression
    type: Type = ANY
    requires: tuple[str, ...] = ()
    inputs: tuple[tuple[str, Type], ...] = ()
    knowledge: Mapping[str, Knowledge] = field(default_factory=dict)
    line: int = 0


def parts(expression: Expression) -> Iterator[Expression]:
    """An expression and all those inside it."""
    yield expression
    for inner in _inside(expression):
        yield from parts(inner)


def _inside(expression: Expression) -> tuple[Expression, ...]:
    match expression:
        case Context(entries):
            return tuple(inner for *_, inner in entries)
        case Invocation(_, bindings):
            return tuple(inner for _, inner in bindings)
        case ListOf(items):
            return items
        case Relation(_, rows):
            return tuple(chain.from_iterable(rows))
        case Conditional(condition, then, otherwise):
            return (condition, then, otherwise)
        case Filter(source, inner) | Iteration(_, _, source, inner):
            return (source, inner)
    return ()


def texts(expression: Expression) -> Iterator[tuple[str, str, int]]:
    """The FEEL in an expression: dialect, text and line."""
    for part in parts(expression):
        if isinstance(part, Literal):
            yield "expression", part.text, part.line
        elif isinstance(part, Table):
            yield from _cells(part)


def _cells(table: Table) -> Iterator[tuple[str, str, int]]:
    for column in table.inputs:
        yield "expression", column.expression.text, column.expression.line
        yield from _allowed(column.type, column.expression.line)
    for output in table.outputs:
        yield from (("expression", text, output.line) for text in (*output.values, output.default) if text)
        yield from _allowed(output.type, output.line)
    for rule in table.rules:
        yield from (("unaryTests", text, rule.line) for text in rule.tests if text not in ("", "-"))
        yield from (("expression", text, rule.line) for text in rule.outputs if text)


def _allowed(type_: Type, line: int) -> Iterator[tuple[str, str, int]]:
    if type_.allowed:
        yield "unaryTests", type_.allowed, line
