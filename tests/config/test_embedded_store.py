"""Which store is wished for, by one word."""

from pathlib import Path

import pytest

from config.embedded_store import store_at
from domain.errors import BadInput
from store.database import check_migrated, migrate


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        (None, "sqlite+aiosqlite:////as/configured.db"),
        ("sqlite", "sqlite+aiosqlite:///{folder}/muster.db"),
        ("postgresql+psycopg://db/muster", "postgresql+psycopg://db/muster"),
    ],
)
def test_a_word_or_a_url_names_the_store(kind: str | None, url: str, tmp_path: Path) -> None:
    with store_at(kind, tmp_path, "sqlite+aiosqlite:////as/configured.db") as found:
        assert found == url.format(folder=tmp_path)


def test_another_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="mysql"), store_at("mysql", tmp_path, ""):
        pass


async def test_a_postgresql_of_our_own_keeps_what_it_is_given(tmp_path: Path) -> None:
    for _ in range(2):
        with store_at("postgresql", tmp_path, "") as url:
            assert "***" not in url
            await migrate(url)
            await check_migrated(url)
