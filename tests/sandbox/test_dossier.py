"""A demonstration's last line says what the file in the dossier found, not what the demonstration hoped."""

from pathlib import Path
from typing import Any

from sandbox.dossier import checked_dossier
from tests.dossiers import SampleLog

LOG = SampleLog(12)


class FakeDesk:
    """A desk with one appointed hire, or none, and whatever dossier of it."""

    def __init__(self, raw: bytes, *cases: str) -> None:
        self.audit, self._raw, self._cases = self, raw, cases

    async def hires(self, ending: str) -> list[dict[str, Any]]:
        return [{"case_id": case, "ending": ending} for case in self._cases]

    async def export(self, *asked: object) -> bytes:
        return self._raw


async def said(tmp_path: Path, raw: bytes, *cases: str) -> tuple[str, str]:
    return await checked_dossier(FakeDesk(raw, *cases), "helga", tmp_path, LOG.signer.public)  # type: ignore[arg-type]


async def test_a_dossier_that_verifies_holds(tmp_path: Path) -> None:
    verdict, line = await said(tmp_path, LOG.dossier("hire/1case0"), "hire/1case0")
    assert verdict == "held"
    assert line.endswith("in a bare process: every claim holds.")


async def test_one_that_does_not_and_none_at_all_do_not_hold(tmp_path: Path) -> None:
    other = SampleLog(12, seed=2)
    left_out = other.dossier("hire/2case0", lines=[line for line in other.lines("hire/2case0") if '"ref":"3"' not in line.leaf])
    assert "fact 3 is missing" in (await said(tmp_path, left_out, "hire/2case0"))[0]
    assert (await said(tmp_path, b"", *()))[0] == "nobody was appointed"
