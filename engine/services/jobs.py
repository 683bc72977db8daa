"""Doing what is due: timers, messages, starts for schools, mail; and trying again what failed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases import delivery, digests, failing, hands, retrying, telling, unstarted
from engine.cases.stepping import StepBroken
from engine.errors import JobLost, WorkerKilled
from engine.jobs import metrics, outbox, queue, senders
from engine.people import permissions, register
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Jobs:
    """What is to be done at a time. Workers call it; any number may at once."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world
        self.sender: senders.Sender | None = senders.sender(self._world.config)
        self._digested: dict[str, datetime] = {}
        #: What carries out what is more than a step of a case, by kind of job: deployments. It stands above this floor, writes
        #: in transactions of its own, and does nothing the second time.
        self.others: dict[str, Callable[[str], None]] = {}
        self._freed: dict[str, date] = {}

    def next_due(self) -> datetime | None:
        """When the next job is due, or somebody is to be told that a task is late; None when nothing waits."""
        asked = [queue.next_due(), telling.next_due(), *([outbox.next_due()] if self.sender else [])]
        with self._transactions.reading() as session:
            found = session.execute(select(*(each.scalar_subquery() for each in asked))).one()
        return min((due for due in found if due is not None), default=None)

    def fire_next_due(self) -> bool:
        """Do the earliest due job, whatever comes of it; false when none is due (or others hold all that are).

        A job that fails is tried again after a pause and becomes an incident in the end: nothing is raised here for it.
        """
        claimed = self._claim()
        if claimed is None:
            return False
        clock = self._world.clock
        try:
            if claimed.kind in self.others:
                self.others[claimed.kind](claimed.token)
            with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
                if claimed.kind in self.others:
                    queue.finish(session, claimed)
                else:
                    delivery.run(session, self._world, claimed)
            metrics.fired(claimed.kind, clock.now() - claimed.due)
        except JobLost:
            pass  # another worker has it; this one has written nothing
        except Exception as error:
            metrics.failed(claimed.kind)
            with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
                failure = self._failure(session, claimed, error)
                queue.fail(session, claimed, failure, clock.now(), self._world.config)
                failing.tell_of_job(session, self._world, claimed, failure)
        return True

    def _failure(self, session: Session, claimed: queue.Claimed, error: Exception) -> queue.Failure:
        if not isinstance(error, StepBroken):
            return queue.Failure("", claimed.token, error)
        about = unstarted.words(session, self._world, error.start) if error.start else ""
        return queue.Failure(error.element, claimed.token, error.cause, about=about)

    def _claim(self) -> queue.Claimed | None:
        claimed: queue.Claimed | WorkerKilled | None = WorkerKilled()
        while isinstance(claimed, WorkerKilled):
            with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
                claimed = queue.claim(session, self._world.clock.now(), self._world.config)
        return claimed

    def run_due(self, limit: int | None = None) -> int:
        """Do all that is due, in due order, and what becomes due by it; how many jobs that was."""
        done = 0
        while (limit is None or done < limit) and self.fire_next_due():
            done += 1
        return done

    def tell_late(self, limit: int | None = None) -> int:
        """Tell people of tasks that are late (:mod:`engine.cases.telling`); how many were looked at."""
        looked = 0
        while limit is None or looked < limit:
            with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
                if not telling.tell_next(session, self._world):
                    break
            looked += 1
        return looked

    def free_claims(self) -> int:
        """Once a day, free what people of schools have claimed whose role there is over; how many tasks."""
        today, freed = register.day_of(self._world.clock.now()), 0
        for authority in self._world.config.authorities:
            if self._freed.get(authority) == today:
                continue
            with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
                freed += hands.free_of_schools(session, self._world, authority)
            self._freed[authority] = today
        return freed

    def send_digests(self) -> int:
        """Write a mail to each person who is told once a day or week and for whom there is something; how many were looked
        at. Does nothing without mail, and one look at the clock where all has been written that is due."""
        looked = 0
        for authority, morning in digests.mornings(self._world).items():
            if self._digested.get(authority) == morning:
                continue
            with self._transactions.reading() as session:
                waiting = digests.waiting(session, self._world, authority, morning)
            for scope, member in waiting:
                with self._transactions.writing(scope, wakes=False) as session:
                    digests.write(session, self._world, member, scope, morning)
                looked += 1
            self._digested[authority] = morning
        return looked

    def send_outbox(self, limit: int | None = None) -> int:
        """Send what waits in the outbox; how many mails were tried. Does nothing without a mail server."""
        tried = 0
        while self.sender is not None and (limit is None or tried < limit):
            with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
                mail = outbox.claim(session, self._world.clock.now(), self._world.config)
            if mail is None:
                break
            tried += 1
            self._post(mail, self.sender)
        return tried

    def _post(self, mail: outbox.Mail, send: senders.Sender) -> None:
        failure: Exception | None = None
        try:
            send(mail)  # outside any transaction: a slow mail server must not hold a lock
        except Exception as error:
            failure = error
        now = self._world.clock.now()
        with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
            if failure is None:
                outbox.sent(session, mail, now)
            else:
                outbox.failed(session, mail, failure, now, self._world.config)

    def retry(self, incident_id: int, by: str | Scope = "") -> None:
        """Resolve an incident; what failed is tried again at once. Raises IncidentNotFound, CaseSuspended.

        An answer that was kept is given again, by whoever gave it, and a case that could not begin is begun. Raises AnswerKept
        when the case can still not go on with it, StartKept when it can still not begin: then the incident stays open.
        """
        scope = permissions.who(by)
        with self._transactions.step(scope) as session:
            retrying.retry(session, self._world, incident_id, scope.username)

    def dismiss(self, incident_id: int, by: str | Scope = "") -> None:
        """Let a case that could not begin rest: what it was to begin with is forgotten. Raises IncidentNotFound, also where the
        incident is another."""
        scope = permissions.who(by)
        with self._transactions.writing(scope, wakes=False) as session:
            unstarted.dismiss(session, self._world, incident_id, scope.username)

    def retry_many(self, incidents: Collection[int], reason: str, by: Scope) -> int:
        """Try troubles of one cause again in the background, each by a job of its own; an id to ask how far it is.

        Those that have another cause than the first are left out. Raises NotAManager, ReasonMissing, IncidentNotFound.
        """
        with self._transactions.writing(by) as session:
            return retrying.begin(session, self._world, incidents, reason, by)

    def figures(self) -> dict[str, float]:
        """The numbers that a monitor watches (``engine/jobs/metrics.py``), read now."""
        with self._transactions.reading() as session:
            return metrics.figures(session, self._world.clock.now())
