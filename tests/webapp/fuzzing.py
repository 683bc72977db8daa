"""Every parameter of every route with values that nobody sends by hand: which requests they make, always the same ones."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import quote

from flask import Flask

from tests.webapp.people.test_access import ARGUMENTS
from webapp.people.access import ADMINISTER, AUDIT, MANAGE, MOVE, OFFICER, OWN, PUBLIC, REGISTER, ROUTES, START

#: What is sent for a parameter: nothing, too much, below and past what is counted, what no database or text takes, markup,
#: other languages' code, other types, days that there are not, and what belongs to somebody else.
NASTY: tuple[str, ...] = (
    "",
    "9" * 400,
    "-1",
    "99999999999999999999",
    "a\0b",
    "\ud800",
    "x" * 9_000,
    "é\u202e\U0001f642١",
    "' OR 1=1; DROP TABLE account;--",
    '"><script>alert(1)</script>',
    "{{ 7 * 7 }} ${7*7} %s %(x)s",
    "../../../etc/passwd",
    "1e309",
    "nan",
    '[{"a": null}]',
    "2026-02-31",
    "9999-12-31",
    "0001-01-01",
    "0000-00-00T25:61",
    "\r\nSet-Cookie: a=b",
    "seo@elsewhere.example.org",
    "elsewhere",
    "0",
    "1",
)
#: A path takes no slash, and a parameter of it is never empty.
IN_PATHS = tuple(each for each in NASTY if each not in ("", "1") and "/" not in each and len(each) < 1_000)
#: Who is sent to a route by what it asks for; whoever may come to more of them comes to those of officers by turns.
WHO = {
    ADMINISTER: ("administrator",),
    AUDIT: ("information-governance",),
    OWN: ("process-owner",),
    MANAGE: ("service-director",),
    MOVE: ("process-owner", "service-director"),
    REGISTER: ("service-director", "administrator"),
    START: ("seo",),
    OFFICER: ("seo", "service-director", "process-owner"),
    PUBLIC: ("", "seo"),
}
ANYBODY = ("seo", "headteacher", "administrator", "service-director")
#: Of another authority, who comes to every route too.
OUTSIDER = "outsider"
#: What there is; an account that nobody of the walk has.
THERE = {**ARGUMENTS, "account_id": "15"}
#: What ends a session of the walk.
LEFT_OUT = ("auth.sign_out", "own.everywhere")
#: Days at the ends of what a date can be, and one that there is not.
FAR = ("9999-12-31", "0001-01-01", "2026-02-31")
#: How the parameters are called that name a day in one text; and how one is read whose day, month and year are typed apart.
DATED = ("since", "until", "from", "day", "month", "on")
_TYPED = re.compile(r'\b(?:typed_day|typed)\([\w.]+, "(\w+)"')
PARTS = ("year", "month", "day")
_ASKED = re.compile(r"""\.(?:get|getlist|pop)\(\s*"(\w+)"|\b(?:form|args|values|given)\["(\w+)"\]""")


@dataclass(frozen=True)
class Sent:
    """One request: who sends it, and what."""

    who: str
    method: str
    address: str
    endpoint: str
    data: dict[str, Any] | None = None
    json: Any = None


@cache
def parameters(module: str) -> tuple[str, ...]:
    """The names that a module's views look for in addresses and forms, and those that every list takes."""
    source = inspect.getsource(sys.modules[module])
    found = {name or other for name, other in _ASKED.findall(source)}
    # What other modules read for a view is not named in it: a period's two days, and the parts of a day.
    found |= {"since", "until"} if "Days.asked(" in source else set()
    found |= {f"{name}-{part}" for name in _TYPED.findall(source) for part in PARTS}
    return tuple(sorted(found | {"page", "search", "next", "reason", "checked"}))


def requests(app: Flask, each: int = 1) -> Iterator[Sent]:
    """The walk; of all requests every ``each``-th. It asks more often than anybody may."""
    app.extensions["rates"] = dict.fromkeys(app.extensions["rates"], 1_000_000)
    return (sent for number, sent in enumerate(_all(app)) if number % each == 0)


def far_days(app: Flask) -> Iterator[Sent]:
    """To every route that takes days, each of the far ones for all of them, and nothing else that is wrong."""
    app.extensions["rates"] = dict.fromkeys(app.extensions["rates"], 1_000_000)
    turns = count()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint in LEFT_OUT or rule.endpoint == "static":
            continue
        names = parameters(app.view_functions[rule.endpoint].__module__)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            for sides in _sides(names):
                yield from (_far(rule.endpoint, method, filled(rule.rule), sides, far, next(turns)) for far in FAR)


def _sides(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Which of a view's days are sent together: all, and each alone that is written as one text."""
    dated = tuple(name for name in names if name in DATED or name.rpartition("-")[2] in PARTS)
    alone = [(name,) for name in dated if name in ("since", "until")]
    return [dated, *alone] if dated else []


def _far(endpoint: str, method: str, address: str, sides: tuple[str, ...], far: str, turn: int) -> Sent:
    apart = dict(zip(PARTS, far.split("-"), strict=True))
    values = {name: apart[name.rpartition("-")[2]] if "-" in name else far for name in sides}
    might = WHO.get(ROUTES[endpoint], ANYBODY)
    who = might[turn % len(might)]
    if method == "GET":
        return Sent(who, method, f"{address}?{'&'.join(f'{name}={each}' for name, each in values.items())}", endpoint)
    if "/api/" in address:
        return Sent(who, method, address, endpoint, json=values)
    return Sent(who, method, address, endpoint, {**values, "reason": "It is asked for."})


def _all(app: Flask) -> Iterator[Sent]:
    turns = count()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.endpoint in LEFT_OUT or rule.endpoint == "static":
            continue
        names = parameters(app.view_functions[rule.endpoint].__module__)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            for address in _paths(rule.rule, sorted(rule.arguments), next(turns)):
                yield Sent(_who(rule.endpoint, next(turns)), method, address, rule.endpoint)
            for values in _mixed(names, next(turns)):
                yield from _with(rule.endpoint, method, filled(rule.rule), values, next(turns))


def _with(endpoint: str, method: str, address: str, values: dict[str, Any], turn: int) -> Iterator[Sent]:
    who = _who(endpoint, turn)
    if method == "GET":
        query = "&".join(f"{name}={quote(each, errors='surrogatepass')}" for name, each in values.items())
        yield Sent(who, method, f"{address}?{query}", endpoint)
    elif "/api/" in address:
        yield Sent(who, method, address, endpoint, json=values)
    else:
        bare = {name: each.encode("utf-8", "replace").decode() for name, each in values.items()}
        first = next(iter(bare))
        yield Sent(who, method, address, endpoint, {**bare, first: [bare[first], "again"]})


def _who(endpoint: str, turn: int) -> str:
    if turn % 5 == 0 and ROUTES[endpoint] != PUBLIC:
        return OUTSIDER
    might = WHO.get(ROUTES[endpoint], ANYBODY)
    return might[turn % len(might)]


def filled(rule: str) -> str:
    """An address with arguments that there are."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: THERE[match[1]], rule)


def _paths(rule: str, arguments: list[str], turn: int) -> Iterator[str]:
    """An address with each argument in turn replaced by some of what is nasty."""
    for at, name in enumerate(arguments):
        for number in range(4):
            nasty = IN_PATHS[(turn + at + number * 5) % len(IN_PATHS)]
            yield filled(re.sub(rf"<(?:\w+:)?{name}>", lambda _, put=nasty: quote(put, errors="surrogatepass"), rule))


def _mixed(names: tuple[str, ...], turn: int) -> Iterator[dict[str, str]]:
    """Values for all parameters: another for each, so that each parameter meets each of a part of them."""
    for shift in range(0, len(NASTY), 4):
        yield {name: NASTY[(at + shift + turn) % len(NASTY)] for at, name in enumerate(names)}
