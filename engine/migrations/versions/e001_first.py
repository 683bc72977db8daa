"""The engine's first tables, and on PostgreSQL the trigger that wakes workers when jobs appear."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedBytes, PackedJson, UTCDateTime

revision = "e001"
down_revision = None
branch_labels = ("engine",)
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: A worker listens on this channel: any new job, or a moved clock, may bring the next due time forward.
WAKE = """
CREATE FUNCTION pathways_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('pathways_jobs', ''); RETURN NULL; END $$;
CREATE TRIGGER pathways_wake AFTER INSERT ON job FOR EACH STATEMENT EXECUTE FUNCTION pathways_wake();
CREATE TRIGGER pathways_wake AFTER INSERT OR UPDATE ON setting FOR EACH STATEMENT EXECUTE FUNCTION pathways_wake();
"""


def upgrade() -> None:
    op.create_table(
        "deployment",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=250), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("strict", sa.Boolean(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
    op.create_table(
        "resource",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("content", PackedBytes(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("authority", "content_hash", name=op.f("uq_resource_authority_content_hash")),
    )
    op.create_table(
        "school",
        sa.Column("urn", sa.String(length=12), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("phase", sa.String(length=30), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("diocese", sa.String(length=250), nullable=False),
        sa.Column("trust", sa.String(length=250), nullable=False),
        sa.Column("maintained", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("urn", "authority", name=op.f("pk_school")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "decision_definition",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=250), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("deployment_id", Id, nullable=False),
        sa.Column("resource_id", Id, nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_decision_definition_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_decision_definition_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_definition")),
        sa.UniqueConstraint("authority", "key", "version", name=op.f("uq_decision_definition_authority_key_version")),
    )
    op.create_index(
        op.f("ix_decision_definition_deployment_id"), "decision_definition", ["deployment_id"], unique=False
    )
    op.create_index(
        "ix_decision_definition_latest",
        "decision_definition",
        ["authority", "key"],
        unique=True,
        postgresql_where=sa.text("latest"),
        sqlite_where=sa.text("latest"),
    )
    op.create_table(
        "form_definition",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=250), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("deployment_id", Id, nullable=False),
        sa.Column("resource_id", Id, nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_form_definition_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_form_definition_resource_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_definition")),
        sa.UniqueConstraint("authority", "key", "version", name=op.f("uq_form_definition_authority_key_version")),
    )
    op.create_index(op.f("ix_form_definition_deployment_id"), "form_definition", ["deployment_id"], unique=False)
    op.create_index(
        "ix_form_definition_latest",
        "form_definition",
        ["authority", "key"],
        unique=True,
        postgresql_where=sa.text("latest"),
        sqlite_where=sa.text("latest"),
    )
    op.create_table(
        "process_definition",
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("documentation", sa.Text(), nullable=False),
        sa.Column("startable", sa.Boolean(), nullable=False),
        sa.Column("start_form", sa.String(length=250), nullable=False),
        sa.Column("starter_groups", sa.JSON(), nullable=False),
        sa.Column("calls", sa.JSON(), nullable=False),
        sa.Column("called", sa.JSON(), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("elements", PackedJson(), nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=250), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("deployment_id", Id, nullable=False),
        sa.Column("resource_id", Id, nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_process_definition_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_process_definition_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_definition")),
        sa.UniqueConstraint("authority", "key", "version", name=op.f("uq_process_definition_authority_key_version")),
    )
    op.create_index(op.f("ix_process_definition_deployment_id"), "process_definition", ["deployment_id"], unique=False)
    op.create_index(
        "ix_process_definition_latest",
        "process_definition",
        ["authority", "key"],
        unique=True,
        postgresql_where=sa.text("latest"),
        sqlite_where=sa.text("latest"),
    )
    op.create_table(
        "process_instance",
        sa.Column("id", Id, nullable=False),
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("process", sa.String(length=250), nullable=False),
        sa.Column("business_key", sa.String(length=250), nullable=False),
        sa.Column("school_urn", sa.String(length=12), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", PackedBytes(), nullable=False),
        sa.Column("variables", PackedJson(), nullable=False),
        sa.Column("active", PackedJson(), nullable=False),
        sa.Column("history_length", sa.Integer(), nullable=False),
        sa.Column("started", UTCDateTime(), nullable=False),
        sa.Column("started_by", sa.String(length=250), nullable=False),
        sa.Column("ended", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["process_definition.id"],
            name=op.f("fk_process_instance_definition_id_process_definition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_instance")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "ix_process_instance_active",
        "process_instance",
        ["authority", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'active'"),
        sqlite_where=sa.text("status = 'active'"),
    )
    op.create_index(
        op.f("ix_process_instance_authority_business_key"),
        "process_instance",
        ["authority", "business_key"],
        unique=False,
    )
    op.create_index(op.f("ix_process_instance_authority_id"), "process_instance", ["authority", "id"], unique=False)
    op.create_index(
        op.f("ix_process_instance_authority_process_id"),
        "process_instance",
        ["authority", "process", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_process_instance_authority_school_urn_id"),
        "process_instance",
        ["authority", "school_urn", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_process_instance_definition_id"), "process_instance", ["definition_id"], unique=False)
    op.create_table(
        "event_subscription",
        sa.Column("id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("process", sa.String(length=250), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("element", sa.String(length=250), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("key", sa.String(length=250), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["process_definition.id"],
            name=op.f("fk_event_subscription_definition_id_process_definition"),
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_event_subscription_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_subscription")),
    )
    op.create_index(
        op.f("ix_event_subscription_authority_name_kind_key"),
        "event_subscription",
        ["authority", "name", "kind", "key"],
        unique=False,
    )
    op.create_index(op.f("ix_event_subscription_instance_id"), "event_subscription", ["instance_id"], unique=False)
    op.create_table(
        "history",
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=True),
        sa.Column("element", sa.String(length=250), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("via", sa.String(length=250), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("entered", UTCDateTime(), nullable=True),
        sa.Column("ended", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=250), nullable=True),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_history_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("instance_id", "seq", name=op.f("pk_history")),
    )
    op.create_table(
        "incident",
        sa.Column("id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("job_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("element", sa.String(length=250), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created", UTCDateTime(), nullable=False),
        sa.Column("resolved", UTCDateTime(), nullable=True),
        sa.Column("resolved_by", sa.String(length=250), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_incident_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(
        "ix_incident_open",
        "incident",
        ["authority", "id"],
        unique=False,
        postgresql_where=sa.text("resolved IS NULL"),
        sqlite_where=sa.text("resolved IS NULL"),
    )
    op.create_index(
        "ix_incident_open_instance",
        "incident",
        ["instance_id"],
        unique=False,
        postgresql_where=sa.text("resolved IS NULL"),
        sqlite_where=sa.text("resolved IS NULL"),
    )
    op.create_table(
        "message",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("payload", PackedJson(), nullable=False),
        sa.Column("source_id", Id, nullable=True),
        sa.Column("target_id", Id, nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("sent", UTCDateTime(), nullable=False),
        sa.Column("delivered", UTCDateTime(), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["process_instance.id"], name=op.f("fk_message_source_id_process_instance")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["process_instance.id"], name=op.f("fk_message_target_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_source_id"), "message", ["source_id"], unique=False)
    op.create_index(
        "ix_message_undelivered",
        "message",
        ["authority", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'undelivered'"),
        sqlite_where=sa.text("status = 'undelivered'"),
    )
    op.create_table(
        "notification",
        sa.Column("id", Id, nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("element", sa.String(length=250), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created", UTCDateTime(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_notification_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index(
        op.f("ix_notification_authority_role_id"), "notification", ["authority", "role", "id"], unique=False
    )
    op.create_index(op.f("ix_notification_instance_id"), "notification", ["instance_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("payload", PackedJson(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("next_try", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created", UTCDateTime(), nullable=False),
        sa.Column("sent", UTCDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_outbox_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["next_try", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
        sqlite_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "user_task",
        sa.Column("id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("element", sa.String(length=250), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("candidate_groups", sa.JSON(), nullable=False),
        sa.Column("assignee", sa.String(length=250), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due", UTCDateTime(), nullable=True),
        sa.Column("due_estimated", sa.Boolean(), nullable=False),
        sa.Column("due_order", UTCDateTime(), nullable=False),
        sa.Column("created", UTCDateTime(), nullable=False),
        sa.Column("ended", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=250), nullable=True),
        sa.Column("values", PackedJson(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_user_task_definition_id_process_definition")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_user_task_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_task")),
    )
    op.create_index(op.f("ix_user_task_instance_id_id"), "user_task", ["instance_id", "id"], unique=False)
    op.create_index(
        "ix_user_task_open_assignee",
        "user_task",
        ["authority", "assignee", "due_order"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
        sqlite_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_user_task_open_instance",
        "user_task",
        ["instance_id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
        sqlite_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "job",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("definition_id", Id, nullable=True),
        sa.Column("message_id", Id, nullable=True),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("element", sa.String(length=250), nullable=False),
        sa.Column("due", UTCDateTime(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("next_try", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_job_definition_id_process_definition")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_job_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_job_message_id_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(
        "ix_job_definition",
        "job",
        ["definition_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'start'"),
        sqlite_where=sa.text("kind = 'start'"),
    )
    op.create_index(
        "ix_job_due",
        "job",
        ["authority", "due"],
        unique=False,
        postgresql_where=sa.text("instance_id IS NOT NULL"),
        sqlite_where=sa.text("instance_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_job_instance_id"), "job", ["instance_id"], unique=False)
    op.create_index(
        "ix_job_waiting",
        "job",
        ["next_try", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
        sqlite_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "user_task_role",
        sa.Column("task_id", Id, nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("due_order", UTCDateTime(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_user_task_role_task_id_user_task")),
        sa.PrimaryKeyConstraint("task_id", "role", name=op.f("pk_user_task_role")),
    )
    op.create_index(
        "ix_user_task_role_inbox", "user_task_role", ["authority", "role", "due_order", "task_id"], unique=False
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(WAKE)


def downgrade() -> None:
    op.drop_index("ix_user_task_role_inbox", table_name="user_task_role")
    op.drop_table("user_task_role")
    op.drop_index("ix_job_waiting", table_name="job")
    op.drop_index(op.f("ix_job_instance_id"), table_name="job")
    op.drop_index("ix_job_due", table_name="job")
    op.drop_index("ix_job_definition", table_name="job")
    op.drop_table("job")
    op.drop_index("ix_user_task_open_instance", table_name="user_task")
    op.drop_index("ix_user_task_open_assignee", table_name="user_task")
    op.drop_index(op.f("ix_user_task_instance_id_id"), table_name="user_task")
    op.drop_table("user_task")
    op.drop_index("ix_outbox_waiting", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_notification_instance_id"), table_name="notification")
    op.drop_index(op.f("ix_notification_authority_role_id"), table_name="notification")
    op.drop_table("notification")
    op.drop_index("ix_message_undelivered", table_name="message")
    op.drop_index(op.f("ix_message_source_id"), table_name="message")
    op.drop_table("message")
    op.drop_index("ix_incident_open_instance", table_name="incident")
    op.drop_index("ix_incident_open", table_name="incident")
    op.drop_table("incident")
    op.drop_table("history")
    op.drop_index(op.f("ix_event_subscription_instance_id"), table_name="event_subscription")
    op.drop_index(op.f("ix_event_subscription_authority_name_kind_key"), table_name="event_subscription")
    op.drop_table("event_subscription")
    op.drop_index(op.f("ix_process_instance_definition_id"), table_name="process_instance")
    op.drop_index(op.f("ix_process_instance_authority_school_urn_id"), table_name="process_instance")
    op.drop_index(op.f("ix_process_instance_authority_process_id"), table_name="process_instance")
    op.drop_index(op.f("ix_process_instance_authority_id"), table_name="process_instance")
    op.drop_index(op.f("ix_process_instance_authority_business_key"), table_name="process_instance")
    op.drop_index("ix_process_instance_active", table_name="process_instance")
    op.drop_table("process_instance")
    op.drop_index("ix_process_definition_latest", table_name="process_definition")
    op.drop_index(op.f("ix_process_definition_deployment_id"), table_name="process_definition")
    op.drop_table("process_definition")
    op.drop_index("ix_form_definition_latest", table_name="form_definition")
    op.drop_index(op.f("ix_form_definition_deployment_id"), table_name="form_definition")
    op.drop_table("form_definition")
    op.drop_index("ix_decision_definition_latest", table_name="decision_definition")
    op.drop_index(op.f("ix_decision_definition_deployment_id"), table_name="decision_definition")
    op.drop_table("decision_definition")
    op.drop_table("setting")
    op.drop_table("school")
    op.drop_table("resource")
    op.drop_table("deployment")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION pathways_wake()")
