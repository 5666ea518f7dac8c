"""The proof of the output, in small: tests/proofs/prove_output.py."""

from pathlib import Path

from tests.sending import PER_SUBSCRIBER, killed


async def test_a_relay_that_is_killed_loses_nothing_and_keeps_each_cases_order(tmp_path: Path) -> None:
    sent = await killed(tmp_path, messages=120, kills=1, undone=8, seed=7, cases_=12)
    assert (sent.lost, sent.disorder, sent.undone_told, sent.disagreements) == (0, 0, 0, [])
    assert sent.repeats <= PER_SUBSCRIBER
    assert len(sent.answers) == 4, "every mood was met"
