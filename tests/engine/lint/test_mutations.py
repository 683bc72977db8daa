"""Every expression of the shipped diagrams, forms and tables, with a slip put into it: lint finds the slip.

A slip is a letter dropped from a name or two of its letters swapped, a letter changed in a value that is compared, and a
value compared that is of another kind. Slips that make something that is right too (another name, another option) are no
slips. The test takes one in ``STEP``, always the same; ``python -m tests.engine.lint.test_mutations`` takes each and lists what is missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from zlib import crc32

import pytest

from engine.decisions import Decision
from engine.decisions.model import Table
from engine.diagram import strip_feel
from engine.feel import Dialect, Feel, Node
from engine.lint import sites, tables, variables
from engine.lint.core import Look, world_of
from engine.lint.names import Scope, World
from engine.lint.names.functions import FUNCTIONS
from engine.lint.names.sources import tree
from engine.lint.project import Project

ROOT = Path(__file__).resolve().parents[3]
AUTHORITIES = sorted(path.name for path in (ROOT / "processes").iterdir() if path.is_dir())
STEP = 1 if __name__ == "__main__" else 7
#: The share of slips that must be found.
SHARE = 0.98


@dataclass(frozen=True)
class Slip:
    """An expression with a slip in it: where it stands, what it was, and whether lint found the slip."""

    where: str
    was: str
    now: str
    found: bool


def _names(node: Node) -> Iterator[Node]:
    """The variables that an expression reads, without what it calls."""
    for place, part in enumerate(node.parts):
        if part.kind == "VariableName" and not (node.kind == "FunctionInvocation" and place == 0):
            yield part
        yield from _names(part)


def _compared(node: Node, inside: bool = False) -> Iterator[Node]:
    """The values that something is compared with."""
    if inside and node.kind in ("StringLiteral", "NumericLiteral") and node.text != '""':
        yield node
    calls = node.kind == "FunctionInvocation" and node.parts[0].word == "list contains"
    compares = node.kind in ("Comparison", "PositiveUnaryTest") or calls
    kept = inside and node.kind in ("List", "PositionalParameters", "PositiveUnaryTests", "SimplePositiveUnaryTest")
    for part in node.parts:
        yield from _compared(part, compares or kept)


def _put(text: str, node: Node, new: str) -> str:
    return text[: node.at] + new + text[node.at + len(node.text) :]


def _slips(text: str, parsed: Node) -> Iterator[str]:
    for node in _names(parsed):
        name = node.text
        if len(name) > 2:
            middle = len(name) // 2
            yield _put(text, node, name[:middle] + name[middle + 1 :])
            yield _put(text, node, name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :])
    for node in _compared(parsed):
        if node.kind == "StringLiteral":
            middle = len(node.text) // 2
            changed = "x" if node.text[middle] != "x" else "y"
            yield _put(text, node, node.text[:middle] + changed + node.text[middle + 1 :])
            yield _put(text, node, node.text.swapcase())
            yield _put(text, node, "7")
        else:
            yield _put(text, node, '"seven"')


def _sampled(every: Iterator[str]) -> Iterator[str]:
    """Every STEP-th, the first of them told by the text itself, so that each kind of slip has its turn."""
    for slip in every:
        if crc32(slip.encode()) % STEP == 0:
            yield slip


def _right_too(scope: Scope, parsed: Node | None, before: Node) -> bool:
    """Whether a slip has made the name of something else that is known, or changed nothing."""
    if parsed is None:
        return False
    old = {node.word for node in _names(before)}
    fresh = {node.word for node in _names(parsed)} - old
    return parsed == before or any(name in FUNCTIONS or scope.lookup(name) is not None for name in fresh)


def _of_diagrams(world: World, looks: tuple[Look, ...]) -> Iterator[Slip]:
    for look in looks:
        for site in sites.sites(look, world):
            text = strip_feel(site.text)
            parsed = tree(world.feel, text) if text else None
            if parsed is None:
                continue
            for slip in _sampled(_slips(text, parsed)):
                mutated = tree(world.feel, slip)
                if not _right_too(site.scope, mutated, parsed):
                    found = mutated is None or any(
                        each.kind != "unsure" for each in variables.remarks(replace(site, text=slip), world.feel)
                    )
                    yield Slip(f"{look.diagram.file} {getattr(site.part, 'id', '')} {site.what}", text, slip, found)


def _of_tables(world: World, decisions: dict[str, Decision]) -> Iterator[Slip]:
    for key, decision in decisions.items():
        for flow, element in world.asking(key):
            scope = world.scope(flow, element)
            for where, dialect, text, made in _cells(decision):
                parsed = tree(world.feel, text, dialect)
                for slip in _sampled(_slips(text, parsed)) if parsed is not None else ():
                    mutated = tree(world.feel, slip, dialect)
                    if not _right_too(scope, mutated, parsed):
                        wrong = tables.readings(made(slip), decisions, world.feel, scope)
                        found = mutated is None or any(each.remark.kind != "unsure" for each in wrong)
                        yield Slip(f"{key} {where}", text, slip, found)


def _cells(decision: Decision) -> Iterator[tuple[str, Dialect, str, object]]:
    table = decision.expression
    if not isinstance(table, Table):
        return
    for place, column in enumerate(table.inputs):
        yield "an input", "expression", column.expression.text, _input_with(decision, table, place)
    for number, rule in enumerate(table.rules):
        for place, text in enumerate(rule.tests):
            if text not in ("", "-"):
                yield f"rule {number + 1}", "unaryTests", text, _cell_with(decision, table, number, place, "tests")
        for place, text in enumerate(rule.outputs):
            yield (
                f"rule {number + 1}, output",
                "expression",
                text,
                _cell_with(decision, table, number, place, "outputs"),
            )


def _input_with(decision: Decision, table: Table, place: int):
    def made(text: str) -> Decision:
        column = table.inputs[place]
        changed = replace(column, expression=replace(column.expression, text=text))
        inputs = (*table.inputs[:place], changed, *table.inputs[place + 1 :])
        return replace(decision, expression=replace(table, inputs=inputs))

    return made


def _cell_with(decision: Decision, table: Table, number: int, place: int, part: str):
    def made(text: str) -> Decision:
        rule = table.rules[number]
        cells = getattr(rule, part)
        changed = replace(rule, **{part: (*cells[:place], text, *cells[place + 1 :])})
        rules = (*table.rules[:number], changed, *table.rules[number + 1 :])
        return replace(decision, expression=replace(table, rules=rules))

    return made


@cache
def slips(authority: str) -> tuple[Slip, ...]:
    """The slips of one authority's diagrams, forms and tables."""
    known = Project(ROOT).known(authority)
    feel = Feel.shared()
    worlds = world_of((), known, feel)
    world = worlds()
    assert world is not None
    looks = tuple(Look(each, known.others, known, feel, True, worlds) for each in known.others)
    decisions = {key: each for key, each in (known.decisions or {}).items() if each is not None}
    return tuple([*_of_diagrams(world, looks), *_of_tables(world, decisions)])


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_slips_are_found(authority: str) -> None:
    every = slips(authority)
    missed = [each for each in every if not each.found]
    assert len(every) > 10
    assert len(missed) <= max(1, (1 - SHARE) * len(every)), missed


if __name__ == "__main__":
    for authority in AUTHORITIES:
        every = slips(authority)
        missed = [each for each in every if not each.found]
        print(authority, len(every), len(missed), 1 - len(missed) / max(1, len(every)))
        for each in missed:
            print("   ", each.where[-70:], "|", each.was[:80], "->", each.now[:80])
