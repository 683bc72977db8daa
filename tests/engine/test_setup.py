"""What surrounds the engine: schema, register of schools, configuration files, mail, and the commands."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner

from engine import Config, Engine, queries
from engine.cli.main import main
from engine.errors import ConfigUnreadable, PathwaysError, RegisterUnreadable
from engine.jobs.outbox import Mail
from engine.jobs.senders import smtp_sender
from engine.migrations import upgrade
from engine.people.authorities import load_authorities, load_authority
from engine.schools.register import read
from engine.settings import MailServer
from engine.store.database import make_engine, prepare
from engine.store.tables import Base
from tests.engine.running import LOOP, authority, clock_of, deploy, running
from tests.engine.spiff.cases import bpmn

HEAD = b"urn,name,phase,type,maintained\n"
NOTIFY = bpmn(
    '<startEvent id="s"/><sendTask id="n" camunda:type="external" camunda:topic="notify"><extensionElements>'
    '<camunda:inputOutput><camunda:inputParameter name="to">seo, head</camunda:inputParameter>'
    '<camunda:inputParameter name="subject">= "A case:" + string(x)</camunda:inputParameter>'
    '<camunda:inputParameter name="text">Look at it.</camunda:inputParameter>'
    '</camunda:inputOutput></extensionElements></sendTask><endEvent id="e"/>',
    "s>n n>e",
)
#: When a mail was written.
WHEN = datetime(2026, 9, 7, 8, tzinfo=UTC)
MAILING = Config(mail=MailServer("mail.example.org"), authorities={"town": authority("town")}, attempts=2)
YAML = "id: town\nname: Town\nroles:\n  - {id: seo, name: Officer, mailbox: seo@example.org, capabilities: [start]}\n"
SIGN_IN = "signIn: {name: Town account, issuer: https://id.example.org, client: c, groups: {g: [seo]}}\n"


class TestSchema:
    def test_migrations_make_what_the_tables_say(self, database_url: str) -> None:
        engine = make_engine(database_url)
        upgrade(engine)
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "include_object": _engines_own}
            )
            assert compare_metadata(context, Base.metadata) == []

    def test_drafts_and_their_history_are_kept_when_drafts_become_of_forms_too(self, tmp_path: Path) -> None:
        engine = make_engine(f"sqlite:///{tmp_path}/old.db")
        upgrade(engine, "e045")
        who = "'2026-09-07', 'pat', '2026-09-07', 'pat', x'00', 'here'"
        with engine.connect().execution_options(pathways_writing=True) as connection, connection.begin():
            for statement in (
                "INSERT INTO deployment (id, at, by, note, strict, authority) VALUES (1, '2026-09-07', 'x', '', 1, 'here')",
                "INSERT INTO resource (id, name, content_hash, content, authority) VALUES (1, 'p.bpmn', 'x', x'00', 'here')",
                "INSERT INTO process_definition (id, key, version, latest, deployment_id, resource_id, name, documentation,"
                " startable, start_form, starter_groups, calls, called, forms, decisions, elements, authority) VALUES"
                " (1, 'p', 1, 1, 1, 1, 'P', '', 1, '', '[]', '[]', '{}', '{}', '{}', x'00', 'here')",
                "INSERT INTO drawing (id, process, name, file, based_on, number, begun, begun_by, saved, saved_by, content,"
                f" authority) VALUES (1, 'p', 'One', 'p.bpmn', 1, 1, {who})",
                "INSERT INTO drawing_save (id, drawing_id, number, saved, saved_by, content, authority)"
                " VALUES (1, 1, 1, '2026-09-07', 'pat', x'00', 'here')",
                "INSERT INTO planned_deployment (id, process, title, files, based_on, drawing_id, note, strict, by, at,"
                " approval, status, why, authority) VALUES (1, 'p', 'P', '{}', 1, 1, '', 1, 'pat', '2026-09-07', '',"
                " 'planned', '', 'here')",
            ):
                connection.exec_driver_sql(statement)
        upgrade(engine)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT kind, based_on FROM drawing").all() == [("diagram", 1)]
            assert connection.exec_driver_sql("SELECT drawing_id FROM drawing_save").all() == [(1,)]
            assert connection.exec_driver_sql("SELECT drawing_id FROM planned_deployment").all() == [(1,)]

    def test_twice_does_no_harm(self, database_url: str) -> None:
        engine = Engine(database_url)
        engine.create_schema()
        engine.create_schema()
        assert engine.tasks.open() == []

    def test_sqlite_is_set_up_whoever_made_the_engine(self, tmp_path: Path) -> None:
        from sqlalchemy import create_engine

        made = prepare(prepare(create_engine(f"sqlite:///{tmp_path}/x.db")))
        with made.connect() as connection:
            asked = ("journal_mode", "foreign_keys", "synchronous")
            assert [connection.exec_driver_sql(f"PRAGMA {each}").scalar() for each in asked] == ["wal", 1, 2]

    def test_an_engine_takes_a_session_factory(self, database_url: str) -> None:
        from sqlalchemy.orm import scoped_session, sessionmaker

        database = make_engine(database_url)
        upgrade(database)
        for factory in (database, sessionmaker(database), scoped_session(sessionmaker(database))):
            engine = Engine(factory)
            deploy(engine, LOOP)
            assert engine.tasks.open(engine.cases.start("p"))


def _engines_own(item: object, name: str | None, kind: str, *_: object) -> bool:
    """The web application's tables share the metadata when its tests run in the same process."""
    return kind != "table" or name in {table.name for table in Base.metadata.sorted_tables if _is_engines(table.name)}


