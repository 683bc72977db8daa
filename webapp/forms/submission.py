"""A submitted form, read in one way wherever one is asked: for a task, for a start, and for a start for many schools.

A POST ends in one of four ways. A button of a draft ("Save and come back later", "Discard") saves or forgets what was typed. A
button of a repeating group ("Add another", "Remove") shows the page again with a row more or less, and nothing is judged.
Answers that are missing or wrong show the page again with what is wrong. All else gives the values to go on with. The page
always shows what was entered, and what does not go through is saved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import flash, g, jsonify, redirect, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine.errors import AnswerKept, FormInvalid, PathwaysError, TimerImpossible
from engine.forms import AtTime, Form, is_blank, load_form
from engine.queries import DraftRow
from webapp.current import now, the_engine
from webapp.dates import hour
from webapp.forms import drafts
from webapp.forms.answers import Answer, typed_answers
from webapp.forms.confidential import in_case, timed_feel
from webapp.forms.fields import FormView, form_view, wrong_answers
from webapp.people import witness
from webapp.people.guests import Guest

#: What is said to whoever has the same form open twice.
ELSEWHERE = (
    "You have this form open in another window too, and saved it there on {at}. What is here is not saved. {then}"
)
THEN_LOAD = (
    "Open the page once more beside this one to see that. To put what is here in its stead, save with the button below."
)
#: What counts as added in a rehearsal.
EXAMPLE = ("document.pdf",)
#: Buttons that save what was typed and lead on to something else about the task.
ON_THE_WAY = {"files": "files.of_task", "later": "attention.later"}
THEN_SAVE = "To put it in the stead of that, save again."


@dataclass(frozen=True)
class Submission:
    """What came of a POST: the ``values`` to go on with, or None and the page to show again in ``view``.

    ``edited``: a row was added or removed, and no answer is judged yet. ``instead`` is what to answer when a button of the
    draft was pressed.
    """

    view: FormView | None
    values: dict[str, Any] | None
    edited: bool = False
    instead: Response | None = None

    @property
    def status(self) -> int:
        """The HTTP status of the page that is shown again: 400 when it says what is wrong."""
        return 400 if self.view is not None and self.view.errors else 200


@dataclass(frozen=True, eq=False)
class Asked:
    """A form as it is put to the person of this request; ``form`` None asks nothing.

    ``variables`` are what its conditions look at, ``unseen`` those of them that this person may not read, ``action``
    the address that the page sends it to. ``corrects``: its last answers were sent back, and show again.
    ``school`` is the URN of the school that it is about, for which the person's roles count. In a rehearsal, ``acting`` are
    the roles of those who are asked, and ``at`` is the moment at which they are. ``told`` are the variables that this person may
    read and others may not: that the page quotes them is recorded. ``files`` are the names of the files that were added, by the
    key of the question that asks for them: what a browser says of them counts for nothing. In a rehearsal one counts as added.
    """

    form: Form | None
    variables: Mapping[str, Any]
    action: str
    unseen: Collection[str] = field(default=())
    corrects: bool = False
    school: str | None = None
    case: int | None = None
    acting: frozenset[str] | None = None
    at: datetime | None = None
    told: Collection[str] = field(default=())
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def roles(self) -> frozenset[str]:
        """The person's roles that count there; in a rehearsal, those of whoever is asked. What is asked of these is
        asked of whoever came by a link too, whatever the link shows: what they may not read is in ``unseen``."""
        if self.acting is not None:
            return self.acting
        roles: frozenset[str] = current_user.scope.roles_at(self.school, self.case)
        return roles

    @property
    def _feel(self) -> AtTime:
        if self.at is not None:
            return timed_feel(at=self.at)
        school = self.variables.get("school")
        return timed_feel(str(school["urn"]) if isinstance(school, Mapping) and "urn" in school else None)

    @classmethod
    def of(
        cls,
        content: bytes | None,
        variables: Mapping[str, Any],
        action: str,
        unseen: Collection[str] = (),
        corrects: bool = False,
        school: str | None = None,
        case: int | None = None,
    ) -> Asked:
        """From a form's stored JSON, None where there is no form. Raises FormUnreadable."""
        form = in_case(load_form(content), variables) if content else None
        return cls(form, variables, action, unseen, corrects, school, case)

    @classmethod
    def of_questions(cls, questions: dict[str, Any], action: str, school: str | None, case: int | None) -> Asked:
        """From questions of our own, which no process asks."""
        return cls(load_form(questions), {}, action, school=school, case=case)

    def view(
        self, posted: Mapping[str, Any] | None = None, errors: Mapping[str, list[str]] | None = None
    ) -> FormView | None:
        """The page's questions, at first or with what was entered and what is wrong with it."""
        if self.form is None:
            return None
        if self.acting is None:
            shown = self.form.quotes(self.told)
            witness.note({*self._prefilled(self.form), *(key for key in shown if self.variables.get(key) is not None)})
        made = form_view(
            self.form,
            self.variables,
            self._feel,
            self.roles,
            posted=posted,
            errors=errors,
            unseen=self.unseen,
            action=self.action,
            role_names=_role_names(),
            corrects=self.corrects,
            files=self._added,
        )
        return replace(made, writer=drafts.writer(), version=self._version())

    def _version(self) -> str:
        """Which state of the draft the page shows; empty for a form that keeps none."""
        return drafts.version(self.saved) if drafts.place_of(self.action) else ""

    def _prefilled(self, form: Form) -> Iterator[str]:
        """The confidential questions that begin with an answer that somebody gave before."""
        begun = form.initial(self.variables, self.corrects)
        for key, roles in form.confidential().items():
            if begun.get(key) and not roles.isdisjoint(self.roles) and key not in self.unseen:
                yield key

    def opened(self) -> FormView | None:
        """The page's questions as they are first put: with what this person has saved of them."""
        if self.form is None or self.saved is None:
            return self.view()
        view = self.view(self._entered(MultiDict(self.saved.fields)))
        return replace(view, saved=self.saved.saved) if view else None

    def refused(self, values: Mapping[str, Any], wrong: TimerImpossible) -> FormView | None:
        """The page again with the answers that gave no time to wait. Raises ``wrong`` when none of them is asked here."""
        self.keep()
        return self.view(*wrong_answers(self.form, {**self.variables, **values}, wrong))

    def again(self) -> FormView | None:
        """The page with what this request posted, not judged: for a button that does something else on the way."""
        if self.form is None:
            return None
        return self.view(self._entered(request.form))

    def submitted(self) -> Submission:
        """What came of this request's POST."""
        if pressed := request.form.get("draft"):
            return self._pressed(pressed)
        if self.form is None:
            return Submission(None, {})
        with_person = (self.variables, self._feel, self.roles)
        edited = self.form.edited(self._with_files(request.form), *with_person)
        if edited is not None:
            self.keep()
            return Submission(self.view(edited), None, edited=True)
        entered = self._entered(request.form)
        try:
            return Submission(self.view(entered), self.form.accept(entered, *with_person))
        except FormInvalid as wrong:
            self.keep()
            return Submission(self.view(entered, wrong.errors), None)

    def _entered(self, posted: MultiDict[str, str]) -> dict[str, Any]:
        assert self.form is not None
        return self.form.entered(self._with_files(posted), self.variables, self._feel, self.roles)

    def _with_files(self, posted: MultiDict[str, str]) -> MultiDict[str, str]:
        """What was posted, with the files that were added in the place of whatever it says of them."""
        known: MultiDict[str, str] = MultiDict(posted)
        for key, names in self._added.items():
            known.setlist(key, list(names))
        return known

    @cached_property
    def _added(self) -> dict[str, Sequence[str]]:
        picked = (each.key for each in self.form.fields if each.kind == "filepicker") if self.form else ()
        return {key: self.files.get(key, () if self.acting is None else EXAMPLE) for key in picked}

    # -- drafts: what was typed and does not go through ----------------------------------------------------------------

    @cached_property
    def saved(self) -> DraftRow | None:
        """What this person has saved of the form."""
        return drafts.find(self.action)

    @property
    def typed(self) -> list[Answer]:
        """What this person has saved of the form, in words: for where it cannot be handed in any more."""
        if self.form is None or self.saved is None:
            return []
        return typed_answers(self.form, self._entered(MultiDict(self.saved.fields)))

    def keep(self) -> bool:
        """Save what this request brought, which does not go through; false where nothing was typed."""
        place = drafts.place_of(self.action)
        if self.form is None or place is None:
            return False
        if not self._is_typed():
            self.done()
            return False
        self.__dict__["saved"] = drafts.keep(place, drafts.sent(), request.form.get("titled", ""))
        return True

    def _is_typed(self) -> bool:
        """Whether anything was entered that the empty form does not say already."""
        assert self.form is not None
        at_first, entered = self.form.initial(self.variables, self.corrects), self._entered(request.form)
        put = (each for each in self.form.fields if each.key in entered and each.kind != "filepicker")
        return any(not is_blank(each, entered[each.key]) and entered[each.key] != at_first[each.key] for each in put)

    def done(self) -> None:
        """Forget what this person has saved of the form: it was handed in."""
        if drafts.find(self.action) is not None:
            the_engine().drafts.discard(self.action, current_user.scope)
            self.__dict__["saved"] = None

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Save what this request brought if what is done with it is refused, and forget what was saved if it is not."""
        with self.refused_is_kept():
            yield
        self.done()

    @contextmanager
    def refused_is_kept(self) -> Iterator[None]:
        """Save what this request brought if what is done with it is refused."""
        try:
            yield
        except AnswerKept:  # it is kept where a manager finds it
            self.done()
            raise
        except PathwaysError:
            g.kept = self.action if self.keep() else None
            raise

    def _pressed(self, pressed: str) -> Submission:
        """What a button of the draft, or the script, does; nothing where that would undo what was saved in another window."""
        if pressed == "discard" or not drafts.is_elsewhere(self.saved):
            return Submission(None, None, instead=self._drafted(pressed))
        assert self.saved is not None
        if pressed == drafts.TYPING:
            answer = jsonify(message=ELSEWHERE.format(at=hour(self.saved.saved), then=THEN_LOAD))
            answer.status_code = 409
            return Submission(None, None, instead=answer)
        flash(ELSEWHERE.format(at=hour(self.saved.saved), then=THEN_SAVE))
        return Submission(self.again(), None, edited=True)

    def _drafted(self, pressed: str) -> Response:
        """Save or forget what was typed, as a button of the draft asks."""
        if pressed == "discard":
            the_engine().drafts.discard(self.action, current_user.scope)
            flash("What you had saved is discarded.")
            return redirect(self.action)
        kept = self.keep()
        if pressed == drafts.TYPING:
            return jsonify(message=f"Saved on {hour(now())}" if kept else "", version=drafts.version(self.saved))
        if pressed == "open":
            return redirect(self.action)
        if (on := self._on_the_way(pressed)) is not None:
            return redirect(on)
        flash(
            "Your answers are saved. Nobody else sees them." if kept else "You have typed nothing, so nothing is saved."
        )
        is_guest = isinstance(current_user._get_current_object(), Guest)
        return redirect(self.action if is_guest else url_for("tasks.inbox"))

    def _on_the_way(self, pressed: str) -> str | None:
        """The address that a button leads on to, "files:minutes" to the files of a question; None where it leads to none."""
        way, _, question = pressed.partition(":")
        place = drafts.place_of(self.action)
        if way not in ON_THE_WAY or place is None or not place.task:
            return None
        return url_for(ON_THE_WAY[way], task_id=place.task, belongs=question or None)


def _role_names() -> dict[str, str]:
    home = current_user.home
    return {role.id: role.name for role in home.roles.values()} if home else {}
