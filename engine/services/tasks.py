"""The user tasks of people: claiming, giving back, completing, correcting, going on without an answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import queries
from engine.cases import attention, correcting, foresight, hands, reminders, stepping
from engine.cases.foresight import Following
from engine.cases.hands import Moved, Stranded, Unheld
from engine.cases.waiting import Waiting
from engine.errors import AnswerNotDispensable, CaseSuspended, NotTheAuthor, TaskNotFound
from engine.forms import load_form
from engine.people import behalf, drafts, permissions
from engine.people.behalf import OnBehalf
from engine.people.directory import Member
from engine.queries import TaskDetail, TaskRow
from engine.queries.retention import refuse_archived
from engine.steps import Complete, StepFailed
from engine.store import given
from engine.store.tables import Correction, ProcessInstance, UserTask
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

        Raises TaskNotFound, TaskNotOpen (by whom it was completed, and when), TaskNotYours, TaskClaimed, SecondHalf,
        GivenRefused; and AnswerKept, caused by whatever the step raises: then the case is as it was, and an incident tells a
        manager and keeps the answer. The task stays open: an answer that is given anew takes the place of the one that is
        kept.
        """
        known, scope = given.variables(values), permissions.who(by)
        with self._transactions.step(scope) as session:
            instance, task, waiting = stepping.lock_by_task(session, task_id)
            permissions.check_may_complete(scope, task)
            hands.check_separate(session, task, scope)
            absent = scope.covering(task.candidate_groups, at=task.school_urn, case=instance.id)
            self._end(session, (instance, task, waiting), known, scope, note, {"covers": absent} if absent else None)

    def foresee(self, task_id: int, values: Mapping[str, Any], by: Scope) -> Following | None:
        """What would follow if an open task were completed now with these values; None where that cannot be said, since the
        case could not go on with them, or the task has ended: completing it says why.

        For whoever may answer it, which the caller has asked. Raises GivenRefused.
        """
        known = given.variables(values)
        with self._transactions.reading(by) as session:
            try:
                return foresight.foresee(session, self._world, task_id, known)
            except (CaseSuspended, StepFailed, TaskNotFound):
                return None

    def complete_for(self, task_id: int, values: Mapping[str, Any], said: OnBehalf, by: Scope) -> None:
        """Record the answer of those whose task it is, who gave it in another way; the history says who, when and how.

        Raises NotOnBehalf, and as :meth:`complete`.
        """
        known = given.variables(values)
        note = f"Said by {said.said_by} on {said.said_on:%-d %B %Y} ({said.how}), and recorded for them."
        with self._transactions.step(by) as session:
            instance, task, waiting = stepping.lock_by_task(session, task_id)
            behalf.check_may_record(by, queries.task(session, task_id).info, task.school_urn, task.instance_id)
            hands.check_separate(session, task, by)
            self._end(session, (instance, task, waiting), known, by, note, said.detail)

    def correct(self, task_id: int, text: str, reason: str, by: Scope) -> None:
        """Put a note of correction beside the answer of a task, which stays as it was given; in a case that has ended, too, until
        it is archived. The same note a second time (somebody has pressed twice) changes nothing.

        Raises TaskNotFound, CaseArchived, and NotTheAuthor for anybody but who completed it.
        """
        with self._transactions.writing(by, wakes=False) as session:
            task = session.get(UserTask, task_id)
            if task is None:
                raise TaskNotFound(task=task_id)
            if task.status != "completed" or task.ended_by != by.username:
                raise NotTheAuthor(task=queries.task(session, task_id).row.name)
            refuse_archived(session, task.instance_id)
            same = Correction.task_id == task_id, Correction.text == text, Correction.reason == reason
            if session.scalar(select(Correction.id).where(*same)) is not None:
                return  # sent twice: a note is said once
            note = {"instance_id": task.instance_id, "task_id": task_id, "text": text, "reason": reason}
            session.add(Correction(authority=task.authority, by=by.username, at=self._world.clock.now(), **note))

    def replace(self, task_id: int, values: Mapping[str, Any], reason: str, by: Scope) -> None:
        """Put other answers in the place of one's own, while nothing has followed from them; what they were is kept.

        Raises TaskNotFound, NotTheAuthor, AnswerCounts, GivenRefused, and what the step raises.
        """
        known = given.variables(values)
        with self._transactions.step(by) as session:
            correcting.replace(session, self._world, task_id, known, reason, by)

    def is_replaceable(self, task_id: int, by: Scope) -> bool:
        """Whether nothing has followed from the answers of a completed task yet."""
        with self._transactions.reading(by) as session:
            return correcting.is_open(session, self._world, task_id)

    def go_on_without(self, task_id: int, reason: str, by: Scope) -> None:
        """Let a case go on without an answer that did not come by its date: with what the diagram says holds then.

        Raises NotOnBehalf, AnswerNotDispensable, AnswerNotDue, and as :meth:`complete`.
        """
        with self._transactions.step(by) as session:
            instance, task, waiting = stepping.lock_by_task(session, task_id)
            detail = queries.task(session, task_id)
            behalf.check_may_record(by, detail.info, task.school_urn, task.instance_id)
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
        drafts.handed_in(session, by, task.id)

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
        """Take a task for oneself. Raises GivenRefused, TaskNotFound, TaskNotOpen, TaskNotYours, TaskClaimed, SecondHalf."""
        scope = permissions.who(by)
        with self._transactions.writing(scope, wakes=False) as session:
            hands.claim(session, self._world, task_id, scope)

    def unclaim(self, task_id: int, by: str | Scope, reason: str = "") -> None:
        """Give a claimed task back to its roles, or a delegated one to who delegated it. Raises as :meth:`claim`."""
        scope = permissions.who(by)
        with self._transactions.writing(scope, wakes=False) as session:
            hands.release(session, self._world, task_id, scope, reason)

    def hand_over(self, task_id: int, to: str, reason: str, by: Scope, *, delegate: bool = False) -> None:
        """Give a task of one's own to somebody who may do it, for good or (``delegate``) until it is given or taken back.

        Raises TaskNotFound, TaskNotOpen, TaskNotYours, TaskClaimed, NotTheirTask, SecondHalf.
        """
        with self._transactions.writing(by, wakes=False) as session:
            hands.hand_over(session, self._world, task_id, to, reason, by, delegate=delegate)

    def move(self, task_ids: Sequence[int], to: str | None, reason: str, by: Scope) -> Moved:
        """Free open tasks for their roles (``to`` is None), or give them to somebody: for who manages cases. All or none.

        Raises NotAManager, TaskNotFound, TaskNotYours, NotTheirTask, SecondHalf.
        """
        with self._transactions.writing(by, wakes=False) as session:
            return hands.move(session, self._world, task_ids, to, reason, by)

    def prioritise(self, task_id: int, level: str, reason: str, by: Scope) -> None:
        """Give an open task another priority: high, normal or low; for who manages cases.

        Raises NotAManager, GivenRefused, TaskNotFound, TaskNotOpen.
        """
        with self._transactions.writing(by, wakes=False) as session:
            attention.prioritise(session, self._world, task_id, level, reason, by)

    def rest(self, task_id: int, until: date | None, by: Scope) -> None:
        """Let a task rest until a day, for whoever may do it; None takes it up again.

        Raises TaskNotFound, TaskNotOpen, TaskNotYours, TaskClaimed, RestRefused.
        """
        with self._transactions.writing(by, wakes=False) as session:
            attention.rest(session, self._world, task_id, until, by)

    def remind(self, task_id: int, by: Scope) -> TaskRow:
        """Tell those whom an open task waits for that it does, once a day; the task.

        Raises TaskNotFound, TaskNotOpen, RemindedToday.
        """
        with self._transactions.writing(by, wakes=True) as session:
            return reminders.remind(session, self._world, task_id, by)

    def able(self, task_ids: Collection[int], by: Scope) -> list[Member]:
        """Who can sign in and may do each of these tasks, by name; only those of the person's own authority are known."""
        with self._transactions.reading() as session:
            return hands.able(session, self._world, by.authority, task_ids)

    def stranded(self, authority: str) -> list[Stranded]:
        """Who has claimed tasks of an authority that they cannot do any more, and which."""
        with self._transactions.reading() as session:
            return hands.stranded(session, self._world, authority)

    def unheld(self, authority: str) -> list[Unheld]:
        """The open tasks of an authority that wait for a role which nobody holds."""
        with self._transactions.reading() as session:
            return hands.unheld(session, self._world, authority)
