"""PW-86x: the ``camunda:property`` names that Pathways reads, and where each works. The table in docs/reference is made of this
one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from engine.diagram import Element, Process, nodes
from engine.diagram.names import ACTIVITIES
from engine.lint.core import OURS, Fault, Look, fault, quoted, rule, short
from engine.lint.names.shapes import BOOLEAN
from engine.lint.wants import DAY, TIME
from engine.spelling import near


@dataclass(frozen=True)
class Reads:
    """How a property whose value is FEEL is read."""

    over: Literal["inside", "outside", "end", "school", "case"] = "inside"
    """What it sees: what its element sees inside, before it begins or when it ends, a school alone before there is a case, or all
    that a case comes to know."""
    wants: str = ""
    """What must come of it (engine/lint/wants.py); empty for anything."""
    may_wait: bool = False
    """Whether an event beside the flow waits until the names in it are set."""


@dataclass(frozen=True)
class Property:
    """A property of ours: on which elements it has an effect, in words and as a test, and what it does. Its value is FEEL
    (``reads``), one of ``values``, or a rule of its own says what it is."""

    where: str
    works: Callable[[Element], bool]
    note: str
    reads: Reads | None = None
    values: tuple[str, ...] = ()


def _timed(element: Element) -> bool:
    return "timer" in element.event_kinds or bool(element.due_date)


def _waits_for_time(element: Element) -> bool:
    return "timer" in element.event_kinds


def _waits(element: Element) -> bool:
    return element.kind == "receiveTask" or (element.catching and not {"message"}.isdisjoint(element.event_kinds))


def _told(element: Element) -> bool:
    return _waits(element) or (element.catching and "signal" in element.event_kinds)


def _throws(element: Element) -> bool:
    sends = element.kind in ("sendTask", "serviceTask") and bool(element.message_name)
    return sends or (element.throwing and "message" in element.event_kinds)


def _asks(element: Element) -> bool:
    return element.kind == "userTask"


def _recorded(element: Element) -> bool:
    return _asks(element) and bool(element.on_behalf)


def _several(element: Element) -> bool:
    return element.loop is not None and element.loop.kind == "multi"


def _may_be_null(element: Element) -> bool:
    return element.kind in ("scriptTask", "businessRuleTask") or bool(element.camunda("expression"))


def _says_a_period(element: Element) -> bool:
    return element.kind in ("userTask", "scriptTask")


def _starts(element: Element) -> bool:
    return element.kind == "startEvent" and set(element.event_kinds) <= {"timer"}


def _guarded(element: Element) -> bool:
    return element.kind in ACTIVITIES or element.kind in (
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "endEvent",
    )


def _anywhere(element: Element) -> bool:
    return True


_YES_NO = ("true", "false")

PROPERTIES: Mapping[str, Property] = {
    "clause": Property("any element, and the process", _anywhere, "What it carries of the policy, by clause id."),
    "clausePartly": Property(
        "any element",
        _anywhere,
        "Which of the clauses in `clause` the element only serves, or keeps by how it is drawn: carried, and never counted in"
        " proof of policy.",
    ),
    "forEach": Property("none and timer start events", _starts, "`school`: one case a school."),
    "forEachWhen": Property(
        "beside `forEach`", _starts, "FEEL over `school`: which schools are meant.", Reads("school", BOOLEAN)
    ),
    "onlyWhen": Property(
        "activities, intermediate and end events",
        _guarded,
        "FEEL: what must be true of `school` when it is reached, and when a task is completed; else it is an incident.",
        Reads("outside", BOOLEAN),
    ),
    "timerRule": Property(
        "timers and due dates",
        _timed,
        "`meeting` moves to a school day, `period` never moves.",
        values=("meeting", "period"),
    ),
    "from": Property(
        "timers inside a case, and due dates",
        _timed,
        "FEEL: the date that the time counts from.",
        Reads(wants=DAY, may_wait=True),
    ),
    "retime": Property(
        "timers, and due dates",
        _timed,
        "`true`: worked out again when the variables that it is made of change.",
        values=_YES_NO,
    ),
    "statutory": Property(
        "timers that are waited for",
        _waits_for_time,
        "`true`: a period that the law or a notice gives. Managers don't change its date, and resuming a case doesn't move it:"
        " more time is given by a message that the diagram waits for, and tells of.",
        values=_YES_NO,
    ),
    "catchUp": Property(
        "timer cycles", _timed, "`every`: beats that were missed are made up for.", values=("every", "once")
    ),
    "nullAllowed": Property(
        "scripts, decisions and service expressions",
        _may_be_null,
        "`true`: null is a result, and no incident.",
        values=_YES_NO,
    ),
    "correlationKey": Property(
        "where a message is waited for",
        _waits,
        "FEEL: the key that the message must carry; else the business key.",
        Reads(),
    ),
    "businessKey": Property("where a message is sent", _throws, "FEEL: the key that the message carries.", Reads()),
    "keepFor": Property(
        "where a message is sent",
        _throws,
        "How long it waits for a case that will wait for it, as a timer's duration: `2 weeks`; else not at all.",
    ),
    "payload": Property(
        "where a message or signal is waited for",
        _told,
        'The variables that it brings: `judgement: "good" \\| "inadequate", judged_on: date, note: text`.',
    ),
    "reportedBy": Property(
        "where a message is waited for", _waits, "The roles that may report it, as something that has happened."
    ),
    "formKey": Property(
        "where a message is waited for, but at a start", _waits, "The form that asks what to record of a report."
    ),
    "onBehalf": Property("user tasks", _asks, "The roles that may record the answer for those whose task it is."),
    "noAnswer": Property(
        "user tasks with `onBehalf`",
        _recorded,
        "FEEL, a context: what holds when no answer came by the task's date.",
        Reads(),
    ),
    "separateFrom": Property(
        "user tasks",
        _asks,
        "User tasks, by id, that somebody else must do: two who must agree are two persons. One of them may name the other.",
    ),
    "checkAnswers": Property(
        "user tasks",
        _asks,
        "Whether answers are shown once more, with what follows, before they count: `true`, `false`; else where they tell"
        " somebody outside, end or escalate the case, or categorise its school.",
        values=_YES_NO,
    ),
    "prefill": Property("user tasks", _asks, "`last`: sent back for correction, so its last answers show again."),
    "report": Property(
        "user tasks",
        _asks,
        "The template of the report that the task asks for, by its folder and name in config/reports: `barnsley/quarterly`. Its"
        " draft is made from the cases.",
    ),
    "lastDay": Property(
        "user and script tasks",
        _says_a_period,
        "The variable that keeps the last day of a period, as the calendar has it when the task is done.",
    ),
    "lastDayOf": Property(
        "beside `lastDay`",
        _says_a_period,
        'FEEL: the period, in a timer\'s words, such as `= string(length) + " working days"`.',
        Reads("end", TIME),
    ),
    "lastDayFrom": Property(
        "beside `lastDay`", _says_a_period, "FEEL: the day after which the period runs.", Reads("end", DAY)
    ),
    "whereHeld": Property(
        "tasks with the topic `category`",
        lambda element: element.topic == "category",
        "`leave`: where another open case holds the school in a category (`holdsCategory`), the task does nothing; else it would"
        " be an incident.",
        values=("leave",),
    ),
    "toSchool": Property(
        "tasks with the topic `notify`",
        lambda element: element.topic == "notify",
        "FEEL, mostly `true`: whether the case's school is told too, by mail to its own address in the register of schools.",
        Reads(),
    ),
    "outputCollection": Property("multi-instance activities", _several, "The variable that collects the results."),
    "outputElement": Property("multi-instance activities", _several, "FEEL: one run's result.", Reads()),
}


@dataclass(frozen=True)
class OfProcess:
    """A property of a process: what it does; as for :class:`Property`, what its value is."""

    note: str
    reads: Reads | None = None
    values: tuple[str, ...] = ()


#: The properties of a process itself.
OF_PROCESSES: Mapping[str, OfProcess] = {
    "clause": OfProcess(PROPERTIES["clause"].note),
    "startWhen": OfProcess("FEEL over `school`: the schools that the process is for.", Reads("school", BOOLEAN)),
    "endWhen": OfProcess(
        "FEEL over `school`: the schools with which an open case ends, and those concerned are told. One that another is to"
        " follow waits for the manager who decides it.",
        Reads("school", BOOLEAN),
    ),
    "needsSchool": OfProcess("`true`: every case is about a school.", values=_YES_NO),
    "closedSchools": OfProcess(
        "`true`: a case may begin, by hand or by a message, for a school that has closed; else none does.",
        values=_YES_NO,
    ),
    "holdsCategory": OfProcess(
        "Categories, with commas between: while a case of it is open that has put its school in one of them, no other case puts"
        " the school in another; the step that would is an incident, which names the case."
    ),
    "bars": OfProcess(
        "FEEL, looked at after each step: who has a conflict of interest and meets nothing of the case, by user name, e-mail"
        " address or role, alone or in a list; null is nobody. A manager lifts it.",
        Reads("case", may_wait=True),
    ),
    "cases": OfProcess("`many`: a school may have several open cases of it at once.", values=("one", "many")),
    "visibleTo": OfProcess(
        "The roles that may see its cases, beside those who manage cases and the school’s link adviser; others see a case from"
        " when they are asked in it. Without it: the roles whom the process, or one that it calls, asks something."
    ),
    "whileOpen": OfProcess(
        "What a start for many schools does for one with an open case: `skip` it (and managers are told), `begin`"
        " another (with `cases`=`many`), or `end` the open one."
    ),
}


def markdown() -> str:
    """The properties as a Markdown table, as docs/reference/bpmn.md shows it."""
    known = {name: (each.where, each.note) for name, each in PROPERTIES.items()}
    known |= {name: ("the process", each.note) for name, each in OF_PROCESSES.items() if name not in known}
    rows = [f"| `{name}` | {where} | {note} |" for name, (where, note) in sorted(known.items())]
    return "\n".join(["| property | works on | what it does |", "| --- | --- | --- |", *rows])


def _properties(look: Look) -> Iterator[tuple[Element, str]]:
    for element in look.elements():
        names = {*element.properties, *(_of_loop(element) if element.loop is not None else ())}
        yield from ((element, name) for name in sorted(names))


def _of_processes(look: Look) -> Iterator[tuple[Process, str]]:
    """The properties of processes that are none of ours."""
    for process in look.processes():
        yield from ((process, name) for name in sorted(process.properties.keys() - OF_PROCESSES.keys()))


def _of_loop(element: Element) -> Iterator[str]:
    """Results may be named on the loop itself."""
    assert element.loop is not None
    for holder in element.loop.node.iter("{http://camunda.org/schema/1.0/bpmn}property"):
        yield str(holder.get("name", "")).strip()


@rule("PW-861", section=OURS, plain="warning")
def property_is_spelt_right(look: Look) -> Iterator[Fault]:
    """A property's name is not one of ours misspelt."""
    for element, name in _properties(look):
        meant = near(name, PROPERTIES) if name not in PROPERTIES else ""
        if meant:
            yield fault(element, f'its property "{short(name)}" does nothing.', f"Did you mean {meant}?")
    for process, name in _of_processes(look):
        meant = near(name, OF_PROCESSES)
        if meant:
            yield fault(process, f'its property "{short(name)}" does nothing.', f"Did you mean {meant}?")