def _is_engines(name: str) -> bool:
    return any(
        mapper.local_table.name == name and mapper.class_.__module__ == "engine.store.tables"  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
    )


class TestRegister:
    @pytest.mark.parametrize(
        ("data", "line", "said"),
        [
            (b"name,phase\n", 1, "urn, type"),
            (b"\xff\xfe", 1, "UTF-8"),
            (HEAD + b"12345,X,primary,community,\n", 2, "six digits"),
            (HEAD + b"100001,,primary,community,\n", 2, "no name"),
            (HEAD + b"100001,X,primary,community,\n100002,Y,middle,community,\n", 3, "middle"),
            (HEAD + b"100001,X,primary,grammar,\n", 2, "grammar"),
            (HEAD + b"100001,X,primary,free,perhaps\n", 2, "perhaps"),
            (HEAD + b"100001,X,primary,free,\n100001,Y,primary,free,\n", 3, "twice"),
        ],
    )
    def test_a_wrong_file_is_refused_with_its_line(self, data: bytes, line: int, said: str) -> None:
        with pytest.raises(RegisterUnreadable, match=said) as refused:
            read(data)
        assert refused.value.details["line"] == line

    def test_a_file_is_read_however_the_spreadsheet_saved_it(self) -> None:
        lines = HEAD + "100001,École A,primary,community,\n100002,B,primary,free\n".encode()
        saved = [lines, lines.replace(b",", b";"), lines.replace(b",", b"\t"), lines.decode().encode("cp1252")]
        assert [[row["name"] for row in read(each)] for each in saved] == [["École A", "B"]] * 4

    def test_maintained_follows_the_type_unless_the_file_says(self) -> None:
        rows = read(HEAD + b"100001,A,primary,community,\n100002,B,primary,academy,\n100003,C,special,special,no\n")
        assert [row["maintained"] for row in rows] == [True, False, False]

    def test_an_import_adds_and_changes_and_removes_nothing(self, database_url: str) -> None:
        engine = running(database_url)
        engine.schools.import_file(HEAD + b"100001,A,primary,community,\n100002,B,primary,academy,\n", "town")
        done = engine.schools.import_file(HEAD + b"100001,A,primary,academy,\n100003,C,primary,free,\n", "town")
        assert (done.added, done.changed, done.unchanged) == (1, 1, 0)
        with engine.reading() as session:
            assert [(s.name, s.type) for s in queries.schools(session)] == [
                ("A", "academy"),
                ("B", "academy"),
                ("C", "free"),
            ]


