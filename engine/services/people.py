"""The people of schools."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from sqlalchemy.orm import Session

from engine.cases import covers, hands, naming
from engine.errors import AuthorityNotFound
from engine.people import advisers, directory, entries, files, register
from engine.people.authorities import Role
from engine.people.directory import Member, Wanted
from engine.people.entries import PeopleImported
from engine.people.files import Entry
from engine.queries.links import shows_confidential
from engine.schools.advisers import make_room
from engine.store.tenancy import Scope, unconfined
from engine.transactions import Transactions


class People:
    """Who holds which role for which school."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def scope(self, authority: str, roles: Collection[str], username: str, name: str = "") -> Scope:
        """What somebody may see and do today: by these roles of their account, and by the register of people; by the name of
        their account (or username), as link adviser of schools.

        A role of kind contact counts for the schools that the register ties the person to; the roles of those for whom the
        person covers count beside. In an authority that the configuration does not know, nobody sees anything.
        """
        home = self._world.config.authorities.get(authority)
        if home is None:
            return Scope(authority, frozenset(), username, schools={})
        with self._transactions.reading() as session:
            day = register.day_of(self._world.clock.now())
            look = partial(self._world.directory, session, authority, day)
            own = register.scope(session, home, roles, username, day)
            if own.confined is None:
                me = Member(username, name, roles=own.roles)
                own = replace(own, advises=advisers.schools(session, home, me, day, look))
            absent = directory.covers(session, authority, username, day)
            if not absent:
                return own
            members = {each.username: each for each in look(absent)}
            advised = {each.username: advisers.schools(session, home, each, day, look) for each in members.values()}
            return directory.covered(session, home, own, members, day, advised)

    def of_school(self, authority: str, urn: str, role: str) -> list[str]:
        """The usernames of those who hold a role for a school today, by their names."""
        with self._transactions.reading() as session:
            day = register.day_of(self._world.clock.now())
            return [person.username for person in register.people_of(session, authority, urn, day, role)]

    def import_file(self, data: bytes, authority: str) -> PeopleImported:
        """Bring an authority's register of people up to date from a CSV file (``engine/people/files.py``). Safe to repeat.

        A line that cannot be read is told; whoever is not in the file stays as they are. Raises PeopleUnreadable, and
        AuthorityNotFound.
        """
        roles = self._roles(authority)
        with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
            before = naming.ties(session, self._world, authority)
            check = partial(naming.check, session, self._world, authority)
            found = files.read(data, roles, entries.bodies(session, authority), check)
            done = entries.store(session, authority, found.entries, found.unreadable)
            naming.tell(session, self._world, authority, before, "")
            self._free(session, authority)
            return done

    def add(self, cells: Mapping[str, str], by: Scope) -> PeopleImported:
        """Add what one line of such a file would say, by its columns, to the person's own authority.

        Raises WrongCell, with the column and why.
        """
        roles = self._roles(by.authority)
        with self._transactions.writing(by, wakes=False) as session:
            said = files.entries(cells, roles, entries.bodies(session, by.authority))
            naming.check(session, self._world, by.authority, said, by.username)
            with self._told(session, by):
                done = entries.store(session, by.authority, said)
            self._free(session, by.authority)
            return done

    def change(self, holding_id: int, cells: Mapping[str, str], by: Scope) -> None:
        """Change a person's name and e-mail address, and from when until when they hold a role.

        Raises HoldingNotFound, WrongCell.
        """
        with self._transactions.writing(by, wakes=False) as session:
            held, person = entries.find(session, holding_id)
            _, name, email = files.who({**cells, "username": person.username})
            since, until = files.days(cells)
            if not entries.only_ends(held, since, until):
                said = Entry(person.username, name, email, held.role, entries.tie(held), since, until)
                naming.check(session, self._world, by.authority, [said], by.username)
            with self._told(session, by):
                person.name, person.email = name, email
                held.since, held.until = since, until
                make_room(session, held)
            self._free(session, by.authority)

    def move(self, holding_id: int, cells: Mapping[str, str], by: Scope) -> None:
        """Let a role be held for another school, diocese or trust from a day on, and for what it was until then.

        Raises HoldingNotFound, WrongCell.
        """
        with self._transactions.writing(by, wakes=False) as session:
            held, person = entries.find(session, holding_id)
            since, _ = files.days(cells)
            to = files.ties(cells, entries.bodies(session, by.authority))
            moved = [Entry(person.username, person.name, person.email, held.role, tie, since, held.until) for tie in to]
            naming.check(session, self._world, by.authority, moved, by.username)
            with self._told(session, by):
                entries.move(session, held, person, to, since)
            self._free(session, by.authority)

    @contextmanager
    def _told(self, session: Session, by: Scope) -> Iterator[None]:
        """Tell whom it concerns who is a school's link adviser by what is done within."""
        before = naming.ties(session, self._world, by.authority)
        yield
        naming.tell(session, self._world, by.authority, before, by.username)

    def _free(self, session: Session, authority: str) -> None:
        """What ends today frees what was claimed by it; what ends later is freed on its day (Jobs.free_claims)."""
        session.flush()
        with unconfined(session):
            hands.free_of_schools(session, self._world, authority)

    def cover(self, wanted: Wanted, by: Scope) -> None:
        """Let somebody cover for another between two days: the tasks of the other's roles are theirs too.

        Raises NotAManager, CoverRefused.
        """
        with self._transactions.writing(by, wakes=False) as session:
            covers.add(session, self._world, wanted, by)

    def end_cover(self, cover_id: int, by: Scope) -> None:
        """End a cover with yesterday; one that has not begun is as if it had never been. Raises NotAManager, CoverNotFound."""
        with self._transactions.writing(by, wakes=False) as session:
            covers.end(session, self._world, cover_id, by)

    def members(self, authority: str) -> list[Member]:
        """Who can sign in for an authority, by name."""
        with self._transactions.reading() as session:
            found = self._world.directory(session, authority, register.day_of(self._world.clock.now()))
            return sorted(found, key=lambda each: (each.name, each.username))

    def _roles(self, authority: str) -> Mapping[str, Role]:
        """What the register of people may say that somebody is: the authority's roles, and link adviser."""
        home = self._world.config.authorities.get(authority)
        if home is None:
            raise AuthorityNotFound(authority=authority)
        return {**home.roles, advisers.ROLE.id: advisers.ROLE}

    def guest_scope(self, authority: str, role: str, email: str, task_id: int, link_id: int = 0) -> Scope:
        """What whoever came by a link may see and do: in one role, for the school of the task that the link is for.

        An address that the register knows counts for as long as it holds the role for that school. What is kept to the role they
        read where the link was made so.
        """
        with self._transactions.reading() as session:
            day = register.day_of(self._world.clock.now())
            person = Scope(authority, frozenset({role}), email, confidential=shows_confidential(session, link_id))
            return register.guest_scope(session, person, task_id, day)
