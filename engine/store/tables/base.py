"""What all tables share: their base, their types, and the statuses as SQL sees them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnClause,
    Index,
    Integer,
    MetaData,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from engine.store.database import PackedBytes, UTCDateTime
from engine.store.text import Short

Id = BigInteger().with_variant(Integer, "sqlite")


#: Statuses as SQL literals: an index with a WHERE is only used when the database sees the value in the statement's
#: text.
OPEN: ColumnClause[str] = literal_column("'open'")


COMPLETED: ColumnClause[str] = literal_column("'completed'")


ACTIVE: ColumnClause[str] = literal_column("'active'")


WAITING: ColumnClause[str] = literal_column("'waiting'")


KEPT: ColumnClause[str] = literal_column("'kept'")


HELD: ColumnClause[str] = literal_column("'held'")


UNDELIVERED: ColumnClause[str] = literal_column("'undelivered'")


START: ColumnClause[str] = literal_column("'start'")


#: The kind of a job that starts one school's case of a batch, and what the property forEach says.
SCHOOL = "school"


#: Sorts tasks without a due date behind all others.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of every table; the web app's own tables extend it too, so that one metadata knows them all."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # On the registry rather than the class: Flask-SQLAlchemy makes a base of its own below this one.
    registry = registry(
        type_annotation_map={datetime: UTCDateTime, bytes: PackedBytes, dict[str, Any]: JSON, list[Any]: JSON}
    )


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over only the rows that fit ``where``, on both databases, so that it stays small as history grows."""
    condition = text(where)
    return Index(name, *columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


class Setting(Base):
    """A value that the running system may change, such as the sample clock's offset. Belongs to the whole
    installation."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(Short(60), primary_key=True)
    value: Mapped[dict[str, Any]]