@rule("PW-820", section=OURS)
def property_stands_once(look: Look) -> Iterator[Fault]:
    """A property stands once on its element or process: of two of one name the last counts, and nobody sees which that is."""
    parts: list[Element | Process] = [*look.elements(), *look.processes()]
    for part in parts:
        names = [str(each.get("name", "")).strip() for each in _written(part)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield fault(part, f'its property "{short(name)}" stands there twice.', "Take one of them out.")


def _written(part: Element | Process) -> Iterator[etree._Element]:
    for holder in nodes.extensions(part.node, "properties"):
        yield from holder.iterfind(nodes.camunda("property"))


@rule("PW-862", section=OURS, plain="warning")
def property_stands_where_it_works(look: Look) -> Iterator[Fault]:
    """A property of ours stands on an element where it has an effect."""
    for element, name in _properties(look):
        known = PROPERTIES.get(name)
        if known is not None and not name.startswith("forEach") and not known.works(element):
            message = f'its property "{name}" does nothing here.'
            yield fault(element, message, f"It works on: {known.where}. Move it, or take it out.")


@rule("PW-864", section=OURS)
def while_open_is_understood(look: Look) -> Iterator[Fault]:
    """A process's whileOpen is skip, end, or, where a school may have several open cases, begin."""
    for process in look.processes():
        given = process.properties.get("whileOpen")
        if given is not None and given not in ("skip", "begin", "end"):
            yield fault(process, f'its property whileOpen is "{short(given)}".', 'Use "skip", "begin" or "end".')
        if given == "begin" and process.properties.get("cases") != "many":
            message = "whileOpen begins another case of a school that may have one only."
            yield fault(process, message, 'Add the property cases: many, or use "skip" or "end".')


@rule("PW-865", section=OURS)
def property_has_one_of_its_values(look: Look) -> Iterator[Fault]:
    """A property that is one of a few words (timerRule, catchUp, retime, nullAllowed, needsSchool, cases) is one of them."""
    for element in look.elements():
        yield from _no_value(element, PROPERTIES)
    for process in look.processes():
        yield from _no_value(process, OF_PROCESSES)


def _no_value(part: Element | Process, known: Mapping[str, Property | OfProcess]) -> Iterator[Fault]:
    for name, each in known.items():
        given = part.properties.get(name)
        if each.values and given is not None and given not in each.values:
            yield fault(part, f'its property {name} is "{short(given)}".', f"Use {quoted(each.values)}.")


@rule("PW-866", section=OURS)
def clause_is_in_the_register(look: Look) -> Iterator[Fault]:
    """A clause that an element or a process carries is one of the authority's register of clauses (clauses.yaml)."""
    for element in look.elements():
        yield from _no_clause(look, element)
    for process in look.processes():
        yield from _no_clause(look, process)


def _no_clause(look: Look, part: Element | Process) -> Iterator[Fault]:
    known = look.known.clauses
    for clause in part.clauses:
        if known is not None and clause not in known:
            meant = near(clause, known)
            remedy = f"Did you mean {meant}?" if meant else "Name one of clauses.yaml, or add it there."
            yield fault(part, f'there is no clause "{short(clause)}".', remedy)


@rule("PW-898", section=OURS)
def clause_in_part_is_carried(look: Look) -> Iterator[Fault]:
    """A clause that an element carries in part (``clausePartly``) is one of those that it carries (``clause``)."""
    for element in look.elements():
        for clause in element.clauses_in_part:
            if clause not in element.clauses:
                message = f'its property clausePartly names "{short(clause)}", which its property clause does not.'
                yield fault(element, message, f"Name {short(clause)} in the property clause too.")


@rule("PW-867", section=OURS)
def last_day_is_whole(look: Look) -> Iterator[Fault]:
    """A task that keeps the last day of a period says the variable, the period, and the day after which it runs."""
    wanted = ("lastDay", "lastDayOf", "lastDayFrom")
    for element in look.elements():
        missing = [name for name in wanted if not element.properties.get(name, "").strip()]
        if 0 < len(missing) < len(wanted):
            message = "the last day of its period cannot be worked out."
            yield fault(element, message, f"Give it the property {quoted(missing)} too.")


@rule("PW-863", section=OURS, severity="warning")
def property_is_known(look: Look) -> Iterator[Fault]:
    """A property that Pathways doesn't know is ignored."""
    for element, name in _properties(look):
        if name not in PROPERTIES and not near(name, PROPERTIES):
            yield fault(element, f'its property "{short(name)}" is ignored.', "Take it out, unless others read it.")
    for process, name in _of_processes(look):
        if not near(name, OF_PROCESSES):
            yield fault(process, f'its property "{short(name)}" is ignored.', "Take it out, or put it on an element.")
