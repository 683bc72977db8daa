"""FEEL, the one expression language (DMN 1.3 section 10.3): feelin in a V8 isolate that can reach nothing else.

An expression sees the variables it is given and the time of the injected clock. It cannot reach Python, files, the network
or another case, and V8 stops it at a limit of time and memory. Values cross as JSON; see :func:`to_feel` and
:func:`from_feel` for dates.
"""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from py_mini_racer import JSOOMException, JSTimeoutException, MiniRacer

from engine.errors import ExpressionFailed, ExpressionInvalid, ExpressionLimit, FeelNotBuilt

Dialect = Literal["expression", "unaryTests"]
Item = tuple[Dialect, str, Any]

#: What an expression may take: seconds for one call, bytes of V8's heap, characters of its text.
TIME_LIMIT = 1.0
MEMORY_LIMIT = 200_000_000
LENGTH_LIMIT = 10_000
#: Results kept, and the longest request (in characters) that is worth keeping.
CACHE_SIZE = 4_096
CACHED_REQUEST = 20_000
#: The zone in which now() and today() are given.
ZONE = ZoneInfo("Europe/London")
TAG = "@feel"


class Feel:
    """Works out FEEL expressions. Safe from several threads; a forked process makes an isolate of its own."""

    _shared: Feel | None = None
    _shared_lock = threading.Lock()

    def __init__(self, time_limit: float = TIME_LIMIT, memory_limit: int = MEMORY_LIMIT) -> None:
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._isolate: MiniRacer | None = None
        self._pid = 0
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, Any] = OrderedDict()
        self._checked: dict[tuple[str, str], str] = {}

    @classmethod
    def shared(cls) -> Feel:
        """The one of this process: an isolate takes 120 MB, so there is no reason for two."""
        with cls._shared_lock:
            if cls._shared is None:
                cls._shared = cls()
            return cls._shared

    def evaluate(self, expression: str, variables: Mapping[str, Any], now: datetime | None = None) -> Any:
        """The value of one expression; None for FEEL's null.

        Raises ExpressionInvalid (it does not parse), ExpressionFailed (its value is no data) or ExpressionLimit.
        """
        return self.evaluate_many([expression], variables, now)[0]

    def evaluate_many(
        self, expressions: Sequence[str], variables: Mapping[str, Any], now: datetime | None = None
    ) -> list[Any]:
        """The values of several expressions over the same variables, in one call of V8. Raises as :meth:`evaluate`."""
        return self.run([("expression", strip(text), None) for text in expressions], variables, now)

    def unary_test(self, test: str, value: Any, variables: Mapping[str, Any], now: datetime | None = None) -> bool:
        """Whether a value passes a decision table's cell. Raises as :meth:`evaluate`."""
        return bool(self.run([("unaryTests", strip(test), value)], variables, now)[0])

    def run(self, items: Sequence[Item], variables: Mapping[str, Any], now: datetime | None = None) -> list[Any]:
        """The values of expressions and unary tests together: what is not known already is asked in one call."""
        requests = [_request(item, variables, now) for item in items]
        known = [self._known(request) for request in requests]
        unknown = [i for i, found in enumerate(known) if found is None]
        if unknown:
            answers = self._ask([items[i] for i in unknown], variables, now)
            for i, answer in zip(unknown, answers, strict=True):
                known[i] = answer
                self._keep(requests[i], answer)
        return [_value(answer, item[1]) for answer, item in zip(known, items, strict=True)]

    def check(self, expression: str, dialect: Dialect = "expression") -> None:
        """Raise ExpressionInvalid when the text is no FEEL, with the place where it goes wrong."""
        text = strip(expression)
        key = (dialect, text)
        if key not in self._checked:
            _refuse_too_long(text)
            answer = json.loads(self._call("feelCheck", text, text, dialect))
            self._checked[key] = f"{answer['error']} at character {answer['at'] + 1}" if "error" in answer else ""
        if self._checked[key]:
            raise ExpressionInvalid(expression=shown(text), reason=self._checked[key])

    # -- V8 ---------------------------------------------------------------------------------------------------

    def _ask(self, items: Sequence[Item], variables: Mapping[str, Any], now: datetime | None) -> list[dict[str, Any]]:
        texts = " ".join(text for _, text, _ in items)
        for _, text, _ in items:
            _refuse_too_long(text)
        request = {
            "items": [[kind, text, to_feel(value)] for kind, text, value in items],
            "variables": {k: to_feel(v) for k, v in _used(variables, texts).items()},
            "now": now.astimezone(ZONE).isoformat(timespec="seconds") if now else None,
        }
        return cast(list[dict[str, Any]], json.loads(self._call("feel", texts, json.dumps(request))))

    def _call(self, function: str, texts: str, *arguments: str) -> str:
        isolate = self._ready()
        try:
            return str(isolate.call(function, *arguments, timeout_sec=self._time_limit, max_memory=self._memory_limit))
        except JSTimeoutException:
            self._drop(isolate)
            raise ExpressionLimit(expression=shown(texts), resource="time") from None
        except JSOOMException:
            self._drop(isolate)
            raise ExpressionLimit(expression=shown(texts), resource="memory") from None
        except Exception as broken:
            self._drop(isolate)
            raise ExpressionFailed(expression=shown(texts), reason=shown(str(broken))) from None

    def _ready(self) -> MiniRacer:
        with self._lock:
            if self._isolate is None or self._pid != os.getpid():
                isolate = MiniRacer()
                isolate.eval(_bundle())
                self._isolate, self._pid = isolate, os.getpid()
            return self._isolate

    def _drop(self, isolate: MiniRacer) -> None:
        # After a limit the heap may be full of what the expression made: the next call gets a fresh isolate.
        with self._lock:
            if self._isolate is isolate:
                self._isolate = None

    # -- cache ------------------------------------------------------------------------------------------------

    def _known(self, request: str) -> dict[str, Any] | None:
        with self._lock:
            if request in self._cache:
                self._cache.move_to_end(request)
                return cast(dict[str, Any], self._cache[request])
        return None

    def _keep(self, request: str, answer: dict[str, Any]) -> None:
        if len(request) > CACHED_REQUEST or "error" in answer:
            return
        with self._lock:
            self._cache[request] = answer
            while len(self._cache) > CACHE_SIZE:
                self._cache.popitem(last=False)


