"""Where SpiffWorkflow's own BPMN layer and ours part, and which section of BPMN 2.0.2 decides.

Tests hold it both ways: what is not listed does not differ, and what is listed still does. An upstream release that closes
one fails a test: take the entry out then.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.engine.differential.shipped import FILES, needed
from tests.engine.spiff.random_diagrams import Block


@dataclass(frozen=True)
class Rule:
    """A kind of difference: what SpiffWorkflow does, what ours does, and the section of the standard that decides."""

    name: str
    stock: str
    ours: str
    section: str


INTERRUPTING = Rule(
    "an interrupting event subprocess",
    "runs it beside what it should end",
    "ends everything else in its scope first",
    "13.5.4 and 10.5.6: an interrupting start event cancels what it handles an event of",
)
INNER = Rule(
    "an event subprocess inside a subprocess or a called process",
    "never starts it: only those of the outermost process listen",
    "starts it while its scope runs",
    "13.5.4: it can begin whenever its parent, process or subprocess, is active",
)
CONDITION = Rule(
    "an event subprocess that begins on a condition",
    "never starts it",
    "starts it when the condition becomes true",
    "10.5.5 and 13.5.4: a conditional event occurs when its condition becomes true",
)
ESCALATED = Rule(
    "an event subprocess that begins on an escalation",
    "starts it with its process",
    "starts it when the escalation is thrown",
    "10.5.6 and 13.5.4: it begins when its event occurs, and an escalation occurs when one is thrown",
)
ALREADY = Rule(
    "a condition that is true when the wait for it begins",
    "waits until a task beside it has ended",
    "goes on at once",
    "10.5.5: the event occurs when its condition is true",
)
LATE = Rule(
    "a condition that becomes true inside a subprocess, or on a way beside",
    "looks at it when a task beside it has ended, such as the subprocess as a whole",
    "looks at it when a variable has changed",
    "10.5.5: the event occurs when its condition becomes true",
)
ONCE = Rule(
    "a boundary event that does not interrupt, from its second message",
    "listens no more",
    "listens while its activity runs",
    "10.5.4: such an event may occur several times while the activity runs",
)
BACK = Rule(
    "an interrupting boundary event that leads back to its own activity",
    "leaves the activity, or the event's wait, of the last round open beside that of this round",
    "ends both with the last round",
    "13.5.3: such an event ends the activity that it is attached to, and its own wait with it",
)
LAST_ROUND = Rule(
    "a join inside a loop, from its second round",
    "takes a token of the last round for one of this round, and goes on too early",
    "waits for a token on each flow, and uses each up",
    "13.4.1 and 13.4.3: a join takes one token from each incoming flow that has one, and it is gone",
)
UNBEGUN = Rule(
    "an event subprocess that begins on a timer, when all else has ended",
    "keeps the case open until the timer",
    "ends the case",
    "13.5.4 and 13.5.6: a start that still waits holds no token, and a process without tokens is completed",
)
AGAIN = Rule(
    "an event subprocess that begins on a timer again and again",
    "completes it after its last beat",
    "completes it each time that it has run",
    "13.5.4: each occurrence of a non-interrupting start event begins the event subprocess anew",
)
UNDATED = Rule(
    "a timer beside an activity that counts from a date which there is not yet",
    "waits for it from when the activity begins",
    "waits for it once there is the date",
    "10.5.5: when a timer event occurs is what its expression gives, and this one gives nothing yet",
)

THROWN = Rule(
    "a message that is thrown and caught in one case",
    "hands it over in the step that throws it",
    "hands it over after that step, as every message",
    "10.5.5: a message is sent to who waits for it; when it arrives is not said",
)


@dataclass(frozen=True)
class Difference:
    """An element of a shipped diagram where they part. ``running`` is the process that shows it, if not the diagram's own."""

    diagram: str
    element: str
    rule: Rule
    running: str = ""


