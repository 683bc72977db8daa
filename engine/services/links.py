"""Links to one task for somebody outside the authority who has no account."""

from __future__ import annotations

from collections.abc import Collection

from engine.cases import links
from engine.queries.links import Asked, LinkRow
from engine.queries.links import links as links_of
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Links:
    """Each opens one task, for one address, after a code that is sent there; until the task has ended or somebody ends it."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    def known(self, task_id: int, roles: Collection[str], by: Scope) -> list[str]:
        """The addresses that the register of people has for these roles at the task's school."""
        with self._transactions.reading(by) as session:
            return sorted(links.addresses(session, self._world, task_id, roles))

    def make(self, asked: Asked, by: Scope) -> int:
        """Make a link; its id. Raises TaskNotFound, TaskNotOpen, AddressUnknown."""
        with self._transactions.writing(by, wakes=False) as session:
            return links.make(session, self._world, asked, by)

    def send(self, link_id: int, address: str, by: Scope) -> None:
        """Mail the link, where people are told by mail. Raises LinkNotFound."""
        with self._transactions.writing(by) as session:
            links.send(session, self._world, link_id, address)

    def letter(self, link_id: int, address: str, by: Scope) -> dict[str, str]:
        """The subject and text of a link's mail. Raises LinkNotFound."""
        with self._transactions.reading(by) as session:
            return links.letter(session, self._world, link_id, address)

    def of_task(self, task_id: int, by: Scope) -> list[LinkRow]:
        """The links to a task, the newest first."""
        with self._transactions.reading(by) as session:
            return links_of(session, task_id)

    def check_live(self, link_id: int) -> None:
        """Raises LinkNotFound, and LinkEnded when the link or its task has ended."""
        with self._transactions.reading() as session:
            links.check_live(session, link_id)

    def is_tried_out(self, link_id: int) -> bool:
        """Whether wrong codes have ended a link."""
        with self._transactions.reading() as session:
            return links.is_tried_out(session, link_id)

    def send_code(self, link_id: int, browser: str = "", address: str = "") -> bool:
        """Send a code to the link's address, which is good in the browser that asks (from which address of the network is
        counted); false where nobody is told by mail. Raises LinkNotFound, LinkEnded, CodeLater."""
        with self._transactions.writing(Scope.all_authorities()) as session:
            return links.send_code(session, self._world, link_id, links.Asker(browser, address))

    def confirm(self, link_id: int, code: str, browser: str = "") -> bool:
        """Whether this is a code that was sent when this browser asked. Raises LinkNotFound, LinkEnded."""
        with self._transactions.writing(Scope.all_authorities(), wakes=False) as session:
            return links.confirm(session, self._world, link_id, code, links.Asker(browser))

    def end(self, link_id: int, by: Scope) -> int:
        """End a link; the id of its task. Raises LinkNotFound, LinkEnded."""
        with self._transactions.writing(by, wakes=False) as session:
            return links.end(session, self._world, link_id, by).task_id
