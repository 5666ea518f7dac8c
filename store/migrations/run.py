"""Moving a store between revisions, and telling where it stands."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

HERE = Path(__file__).parent


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without any file: the scripts stand beside this one."""
    made = Config()
    made.set_main_option("script_location", str(HERE).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def head() -> str:
    """The one newest revision."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    assert newest is not None
    return newest


def current(connection: Connection) -> str | None:
    """The revision a store stands at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def move(connection: Connection, to: str) -> None:
    """Up or down to revision `to` ("head", "base" or a name), inside the transaction `connection` is in."""
    way = command.downgrade if to == "base" or _earlier(connection, to) else command.upgrade
    way(config(connection), to)


def _earlier(connection: Connection, to: str) -> bool:
    now = current(connection)
    if to == "head" or now is None:
        return False
    scripts = ScriptDirectory.from_config(config())
    return any(script.revision == to for script in scripts.iterate_revisions(now, "base"))
