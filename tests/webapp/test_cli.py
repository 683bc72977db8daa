"""The command ``pathways``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp import create_app
from webapp.cli import main
from webapp.people import accounts

ROOT = Path(__file__).resolve().parent.parent.parent
FOR_REAL_PEOPLE = {"SECRET_KEY": "k" * 32, "BASE_ADDRESS": "http://localhost"}
ADMINISTRATOR = ["administrator", "ada@council.gov.uk", "--name", "Ada Admin", "--password", "long enough for all"]


def test_it_lists_the_engine_s_commands_and_its_own() -> None:
    said = CliRunner().invoke(main, ["--help"]).output
    assert all(name in said for name in ("check", "deploy", "run", "seed", "worker"))


def test_files_are_deployed_and_a_second_time_are_nothing_new(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'cli.db'}"
    command = [
        "deploy",
        str(ROOT / "processes/barnsley"),
        str(ROOT / "forms/barnsley"),
        "--note",
        "First",
        "--database",
        database,
        "--config",
        str(ROOT / "config"),
    ]
    first = CliRunner().invoke(main, command)
    assert first.exit_code == 0, first.output
    assert "barnsley-escalation 1" in first.output, first.output
    assert "nothing is new" in CliRunner().invoke(main, command).output


def test_a_diagram_that_cannot_run_is_refused_with_reasons(tmp_path: Path) -> None:
    file = tmp_path / "broken.bpmn"
    file.write_text("<definitions/>", encoding="utf-8")
    done = CliRunner().invoke(
        main, ["deploy", str(file), "--authority", "luton", "--database", f"sqlite:///{tmp_path / 'cli.db'}"]
    )
    assert done.exit_code == 1
    assert "not deployed; nothing has been changed" in done.output


def test_seeding_a_database_says_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'seed.db'}")
    done = CliRunner().invoke(main, ["seed"])
    assert done.exit_code == 0, done.output
    assert "processes deployed" in done.output, done.output


def test_an_account_is_made_and_what_is_wrong_with_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'accounts.db'}")
    base = ["account", "new@example.org", "--name", "Nia New", "--authority", "barnsley"]
    short = CliRunner().invoke(main, [*base, "--role", "seo", "--password", "short"])
    assert short.exit_code == 1
    assert "12 characters or more" in short.output
    wrong = CliRunner().invoke(main, [*base, "--role", "wizard", "--password", "long enough for all"])
    assert wrong.exit_code == 1
    assert "barnsley has no role wizard" in wrong.output
    done = CliRunner().invoke(main, [*base, "--role", "seo", "--password", "long enough for all"])
    assert done.exit_code == 0, done.output
    assert "new@example.org can sign in." in done.output, done.output
    client = create_app({"WTF_CSRF_ENABLED": False, **FOR_REAL_PEOPLE}).test_client()
    answer = client.post("/sign-in", data={"username": "new@example.org", "password": "long enough for all"})
    assert answer.headers["Location"] == "/"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new database, which the environment names, with none of the other settings."""
    for name in ("SECRET_KEY", "PATHWAYS_BASE_ADDRESS", "PATHWAYS_SERVED_AT", "PATHWAYS_SAMPLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", url := f"sqlite:///{tmp_path / 'own.db'}")
    return url


def said(*arguments: str) -> str:
    done = CliRunner().invoke(main, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.output


def test_the_first_administrator_is_made_and_makes_the_rest(database: str) -> None:
    assert "ada@council.gov.uk can sign in" in said(*ADMINISTRATOR, "--authority", "barnsley")
    client = create_app({"WTF_CSRF_ENABLED": False, **FOR_REAL_PEOPLE}).test_client()
    client.post("/sign-in", data={"username": "ada@council.gov.uk", "password": "long enough for all"})
    assert client.get("/people").status_code == 200


def test_an_administrator_is_one_of_a_known_authority(database: str) -> None:
    assert "There is no config/authorities/nowhere.yaml" in said(*ADMINISTRATOR, "--authority", "nowhere")


def test_no_sample_comes_into_a_database_of_real_people(database: str) -> None:
    said(*ADMINISTRATOR, "--authority", "barnsley")
    assert "This database is used by real people" in said("seed")
    assert "This database is used by real people" in said("run", "--sample", "--port", "0")
    assert "This database is used by real people" in said("run", "--sample", "--empty", "--port", "0")
    with create_app({"SAMPLE": True}).app_context():
        assert accounts.find("seo@barnsley.example.org") is None


@pytest.mark.parametrize("first", ["schools", "deploy"])
def test_no_sample_comes_where_an_authority_has_begun_to_work(database: str, first: str) -> None:
    if first == "schools":
        said("schools", "import", str(ROOT / "config/schools/barnsley.csv"), "--authority", "barnsley")
    else:
        said("deploy", str(ROOT / "processes/barnsley"), str(ROOT / "forms/barnsley"), "--note", "First")
    assert "This database is used by real people" in said("seed")


def test_real_people_come_into_no_database_of_the_sample(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said("seed")
    assert "This database holds the sample" in said(*ADMINISTRATOR, "--authority", "barnsley")
    monkeypatch.setenv("SECRET_KEY", "k" * 32)
    monkeypatch.setenv("PATHWAYS_BASE_ADDRESS", "http://localhost")
    assert "This database holds the sample" in said("run", "--port", "0")


def test_a_server_for_real_people_says_what_it_needs(database: str) -> None:
    answer = said("run", "--port", "0")
    assert "SECRET_KEY is not set" in answer
    assert "PATHWAYS_BASE_ADDRESS is not set" in answer
    assert "Traceback" not in answer


def test_a_database_that_does_not_answer_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/pathways")
    answer = said(*ADMINISTRATOR, "--authority", "barnsley")
    assert "Traceback" not in answer
    assert "127.0.0.1" in answer
