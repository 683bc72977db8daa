"""FEEL, the one expression language (DMN 1.3 section 10.3): evaluated in a V8 isolate that can reach nothing else.

An expression sees the variables that it is given and the time of the injected clock. It cannot reach Python, files, the
network or another case; it is stopped at a limit of time and memory, and V8 has a process of its own, so that nothing
that an expression does can end this one. Values cross as JSON (engine/feel/values.py). ``language.js`` says what an
expression means (a module a topic), ``types.js``, ``temporal.js`` and ``builtins.js`` what its values and functions are.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any, Literal
from weakref import WeakSet

from engine.errors import ExpressionFailed, ExpressionInvalid, ExpressionLimit, FeelNotBuilt, TimeSpent
from engine.feel.process import Broken, Ended, MemoryUp, Process, TimeUp
from engine.feel.tree import Node, node
from engine.feel.values import ZONE, NoFeelValue, YearsMonths, from_feel, moment, to_feel

__all__ = [
    "ZONE",
    "Answer",
    "Dialect",
    "Feel",
    "Function",
    "Item",
    "Node",
    "YearsMonths",
    "from_feel",
    "shown",
    "strip",
    "to_feel",
    "until",
]

Dialect = Literal["expression", "unaryTests"]
#: What is asked: the dialect, the text, and for unary tests the value that is tested.
Item = tuple[Dialect, str, Any]

#: What one expression may take: seconds of processor time, bytes of V8's heap, characters of its text.
TIME_LIMIT = 0.25
MEMORY_LIMIT = 128_000_000
LENGTH_LIMIT = 10_000
#: Results that are kept, and the longest (key or result, in characters) that is worth keeping.
CACHE_SIZE = 4_096
CACHED_LENGTH = 4_000
BUNDLE = Path(__file__).parents[1] / "build" / "feel.js"

#: When whoever asks has no more time for anything, by the monotonic clock.
_ends: ContextVar[float] = ContextVar("ends", default=inf)

_WORD = re.compile(r"[^\W\d]\w*")
_CLOCK = {"now", "today"}


@dataclass(frozen=True)
class Answer:
    """A value, and what FEEL remarked on the way to it, such as a variable that it did not find and took as null."""

    value: Any
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Function:
    """A named FEEL function, which sees its parameters and the other functions (a business knowledge model of DMN)."""

    name: str
    parameters: tuple[str, ...]
    body: str


@contextmanager
def until(ends: float) -> Iterator[None]:
    """Nothing is evaluated after this moment of the monotonic clock, however many expressions are
    asked: they raise TimeSpent."""
    before = _ends.set(min(ends, _ends.get()))
    try:
        yield
    finally:
        _ends.reset(before)


class Feel:
    """Works out FEEL expressions. Safe from several threads; a forked process starts a V8 of its own at first use."""

    _shared: Feel | None = None
    _shared_lock = threading.Lock()

    def __init__(self, time_limit: float = TIME_LIMIT, memory_limit: int = MEMORY_LIMIT) -> None:
        self._time_limit, self._memory_limit = time_limit, memory_limit
        self._process: Process | None = None
        self._cache: OrderedDict[Any, dict[str, Any]] = OrderedDict()
        self._fresh_locks()
        _feels.add(self)

    @classmethod
    def shared(cls) -> Feel:
        """The one of this process: V8 takes some 80 MB, so there is no reason for two."""
        with cls._shared_lock:
            if cls._shared is None:
                cls._shared = cls()
            return cls._shared

    def evaluate(self, expression: str, variables: Mapping[str, Any], now: datetime | None = None) -> Any:
        """The value of one expression; None for FEEL's null. ``now`` is the aware time that now() and today() tell.

        Raises ExpressionInvalid (it does not parse), ExpressionFailed (no value, or one that is no data; also when it
        asks for the time and ``now`` is not given) or ExpressionLimit.
        """
        return self.run([("expression", expression, None)], variables, now)[0]

    def evaluate_many(
        self, expressions: Sequence[str], variables: Mapping[str, Any], now: datetime | None = None
    ) -> list[Any]:
        """The values of several expressions over the same variables, in one call of V8. Raises as :meth:`evaluate`."""
        return self.run([("expression", text, None) for text in expressions], variables, now)

    def unary_test(self, test: str, value: Any, variables: Mapping[str, Any], now: datetime | None = None) -> bool:
        """Whether a value passes a decision table's cell. Raises as :meth:`evaluate`."""
        return bool(self.run([("unaryTests", test, value)], variables, now)[0])

    def run(
        self,
        items: Sequence[Item],
        variables: Mapping[str, Any],
        now: datetime | None = None,
        functions: Sequence[Function] = (),
    ) -> list[Any]:
        """The values of expressions and unary tests together; what is not known already is asked in one call."""
        return [answer.value for answer in self.answers(items, variables, now, functions)]

    def answers(
        self,
        items: Sequence[Item],
        variables: Mapping[str, Any],
        now: datetime | None = None,
        functions: Sequence[Function] = (),
    ) -> list[Answer]:
        """As :meth:`run`, with FEEL's warnings."""
        asked = [(kind, strip(text), value) for kind, text, value in items]
        for _, text, _ in asked:
            _refuse_unusable(text)
        request = _Request(variables, now, functions)
        keys = [request.key(item) for item in asked]
        known = {key: found for key in keys if (found := self._known(key)) is not None}
        known |= self._found({key: each for key, each in zip(keys, asked, strict=True) if key not in known}, request)
        return [_answer(known[key], text) for key, (_, text, _) in zip(keys, asked, strict=True)]

    def _found(self, unknown: Mapping[Any, Item], request: _Request) -> dict[Any, dict[str, Any]]:
        """Ask V8 what is not known already, and keep it."""
        if not unknown:
            return {}
        found = dict(zip(unknown, self._ask(list(unknown.values()), request), strict=True))
        for key, answer in found.items():
            self._keep(key, answer)
        return found

    def check(self, expression: str, dialect: Dialect = "expression", names: Sequence[str] = ()) -> None:
        """Raise ExpressionInvalid when the text is no FEEL, with the place where it goes wrong.

        ``names`` are the variables whose names hold spaces or signs: FEEL can tell them only if it knows them.
        """
        text = strip(expression)
        _refuse_unusable(text)
        found = self._task("check", text, dialect, tuple(names))
        if "error" in found:
            raise ExpressionInvalid(expression=shown(text), reason=_reason(found))

    def names(self, expression: str, dialect: Dialect = "expression") -> frozenset[str]:
        """The names that an expression reads from its variables, none of which it or FEEL defines.

        A filter's condition may name properties of what it filters; these are given too. Raises ExpressionInvalid.
        """
        self.check(expression, dialect)
        return frozenset(self._task("names", strip(expression), dialect, ()).get("names", ()))

    def inspect(self, expression: str, dialect: Dialect = "expression", names: Sequence[str] = ()) -> Node:
        """The parts of an expression, as FEEL reads them (engine/feel/tree.py). Raises ExpressionInvalid."""
        self.check(expression, dialect, names)
        return node(self._task("inspect", strip(expression), dialect, tuple(names))["tree"])

    def close(self) -> None:
        """End V8; the next call starts it again."""
        with self._calling:
            if self._process is not None:
                self._process.close()
            self._process = None

    # -- V8 ---------------------------------------------------------------------------------------------------------

    def _ask(self, items: Sequence[Item], request: _Request) -> list[dict[str, Any]]:
        try:
            found: list[dict[str, Any]] = self._call(request.body(items), items[0][1])
        except TimeSpent:
            raise
        except ExpressionLimit:
            if len(items) == 1:
                raise
            # Together they took too much, each may be within its own limit; and if not, this tells which one it is.
            return [self._ask([item], request)[0] for item in items]
        return found

    def _task(self, task: str, text: str, dialect: Dialect, names: tuple[str, ...]) -> dict[str, Any]:
        key = (task, dialect, text, names)
        found = self._known(key)
        if found is None:
            request = {"task": task, "text": text, "dialect": dialect, "names": names}
            found = self._call(json.dumps(request), text)
            self._keep(key, found)
        return found

    def _call(self, request: str, text: str) -> Any:
        if monotonic() > _ends.get():
            raise TimeSpent(expression=shown(text), resource="time")
        with self._calling:
            try:
                answer = json.loads(self._asked(request.encode("utf-8")))
            except TimeUp:
                raise self._ended(ExpressionLimit(expression=shown(text), resource="time")) from None
            except MemoryUp:
                raise self._ended(ExpressionLimit(expression=shown(text), resource="memory")) from None
            except Broken as broken:
                raise self._ended(ExpressionFailed(expression=shown(text), reason=shown(str(broken)))) from None
        if isinstance(answer, dict) and answer.get("kind"):
            raise _error(answer, text)
        return answer

    def _asked(self, request: bytes) -> str:
        try:
            return self._started().ask(request, self._time_limit)
        except Ended:
            self._process = None
            return self._started().ask(request, self._time_limit)

    def _started(self) -> Process:
        if self._process is None:
            if not BUNDLE.is_file():
                raise FeelNotBuilt()
            self._process = Process(BUNDLE, self._memory_limit)
        return self._process

    def _ended(self, error: Exception) -> Exception:
        """End V8, whose heap may be full of what the expression made, and start the next one while nobody waits."""
        if self._process is not None:
            self._process.close()
        self._process = None
        self._started()
        return error

    def _fresh_locks(self) -> None:
        self._calling, self._caching = threading.Lock(), threading.Lock()

    def after_fork(self) -> None:
        """Forget the parent's V8 and its locks, which another thread may have held."""
        self._process = None
        self._fresh_locks()

    # -- cache ------------------------------------------------------------------------------------------------------

    def _known(self, key: Any) -> dict[str, Any] | None:
        with self._caching:
            found = self._cache.get(key)
            if found is not None:
                self._cache.move_to_end(key)
            return found

    def _keep(self, key: Any, answer: dict[str, Any]) -> None:
        if "error" in answer or len(str(key)) > CACHED_LENGTH or len(str(answer)) > CACHED_LENGTH:
            return
        with self._caching:
            self._cache[key] = answer
            while len(self._cache) > CACHE_SIZE:
                self._cache.popitem(last=False)


