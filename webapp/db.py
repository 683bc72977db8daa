"""The database of the web application: the engine's tables through Flask-SQLAlchemy, and the migrations of both."""

from __future__ import annotations

from pathlib import Path

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

import engine
from engine.store.tables import Base

db = SQLAlchemy(model_class=Base)
migrate = Migrate(directory=str(Path(engine.__file__).parent / "migrations"))
