"""Reports: drafted with their figures, written on, approved and kept."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from engine import queries
from engine.errors import GivenRefused, PathwaysError, ReportKept, ReportMovedOn, ReportNotFound, ReportNotYours
from engine.queries import WantedRow
from engine.store import given
from engine.store.tables import Report, UserTask
from engine.store.tenancy import Scope
from engine.transactions import Transactions

log = logging.getLogger("pathways.reports")
#: Characters of a report's text.
LONGEST_REPORT = 200_000


@dataclass(frozen=True)
class Drafted:
    """What a draft says: its text (Markdown), each figure with its value and the cases in which it was found, and all cases that
    it draws on anywhere (``drawn``)."""

    title: str
    since: date
    until: date
    text: str
    figures: tuple[Mapping[str, Any], ...] = ()
    drawn: frozenset[int] = frozenset()

    @property
    def cases(self) -> frozenset[int]:
        """The ids of all cases that it tells of."""
        return queries.told_of(self.drawn, self.figures, self.text)


@dataclass(frozen=True)
class Asked:
    """What asks for a report: its template, the roles that write and that read it, the task and the school, where it has one."""

    template: str
    writers: tuple[str, ...]
    readers: tuple[str, ...] = ()
    task: int | None = None
    school: str | None = None


class Reports:
    """The reports that policies ask for."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._clock = transactions.world.clock
        self._authorities = transactions.world.config.authorities
        #: What drafts the report that a task asks for, by a template; None where there are none. Reads, and raises PathwaysError.
        self.draw: Callable[[Session, WantedRow], tuple[Asked, Drafted]] | None = None
        self._refused: set[int] = set()

    def make(self, asked: Asked, drafted: Drafted, by: Scope) -> int:
        """Begin a report with a draft; gives its id. Raises ReportNotYours, ReportOfBarred, GivenRefused."""
        if not (by.everything or by.holds_in_all(asked.writers, at=asked.school, cases=drafted.cases)):
            raise ReportNotYours(whom=" or ".join(asked.writers))
        with self._transactions.writing(by, wakes=False) as session:
            queries.refuse_barred(session, by, drafted.cases)
            return self._add(session, asked, drafted, by.authority, by.username)

    def follow(self) -> int:
        """Draft what tasks ask for and nobody has drafted; how many. A worker calls it: the figures are those of the day on which
        it is asked for, whoever looks at it when. One that cannot be drafted is left to whoever has the task."""
        return sum(self._follow(authority) for authority in self._authorities) if self.draw else 0

    def _follow(self, authority: str) -> int:
        scope, made = Scope(authority, oversees=True), 0
        with self._transactions.reading(scope) as session:
            wanted = [row for row in queries.wanted_reports(session) if row.report is None]
        for row in wanted:
            if row.task_id not in self._refused:
                made += self._draft(row, scope)
        return made

    def _draft(self, row: WantedRow, scope: Scope) -> bool:
        assert self.draw is not None
        try:
            with self._transactions.reading(scope) as session:
                asked, drafted = self.draw(session, row)
            with self._transactions.writing(scope, wakes=False) as session:
                task = session.get(UserTask, row.task_id, with_for_update=True)
                if task is None or task.status != "open" or queries.report_of_task(session, row.task_id) is not None:
                    return False
                self._add(session, asked, drafted, scope.authority, "")
        except PathwaysError:
            log.exception("The report of task %s could not be drafted.", row.task_id)
            self._refused.add(row.task_id)
            return False
        return True

    def _add(self, session: Session, asked: Asked, drafted: Drafted, authority: str, by: str) -> int:
        now = self._clock.now()
        row = Report(
            authority=authority,
            template=asked.template,
            title=drafted.title,
            task_id=asked.task,
            school_urn=asked.school,
            since=drafted.since,
            until=drafted.until,
            text=_text(drafted.text),
            figures=list(drafted.figures),
            cases=sorted(drafted.cases),
            writers=list(asked.writers),
            readers=list(asked.readers),
            number=1,
            made=now,
            made_by=by,
            saved=now,
            saved_by=by,
        )
        session.add(row)
        session.flush()
        return row.id

    def draw_anew(self, report_id: int, drafted: Drafted, number: int, by: Scope) -> None:
        """Draft it once more, with the figures of other days or of today: what was written on it is kept beside it.

        ``number`` is the one of the report that was looked at. Raises ReportNotFound, ReportKept, ReportMovedOn, ReportNotYours,
        ReportOfBarred, GivenRefused.
        """
        with self._transactions.writing(by, wakes=False) as session:
            row = self._writable(session, report_id, number, by)
            queries.refuse_barred(session, by, drafted.cases)
            before = (
                row.cases if row.saved > row.made or row.former else []
            )  # what is kept beside it tells of them still
            row.cases = sorted(drafted.cases.union(before))
            if row.saved > row.made:
                row.former, row.former_by = row.text, row.saved_by
            row.title, row.since, row.until = drafted.title, drafted.since, drafted.until
            row.figures = list(drafted.figures)
            row.made, row.made_by = self._clock.now(), by.username
            self._save(row, drafted.text, by)

    def write(self, report_id: int, text: str, number: int, by: Scope) -> None:
        """Keep what somebody has written. Raises as :meth:`draw_anew`."""
        with self._transactions.writing(by, wakes=False) as session:
            self._save(self._writable(session, report_id, number, by), text, by)

    def approve(self, report_id: int, number: int, by: Scope) -> None:
        """Approve a report: from now on it is kept as it is, and its readers may read it. Raises as :meth:`draw_anew`."""
        with self._transactions.writing(by, wakes=False) as session:
            row = self._writable(session, report_id, number, by)
            row.approved, row.approved_by, row.sha256 = self._clock.now(), by.username, fingerprint(row)

    def _writable(self, session: Session, report_id: int, number: int, by: Scope) -> Report:
        found = queries.report(session, report_id, by)
        if not (by.everything or queries.writes_report(found, by)):
            raise ReportNotYours(whom=" or ".join(found.writers))
        if found.approved is not None:
            raise ReportKept()
        if found.number != number:
            raise ReportMovedOn(by=found.saved_by)
        row = session.get(Report, report_id, with_for_update=True)
        if row is None or row.number != number:
            raise ReportNotFound() if row is None else ReportMovedOn(by=row.saved_by)
        return row

    def _save(self, row: Report, text: str, by: Scope) -> None:
        row.text, row.number = _text(text), row.number + 1
        row.saved, row.saved_by = self._clock.now(), by.username


def fingerprint(row: Any) -> str:
    """The SHA-256 of what a report says: its title, days, text and figures."""
    said = [row.title, row.since.isoformat(), row.until.isoformat(), row.text, list(row.figures)]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _text(text: str) -> str:
    said = given.text(text, "text of the report").replace("\r\n", "\n").strip()
    if not said or len(said) > LONGEST_REPORT:
        raise GivenRefused(what="text of the report", reason=f"it needs between 1 and {LONGEST_REPORT:,} characters")
    return said
