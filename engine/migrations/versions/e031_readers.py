"""Who may see a case: the roles of each version of a process, and whoever was asked in a case beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from lxml import etree

from engine.store.database import PackedBytes

revision = "e031"
down_revision = "e030"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Short, Name = sa.String(length=60), sa.String(length=250)
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"

DEFINITION = sa.table(
    "process_definition",
    sa.column("id", Id),
    sa.column("authority", Short),
    sa.column("key", Name),
    sa.column("resource_id", Id),
    sa.column("called", sa.JSON()),
    sa.column("visible_to", sa.JSON()),
    sa.column("asked", sa.JSON()),
)
RESOURCE = sa.table("resource", sa.column("id", Id), sa.column("content", PackedBytes()))
READER = sa.table(
    "process_reader", sa.column("definition_id", Id), sa.column("role", Short), sa.column("authority", Short)
)
CASE = sa.table("process_instance", sa.column("id", Id), sa.column("authority", Short), sa.column("definition_id", Id))
TASK = sa.table(
    "user_task",
    sa.column("instance_id", Id),
    sa.column("candidate_groups", sa.JSON()),
    sa.column("assignee", Name),
)
ASKED = sa.table(
    "case_reader",
    sa.column("instance_id", Id),
    sa.column("role", Short),
    sa.column("username", Name),
    sa.column("authority", Short),
)


def upgrade() -> None:
    for name in ("visible_to", "asked"):
        op.add_column("process_definition", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "process_reader",
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("role", Short, nullable=False),
        sa.Column("authority", Short, nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["process_definition.id"],
            name=op.f("fk_process_reader_definition_id_process_definition"),
        ),
        sa.PrimaryKeyConstraint("definition_id", "role", name=op.f("pk_process_reader")),
    )
    op.create_index(
        "ix_process_reader_authority_role_definition_id", "process_reader", ["authority", "role", "definition_id"]
    )
    op.create_table(
        "case_reader",
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("role", Short, nullable=False),
        sa.Column("username", Name, nullable=False),
        sa.Column("authority", Short, nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_case_reader_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("instance_id", "role", "username", name=op.f("pk_case_reader")),
    )
    op.create_index(
        "ix_process_instance_seen",
        "process_instance",
        ["authority", "id", "definition_id", "school_urn", "started_by"],
    )
    op.drop_index("ix_process_instance_authority_id", "process_instance")
    _fill(op.get_bind())


def _fill(database: sa.Connection) -> None:
    """What is deployed and what runs is seen by whom it asks, as what comes will be."""
    definitions = database.execute(
        sa.select(DEFINITION, RESOURCE.c.content).join(RESOURCE, RESOURCE.c.id == DEFINITION.c.resource_id)
    ).all()
    asked = {row.id: _asked(row.content, row.key) for row in definitions}
    readers: dict[int, set[str]] = {}
    for row in definitions:
        database.execute(sa.update(DEFINITION).where(DEFINITION.c.id == row.id).values(asked=sorted(asked[row.id])))
        readers[row.id] = asked[row.id].union(*(asked.get(each or 0, set()) for each in row.called.values()))
        _insert(
            database,
            READER,
            ({"definition_id": row.id, "role": role, "authority": row.authority} for role in sorted(readers[row.id])),
        )
    _fill_cases(database, readers)


def _fill_cases(database: sa.Connection, readers: Mapping[int, set[str]]) -> None:
    tasks = database.execute(
        sa.select(CASE, TASK.c.candidate_groups, TASK.c.assignee).join(TASK, TASK.c.instance_id == CASE.c.id)
    )
    wanted: dict[tuple[int, str, str], str] = {}
    for row in tasks:
        given = [] if row.candidate_groups else [("", row.assignee or "")]
        for role, name in [*((role, "") for role in row.candidate_groups), *given]:
            if role not in readers.get(row.definition_id, ()) or name:
                wanted[row.id, role, name] = row.authority
    rows = (
        {"instance_id": case, "role": role, "username": name, "authority": authority}
        for (case, role, name), authority in sorted(wanted.items())
    )
    _insert(database, ASKED, rows)


def _insert(database: sa.Connection, table: sa.TableClause, rows: Iterable[dict[str, Any]]) -> None:
    made = list(rows)
    if made:
        database.execute(sa.insert(table), made)


def _asked(content: bytes, key: str) -> set[str]:
    """The roles that a process names: who does its tasks, answers for them, or reports what it waits for."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    processes = (each for each in etree.fromstring(content, parser).iter(f"{BPMN}process") if each.get("id") == key)
    return {role for process in processes for node in process.iter() for role in _named(node)}


def _named(node: etree._Element) -> Iterator[str]:
    groups = node.get(f"{CAMUNDA}candidateGroups", "").strip()
    if node.tag == f"{BPMN}userTask" and not groups and not node.get(f"{CAMUNDA}assignee"):
        yield ""
    if not groups.startswith("="):
        yield from filter(None, (role.strip() for role in groups.split(",")))
    if node.tag == f"{CAMUNDA}property" and node.get("name") in ("reportedBy", "onBehalf"):
        yield from node.get("value", "").replace(",", " ").split()
