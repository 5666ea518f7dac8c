"""Writers that commit when they like, and a relay that passes nothing over."""

from tests.sending import written_at_once


async def test_nothing_that_commits_late_is_skipped_and_each_case_keeps_its_order(url: str) -> None:
    found = await written_at_once(url, writers=16, each=6, seed=3)
    assert (found.messages, found.skipped, found.disorder) == (96, 0, 0)