def strip(expression: str) -> str:
    """The expression without space around it and without the leading ``=``."""
    text = expression.strip()
    return text[1:].lstrip() if text.startswith("=") else text


def shown(text: str, most: int = 200) -> str:
    """A text short enough for a message."""
    return text if len(text) <= most else text[: most - 1] + "…"


def to_feel(value: Any) -> Any:
    """A Python value as JSON for V8: dates, times and durations are tagged with their FEEL type."""
    if isinstance(value, datetime):
        return {TAG: "date and time", "value": value.isoformat()}
    if isinstance(value, date):
        return {TAG: "date", "value": value.isoformat()}
    if isinstance(value, time):
        return {TAG: "time", "value": value.isoformat()}
    if isinstance(value, timedelta):
        return {TAG: "duration", "value": _iso_duration(value)}
    if isinstance(value, Mapping):
        return {str(k): to_feel(v) for k, v in value.items() if k != TAG}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_feel(v) for v in value]
    return value


def from_feel(value: Any) -> Any:
    """A value from V8 as Python: days-and-time durations are timedeltas, years-and-months durations ISO strings."""
    if isinstance(value, list):
        return [from_feel(v) for v in value]
    if isinstance(value, dict):
        if TAG in value:
            return _temporal(value[TAG], value["value"], value.get("yearsMonths", False))
        return {k: from_feel(v) for k, v in value.items()}
    return value


def _temporal(kind: str, text: str, years_months: bool) -> Any:
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "time":
        return time.fromisoformat(text.split("@")[0])
    if kind == "duration":
        return text if years_months else _timedelta(text)
    moment, _, zone = text.partition("@")
    found = datetime.fromisoformat(moment)
    return found.replace(tzinfo=ZoneInfo(zone)) if zone else found


def _iso_duration(value: timedelta) -> str:
    sign = "-" if value < timedelta(0) else ""
    seconds = abs(value).total_seconds()
    return f"{sign}PT{seconds:g}S" if seconds < 1e6 else f"{sign}P{abs(value).days}DT{abs(value).seconds}S"


def _timedelta(text: str) -> timedelta:
    negative, body = text.startswith("-"), text.lstrip("-")[1:]
    days, _, clock = body.partition("T")
    parts = {"D": 0.0, "H": 0.0, "M": 0.0, "S": 0.0}
    number = ""
    for char in days + clock:
        if char in parts:
            parts[char], number = float(number), ""
        else:
            number += char
    found = timedelta(days=parts["D"], hours=parts["H"], minutes=parts["M"], seconds=parts["S"])
    return -found if negative else found


def _used(variables: Mapping[str, Any], texts: str) -> dict[str, Any]:
    """The variables that the expressions may name: those whose name stands in the text (FEEL has no other way)."""
    return {name: value for name, value in variables.items() if name in texts}


def _request(item: Item, variables: Mapping[str, Any], now: datetime | None) -> str:
    """The key of an answer: the expression with all that it can see."""
    kind, text, value = item
    clock = now.isoformat() if now and ("now" in text or "today" in text) else ""
    return json.dumps([kind, text, to_feel(value), to_feel(_used(variables, text)), clock], sort_keys=True, default=str)


def _value(answer: dict[str, Any] | None, text: str) -> Any:
    assert answer is not None
    if "error" not in answer:
        return from_feel(answer["value"])
    reason = shown(str(answer["error"]))
    if answer.get("syntax"):
        raise ExpressionInvalid(expression=shown(text), reason=reason)
    raise ExpressionFailed(expression=shown(text), reason=reason)


def _refuse_too_long(text: str) -> None:
    if len(text) > LENGTH_LIMIT:
        raise ExpressionInvalid(expression=shown(text), reason=f"it is longer than {LENGTH_LIMIT} characters")


def _bundle() -> str:
    source = files("engine") / "build" / "feel.js"
    if not source.is_file():
        raise FeelNotBuilt()
    return source.read_text(encoding="utf-8")
