"""Reading an expression: which names it uses, what its value may be, and what about it cannot be right.

:func:`read` walks the tree that FEEL itself parsed (engine/feel/tree.py). It never guesses: where the kind of a value
isn't known, nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from engine.feel import Node
from engine.lint.names import operators, shapes
from engine.lint.names.functions import FEW, FUNCTIONS, PROPERTIES, RANGES, Function
from engine.lint.names.operators import reckon
from engine.lint.names.scopes import Scope, lenient
from engine.lint.names.shapes import ANY, BOOLEAN, CONTEXT, FUNCTION, LIST, NULL, NUMBER, TEMPORAL, TEXT, Shape, of
from engine.lint.names.wording import KINDS, Remark, key_of, mentions, unquoted, what, words
from engine.spelling import near

#: How it is said that a name is set, and not before it is read.
NOWHERE = "is set on no way that leads here"


@dataclass(frozen=True)
class Reading:
    """What an expression may give, and what is wrong with it."""

    shape: Shape
    remarks: tuple[Remark, ...]
    reads: frozenset[str] = frozenset()
    """The names that it takes from its variables."""


def read(tree: Node, scope: Scope, tested: Shape = ANY) -> Reading:
    """Read an expression, or unary tests of a value that may be ``tested``."""
    reader = _Reader(scope, tested, frozenset(null_tested(tree)))
    shape = reader.value(tree)
    return Reading(shape, tuple(dict.fromkeys(reader.remarks)), frozenset(reader.reads))


def null_tested(node: Node) -> Iterable[str]:
    """The names that an expression compares with null anywhere: it knows that they may not be set."""
    if node.kind == "Comparison" and any(part.kind == "null" for part in node.parts):
        yield from (part.word for part in node.parts if part.kind == "VariableName")
    for part in node.parts:
        yield from null_tested(part)


class _Reader:
    def __init__(self, scope: Scope, tested: Shape, guarded: frozenset[str]) -> None:
        self.scope, self.tested, self.guarded = scope, tested, guarded
        self.remarks: list[Remark] = []
        self.reads: set[str] = set()
        self.bound: dict[str, Shape] = {}

    def value(self, node: Node) -> Shape:
        """What a node may give."""
        way: Callable[[_Reader, Node], Shape] = _WAYS.get(node.kind, _Reader._last)
        return way(self, node)

    def say(self, kind: str, name: str, message: str, remedy: str) -> None:
        self.remarks.append(Remark(kind, name, message, remedy))

    def within(self, names: Mapping[str, Shape], node: Node) -> Shape:
        """What a node gives where these names are bound."""
        before = self.bound
        self.bound = {**before, **names}
        shape = self.value(node)
        self.bound = before
        return shape

    # -- words --------------------------------------------------------------------------------------------------------

    def _last(self, node: Node) -> Shape:
        found = [self.value(part) for part in node.parts]
        return found[-1] if found else ANY

    def _inner(self, node: Node) -> Shape:
        """The one expression in brackets."""
        found = [self.value(part) for part in node.parts if part.kind not in ("(", ")")]
        return found[0] if len(found) == 1 else ANY

    def _text(self, node: Node) -> Shape:
        return Shape(frozenset({TEXT}), frozenset({unquoted(node.text)}), literal=True)

    def _number(self, node: Node) -> Shape:
        value = float(node.text.replace(" ", ""))
        return Shape(frozenset({NUMBER}), frozenset({int(value) if value.is_integer() else value}), literal=True)

    def _boolean(self, node: Node) -> Shape:
        return Shape(frozenset({BOOLEAN}), literal=True)

    def _null(self, node: Node) -> Shape:
        return shapes.NOTHING

    def _tested(self, node: Node) -> Shape:
        return self.tested

    def _name(self, node: Node) -> Shape:
        name = node.word
        if name in self.bound:
            return self.bound[name]
        found = self.scope.lookup(name)
        if found is None:
            return self._unknown(name)
        self.reads.add(name)
        if not found.sure and name not in self.guarded:
            remedy = f"Ask for it on every way here, or test it: if {name} = null then ..."
            self.say("unsure", name, f'"{name}" is set on some ways here only', remedy)
        return found.shape.stored()

    def _unknown(self, name: str) -> Shape:
        """A name that nothing sets: it is null, and adds nothing to what a value that is made of itself may be."""
        if name in FUNCTIONS:
            self.say("function", name, f'"{name}" is a function, and is not called', f"Write: {name}(...).")
            return of(FUNCTION)
        self.reads.add(name)
        meant = near(name, {*self.scope.names(), *self.bound})
        if " " in name and not meant:
            remedy = 'Write a condition over variables, such as judgement = "inadequate".'
            self.say("prose", name, f'"{name}" is prose, not FEEL', remedy)
        elif meant == name:
            remedy = "Set it before, or lead a flow here from where it is set."
            self.say("name", name, f'"{name}" {NOWHERE}', remedy)
        else:
            remedy = f"Did you mean {meant}?" if meant else 'Correct the name, or put a text in quotes: "...".'
            self.say("name", name, f'nothing can have set "{name}"', remedy)
        return of(NULL)

    # -- paths --------------------------------------------------------------------------------------------------------

    def _path(self, node: Node) -> Shape:
        base, name = self.value(node.parts[0]), node.parts[-1].word
        if base.only(CONTEXT):
            return self._entry(base, name)
        if base.only(LIST):
            item = base.item or ANY
            return shapes.listed(self._entry(item, name) if item.only(CONTEXT) else ANY)
        if base.known and base.known <= TEMPORAL:
            return self._temporal(base, name)
        if base.known and not base.known & {CONTEXT, LIST, *TEMPORAL}:
            message = f'"{words(node)}" asks {what(base)} for "{name}", which it cannot have'
            self.say("type", name, message, "Name a variable that holds several values.")
        return ANY

    def _entry(self, base: Shape, name: str) -> Shape:
        if base.entries is None:
            return ANY
        if name in base.fields:
            return replace(base.fields[name], literal=False)
        meant = near(name, base.fields)
        remedy = f"Did you mean {meant}?" if meant else f"It has: {', '.join(sorted(base.fields))}."
        self.say("name", name, f'there is no "{name}" in it', remedy)
        return ANY

    def _temporal(self, base: Shape, name: str) -> Shape:
        known = frozenset().union(*(PROPERTIES[kind] for kind in base.known))
        if name in known:
            return shapes.part_of_date(name, RANGES.get(name))
        self.say("name", name, f'{what(base)} has no "{name}"', f"It has: {', '.join(sorted(known))}.")
        return ANY

    # -- calls --------------------------------------------------------------------------------------------------------

    def _call(self, node: Node) -> Shape:
        called, given = node.parts[0], node.first("PositionalParameters", "NamedParameters")
        arguments = self._arguments(given)
        if called.kind not in ("VariableName", "DateTimeConstructor"):
            self.value(called)
            return ANY
        name = called.word
        found = self.scope.lookup(name) if called.kind == "VariableName" else None
        if name in self.bound or (found is not None and name not in FUNCTIONS):
            return ANY
        function = FUNCTIONS.get(name)
        if function is None:
            self._unknown_function(name)
            return ANY
        self._fits(function, arguments)
        return self._given(function, arguments)

    def _date_literal(self, node: Node) -> Shape:
        literal = node.first("AtLiteral")
        if literal is None:
            return self._call(node)
        text = unquoted(literal.parts[-1].text) if literal.parts else ""
        if text.lstrip("-").startswith("P"):
            return of("duration")
        return of("date and time" if "T" in text else "time" if ":" in text else "date")

    def _arguments(self, given: Node | None) -> list[Shape]:
        if given is None:
            return []
        parts = [part.parts[-1] if part.kind == "NamedParameter" else part for part in given.parts]
        return [self.value(part) for part in parts]

    def _unknown_function(self, name: str) -> None:
        meant = near(name, FUNCTIONS)
        remedy = f"Did you mean {meant}(...)?" if meant else "Use a function that FEEL has."
        self.say("function", name, f'FEEL has no function "{name}"', remedy)

    def _fits(self, function: Function, given: list[Shape]) -> None:
        few, many = len(given) < function.least, 0 <= function.most < len(given)
        if few or many:
            wanted = ", ".join(name for name, _ in function.parameters) or "nothing"
            message = f"{function.name}() is given {len(given)} of its parameters ({wanted})"
            self.say("function", function.name, message, "Give each of them once.")
        for (name, kind), shape in zip(function.parameters, given, strict=False):
            if kind != "any" and shape.known and kind not in shape.known:
                message = f"{function.name}() wants {KINDS[kind]} as its {name}, and is given {what(shape)}"
                self.say("type", function.name, message, f"Give it {KINDS[kind]}.")

        if function.name == "count":
            self._counts(given)

    def _counts(self, given: list[Shape]) -> None:
        if given and given[0].known and not given[0].known & {LIST, CONTEXT}:
            message = f"count() counts the items of a list, and of {what(given[0])} that is always 1"
            self.say("type", "count", message, "Give it a list, or take string length(...), or test it for null.")

    def _given(self, function: Function, arguments: list[Shape]) -> Shape:
        """What a call gives, as far as that can be told."""
        special = _GIVES.get(function.name)
        if special is not None and arguments:
            return special(self, arguments)
        if function.name in FEW:
            return shapes.options(FEW[function.name])
        return ANY if function.gives == "any" else of(function.gives)

    def _contains(self, given: list[Shape]) -> Shape:
        if len(given) == 2:
            self.compare(shapes.items(given[0]) if given[0].only(LIST) else given[0], given[1], "=")
        return of(BOOLEAN)

    def _as_text(self, given: list[Shape]) -> Shape:
        values = given[0].values
        if given[0].only("date") or (given[0].iso and given[0].only(TEXT)):
            return Shape(frozenset({TEXT}), iso=True)
        if values is None or not given[0].only(TEXT, NUMBER):
            return of(TEXT)
        return Shape(frozenset({TEXT}), frozenset(str(value) for value in values))

    def _joined(self, given: list[Shape]) -> Shape:
        found = [each.item if each.only(LIST) else each for each in given]
        if not found or any(each is None for each in found):
            return of(LIST)
        return shapes.listed(shapes.union(each for each in found if each is not None))

    def _same_list(self, given: list[Shape]) -> Shape:
        return replace(given[0], literal=False) if given[0].only(LIST) or given[0].kinds == {NULL} else of(LIST)

    # -- comparisons --------------------------------------------------------------------------------------------------

    def _comparison(self, node: Node) -> Shape:
        kinds = [part.kind for part in node.parts]
        if "CompareOp" in kinds and len(node.parts) == 3:
            left, operator, right = node.parts
            self.compare(self.value(left), self.value(right), operator.text)
        elif "between" in kinds:
            tested, low, high = [self.value(part) for part in node.parts if part.kind not in ("between", "and")]
            self.compare(tested, low, ">=")
            self.compare(tested, high, "<=")
        elif "in" in kinds:
            self._in(node)
        else:
            self._last(node)
        return of(BOOLEAN)

    def _in(self, node: Node) -> None:
        before, self.tested = self.tested, self.value(node.parts[0])
        for part in node.parts[2:]:
            self.value(part)
        self.tested = before

    def _unary_test(self, node: Node) -> Shape:
        """One alternative of a cell, or of ``in``: a value, a list of values, a comparison, or a condition."""
        for part in node.parts:
            shape = self.value(part)
            if mentions(part):
                self._condition(part, shape)
            elif part.kind not in ("SimplePositiveUnaryTest", "Wildcard"):
                self._equal(shape)
        return of(BOOLEAN)

    def _condition(self, part: Node, shape: Shape) -> None:
        if shape.known and not shape.only(BOOLEAN):
            message = f'"{words(part)}" is {what(shape)}, not true or false'
            self.say("type", "", message, "Write a condition about ?.")

    def _equal(self, shape: Shape) -> None:
        """What is tested is this value, or among these. Of a truth alone, only where something is known to be tested."""
        if self.tested.known or not shape.only(BOOLEAN):
            self.compare(self.tested, shape.item or ANY if shape.only(LIST) else shape, "=")

    def _simple_test(self, node: Node) -> Shape:
        operator = node.first("CompareOp")
        shape = self.value(node.parts[-1])
        if operator is not None:
            self.compare(self.tested, shape, operator.text)
        return of(BOOLEAN)

    def _interval(self, node: Node) -> Shape:
        ends = [self.value(part) for part in node.parts if part.kind not in ("[", "]", "(", ")", "..")]
        for end in ends:
            self.compare(self.tested, end, "<=")
        return of("range")

    def compare(self, a: Shape, b: Shape, operator: str) -> None:
        self.remarks.extend(operators.compare(a, b, operator))

    # -- larger parts -------------------------------------------------------------------------------------------------

    def truth(self, node: Node, where: str) -> None:
        """Read a part that must be true or false."""
        if node.kind == "SimplePositiveUnaryTest" and node.first("CompareOp") is not None:
            remedy = 'Write before it what is compared, each time: x = "a" or x = "b".'
            self.say("type", "", f'"{words(node)}" does not say what is compared, and is no true or false', remedy)
            return
        shape = self.value(node)
        if shape.known and BOOLEAN not in shape.known:
            message = f'"{words(node)}" is {what(shape)}, not true or false'
            self.say("type", "", message, f"Compare it with something{where}.")

    def _junction(self, node: Node) -> Shape:
        for part in node.parts:
            if part.kind not in ("and", "or"):
                self.truth(part, "")
        return of(BOOLEAN)

    def _if(self, node: Node) -> Shape:
        condition, then, otherwise = [part for part in node.parts if part.kind not in ("if", "then", "else")]
        self.truth(condition, "")
        return shapes.union([self.value(then), self.value(otherwise)])

    def _arithmetic(self, node: Node) -> Shape:
        operands = [self.value(part) for part in node.parts if part.kind != "ArithOp"]
        operator = next(part.text for part in node.parts if part.kind == "ArithOp")
        if len(operands) == 1:
            return replace(operands[0], values=None, literal=False)
        shape, wrong = reckon(operator, *operands)
        self.remarks.extend([wrong] if wrong else [])
        return shape

    def _for(self, node: Node) -> Shape:
        names = self._iterators(node)
        return shapes.listed(self.within({**names, "partial": of(LIST)}, node.parts[-1]))

    def _quantified(self, node: Node) -> Shape:
        before = self.bound
        self.bound = {**before, **self._iterators(node)}
        self.truth(node.parts[-1], "")
        self.bound = before
        return of(BOOLEAN)

    def _iterators(self, node: Node) -> dict[str, Shape]:
        names: dict[str, Shape] = {}
        inside = node.first("InExpressions")
        for each in inside.parts if inside is not None else ():
            if each.kind == "InExpression":
                names[each.parts[0].word] = self._iterated(each.parts[-1], names)
        return names

    def _iterated(self, context: Node, names: Mapping[str, Shape]) -> Shape:
        found = [self.within(names, part) for part in context.parts if part.kind != ".."]
        if len(found) > 1:
            return of("date") if found[0].only("date") else of(NUMBER)
        shape = found[0] if found else ANY
        return shapes.items(shape).stored()

    def _filter(self, node: Node) -> Shape:
        base = self.value(node.parts[0])
        item = shapes.items(base)
        condition = node.parts[2]
        if condition.kind == "NumericLiteral":
            if condition.text == "0":
                self.say("nothing", "", f'"{words(node)}" is nothing: FEEL counts from 1', "Write [1] for the first.")
            return item
        inside = {"item": item, **(item.fields if item.only(CONTEXT) else {})}
        before, self.scope = self.scope, lenient(self.scope, item)
        chosen = self.within(inside, condition)
        self.scope = before
        return item if chosen.only(NUMBER) else base if chosen.only(BOOLEAN) else ANY

    def _list(self, node: Node) -> Shape:
        found = [self.value(part) for part in node.parts if part.kind not in ("[", "]", ",")]
        return shapes.listed(shapes.union(found) if found else shapes.NOTHING)

    def _context(self, node: Node) -> Shape:
        before, entries = self.bound, {}
        for entry in node.every("ContextEntry"):
            key = entry.parts[0]
            name = unquoted(key.parts[0].text) if key.parts and key.parts[0].kind == "StringLiteral" else key_of(key)
            entries[name] = self.value(entry.parts[-1]).stored()
            self.bound = {**self.bound, name: entries[name]}
        self.bound = before
        return shapes.context(entries)

    def _function(self, node: Node) -> Shape:
        parameters = node.first("FormalParameters")
        names = [each.parts[0] for each in parameters.every("FormalParameter")] if parameters is not None else []
        self.within({key_of(name): ANY for name in names}, node.parts[-1])
        return of(FUNCTION)

    def _instance(self, node: Node) -> Shape:
        self.value(node.parts[0])
        return of(BOOLEAN)


_GIVES: Mapping[str, Callable[[_Reader, list[Shape]], Shape]] = {
    "list contains": _Reader._contains,
    "string": _Reader._as_text,
    "concatenate": _Reader._joined,
    "union": _Reader._joined,
    **{name: _Reader._same_list for name in ("distinct values", "reverse", "sublist", "remove", "sort")},
}

_WAYS: Mapping[str, Callable[[_Reader, Node], Shape]] = {
    "StringLiteral": _Reader._text,
    "NumericLiteral": _Reader._number,
    "BooleanLiteral": _Reader._boolean,
    "null": _Reader._null,
    "?": _Reader._tested,
    "VariableName": _Reader._name,
    "PathExpression": _Reader._path,
    "FunctionInvocation": _Reader._call,
    "DateTimeLiteral": _Reader._date_literal,
    "Comparison": _Reader._comparison,
    "PositiveUnaryTest": _Reader._unary_test,
    "SimplePositiveUnaryTest": _Reader._simple_test,
    "Interval": _Reader._interval,
    "Conjunction": _Reader._junction,
    "Disjunction": _Reader._junction,
    "IfExpression": _Reader._if,
    "ArithmeticExpression": _Reader._arithmetic,
    "ForExpression": _Reader._for,
    "QuantifiedExpression": _Reader._quantified,
    "FilterExpression": _Reader._filter,
    "ParenthesizedExpression": _Reader._inner,
    "List": _Reader._list,
    "Context": _Reader._context,
    "FunctionDefinition": _Reader._function,
    "InstanceOfExpression": _Reader._instance,
}
