"""The user tasks of people: claiming, giving back, completing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine import queries
from engine.cases import stepping
from engine.cases.waiting import Waiting
from engine.errors import AnswerNotDispensable
from engine.forms import load_form
from engine.people import behalf, permissions
from engine.people.behalf import OnBehalf
from engine.queries import TaskDetail, TaskRow
from engine.steps import Complete
from engine.store import given
from engine.store.tables import ProcessInstance, UserTask
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Tasks:
    """User tasks: each waits for a person of its roles."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def open(self, instance: int | None = None) -> list[TaskRow]:
        """The open user tasks of a case, or of all, the oldest first."""
        with self._transactions.reading() as session:
            return queries.open_tasks(session, instance)

    def complete(
        self, task_id: int, values: Mapping[str, Any] | None = None, by: str | Scope = "", note: str = ""
    ) -> None:
        """Complete a user task; ``values`` become process variables.

        Raises TaskNotFound, TaskNotOpen (by whom it was completed, and when), TaskNotYours, TaskClaimed, GivenRefused;
        and AnswerKept,
        caused by whatever the step raises: then the case is as it was, and an incident tells a manager and keeps the
        answer. The task stays open: an answer that is given anew takes the place of the one that is kept.
        """
        known, scope = given.variables(values), permissions.who(by)
        with self._transactions.step(scope) as session:
            instance, task, waiting = stepping.lock_by_task(session, task_id)
            permissions.check_may_complete(scope, task)
            self._end(session, (instance, task, waiting), known, scope, note)

    def complete_for(self, task_id: int, values: Mapping[str, Any], said: OnBehalf, by: Scope) -> None:
        """Record the answer of those whose task it is, who gave it in another way; the history says who, when and how.

        Raises NotOnBehalf, and as :meth:`complete`.
        """
        known = given.variables(values)
        note = f"Said by {said.said_by} on {said.said_on:%-d %B %Y} ({said.how}), and recorded for them."
        with self._transactions.step(by) as session:
            instance, task, waiting = stepping.lock_by_task(session, task_id)
            behalf.check_may_record(by, queries.task(session, task_id).info, task.school_urn)
            self._end(session, (instance, task, waiting), known, by, note, said.detail)

    def go_on_without(self, task_id: int, reason: str, by: Scope) -> None:
        """Let a case go on without an answer that did not come by its date: with what the diagram says holds then.

        Raises NotOnBehalf, AnswerNotDispensable, AnswerNotDue, and as :meth:`complete`.
        """
        with self._transactions.step(by) as session:
            instance, task, waiting = stepping.lock_by_task(session, task_id)
            detail = queries.task(session, task_id)
            behalf.check_may_record(by, detail.info, task.school_urn)
            behalf.check_silent(detail.info, task, self._world.clock.now())
            values = self._silence(detail, instance.authority)
            self._end(session, (instance, task, waiting), values, by, reason, {"unanswered": True, "reason": reason})

    def _end(
        self,
        session: Session,
        locked: tuple[ProcessInstance, UserTask, Waiting],
        values: Mapping[str, Any],
        by: Scope,
        note: str,
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Take the step with which a task ends, in whichever way; ``detail`` is what the history says beside."""
        instance, task, waiting = locked
        trigger = Complete(task.token, dict(values))
        said: dict[str, Any] = {"by": by.username, "element": task.element, "note": note, "detail": detail}
        stepping.step(session, self._world, instance, trigger, waiting, **said)

    def _silence(self, detail: TaskDetail, authority: str) -> dict[str, Any]:
        """The variables of a task that nobody answered: its questions' blanks, under what the diagram says holds then.

        Raises AnswerNotDispensable when the diagram's ``noAnswer`` gives no context.
        """
        blank = load_form(detail.form).unanswered() if detail.form else {}
        seen = {**detail.variables, "settings": dict(self._world.settings(authority))}
        said = self._world.feel.evaluate(detail.info.said("no_answer"), seen, now=self._world.clock.now())
        if not isinstance(said, Mapping):
            raise AnswerNotDispensable(task=detail.info.name)
        return {**blank, **said}

    def claim(self, task_id: int, by: str | Scope) -> None:
        """Take a task for oneself. Raises TaskNotFound, TaskNotOpen, TaskNotYours, TaskClaimed."""
        scope = permissions.who(by)
        with self._transactions.writing(scope, wakes=False) as session:
            permissions.claim(session, task_id, scope)

    def unclaim(self, task_id: int, by: str | Scope) -> None:
        """Give a claimed task back to its roles. Raises as :meth:`claim`."""
        scope = permissions.who(by)
        with self._transactions.writing(scope, wakes=False) as session:
            permissions.release(session, task_id, scope)