class _Request:
    """The variables of one call as JSON, each encoded once and only if some expression may name it."""

    def __init__(self, variables: Mapping[str, Any], now: datetime | None, functions: Sequence[Function]) -> None:
        self.variables = variables
        self.now = moment(now) if now is not None else None
        self.functions = json.dumps([{"name": f.name, "params": f.parameters, "body": f.body} for f in functions])
        self.bodies = " ".join(f.body for f in functions)
        self.odd = [name for name in variables if not _WORD.fullmatch(name)]
        self.encoded: dict[str, str] = {}

    def key(self, item: Item) -> tuple[Any, ...]:
        """All that the answer depends on."""
        kind, text, value = item
        words = _words(text)
        seen = tuple((name, self.encode(name, text)) for name in self.names(words))
        timely = not _CLOCK.isdisjoint(words | _words(self.bodies))
        return kind, text, self.dump(value, text), seen, self.functions, self.now if timely else None

    def names(self, words: frozenset[str]) -> list[str]:
        """The variables that a text of these words may name: FEEL has no other way to one. A name that is no plain word
        changes how a text is parsed, so it always counts."""
        return sorted(name for name in words if name in self.variables) + self.odd

    def encode(self, name: str, text: str) -> str:
        if name not in self.encoded:
            self.encoded[name] = self.dump(self.variables[name], text)
        return self.encoded[name]

    def dump(self, value: Any, text: str) -> str:
        try:
            return json.dumps(to_feel(value))
        except NoFeelValue as odd:
            raise ExpressionFailed(expression=shown(text), reason=str(odd)) from None

    def body(self, items: Sequence[Item]) -> str:
        """The request for V8."""
        words = frozenset().union(*(_words(text) for _, text, _ in items))
        seen = (f"{json.dumps(name)}:{self.encode(name, items[0][1])}" for name in self.names(words))
        asked = (f"[{json.dumps(kind)},{json.dumps(text)},{self.dump(value, text)}]" for kind, text, value in items)
        return (
            f'{{"task":"evaluate","items":[{",".join(asked)}],"variables":{{{",".join(seen)}}},'
            f'"functions":{self.functions},"now":{json.dumps(self.now)}}}'
        )