class TestAuthorities:
    def test_the_repositorys_own_are_read(self) -> None:
        folder = Path(__file__).parents[2] / "config" / "authorities"
        assert "seo" in load_authorities(folder)["barnsley"].roles

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "id: Missing"),
            ("id: [", "while parsing"),
            (YAML.replace("id: town", "id: village"), "village.yaml"),
            (YAML.replace("[start]", "[fly]"), "capabilities"),
            (YAML + "  - {id: seo, name: Again}\n", "seo is there twice"),
            (YAML + "people:\n  - {username: x, name: X, roles: [wizard]}\n", "wizard"),
            (YAML.replace("id: seo", "id: Säo"), "small letters"),
            (
                YAML.replace("name: Officer", "name: Officer, kind: contact, perSchool: true"),
                "perSchool: a contact's role",
            ),
            (YAML + SIGN_IN.replace("https", "http"), "signIn.issuer: it must begin with https://"),
            (
                YAML + SIGN_IN.replace("[seo]", "[wizard]"),
                "signIn.groups: g gives the role wizard, which is not listed",
            ),
            (YAML + "deployment: {approval: wizard}\n", "deployment.approval: wizard is not listed as a role"),
        ],
    )
    def test_a_wrong_file_is_refused_with_its_reason(self, tmp_path: Path, text: str, said: str) -> None:
        path = tmp_path / "town.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigUnreadable, match=said):
            load_authority(path)

    def test_capabilities(self, tmp_path: Path) -> None:
        path = tmp_path / "town.yaml"
        path.write_text(YAML, encoding="utf-8")
        town = load_authorities(tmp_path)["town"]
        assert (town.may({"seo"}, "start"), town.may({"seo"}, "manage"), town.may({"x"}, "start")) == (
            True,
            False,
            False,
        )

    def test_groups_give_roles(self, tmp_path: Path) -> None:
        path = tmp_path / "town.yaml"
        path.write_text(YAML + SIGN_IN, encoding="utf-8")
        provider = load_authority(path).sign_in
        assert provider is not None
        assert provider.roles(["g", "another"]) == {"seo"}


class TestOutbox:
    def test_without_a_mail_server_nothing_is_sent(self, database_url: str) -> None:
        engine = running(database_url)
        deploy(engine, NOTIFY, authority="town")
        engine.cases.start("p", authority="town", variables={"x": 1})
        assert (engine.jobs.send_outbox(), engine.jobs.next_due()) == (0, None)

    def test_a_letter_is_sent_once(self, database_url: str) -> None:
        engine, posted = _mailing(database_url)
        engine.cases.start("p", authority="town", variables={"x": 1})
        engine.cases.start("p", authority="town", variables={"x": 2})
        assert (engine.jobs.send_outbox(), engine.jobs.send_outbox()) == (4, 0)
        assert [letter.payload["subject"] for letter in posted] == ["A case:1"] * 2 + ["A case:2"] * 2
        assert [letter.payload["to"] for letter in posted] == ["seo@example.org", "head@example.org"] * 2
        assert len({letter.key for letter in posted}) == 4

    def test_a_letter_that_cannot_be_sent_is_tried_again_and_then_told(self, database_url: str) -> None:
        engine, _ = _mailing(database_url, fails=True)
        case = engine.cases.start("p", authority="town", variables={"x": 1})
        assert engine.jobs.send_outbox() == 2
        clock_of(engine).advance(MAILING.backoff[0])
        assert (engine.jobs.send_outbox(), engine.jobs.next_due()) == (2, None)
        with engine.reading() as session:
            incident, _ = queries.incidents(session)
        assert (incident.instance_id, incident.kind, "could not be sent" in incident.message) == (case, "outbox", True)
        engine.jobs.retry(incident.id, by="mo")
        assert engine.jobs.send_outbox() == 1

    def test_a_mail_names_its_recipient_and_its_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[EmailMessage] = []
        monkeypatch.setattr("engine.jobs.senders._deliver", lambda mail, message: sent.append(message))
        payload = {"to": "seo@example.org", "subject": "One\r\nBcc: two@example.org", "text": "Three"}
        smtp_sender(MAILING)(Mail(1, "7-3-0-0", "town", 7, 1, payload, WHEN))
        [mail] = sent
        assert (mail["To"], mail["Bcc"], mail["Message-ID"]) == (
            "seo@example.org",
            None,
            "<pathways-7-3-0-0@example.org>",
        )

    def test_a_mail_that_waited_for_roles_goes_to_each_mailbox_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[EmailMessage] = []
        monkeypatch.setattr("engine.jobs.senders._deliver", lambda mail, message: sent.append(message))
        payload = {"to": ["seo", "nobody", "head"], "subject": "One", "text": "Two"}
        smtp_sender(MAILING)(Mail(1, "7-3-0", "town", 7, 1, payload, WHEN))
        assert [mail["To"] for mail in sent] == ["seo@example.org", "head@example.org"]


