"""The register of schools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.cases import naming, school_changes, takeover
from engine.errors import ImportNotFound, RegisterMoved, RegisterUnreadable
from engine.people import advisers
from engine.people.files import WrongCell, is_address, is_readable
from engine.people.register import day_of
from engine.schools import reading, register, reports
from engine.schools.advisers import Adviser
from engine.schools.reading import Reading
from engine.schools.register import Imported
from engine.schools.takeovers import Decision, Plan
from engine.services.calendars import Calendars
from engine.store.tables import RegisterImport
from engine.store.tenancy import Scope, unconfined
from engine.transactions import Transactions

PREVIEW, DONE = "preview", "done"
#: How long files that were looked at wait to be confirmed.
KEPT = timedelta(days=1)


class Schools:
    """The register of an authority's schools."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def import_file(self, data: bytes, authority: str) -> Imported:
        """Bring an authority's register up to date from one file, as :meth:`import_files` does."""
        return self.import_files({"": data}, authority)

    def import_files(self, files: Mapping[str, bytes], authority: str, by: str = "") -> Imported:
        """Bring an authority's register up to date from CSV files, by name: one of schools (ours or the national extract), the
        national links file, or both. Safe to repeat. Live cases of a school that changed in what matters to them are told, and
        schools that follow others wait for a manager. A report is kept.

        A file of ours is taken whole or not at all: raises RegisterUnreadable. Of a national file, a line that cannot be
        read is told. Raises AuthorityNumberMissing.
        """
        read = self._read(files, authority)
        with self._transactions.writing(Scope.all_authorities()) as session:
            done = self._take(session, authority, read, by)
            self._keep(session, authority, by, list(files), DONE, done)
            return done

    def look(self, files: Mapping[str, bytes], by: Scope) -> int:
        """Read such files, and keep what they would do for the person to confirm; the id of the import. Changes nothing on the
        register. Raises RegisterUnreadable, AuthorityNumberMissing."""
        read, authority, now = self._read(files, by.authority), by.authority, self._world.clock.now()
        with self._transactions.reading() as session:
            read = reading.narrowed(session, authority, read)
            would = self._would(session, authority, read, by.username)
        with self._transactions.writing(by, wakes=False) as session:
            old = (RegisterImport.by == by.username) | (RegisterImport.at < now - KEPT)
            session.execute(delete(RegisterImport).where(RegisterImport.status == PREVIEW, old))
            return self._keep(session, authority, by.username, list(files), PREVIEW, would, read)

    def confirm_import(self, import_id: int, by: Scope) -> Imported:
        """Take files that were looked at. Raises ImportNotFound, and RegisterMoved where they would do something else now."""
        with self._transactions.writing(Scope.all_authorities(by.username)) as session:
            row = session.scalars(
                select(RegisterImport)
                .where(RegisterImport.id == import_id, RegisterImport.authority == by.authority)
                .with_for_update()
            ).first()
            if row is None or row.status != PREVIEW:
                raise ImportNotFound(number=import_id)
            done = self._take(session, by.authority, reading.from_json(row.reading), by.username)
            report = reports.as_report(done)
            if not reports.does_the_same(report, row.report):
                raise RegisterMoved()
            row.status, row.report, row.reading = DONE, report, {}
            row.at, row.by = self._world.clock.now(), by.username
            return done

    def readdress(self, urn: str, email: str, by: Scope) -> None:
        """Give a school this e-mail address of its own; none where it is empty. Raises SchoolNotFound, WrongCell."""
        email = email.strip().lower()
        if email and not (is_address(email) and is_readable(email)):
            raise WrongCell("email", "Enter an email address in the correct format, like office@example.org")
        with self._transactions.writing(by, wakes=False) as session:
            register.find(session, by.authority, urn).email = email

    def _read(self, files: Mapping[str, bytes], authority: str) -> Reading:
        return reading.read(files.values(), lambda: self._world.config.la_code(authority))

    def _take(self, session: Session, authority: str, read: Reading, by: str) -> Imported:
        done = reading.take(session, authority, read, self._world.clock.now())
        done = replace(done, touched=tuple(school_changes.tell(session, self._world, authority, done.altered)))
        meant = self._advisers(session, authority, read, done, by)
        before = naming.ties(session, self._world, authority)
        register.take_advisers(session, authority, done, meant)
        naming.tell(session, self._world, authority, before, by, without={each.urn for each in done.new})
        return done

    def _advisers(
        self, session: Session, authority: str, read: Reading, done: Imported, by: str
    ) -> Mapping[str, Adviser]:
        """Who the link advisers are whom a file of ours names anew. Raises RegisterUnreadable for one who may not be."""
        day = day_of(self._world.clock.now())
        named = {urn: said for urn, said in done.advisers.items() if said}
        called = {*named.values(), *(said.lower() for said in named.values())}
        meant = advisers.meant(self._world.directory(session, authority, day, called) if called else (), called)
        refused = {
            said: naming.against(session, self._world, authority, meant[said], day, by) for said in {*named.values()}
        }
        for urn, said in named.items():
            if refused[said]:
                raise RegisterUnreadable(line=register.line_of(read.rows or (), urn), reason=refused[said].rstrip("."))
        return meant

    def _would(self, session: Session, authority: str, read: Reading, by: str) -> Imported:
        """What a reading would do; the session forgets it."""
        with session.no_autoflush:
            done = reading.take(session, authority, read, self._world.clock.now())
            done = replace(done, touched=tuple(school_changes.touched(session, authority, done.altered)))
            self._advisers(session, authority, read, done, by)
        session.rollback()
        return done

    def _keep(
        self,
        session: Session,
        authority: str,
        by: str,
        files: list[str],
        status: str,
        done: Imported,
        read: Reading | None = None,
    ) -> int:
        row = RegisterImport(
            authority=authority,
            at=self._world.clock.now(),
            by=by,
            files=[name for name in files if name],
            status=status,
            reading=reading.as_json(read) if read is not None else {},
            report=reports.as_report(done),
        )
        session.add(row)
        session.flush()
        return row.id

    # -- one school takes another's place ---------------------------------------------------------------------------

    def succession(self, succession_id: int, by: Scope) -> Plan:
        """What a succession would move, with all that hang together with it. Raises SuccessionNotFound."""
        with self._transactions.reading(by) as session, unconfined(session):
            return takeover.plan(session, self._world, succession_id)

    def confirm_succession(self, succession_id: int, decision: Decision, by: Scope) -> int:
        """Let the new schools take over; gives how many live cases moved. It cannot be undone.

        Raises SuccessionNotFound, SuccessionDecided, SuccessionMoved, SuccessionUnclear, CalendarNotWritten.
        """
        with self._transactions.writing(by) as session, unconfined(session):
            moved = takeover.confirm(session, self._world, succession_id, decision, by.username)
        calendars = Calendars(self._transactions)
        other = [
            each.case
            for each in moved
            if calendars.of(by.authority, each.old) is not calendars.of(by.authority, each.new)
        ]
        calendars.recalculate(other)
        return len(moved)

    def refuse_succession(self, succession_id: int, reason: str, by: Scope) -> None:
        """Keep the schools apart, with a reason. Raises SuccessionNotFound, SuccessionDecided."""
        with self._transactions.writing(by, wakes=False) as session, unconfined(session):
            takeover.refuse(session, self._world, succession_id, reason, by.username)

    def reopen_succession(self, succession_id: int, by: Scope) -> None:
        """Let a succession that was refused wait for a manager again. Raises SuccessionNotFound, SuccessionDecided."""
        with self._transactions.writing(by, wakes=False) as session, unconfined(session):
            takeover.reopen(session, succession_id)