DIFFERENCES = (
    Difference("barnsley-complaint", "answer", UNBEGUN),
    Difference("barnsley-concerns-academy", "message-resolved", INTERRUPTING),
    Difference("barnsley-concerns-maintained", "power-in-use", ESCALATED),
    Difference("barnsley-escalation-stage-1", "summary-due", ESCALATED),
    Difference("barnsley-escalation-stage-2", "no-meeting", AGAIN),
    Difference("barnsley-powers", "powers-begin", CONDITION),
    Difference("barnsley-risk-assessment", "judgement-known", CONDITION),
    Difference("barnsley-section-60", "notice-given", UNDATED),
    Difference("barnsley-stage-2-agreement", "both-answered", LAST_ROUND),
    Difference("barnsley-stage-3-agreement", "both-answered", LAST_ROUND),
    Difference("barnsley-warning-notice", "power-in-use", ESCALATED),
    Difference("cheshire-east-iop", "judgement-comes", THROWN),
    Difference("cheshire-east-iop", "progress-not-enough", THROWN),
    Difference("cheshire-east-iop", "secretary-steps-in", INNER),
    Difference("cheshire-east-iop-meeting", "new-date-reported", INNER, running="cheshire-east-iop-programme"),
    Difference("cheshire-east-iop-programme", "ofsted-judges", INNER, running="cheshire-east-iop-tier-2"),
    Difference("cheshire-east-iop-tier-1", "judged-again", LATE),
    Difference("cheshire-east-iop-tier-1", "ofsted-judgement", ONCE),
    Difference("cheshire-east-powers", "powers-asked", CONDITION),
    Difference("cheshire-east-reporting", "law-changed-again", ONCE),
    Difference("cheshire-east-warning-notice", "notice-asked", CONDITION),
    Difference("cheshire-east-warning-notice", "secretary-told", CONDITION),
    Difference("luton-inadequate", "power-in-force", ESCALATED),
    Difference("luton-powers", "powers-considered", CONDITION),
    Difference("luton-ri-academy", "is-worse", CONDITION),
    Difference("luton-ri-maintained", "inspected", LATE),
    Difference("luton-ri-maintained", "judged-inadequate", CONDITION),
    Difference("luton-ri-maintained", "ri-again", CONDITION),
    Difference("luton-ri-maintained", "what-is-missing", AGAIN),
    Difference("luton-warning-notice", "power-in-force", ESCALATED),
    Difference("redcar-categorisation", "appealed", ALREADY),
    Difference("redcar-category-appeal", "appeal-withdrawn", INTERRUPTING),
    Difference("redcar-warning-notice", "judged-while-alerting", ONCE),
    Difference("redcar-warning-notice", "judged", UNDATED),
    Difference("redcar-warning-notice-course", "category-lifted", INNER),
    Difference("redcar-warning-notice-course", "judged-inadequate", INNER),
    Difference("redcar-warning-notice-course", "ofsted-answered", INNER),
    Difference("redcar-warning-notice-course", "period-extended", INNER),
    Difference("redcar-warning-notice-course", "representations-made", INNER),
    Difference("redcar-warning-notice-course", "secretary-gives", INNER),
    Difference("redcar-warning-notice-powers", "eligible-begins", UNDATED),
)


@dataclass(frozen=True)
class Shape:
    """A shape of random diagrams in which they part: the smallest of its kind, and by number the moves that show it.

    Each task is answered with 2, and each loop goes round again.
    """

    name: str
    block: Block
    moves: tuple[int, ...]
    rule: Rule


def _within_a_loop(kind: str, branches: int) -> Block:
    return ("loop", [(kind, [("task", [], 0)] * branches, 0)], 0)


SHAPES = (
    Shape("event subprocess in a subprocess, interrupting", ("watch", [], 1), (1,), INNER),
    Shape("event subprocess in a subprocess, not interrupting", ("watch", [], 0), (1,), INNER),
    Shape("parallel gateways in a loop", _within_a_loop("par", 2), (0, 0, 0, 1), LAST_ROUND),
    Shape("inclusive gateways in a loop", _within_a_loop("or", 3), (0, 0, 0), LAST_ROUND),
)

