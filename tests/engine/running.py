"""An engine on a test database with a clock that stands still, and the small diagrams that its tests run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from engine import Config, Engine, Scope
from engine.clock import VirtualClock
from engine.jobs import queue
from engine.people.authorities import Authority, Role
from tests.engine.spiff.cases import bpmn, prop

NOW = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MESSAGES = '<message id="m1" name="reply"/><message id="m2" name="request"/><signal id="s1" name="alarm"/>'


def role(ident: str, *capabilities: str) -> Role:
    mailbox = f"{ident}@example.org"
    return Role(ident, ident.title(), "officer", frozenset(capabilities), mailbox, "")


def authority(ident: str) -> Authority:
    roles = {each: role(each) for each in ("seo", "head", "clerk")}
    return Authority(ident, ident.title(), "", ident, roles, (), {})


def running(database_url: str, **options: Any) -> Engine:
    """An engine at Monday 7 September 2026, 8 o'clock UTC."""
    given = {"config": Config(backoff=(timedelta(minutes=1),), attempts=3), "clock": VirtualClock(NOW), **options}
    return Engine(database_url, **given)


def claim(engine: Engine) -> Any:
    """The next job that is due, as a worker claims it; None where none is."""
    with engine.transactions.writing(Scope.all_authorities()) as session:
        return queue.claim(session, engine.clock.now(), engine.config)


def clock_of(engine: Engine) -> VirtualClock:
    assert isinstance(engine.clock, VirtualClock)
    return engine.clock


def deploy(engine: Engine, xml: bytes, key: str = "p", authority: str = "") -> None:
    engine.deployments.deploy({f"{key}.bpmn": xml}, authority, by="owner", strict=False)


def task(engine: Engine, element: str, instance: int | None = None) -> int:
    """The id of the open task at this element."""
    return next(each.id for each in engine.tasks.open(instance) if each.element == element)


def waiting(engine: Engine, instance: int) -> list[str]:
    return sorted(each.element for each in engine.tasks.open(instance))


#: How the look begins at whether settings were deployed: once in a while by the wall's clock, whatever else is asked.
LOOK = "SELECT config_definition.authority"


class Statements:
    """Counts the statements and commits of an engine between ``with`` and its end, but for LOOK."""

    def __init__(self, engine: Engine) -> None:
        self._database = engine.database._open()
        self.sent: list[str] = []
        self.commits = 0

    def __enter__(self) -> Statements:
        event.listen(self._database, "before_cursor_execute", self._statement)
        event.listen(self._database, "commit", self._commit)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._database, "before_cursor_execute", self._statement)
        event.remove(self._database, "commit", self._commit)

    def _statement(self, *given: Any) -> None:
        if not given[2].startswith(LOOK):
            self.sent.append(given[2])

    def _commit(self, *_: object) -> None:
        self.commits += 1


LOOP = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Review" camunda:candidateGroups="seo"/>'
    '<exclusiveGateway id="g" default="f_g_e"/><endEvent id="e"/>',
    "s>a a>g g>a[again = true] g>e",
)
#: A task that a timer reminds of every day, beside the task; then a second one.
REMINDED = bpmn(
    '<startEvent id="s"/><userTask id="a" camunda:candidateGroups="seo,head"/><userTask id="b"/><endEvent id="e"/>'
    '<boundaryEvent id="t" attachedToRef="a" cancelActivity="false">'
    "<timerEventDefinition><timeCycle>R/P1D</timeCycle></timerEventDefinition></boundaryEvent>"
    '<task id="remind"/><endEvent id="e2"/>',
    "s>a a>b b>e t>remind remind>e2",
)
#: A timer in the flow, then a gateway that has no way out for a broken case, then a task.
LATER = bpmn(
    '<startEvent id="s"/><intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>P1D</timeDuration>'
    '</timerEventDefinition></intermediateCatchEvent><exclusiveGateway id="x"/>'
    '<userTask id="a"/><endEvent id="e"/>',
    "s>t t>x x>a[broken = null or not(broken)] a>e",
)
#: Waits for the message "reply" under its business key.
RECEIVER = bpmn(
    '<startEvent id="s"/><intermediateCatchEvent id="w"><messageEventDefinition messageRef="m1"/>'
    "</intermediateCatchEvent>"
    '<userTask id="a"/><endEvent id="e"/>',
    "s>w w>a a>e",
    MESSAGES,
    "receiver",
)


def started_by(event: str, key: str = "started") -> bytes:
    """A process that begins with this event."""
    return bpmn(
        f'<startEvent id="s">{event}</startEvent><userTask id="a"/><endEvent id="e"/>', "s>a a>e", MESSAGES, key
    )


#: Throws "reply" to the business key in ``target``.
THROWER = bpmn(
    f'<startEvent id="s"/><intermediateThrowEvent id="t">{prop(businessKey="= target")}'
    '<messageEventDefinition messageRef="m1"/></intermediateThrowEvent><endEvent id="e"/>',
    "s>t t>e",
    MESSAGES,
    "thrower",
)
