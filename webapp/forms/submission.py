"""A submitted form, read in one way wherever one is asked: for a task, for a start, and for a start for many schools.

A POST ends in one of three ways. A button of a repeating group ("Add another", "Remove") shows the page again with a row
more or less, and nothing is judged. Answers that are missing or wrong show the page again with what is wrong. All else
gives the values to go on with. The page always shows what was entered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_login import current_user

from engine.errors import FormInvalid, TimerImpossible
from engine.forms import AtTime, Form, load_form
from webapp.forms.confidential import timed_feel
from webapp.forms.fields import FormView, form_view, wrong_answers


@dataclass(frozen=True)
class Submission:
    """What came of a POST: the ``values`` to go on with, or None and the page to show again in ``view``.

    ``edited``: a row was added or removed, and no answer is judged yet.
    """

    view: FormView | None
    values: dict[str, Any] | None
    edited: bool = False

    @property
    def status(self) -> int:
        """The HTTP status of the page that is shown again: 400 when it says what is wrong."""
        return 400 if self.view is not None and self.view.errors else 200


@dataclass(frozen=True)
class Asked:
    """A form as it is put to the person of this request; ``form`` None asks nothing.

    ``variables`` are what its conditions look at, ``unseen`` those of them that this person may not read, ``action``
    the address that the page sends it to. ``corrects``: its last answers were sent back, and show again.
    ``school`` is the URN of the school that it is about, for which the person's roles count.
    """

    form: Form | None
    variables: Mapping[str, Any]
    action: str
    unseen: Collection[str] = field(default=())
    corrects: bool = False
    school: str | None = None

    @property
    def _roles(self) -> frozenset[str]:
        roles: frozenset[str] = current_user.scope.roles_at(self.school)
        return roles

    @property
    def _feel(self) -> AtTime:
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
    ) -> Asked:
        """From a form's stored JSON, None where there is no form. Raises FormUnreadable."""
        return cls(load_form(content) if content else None, variables, action, unseen, corrects, school)

    def view(
        self, posted: Mapping[str, Any] | None = None, errors: Mapping[str, list[str]] | None = None
    ) -> FormView | None:
        """The page's questions, at first or with what was entered and what is wrong with it."""
        if self.form is None:
            return None
        return form_view(
            self.form,
            self.variables,
            self._feel,
            self._roles,
            posted=posted,
            errors=errors,
            unseen=self.unseen,
            action=self.action,
            role_names=_role_names(),
            corrects=self.corrects,
        )

    def refused(self, values: Mapping[str, Any], wrong: TimerImpossible) -> FormView | None:
        """The page again with the answers that gave no time to wait. Raises ``wrong`` when none of them is asked here."""
        return self.view(*wrong_answers(self.form, {**self.variables, **values}, wrong))

    def again(self) -> FormView | None:
        """The page with what this request posted, not judged: for a button that does something else on the way."""
        if self.form is None:
            return None
        return self.view(self.form.entered(request.form, self.variables, self._feel, current_user.scope.roles))

    def submitted(self) -> Submission:
        """What came of this request's POST."""
        if self.form is None:
            return Submission(None, {})
        with_person = (self.variables, self._feel, self._roles)
        edited = self.form.edited(request.form, *with_person)
        if edited is not None:
            return Submission(self.view(edited), None, edited=True)
        entered = self.form.entered(request.form, *with_person)
        try:
            return Submission(self.view(entered), self.form.accept(entered, *with_person))
        except FormInvalid as wrong:
            return Submission(self.view(entered, wrong.errors), None)


def _role_names() -> dict[str, str]:
    home = current_user.home
    return {role.id: role.name for role in home.roles.values()} if home else {}