#: Diagrams that SpiffWorkflow's parsers do not read as they are: the parser, and the beginning of what it says.
NO_COLLECTION = "A multiinstance task must specify a cardinality or a loop input data reference"
NO_DECISION = "There is no support implemented for this task type"
NO_ANNOTATION = "Unknown type in decision table: '{https://www.omg.org/spec/DMN/20191111/MODEL/}annotation'"
NO_COMPENSATION = "NotImplementedError('Unsupported Catch Event"
UNREAD = {
    "BpmnParser": {
        "barnsley-concerns-maintained": NO_COLLECTION,
        "barnsley-escalation": NO_COLLECTION,
        "barnsley-escalation-stage-3": NO_COLLECTION,
        "barnsley-powers": NO_COLLECTION,
        "barnsley-risk-assessment": NO_DECISION,
        "barnsley-warning-notice": NO_COLLECTION,
        "cheshire-east-iop": NO_DECISION,
        "cheshire-east-iop-level": NO_DECISION,
        "cheshire-east-iop-tier-1": NO_DECISION,
        "cheshire-east-iop-tier-2": NO_COLLECTION,
        "cheshire-east-reporting": NO_COLLECTION,
        "luton-inadequate": NO_COLLECTION,
        "luton-monitoring-panel": NO_DECISION,
        "luton-powers": NO_COLLECTION,
        "luton-warning-notice": NO_COLLECTION,
        "redcar-categorisation": NO_DECISION,
        "redcar-warning-notice": NO_COLLECTION,
        "redcar-warning-notice-powers": NO_COMPENSATION,
    },
    "CamundaParser": {
        "barnsley-risk-assessment": NO_ANNOTATION,
        "cheshire-east-iop": NO_ANNOTATION,
        "cheshire-east-iop-level": NO_ANNOTATION,
        "cheshire-east-iop-tier-1": NO_ANNOTATION,
        "luton-monitoring-panel": NO_ANNOTATION,
        "redcar-categorisation": NO_ANNOTATION,
        "redcar-warning-notice": NO_COMPENSATION,
        "redcar-warning-notice-powers": NO_COMPENSATION,
    },
}
#: What each reason means to a reader.
REASONS = {
    NO_COLLECTION: "it knows no `camunda:collection`",
    NO_DECISION: "it knows no business rule task",
    NO_ANNOTATION: "it stops at the annotations of a decision table",
    NO_COMPENSATION: "it knows no compensation",
}


def alike() -> int:
    """How many of the shipped processes run alike on both, with all that they call."""
    return sum(not any(_shows(each, process) for each in DIFFERENCES) for process in FILES)


def _shows(difference: Difference, process: str) -> bool:
    in_it = difference.diagram in {path.stem for path in needed(process)}
    return in_it and not (difference.running and difference.diagram == process)


def markdown() -> str:
    """The differences, as a table: a row a rule."""
    rows = [
        f"| {rule.name} | {rule.stock} | {rule.ours} | {rule.section} | {_places(rule)} |"
        for rule in dict.fromkeys([*(each.rule for each in DIFFERENCES), *(each.rule for each in SHAPES)])
    ]
    head = ["| where | SpiffWorkflow | Pathways | BPMN 2.0.2 | seen at |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *rows])


def _places(rule: Rule) -> str:
    found: dict[str, list[str]] = {}
    for each in DIFFERENCES:
        if each.rule == rule:
            found.setdefault(each.diagram, []).append(f"`{each.element}`")
    shipped = [f"{diagram}: {', '.join(elements)}" for diagram, elements in found.items()]
    drawn = [f"random diagrams: {each.name}" for each in SHAPES if each.rule == rule]
    return "; ".join(shipped + drawn)


def unread() -> str:
    """The diagrams that SpiffWorkflow's parsers do not read, as a table."""
    names = dict.fromkeys(name for of in UNREAD.values() for name in sorted(of))
    head = ["| diagram | " + " | ".join(f"`{parser}`" for parser in UNREAD) + " |", "| --- " * (len(UNREAD) + 1) + "|"]
    return "\n".join(
        [*head, *(f"| {name} | {' | '.join(_reason(parser, name) for parser in UNREAD)} |" for name in names)]
    )


def _reason(parser: str, name: str) -> str:
    return REASONS[UNREAD[parser][name]] if name in UNREAD[parser] else "reads it"
