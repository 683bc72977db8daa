"""The people of schools."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.errors import AuthorityNotFound
from engine.people import entries, files, register
from engine.people.authorities import Authority
from engine.people.entries import PeopleImported
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class People:
    """Who holds which role for which school."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def scope(self, authority: str, roles: Collection[str], username: str) -> Scope:
        """What somebody may see and do today: by these roles of their account, and by the register of people.

        A role of kind contact counts for the schools that the register ties the person to. In an authority that the
        configuration does not know, nobody sees anything.
        """
        home = self._world.config.authorities.get(authority)
        if home is None:
            return Scope(authority, frozenset(), username, schools={})
        with self._transactions.reading() as session:
            return register.scope(session, home, roles, username, register.day_of(self._world.clock.now()))

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

    def _home(self, authority: str) -> Authority:
        home = self._world.config.authorities.get(authority)
        if home is None:
            raise AuthorityNotFound(authority=authority)
        return home

    def guest_scope(self, authority: str, role: str, email: str, task_id: int) -> Scope:
        """What whoever came by a link may see and do: in one role, for the school of the task that the link is for.

        An address that the register knows counts for as long as it holds the role for that school.
        """
        with self._transactions.reading() as session:
            day = register.day_of(self._world.clock.now())
            return register.guest_scope(session, Scope(authority, frozenset({role}), email), task_id, day)
