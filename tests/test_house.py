"""What keeps the house in order. Each failure says what to do about it."""

from __future__ import annotations

import ast
import re
import string
import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports
from radon.complexity import cc_visit_ast
from radon.visitors import Function

from engine import errors
from engine.errors import PathwaysError
from webapp import create_app
from webapp.errors import TITLES, status_of
from webapp.people.access import ROUTES

ROOT = Path(__file__).resolve().parent.parent
#: Past the first number of lines a file is warned of, past the second it fails.
MANY_LINES, TOO_MANY_LINES = 450, 700
#: Ways through a function, as radon counts them: ruff's C901 leaves out and, or, and the ifs of comprehensions.
TOO_COMPLEX = 11
#: Characters that a line of a template may have; the formatter looks after Python.
WIDEST = 160
#: Written once by Alembic, and never again.
REVISIONS = ROOT / "engine/migrations/versions"
#: Files that a person writes, and folders in which nobody does.
WRITTEN = {
    ".py",
    ".js",
    ".mjs",
    ".html",
    ".scss",
    ".md",
    ".toml",
    ".yaml",
    ".csv",
    ".bpmn",
    ".dmn",
    ".form",
    ".json",
    "",
}
NOT_OURS = {"node_modules", "build", "var", "__pycache__"}
#: A home, or a folder of whoever's machine this was written on.
MACHINE_PATH = re.compile(r"(?<![\w.:/\"'])/(?:home|root|Users|work|farm|tmp/[a-z]+)/[a-z.]")
#: Calls that tell the machine's time. ``time.monotonic`` measures, and is free to all.
MACHINE_TIME = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.localtime",
    "time.gmtime",
}


#: Clocks that go on while other programs work.
WALL = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"}


