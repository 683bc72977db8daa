"""FEEL's built-in functions (DMN 1.3 section 10.3.4): their parameters, and what they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """A built-in function. ``parameters`` are (name, kind); the last may be left out ``optional`` times, or repeated."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    least: int
    most: int
    """-1 for any number."""
    gives: str


#: name(parameters) kind; a parameter is "name:kind", in brackets when it may be left out, with dots when it repeats.
_TABLE = """
number(from:any [grouping_separator:text] [decimal_separator:text]) number
string(from:any) text
date(from:any [month:number] [day:number]) date
date and time(from:any [time:any] [day:number] [hour:number] [minute:number] [second:number] [offset:duration]) date and time
time(from:any [minute:number] [second:number] [offset:duration]) time
duration(from:text) duration
years and months duration(from:any to:any) duration
now() date and time
today() date
not(negand:boolean) boolean
substring(string:text start_position:number [length:number]) text
string length(string:text) number
upper case(string:text) text
lower case(string:text) text
substring before(string:text match:text) text
substring after(string:text match:text) text
replace(input:text pattern:text replacement:text [flags:text]) text
contains(string:text match:text) boolean
matches(input:text pattern:text [flags:text]) boolean
starts with(string:text match:text) boolean
ends with(string:text match:text) boolean
split(string:text delimiter:text) list
string join(list:any [delimiter:text]) text
list contains(list:any element:any) boolean
list replace(list:any position:any newItem:any) list
count(list:any) number
min(...list:any) any
max(...list:any) any
sum(...list:any) number
product(...list:any) number
mean(...list:any) number
median(...list:any) number
stddev(...list:any) number
mode(...list:any) list
all(...list:any) boolean
any(...list:any) boolean
sublist(list:any start_position:number [length:number]) list
append(list:any ...item:any) list
union(...list:any) list
concatenate(...list:any) list
insert before(list:any position:number newItem:any) list
remove(list:any position:number) list
reverse(list:any) list
index of(list:any match:any) list
distinct values(list:any) list
flatten(list:any) list
decimal(n:number scale:number) number
floor(n:number [scale:number]) number
ceiling(n:number [scale:number]) number
abs(n:any) any
round up(n:number scale:number) number
round down(n:number scale:number) number
round half up(n:number scale:number) number
round half down(n:number scale:number) number
modulo(dividend:number divisor:number) number
sqrt(number:number) number
log(number:number) number
exp(number:number) number
odd(number:number) boolean
even(number:number) boolean
is(value1:any value2:any) boolean
before(a:any b:any) boolean
after(a:any b:any) boolean
meets(range1:any range2:any) boolean
met by(range1:any range2:any) boolean
overlaps(range1:any range2:any) boolean
overlaps before(range1:any range2:any) boolean
overlaps after(range1:any range2:any) boolean
finishes(range1:any range2:any) boolean
finished by(range1:any range2:any) boolean
includes(range:any value:any) boolean
during(range1:any range2:any) boolean
starts(range1:any range2:any) boolean
started by(range1:any range2:any) boolean
coincides(range1:any range2:any) boolean
day of year(date:any) number
day of week(date:any) text
month of year(date:any) text
week of year(date:any) number
sort(list:any [precedes:any]) list
get value(m:any key:any) any
get entries(m:any) list
context(entries:any) context
context put(context:any keys:any value:any) context
context merge(contexts:any) context
long date(from:any) text
"""


def _function(line: str) -> Function:
    name, _, rest = line.partition("(")
    inside, _, gives = rest.partition(")")
    given = inside.split()
    parameters = tuple(_parameter(each) for each in given)
    repeated = any(each.startswith("...") for each in given)
    least = sum(not each.startswith("[") for each in given)
    return Function(name, parameters, least, -1 if repeated else len(given), gives.strip())


def _parameter(text: str) -> tuple[str, str]:
    name, _, kind = text.strip("[]").removeprefix("...").partition(":")
    return name.replace("_", " "), kind


FUNCTIONS: Mapping[str, Function] = {each.name: each for each in map(_function, _TABLE.strip().splitlines())}

#: What each kind of temporal value has of its own (DMN 1.3 table 65).
PROPERTIES: Mapping[str, frozenset[str]] = {
    "date": frozenset({"year", "month", "day", "weekday"}),
    "time": frozenset({"hour", "minute", "second", "time offset", "timezone"}),
    "date and time": frozenset(
        {"year", "month", "day", "weekday", "hour", "minute", "second", "time offset", "timezone"}
    ),
    "duration": frozenset({"years", "months", "days", "hours", "minutes", "seconds"}),
}

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June", "July")
_MONTHS += ("August", "September", "October", "November", "December")
#: What functions and properties give that have few values.
FEW: Mapping[str, tuple[str, ...]] = {"day of week": _DAYS, "month of year": _MONTHS}
RANGES: Mapping[str, range] = {"month": range(1, 13), "day": range(1, 32), "weekday": range(1, 8)}
