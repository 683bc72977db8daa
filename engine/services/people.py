"""The people of schools."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

from engine.cases import covers
from engine.errors import AuthorityNotFound
from engine.people import advisers, directory, entries, files, register
from engine.people.authorities import Authority
from engine.people.directory import Member, Wanted
from engine.people.entries import PeopleImported
from engine.queries.links import shows_confidential
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class People:
    """Who holds which role for which school."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def scope(self, authority: str, roles: Collection[str], username: str, name: str = "") -> Scope:
        """What somebody may see and do today: by these roles of their account, and by the register of people; by the name of
        their account (or username), as link adviser of the schools that the register of schools says.

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
                own = replace(own, advises=advisers.schools(session, authority, username, name, look))
            absent = directory.covers(session, authority, username, day)
            if not absent:
                return own
            members = {each.username: each for each in look()}
            return directory.covered(session, home, own, members, day)

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
        roles = self._home(authority).roles
        with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
            found = files.read(data, roles, entries.bodies(session, authority))
            return entries.store(session, authority, found.entries, found.unreadable)

    def add(self, cells: Mapping[str, str], by: Scope) -> PeopleImported:
        """Add what one line of such a file would say, by its columns, to the person's own authority.

        Raises WrongCell, with the column and why.
        """
        roles = self._home(by.authority).roles
        with self._transactions.writing(by, wakes=False) as session:
            said = files.entries(cells, roles, entries.bodies(session, by.authority))
            return entries.store(session, by.authority, said)

    def change(self, holding_id: int, cells: Mapping[str, str], by: Scope) -> None:
        """Change a person's name and e-mail address, and from when until when they hold a role.

        Raises HoldingNotFound, WrongCell.
        """
        with self._transactions.writing(by, wakes=False) as session:
            held, person = entries.find(session, holding_id)
            _, person.name, person.email = files.who({**cells, "username": person.username})
            held.since, held.until = files.days(cells)

    def move(self, holding_id: int, cells: Mapping[str, str], by: Scope) -> None:
        """Let a role be held for another school, diocese or trust from a day on, and for what it was until then.

        Raises HoldingNotFound, WrongCell.
        """
        with self._transactions.writing(by, wakes=False) as session:
            held, person = entries.find(session, holding_id)
            since, _ = files.days(cells)
            to = files.ties(cells, entries.bodies(session, by.authority))
            entries.move(session, held, person, to, since)

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

    def _home(self, authority: str) -> Authority:
        home = self._world.config.authorities.get(authority)
        if home is None:
            raise AuthorityNotFound(authority=authority)
        return home

    def guest_scope(self, authority: str, role: str, email: str, task_id: int, link_id: int = 0) -> Scope:
        """What whoever came by a link may see and do: in one role, for the school of the task that the link is for.

        An address that the register knows counts for as long as it holds the role for that school. What is kept to the role they
        read where the link was made so.
        """
        with self._transactions.reading() as session:
            day = register.day_of(self._world.clock.now())
            person = Scope(authority, frozenset({role}), email, confidential=shows_confidential(session, link_id))
            return register.guest_scope(session, person, task_id, day)
