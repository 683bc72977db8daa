"""Files that people add to cases and tasks as evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from engine.errors import FileNotFound, FileRefused, FilesNotKept, InstanceNotFound
from engine.forms.model import Kept
from engine.people import evidence, previews
from engine.people.previews import Preview
from engine.queries.retention import refuse_archived
from engine.store.files import Folder, Stored
from engine.store.tables import Attachment, ProcessInstance, UserTask
from engine.store.tenancy import Scope
from engine.transactions import Transactions


class Attachments:
    """Evidence: contents in a folder, what is known of them in the database. Who may do what, the caller has asked."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._world = transactions.world

    @property
    def limits(self) -> evidence.Limits:
        """What may be added."""
        return self._world.config.limits

    @property
    def _folder(self) -> Folder:
        if self._world.config.files is None:
            raise FilesNotKept(reason="no folder is configured (PATHWAYS_FILES)")
        return Folder(self._world.config.files)

    def add(
        self,
        instance: int,
        name: str,
        content: IO[bytes],
        by: Scope,
        task: int | None = None,
        roles: Iterable[str] = (),
        until: str = "",
        question: str = "",
    ) -> int:
        """Add a file to a case, or to a task in it; its id. ``roles`` are those to whom it is confidential, ``until`` FEEL
        that is true once it is not any more. ``question`` is the key of the question of the task that it answers.

        Raises FileRefused (too large, of a type that is not taken, not what its name says, a virus), FilesNotKept, CaseArchived
        and InstanceNotFound.
        """
        called = evidence.safe_name(name)
        evidence.sized(called, content, self.limits)
        kind = evidence.media_type(called, content, self.limits)
        folder = self._folder
        stored = folder.put(content)
        try:
            evidence.scan(called, folder.place(stored.key), self.limits)
            return self._record(instance, (called, kind, stored), by, (task, question), Kept(frozenset(roles), until))
        except BaseException:
            folder.remove(stored.key)
            raise

    def _record(
        self, instance: int, file: tuple[str, str, Stored], by: Scope, asked: tuple[int | None, str], kept: Kept
    ) -> int:
        (called, kind, stored), (task, question) = file, asked
        with self._transactions.writing(by, wakes=False) as session:
            case = session.get(ProcessInstance, instance)
            if case is None or (task is not None and not self._is_of(session.get(UserTask, task), instance)):
                raise InstanceNotFound(instance=instance)
            refuse_archived(session, instance)
            row = Attachment(
                authority=case.authority,
                instance_id=instance,
                task_id=task,
                name=called,
                media_type=kind,
                size=stored.size,
                sha256=stored.sha256,
                key=stored.key,
                roles=sorted(kept.roles),
                until=kept.until,
                question=question,
                by=by.username,
                at=self._world.clock.now(),
            )
            session.add(row)
            session.flush()
            return row.id

    @staticmethod
    def _is_of(task: UserTask | None, instance: int) -> bool:
        return task is not None and task.instance_id == instance

    def open(self, attachment: int, by: Scope) -> IO[bytes]:
        """The content of a file. Raises FileNotFound, FilesNotKept."""
        with self._transactions.reading(by) as session:
            row = session.get(Attachment, attachment)
            if row is None or row.removed is not None:
                raise FileNotFound(file=attachment)
            return self._folder.open(row.key)

    def preview(self, attachment: int, by: Scope) -> Preview:
        """A small picture of a file that is one. Raises FileNotFound, FilesNotKept, NoPreview."""
        with self._transactions.reading(by) as session:
            row = session.get(Attachment, attachment)
            if row is None or row.removed is not None:
                raise FileNotFound(file=attachment)
            name, kind, key = row.name, row.media_type, row.key
        with self._folder.open(key) as content:
            return previews.preview(name, content, kind)

    def remove(self, attachment: int, reason: str, by: Scope) -> None:
        """Remove the content of a file that should not have been added; who, when and why is kept. Raises FileNotFound,
        CaseArchived."""
        if not reason.strip():
            raise FileRefused(file="It", reason="a reason is needed for removing it")
        with self._transactions.writing(by, wakes=False) as session:
            row = session.get(Attachment, attachment)
            if row is None or row.removed is not None:
                raise FileNotFound(file=attachment)
            refuse_archived(session, row.instance_id)
            row.removed, row.removed_by, row.reason = self._world.clock.now(), by.username, reason
            key = row.key
        self._folder.remove(key)
