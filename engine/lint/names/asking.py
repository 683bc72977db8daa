"""Questions about names whose answers lean on one another: one that leads back to itself adds nothing to its own answer."""

from __future__ import annotations

from collections.abc import Callable

from engine.lint.names.scopes import Variable
from engine.lint.names.shapes import NULL, of

CIRCLE = Variable(of(NULL))
"""The answer to a question that is already being asked."""

Question = tuple[str, int, str]
"""A process, a place in it and a name."""


class Asking:
    """Answers by question. ``look`` works one out, and may ask others for it."""

    def __init__(self, look: Callable[[Question], Variable | None]) -> None:
        self._look = look
        self._known: dict[Question, Variable | None] = {}
        #: The questions being asked, outermost first: of each, the other ones that its answer leans on.
        self._asked: dict[Question, set[Question]] = {}
        #: Answers that hold as long as the questions they lean on are being asked.
        self._perhaps: dict[Question, tuple[Variable | None, set[Question]]] = {}

    @property
    def underway(self) -> bool:
        """Whether a question is being asked just now."""
        return bool(self._asked)

    def forget(self) -> None:
        """Work out anew whatever is asked from now on."""
        self._known.clear()
        self._perhaps.clear()

    def answer(self, question: Question) -> Variable | None:
        """What is known; CIRCLE for a question that its own answer asks."""
        if question in self._known:
            return self._known[question]
        if question in self._asked:  # a value that is made of itself: this way adds nothing to what it may be
            self._lean({question})
            return CIRCLE
        if question in self._perhaps:
            found, on = self._perhaps[question]
            self._lean(on)
            return found
        return self._work_out(question)

    def _lean(self, on: set[Question]) -> None:
        """Note that the answer to the innermost question leans on others that are still being asked."""
        if self._asked:
            self._asked[next(reversed(self._asked))] |= on

    def _work_out(self, question: Question) -> Variable | None:
        self._asked[question] = set()
        found = self._look(question)
        on = self._asked.pop(question) - {question}
        self._perhaps = {each: answer for each, answer in self._perhaps.items() if question not in answer[1]}
        if on:
            self._perhaps[question] = (found, on)
            self._lean(on)
        else:
            self._known[question] = found
        return found
