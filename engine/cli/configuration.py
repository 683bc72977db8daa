"""What ``pathways check`` says of an authority's own file: whether Pathways can start with it, and what in it does nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.calendar import files
from engine.calendar.files import BANK_HOLIDAYS
from engine.diagram import Diagram, Element
from engine.errors import CalendarInvalid, ConfigUnreadable
from engine.lint.core import OURS, Finding
from engine.lint.project import Project
from engine.people.authorities import CONTACT, Authority, Role, load_authority
from engine.spelling import near

AUTHORITY = "PW-994"
_SETTING = re.compile(r"\bsettings\.(\w+)")
#: Whoever asks for settings so may read any of them.
_ANY = re.compile(r"\bget (value|entries)\(\s*settings\b")


_READ = frozenset({".bpmn", ".dmn", ".form"})


def check_authority(project: Project, authority: str) -> list[Finding]:
    """What is wrong with the file of an authority; nothing where it has none."""
    file = project.root / "config" / "authorities" / f"{authority}.yaml"
    if not authority or not file.is_file():
        return []
    try:
        known = load_authority(file)
    except ConfigUnreadable as error:
        return [Finding(AUTHORITY, "error", str(file), 1, "", "", str(error), "Mend it.", OURS)]
    return [*_Look(project, file, known).findings(), *_of_calendars(project.root / "config", authority)]


def _of_calendars(config: Path, authority: str) -> Iterator[Finding]:
    """What is wrong with the calendars of the authority and its schools and with the bank holidays, and what in them does
    nothing."""
    folder = config / "calendars"
    schools = [file for file, whose in _schools_calendars(config).items() if authority in whose]
    for file in filter(Path.is_file, (folder / f"{authority}.csv", folder / f"{BANK_HOLIDAYS}.csv", *schools)):
        try:
            remarks = files.remarks(file)
        except CalendarInvalid as wrong:
            yield Finding(AUTHORITY, "error", str(file), wrong.details["line"], "", "", str(wrong), "Mend it.", OURS)
            continue
        for line, message in (each.removeprefix("line ").split(": ", 1) for each in remarks):
            yield Finding(AUTHORITY, "warning", str(file), int(line), "", "", f"{message}.", "Correct the day.", OURS)


def _schools_calendars(config: Path) -> dict[Path, set[str]]:
    """Calendars that schools keep of their own, each with the authorities that look at it: those on whose register its school
    is, or all where it is on none."""
    registers = {file.stem: set(_urns(file)) for file in (config / "schools").glob("*.csv")}
    found = sorted((config / "calendars" / "schools").glob("*.csv"))
    whose = {file: {name for name, urns in registers.items() if file.stem in urns} for file in found}
    return {
        file: names or {each.stem for each in (config / "authorities").glob("*.yaml")} for file, names in whose.items()
    }


def _urns(register: Path) -> Iterator[str]:
    """What stands in the first column of a register of schools."""
    for line in register.read_text(encoding="utf-8", errors="replace").splitlines():
        yield line.partition(",")[0].strip().strip('"')


@dataclass(frozen=True)
class _Look:
    project: Project
    file: Path
    authority: Authority

    def findings(self) -> Iterator[Finding]:
        """Each a warning: nothing of it stops Pathways."""
        yield from self._settings()
        yield from self._names()
        yield from self._roles()
        yield from self._people()
        yield from self._starters()
        yield from self._on_behalf()
        yield from self._forms()
        yield from self._calendar()
        yield from self._retention()
        yield from self._schools_of_none()

    @cached_property
    def _diagrams(self) -> tuple[Diagram, ...]:
        return self.project.known(self.authority.id).others

    @cached_property
    def _texts(self) -> str:
        """All that the authority's diagrams, tables and forms say."""
        folders = (self.project.root / room / self.authority.id for room in ("processes", "forms"))
        files = (file for folder in folders for file in sorted(folder.rglob("*")))
        texts = (file.read_text(encoding="utf-8", errors="replace") for file in files if file.suffix in _READ)
        return "\n".join(texts)

    def _warn(self, word: str, message: str, remedy: str) -> Finding:
        """A warning about an entry, on the first line that has its word."""
        whole = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        lines = self.file.read_text(encoding="utf-8").splitlines()
        line = next((number for number, text in enumerate(lines, 1) if whole.search(text)), 1)
        return Finding(AUTHORITY, "warning", str(self.file), line, "", "", message, remedy, OURS)

    def _settings(self) -> Iterator[Finding]:
        read = set(_SETTING.findall(self._texts))
        for name in () if _ANY.search(self._texts) else self.authority.settings:
            if name not in read:
                meant = near(name, read - self.authority.settings.keys())
                remedy = (
                    f"Did you mean {meant}?" if meant else "Take it out, or read it in a diagram as settings.<name>."
                )
                yield self._warn(name, f'nothing reads the setting "{name}".', remedy)

    def _names(self) -> Iterator[Finding]:
        names = Counter(role.name for role in self.authority.roles.values())
        for name in (name for name, times in names.items() if times > 1):
            yield self._warn(name, f'{names[name]} roles are called "{name}".', "Give each a name of its own.")

    def _roles(self) -> Iterator[Finding]:
        """Roles that no diagram or form names, and that let nobody do anything."""
        for role in self.authority.roles.values():
            if not role.capabilities and not re.search(rf"(?<![\w-]){role.id}(?![\w-])", self._texts):
                message = f'nothing asks or tells the role "{role.id}", and it has no capability.'
                yield self._warn(role.id, message, "Name it in a diagram, or take it out.")

    def _people(self) -> Iterator[Finding]:
        """Officers' roles that are asked, where the sample people leave them out; contacts are in the register."""
        asked = (role for element in self._elements for role in element.candidate_groups)
        held = {role for person in self.authority.people for role in person.roles}
        for role in self._among(asked) if held else ():
            if role.kind != CONTACT and role.id not in held:
                message = f'tasks are for the role "{role.id}", which none of the sample people has.'
                yield self._warn(role.id, message, "Add somebody with it to people.")

    def _starters(self) -> Iterator[Finding]:
        processes = [process for diagram in self._diagrams for process in diagram.processes.values()]
        for role in self._among(role for process in processes for role in process.candidate_starter_groups):
            if "start" not in role.capabilities:
                message = f'the role "{role.id}" may start a process by its diagram, and has not the capability start.'
                yield self._warn(role.id, message, "Add start to its capabilities, or choose another in the diagram.")

    def _on_behalf(self) -> Iterator[Finding]:
        for role in self._among(role for element in self._elements for role in element.on_behalf):
            if role.kind == CONTACT:
                message = f'the role "{role.id}" is to record answers for others, which only officers can do.'
                yield self._warn(role.id, message, "Name an officer's role in onBehalf.")

    def _forms(self) -> Iterator[Finding]:
        """Forms that no diagram asks anybody."""
        asked = {element.form_key for element in self._elements}
        for file in sorted((self.project.root / "forms" / self.authority.id).glob("*.form")):
            if f"{self.authority.id}/{file.stem}" not in asked:
                message = "no diagram of the authority asks this form."
                remedy = "Name it in a task's form key, or take it out."
                yield Finding(AUTHORITY, "warning", str(file), 1, "", "", message, remedy, OURS)

    def _calendar(self) -> Iterator[Finding]:
        """An authority whose diagrams wait for dates has a calendar: without one, every weekday counts as a school day."""
        timed = any("timer" in each.event_kinds or each.due_date for each in self._elements)
        name = f"config/calendars/{self.authority.id}.csv"
        if timed and not (self.project.root / name).is_file():
            message = f"its diagrams wait for dates, and it has no school calendar ({name})."
            remedy = (
                "Bring one in with pathways calendar import: without it terms are not known, nor holidays left out."
            )
            yield Finding(AUTHORITY, "warning", str(self.file), 1, "", "", message, remedy, OURS)

    def _retention(self) -> Iterator[Finding]:
        """Processes of the retention schedule that are not there: their cases are kept as all others."""
        known = {key for diagram in self._diagrams for key in diagram.processes}
        for key in self.authority.retention.processes if known else ():
            if key not in known:
                likely = near(key, known)
                remedy = f"Did you mean {likely}?" if likely else "Name a process by its key, or take the line out."
                yield self._warn(key, f'the retention schedule names the process "{key}", which is not there.', remedy)

    def _schools_of_none(self) -> Iterator[Finding]:
        """Calendars of schools that are on no register: nothing uses them."""
        config = self.project.root / "config"
        registers = list((config / "schools").glob("*.csv"))
        known = {urn for register in registers for urn in _urns(register)}
        for file in sorted((config / "calendars" / "schools").glob("*.csv")) if registers else ():
            if file.stem not in known:
                likely = near(file.stem, known)
                remedy = f"Did you mean {likely}.csv?" if likely else "Name the file as the school's URN."
                message = f'no school of config/schools has the URN "{file.stem}", so nothing uses its calendar.'
                yield Finding(AUTHORITY, "warning", str(file), 1, "", "", message, remedy, OURS)

    def _among(self, named: Iterable[str]) -> list[Role]:
        """The authority's roles that are named, in its file's order."""
        found = set(named)
        return [role for role in self.authority.roles.values() if role.id in found]

    @cached_property
    def _elements(self) -> list[Element]:
        return [element for diagram in self._diagrams for element in diagram.elements.values()]
