"""Tells a story on the real engine: people complete tasks through their forms, and time passes on a clock of the test's own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from engine import Engine, Scope, queries
from engine.clock import VirtualClock
from engine.feel import Feel
from engine.forms import Asking, Component, Form, asking_of, load_form

ROOT = Path(__file__).resolve().parent.parent.parent


def resources(authority: str) -> dict[str, bytes]:
    """An authority's diagrams, decision tables and forms, by their path in the repository."""
    found = [*ROOT.glob(f"processes/{authority}/*.bpmn"), *ROOT.glob(f"processes/{authority}/*.dmn")]
    found += ROOT.glob(f"forms/{authority}/*.form")
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sorted(found)}


class Story:
    """One case. Answers that a step does not give are the first that the form accepts."""

    def __init__(self, engine: Engine, clock: VirtualClock, authority: str) -> None:
        self.engine, self.clock, self.authority = engine, clock, authority
        register = ROOT / "config" / "schools" / f"{authority}.csv"
        engine.import_schools(register.read_bytes(), authority)
        engine.deploy(resources(authority), authority, by="story", note="for the story")
        self.case = 0

    def scope(self, role: str) -> Scope:
        """Somebody who holds this one role."""
        return Scope(self.authority, frozenset({role}), f"{role}@{self.authority}.example.org")

    def start(self, role: str, process: str, school: str, **answers: Any) -> Story:
        """Start the case for a school by its URN."""
        with self.engine.reading() as session:
            definition = queries.latest_definition(session, process)
            content = queries.start_form(session, definition.id)
        values = self._values(load_form(content), {}, role, answers) if content else answers
        self.case = self.engine.start(process, variables=values, by=self.scope(role), school=school)
        return self

    def waiting(self) -> list[str]:
        """The elements of the open tasks, in alphabetical order."""
        return sorted(task.element for task in self.engine.user_tasks(self.case))

    def do(self, role: str, element: str, **answers: Any) -> Story:
        """Complete a task in a role, through its form."""
        found = [task for task in self.engine.user_tasks(self.case) if task.element == element]
        assert found, f"{element} does not wait; {self.waiting()} do"
        with self.engine.reading() as session:
            detail = queries.task(session, found[0].id)
        values = self._values(load_form(detail.form), dict(detail.variables), role, answers) if detail.form else answers
        self.engine.complete(found[0].id, values, by=self.scope(role))
        return self

    def _values(self, form: Form, variables: dict[str, Any], role: str, answers: dict[str, Any]) -> dict[str, Any]:
        """Answers for a form: those given, and for the rest the first option, some text, or today."""
        asking = asking_of(variables, Feel.shared(), {role})
        given = {each.key: self._answer(each, asking) for each in form.fields if not asking.readonly(each)} | answers
        return form.accept(given, variables, Feel.shared(), {role})

    def _answer(self, question: Component, asking: Asking) -> Any:
        kind = question.kind
        options = (
            [option.value for option in asking.options(question)] if kind in ("radio", "select", "checklist") else []
        )
        if kind == "datetime":
            return self.clock.now().date().isoformat()
        if kind in ("radio", "select"):
            return options[0] if options else None
        if kind == "checklist":
            return options[:1]
        if kind in ("checkbox", "number"):
            return True if kind == "checkbox" else 1
        return [] if kind == "dynamiclist" else "Noted."

    def due(self, element: str) -> datetime:
        """When the timer at this element fires."""
        with self.engine.reading() as session:
            return next(t.due for t in queries.timers(session, instance=self.case) if t.element == element)

    def wait_for(self, element: str) -> Story:
        """Let time pass until this timer fires."""
        self.clock.set(self.due(element))
        self.engine.run_due_jobs()
        return self

    @property
    def ended(self) -> bool:
        """Whether the case is over."""
        return self.engine.instance(self.case).state != "active"

    @property
    def trace(self) -> list[str]:
        """The elements that were completed, in that order."""
        return self.engine.trace(self.case)