def _mailing(database_url: str, fails: bool = False) -> tuple[Engine, list[Mail]]:
    engine = running(database_url, config=MAILING)
    deploy(engine, NOTIFY, authority="town")
    posted: list[Mail] = []

    def send(letter: Mail) -> None:
        if fails:
            raise ConnectionError("no route to the mail server")
        posted.append(letter)

    engine.jobs.sender = send
    return engine, posted


class TestCommands:
    def test_from_files_to_a_running_case(self, sqlite_url: str, tmp_path: Path) -> None:
        folder = tmp_path / "processes" / "town"
        folder.mkdir(parents=True)
        (tmp_path / "config").mkdir()
        (folder / "p.bpmn").write_bytes(LOOP)
        (tmp_path / "schools.csv").write_bytes(HEAD + b"100001,A,primary,community,\n")
        run = CliRunner(env={"DATABASE_URL": sqlite_url, "PATHWAYS_CONFIG": str(tmp_path / "config")}).invoke
        for arguments, said in (
            (["db", "upgrade"], "up to date"),
            (["deploy", "--plain", str(folder)], "town: p 1"),
            (["deploy", "--plain", str(folder / "p.bpmn")], "town: nothing is new"),
            (["schools", "import", str(tmp_path / "schools.csv"), "--authority", "town"], "1 schools added"),
            (["jobs", "run"], "0 jobs done"),
        ):
            result = run(main, arguments)
            assert (result.exit_code, said in result.output) == (0, True), result.output
        assert Engine(sqlite_url).cases.start("p", authority="town", school="100001") == 1

    def test_a_refusal_says_why_and_exits_1(self, sqlite_url: str, tmp_path: Path) -> None:
        (tmp_path / "p.bpmn").write_bytes(b"<nonsense")
        (tmp_path / "s.csv").write_bytes(b"x\n")
        run = CliRunner(env={"DATABASE_URL": sqlite_url, "PATHWAYS_CONFIG": str(tmp_path)}).invoke
        refused = run(main, ["deploy", str(tmp_path / "p.bpmn")])
        assert (refused.exit_code, "not well-formed" in refused.output) == (1, True)
        wrong = run(main, ["schools", "import", str(tmp_path / "s.csv"), "--authority", "town"])
        assert (wrong.exit_code, "no column" in wrong.output) == (1, True)


def test_every_error_of_the_engine_reads_as_a_sentence() -> None:
    for kind in PathwaysError.__subclasses__():
        assert str(kind()).rstrip('"').endswith(".")
