"""Answers that somebody records for those whose task it is: said by telephone or letter, or not given at all.

Nobody's silence stops a case: a task's property ``onBehalf`` names the roles that may record its answer, and ``noAnswer``
(FEEL, a context) what holds when none came by the task's date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.errors import AnswerNotDispensable, AnswerNotDue, NotOnBehalf
from engine.queries import ElementInfo
from engine.store.tables import UserTask
from engine.store.tenancy import Scope


@dataclass(frozen=True)
class OnBehalf:
    """Who gave an answer that somebody else records: their name, on which day, and how ("telephone", "letter")."""

    said_by: str
    said_on: date
    how: str

    @property
    def detail(self) -> dict[str, Any]:
        """As the case's history keeps it."""
        return {"said_by": self.said_by, "said_on": self.said_on.isoformat(), "said_how": self.how}


def check_may_record(scope: Scope, info: ElementInfo, school: str | None, case: int) -> None:
    """Raises NotOnBehalf when the person may not record an answer for those whose task it is, in its case, at its school."""
    roles = info.said("on_behalf") or ()
    if not (roles and scope.holds(roles, at=school, case=case)):
        raise NotOnBehalf(task=info.name, whom=" or ".join(roles) or "nobody else")


def check_silent(info: ElementInfo, task: UserTask, now: datetime) -> None:
    """Raises AnswerNotDispensable when the case cannot go on without an answer, AnswerNotDue while its date has not passed."""
    if not info.said("no_answer"):
        raise AnswerNotDispensable(task=info.name)
    if task.due is None or now <= task.due:
        raise AnswerNotDue(task=info.name, due=f"{task.due:%-d %B %Y}" if task.due else "no day that is known")