@cache
def sources(*rooms: str) -> tuple[Path, ...]:
    """The Python files of these rooms; of both when none is named."""
    return tuple(path for room in rooms or ("engine", "webapp") for path in sorted((ROOT / room).rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def _walked(path: Path) -> tuple[tuple[str, ast.AST], ...]:
    name = path.relative_to(ROOT)
    return tuple((f"{name}:{getattr(node, 'lineno', 1)}", node) for node in ast.walk(tree(path)))


def nodes(paths: Iterable[Path]) -> Iterator[tuple[str, ast.AST]]:
    """Every syntax node, with where it stands."""
    for path in paths:
        yield from _walked(path)


def calls(paths: Iterable[Path]) -> Iterator[tuple[str, ast.Call, str]]:
    """Every call, with where it stands and what is called, such as ``session.commit``."""
    for where, node in nodes(paths):
        if isinstance(node, ast.Call):
            yield where, node, ast.unparse(node.func)


def outside(*allowed: str) -> list[Path]:
    """The sources that are not these files, nor in these folders."""
    return [path for path in sources() if not path.relative_to(ROOT).as_posix().startswith(allowed)]


def none(found: Iterable[str], remedy: str) -> None:
    """Fail with everything found and the remedy."""
    listed = sorted(set(found))
    assert not listed, "\n  ".join([remedy, *listed])


# -- imports ------------------------------------------------------------------------------------------------------


def test_imports_run_downwards_only(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    said = capsys.readouterr().out
    assert status == 0, (
        "An import breaks a contract of [tool.importlinter] in pyproject.toml. Move what both sides need to a lower "
        "module, or hand it in as an argument. A new module of the engine needs a floor in the contract.\n" + said
    )


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = grimp.build_graph("engine", "webapp", exclude_type_checking_imports=True, cache_dir=None)
    circles = [
        (module, *detour)
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if (detour := graph.find_shortest_chain(imported, module))
    ]
    shortest = sorted(circles, key=lambda circle: (len(circle), circle))[:5]  # one bad import may close dozens
    remedy = "These imports run in a circle. Take the part that both need into a module of its own, below them:"
    none((" -> ".join(circle) for circle in shortest), remedy)


def test_the_modules_that_run_a_diagram_know_one_another_in_one_direction_only() -> None:
    graph = grimp.build_graph("engine", exclude_type_checking_imports=False, cache_dir=None)
    room = {module for module in graph.modules if module.startswith("engine.spiff.")}
    circles = (
        f"{module} -> {' -> '.join(detour)}"
        for module in room
        for imported in graph.find_modules_directly_imported_by(module) & room
        if (detour := graph.find_shortest_chain(imported, module))
    )
    none(circles, "Not even for type checkers: put the types that both need into a module below them:")


def test_no_test_is_limited_by_a_clock_on_the_wall() -> None:
    outside_benchmarks = [path for path in _tests() if ROOT / "tests/benchmarks" not in path.parents]
    found = [
        f"{where} {name}" for where, _, name in calls(outside_benchmarks) if name in {f"time.{each}" for each in WALL}
    ]
    found += [
        f"{where} {name}" for where, node in nodes(outside_benchmarks) for name in _from_time(node) if name in WALL
    ]
    none(found, "On a busy machine it fails. Measure processor time, or count looks (tests/processor.py):")


def _from_time(node: ast.AST) -> list[str]:
    is_time = isinstance(node, ast.ImportFrom) and node.module == "time"
    return [alias.name for alias in node.names] if is_time else []


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


@pytest.mark.parametrize(
    ("package", "room", "why"),
    [
        ("SpiffWorkflow", "engine/spiff/", "engine.steps has the words in which everybody else speaks of a step"),
        ("py_mini_racer", "engine/feel", "ask engine.feel.Feel"),
        ("apscheduler", "engine/scheduler.py", "due times are rows in the job table"),
    ],
)
def test_a_library_stays_in_its_room(package: str, room: str, why: str) -> None:
    found = (
        where for where, node in nodes(outside(room)) if any(name.split(".")[0] == package for name in _imported(node))
    )
    none(found, f"{package} is imported only in {room}: {why}. Not here:")


# -- calls --------------------------------------------------------------------------------------------------------


def test_only_the_engine_s_transactions_commit() -> None:
    allowed = outside("engine/transactions.py", "engine/migrations/")
    found = (where for where, _, name in calls(allowed) if name.endswith(".commit"))
    none(found, "One transaction a command: open it by an Engine method with _writing, and only flush here:")


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    found = (f"{where} {name}" for where, _, name in calls(outside("engine/clock.py")) if name in MACHINE_TIME)
    none(
        found,
        "Take the time from the clock that you are given (engine.clock.Clock), so that tests can move it:",
    )


#: How SpiffWorkflow moves a task on. Its own code calls them too, so their names can't be ours.
HOOKS = {"_ready", "_set_state", "_update", "_on_cancel", "_on_complete", "_on_ready", "_run"}


def test_only_a_token_calls_the_private_hooks_of_spiffworkflow() -> None:
    tree_file = ROOT / "engine/spiff/tree.py"
    token = next(node for node in tree(tree_file).body if isinstance(node, ast.ClassDef) and node.name == "Token")
    allowed = set(ast.walk(token))
    found = (
        f"{where} {name}"
        for where, call, name in calls(sources("engine/spiff"))
        if call not in allowed and (name.rpartition(".")[2] in HOOKS or _of_another(name))
    )
    none(found, "Use a public method of engine.spiff.tree.Token, or write one there, in place of:")


def _of_another(name: str) -> bool:
    """Whether a private method of another object is called, as in ``token._ready``."""
    owner, _, method = name.rpartition(".")
    return bool(owner) and method.startswith("_") and owner not in {"self", "cls", "super()"}


def test_nothing_is_evaluated_as_python() -> None:
    found = (
        f"{where} {name}" for where, _, name in calls(sources()) if name in {"eval", "exec", "compile", "__import__"}
    )
    none(found, "FEEL is the one expression language (engine.feel); Python source is never evaluated. Not here:")


# -- the web app --------------------------------------------------------------------------------------------------


def test_each_route_has_a_row_in_the_access_table(tmp_path: Path) -> None:
    app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/house.db", "SAMPLE": True})
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    none(endpoints - set(ROUTES), "Say in webapp.people.access.ROUTES who may come to these routes:")
    none(set(ROUTES) - endpoints, "These rows of webapp.people.access.ROUTES have no route; take them out:")


def test_each_module_of_the_web_app_has_its_test() -> None:
    modules = {
        path.relative_to(ROOT / "webapp").with_suffix("")
        for path in (ROOT / "webapp").rglob("*.py")
        if path.stem != "__init__" and "static" not in path.parts
    }
    tests = (ROOT / "tests/webapp").rglob("test_*.py")
    tested = {path.relative_to(ROOT / "tests/webapp").with_name(path.stem.removeprefix("test_")) for path in tests}
    none(
        (str(each) for each in modules - tested), "Write tests/webapp/FOLDER/test_NAME.py for these modules of webapp/:"
    )


# -- errors -------------------------------------------------------------------------------------------------------


def _kinds(of: type[PathwaysError] = PathwaysError) -> Iterator[type[PathwaysError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_each_error_is_a_message_and_a_page() -> None:
    silent = (kind.__name__ for kind in _kinds() if not (kind.__doc__ or "").strip().endswith((".", '"')))
    none(
        silent,
        "The docstring of an error is what a person reads: whole sentences that say what happened and what to do:",
    )
    pageless = (kind.__name__ for kind in _kinds() if status_of(kind()) not in TITLES)
    none(pageless, "Give the status of these errors a title in webapp.errors.TITLES:")
    rooms = f"{errors.__name__}.", "webapp."
    elsewhere = (kind.__name__ for kind in _kinds() if not kind.__module__.startswith(rooms))
    none(elsewhere, "The engine's errors stand together in engine/errors. Move these there:")


def _missing(call: ast.Call, wanted: set[str]) -> set[str]:
    """What a message names and the call does not give; nothing where it gives ``**more``."""
    given = {word.arg for word in call.keywords}
    return set() if None in given else wanted - {word for word in given if word}


def test_each_error_is_raised_with_what_its_message_names() -> None:
    named = {kind.__name__: _names_in(kind.__doc__ or "") for kind in _kinds()}
    raised = {node.exc for _, node in nodes(sources()) if isinstance(node, ast.Raise)}
    found = (
        f"{where} {name} lacks {', '.join(sorted(missing))}"
        for where, call, name in calls(sources())
        if call in raised or call.keywords
        if (missing := _missing(call, named.get(name.rsplit(".", 1)[-1], set())))
    )
    none(found, "The message would say “unknown”. Give the error what the braces in its docstring name:")


# -- writing ------------------------------------------------------------------------------------------------------


def _public(body: list[ast.stmt], inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Public classes and functions, and the methods of classes that extend nothing: an override needs no words."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield f"{inside}{node.name}", node
            if isinstance(node, ast.ClassDef) and not node.bases:
                yield from _public(node.body, f"{node.name}.")


def test_public_names_say_what_they_are() -> None:
    found = (
        f"{path.relative_to(ROOT)} {name}"
        for path in sources()
        if REVISIONS not in path.parents
        for name, node in [("the module", tree(path)), *_public(tree(path).body)]
        if not ast.get_docstring(node)  # type: ignore[arg-type]
    )
    none(found, "Say in a docstring what these mean, their units and what they raise:")


def _written() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(
            part in NOT_OURS or (part.startswith(".") and part != ".ci") or part.endswith(".egg-info") for part in parts
        )
        if path.is_file() and not hidden and path.suffix in WRITTEN and path.name not in {"package-lock.json"}:
            yield path


def test_no_file_is_too_long_to_read() -> None:
    lengths = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n")
        for path in _written()
        if path.suffix in {".py", ".js", ".mjs", ".html", ".scss"} and REVISIONS not in path.parents
    }
    for name, lines in lengths.items():
        if MANY_LINES < lines <= TOO_MANY_LINES:
            warnings.warn(f"{name} has {lines} lines: is it still one subject?", stacklevel=1)
    long = (f"{name} {lines}" for name, lines in lengths.items() if lines > TOO_MANY_LINES)
    none(long, f"More than {TOO_MANY_LINES} lines is more than one subject: give one of them a module of its own:")


def test_no_function_has_too_many_ways_through_it() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()} {block.name}": block.complexity
        for path in (*sources(), *_tests())
        for block in cc_visit_ast(tree(path), no_assert=path.is_relative_to(ROOT / "tests"))  # facts are no ways
        if isinstance(block, Function) and block.complexity >= TOO_COMPLEX
    }
    over = (f"{name} ({complexity})" for name, complexity in found.items())
    none(over, f"Find what each hides (a table, a predicate, a generator), and keep all below {TOO_COMPLEX} ways:")


def test_the_formatter_lays_out_every_line() -> None:
    exempt = (f"{where}" for path in (*sources(), *_tests()) for where in _exempt(path))
    none(exempt, "Nothing is exempt from the formatter. Take the comment out, and name or split what reads badly:")


def _exempt(path: Path) -> Iterator[str]:
    comment = "# fmt" + ":"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if comment in line:
            yield f"{path.relative_to(ROOT)}:{number}"


def _tests() -> tuple[Path, ...]:
    return tuple(sorted((ROOT / "tests").rglob("*.py")))


def test_a_template_is_wrapped() -> None:
    wide = (
        f"{path.relative_to(ROOT)}:{number} {len(line)}"
        for path in sorted((ROOT / "webapp/templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > WIDEST
    )
    none(wide, f"Wrap these lines at {WIDEST} characters, between the tags of blocks, attributes or words:")


def test_an_assert_states_one_fact() -> None:
    joined = (
        where
        for where, node in nodes(_tests())
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And)
    )
    none(joined, "A joined assert does not say which of its facts failed. Make it an assert a fact:")


def test_no_path_of_a_machine_is_written_down() -> None:
    found = (
        f"{path.relative_to(ROOT)}:{number} {line.strip()[:100]}"
        for path in _written()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATH.search(line)
    )
    none(found, "Nobody else has this folder. Use a path relative to the repository:")
