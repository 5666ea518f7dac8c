"""The authorities a worker can ask, while the partners file changes."""

from config.partners import Partner
from connectors.authority import Authority
from domain.events import PartnerKind
from worker.authorities import Authorities


class Line:
    """A connection that only knows whose it is, and whether it was closed."""

    channel = "http"
    repeatable = True

    def __init__(self, address: str) -> None:
        self.address, self.closed = address, False

    async def ask(self, **asked: object) -> dict[str, object]:
        raise AssertionError(f"nobody asks {self.address} here")

    async def recall(self, key: str) -> None:
        raise AssertionError(key)

    async def state(self, key: str) -> dict[str, object]:
        raise AssertionError(key)

    async def find(self, key: str) -> dict[str, object] | None:
        raise AssertionError(key)

    async def known(self, *, everything: bool = False) -> dict[str, dict[str, object]] | None:
        raise AssertionError(everything)

    async def close(self) -> None:
        self.closed = True


def _partner(name: str, address: str) -> Partner:
    return Partner(id=name, kind=PartnerKind.HRIS, name=name, base_url=address)


async def test_a_connection_is_made_once_and_anew_when_its_partners_entry_changes() -> None:
    made: list[Line] = []
    partners = {"hris": _partner("hris", "http://one"), "medical": _partner("medical", "http://two")}

    def connect(partner: Partner) -> Authority:
        made.append(Line(str(partner.base_url)))
        return made[-1]

    found = Authorities(partners, connect)
    first = found["hris"]
    partners["hris"] = _partner("hris", "http://one")  # read again, and the same
    assert found["hris"] is first
    partners["hris"] = _partner("hris", "http://elsewhere")
    assert found["hris"] is not first
    del partners["medical"]
    assert (found.get("medical"), list(found), len(found)) == (None, ["hris"], 1)
    assert [line.address for line in made] == ["http://one", "http://elsewhere"]
    await found.close()
    assert [line.closed for line in made] == [True, True]
