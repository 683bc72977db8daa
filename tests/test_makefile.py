"""What `make` says when something is missing: a sentence that names it and how to get it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: What the recipes use beside what is missing.
TOOLS = ("bash", "sh", "make", "env", "find", "touch", "id", "python3")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with the Makefile and what it pins, and a machine that has nothing but TOOLS in its ``bin``."""
    for name in ("Makefile", "package.json", "package-lock.json", "requirements-build.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    return tmp_path


def program(machine: Path, name: str, does: str) -> None:
    """Give the machine a program. A link is taken away first: writing through it would change this very machine."""
    (machine / "bin" / name).unlink(missing_ok=True)
    (machine / "bin" / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    (machine / "bin" / name).chmod(0o755)


def make(machine: Path, *words: str) -> str:
    """What make says, having failed."""
    environment = {**os.environ, "PATH": str(machine / "bin"), "MAKEFLAGS": ""}
    done = subprocess.run(["make", *words], cwd=machine, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode, done.stdout
    return done.stdout


def test_node_is_missing(bare: Path) -> None:
    assert "Node.js is missing. Install version 20 or newer" in make(bare, "node_modules/.stamp")


def test_node_is_too_old(bare: Path) -> None:
    program(bare, "node", 'test "$1" = --version && echo v18.19.0 && exit; exit 1')
    assert "needs Node.js 20 or newer; this is v18.19.0" in make(bare, "node_modules/.stamp")


def test_npm_is_missing(bare: Path) -> None:
    program(bare, "node", "exit 0")
    assert "apt-get install npm" in make(bare, "node_modules/.stamp")


def test_the_npm_registry_cannot_be_reached(bare: Path) -> None:
    program(bare, "node", "exit 0")
    program(bare, "npm", "exit 1")
    assert "It needs the internet once; behind a proxy, set HTTPS_PROXY." in make(bare, "node_modules/.stamp")


def test_pypi_cannot_be_reached(bare: Path) -> None:
    program(
        bare, "python3", 'test "$1" = -m && mkdir -p .venv/bin && ln -sf "$(command -v false)" .venv/bin/python; exit 0'
    )
    for tool in ("mkdir", "ln", "false"):
        (bare / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    assert "could not fetch packages from PyPI" in make(bare, ".venv/.build")


@pytest.mark.parametrize(("tests", "asked"), [("tests/engine", False), ("tests", True), ("tests/browser", True)])
def test_only_the_browser_tests_ask_for_chromium(tests: str, asked: bool) -> None:
    done = subprocess.run(
        ["make", "-nB", "test", f"TESTS={tests}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ("tests.browser.chromium" in done.stdout) is asked


class TestAudit:
    """`make audit` fails of what is found; where the registry has no such list it says so, and what it can look up counts."""

    #: What npm says of a mirror that has no list of faults.
    NO_LIST = "npm error audit endpoint returned an error"

    @pytest.fixture
    def machine(self, bare: Path) -> Path:
        """A machine on which everything is set up, and pip-audit finds nothing."""
        for name in ("requirements.lock", "requirements-dev.lock"):
            (bare / name).touch()
        for stamp in (".venv/.build", "node_modules/.stamp"):
            (bare / stamp).parent.mkdir(parents=True, exist_ok=True)
            (bare / stamp).touch()
        (bare / ".venv/bin").mkdir(exist_ok=True)
        (bare / "bin/grep").symlink_to(shutil.which("grep") or "grep")
        self.finds(bare, "echo No known vulnerabilities found")
        return bare

    def finds(self, machine: Path, does: str) -> None:
        """Let pip-audit do this."""
        program(machine, "pip-audit", does)

    def audit(self, machine: Path) -> tuple[bool, str]:
        """Whether it went well, and what it said."""
        environment = {**os.environ, "PATH": str(machine / "bin"), "MAKEFLAGS": ""}
        command = ["make", "audit", f"PIP_AUDIT={machine / 'bin/pip-audit'}"]
        done = subprocess.run(command, cwd=machine, env=environment, capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout + done.stderr

    def test_a_mirror_without_the_list_is_no_failure_and_is_told(self, machine: Path) -> None:
        program(machine, "npm", f"echo '{self.NO_LIST}'; exit 1")
        well, said = self.audit(machine)
        assert (well, self.NO_LIST in said) == (True, True)

    def test_a_fault_of_an_npm_package_is_a_failure(self, machine: Path) -> None:
        program(machine, "npm", "echo '1 high severity vulnerability'; exit 1")
        well, said = self.audit(machine)
        assert (well, "1 high severity vulnerability" in said) == (False, True)

    def test_a_fault_of_a_python_package_is_one_whatever_npm_s_mirror_has(self, machine: Path) -> None:
        self.finds(machine, "echo Found 1 known vulnerability; exit 1")
        program(machine, "npm", f"echo '{self.NO_LIST}'; exit 1")
        well, said = self.audit(machine)
        assert (well, said.count("Found 1 known vulnerability")) == (False, 2)

    def test_a_list_of_python_s_that_cannot_be_reached_says_so_and_nothing_is_called_whole(self, machine: Path) -> None:
        self.finds(machine, "echo 'Failed to connect to pypi.org' >&2; exit 1")
        program(machine, "npm", "exit 0")
        well, said = self.audit(machine)
        assert (well, "Failed to connect to pypi.org" in said) == (False, True)

    def test_nothing_found_is_well(self, machine: Path) -> None:
        program(machine, "npm", "echo 'found 0 vulnerabilities'")
        assert self.audit(machine)[0]