def strip(expression: str) -> str:
    """The expression without space around it and without the leading ``=``."""
    text = expression.strip()
    return text[1:].lstrip() if text.startswith("=") else text


def shown(text: str, most: int = 200) -> str:
    """A text short enough for a message, without what no log or database takes (NUL, halves of a surrogate pair)."""
    text = text[: most + 1].encode("utf-8", "replace").decode("utf-8").replace("\0", "?")
    return text if len(text) <= most else text[: most - 1] + "…"


@lru_cache(maxsize=4_096)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def _refuse_unusable(text: str) -> None:
    if not text:
        raise ExpressionInvalid(expression="", reason="it is empty")
    if len(text) > LENGTH_LIMIT:
        raise ExpressionInvalid(expression=shown(text), reason=f"it is longer than {LENGTH_LIMIT:,} characters")


def _answer(found: Mapping[str, Any], text: str) -> Answer:
    if "error" in found:
        raise _error(found, text)
    try:
        return Answer(from_feel(found["value"]), tuple(found["warnings"]))
    except NoFeelValue as odd:
        raise ExpressionFailed(expression=shown(text), reason=str(odd)) from None


def _error(found: Mapping[str, Any], text: str) -> Exception:
    if found["kind"] == "syntax":
        return ExpressionInvalid(expression=shown(text), reason=_reason(found))
    if found["kind"] == "limit":
        return ExpressionLimit(expression=shown(text), resource="memory")
    return ExpressionFailed(expression=shown(text), reason=_reason(found))


def _reason(found: Mapping[str, Any]) -> str:
    place = found.get("at")
    return shown(str(found["error"])) + ("" if place is None else f" at character {place + 1}")


_feels: WeakSet[Feel] = WeakSet()


def _after_fork() -> None:
    Feel._shared_lock = threading.Lock()
    for feel in list(_feels):
        feel.after_fork()


os.register_at_fork(after_in_child=_after_fork)
