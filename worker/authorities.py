"""The authorities that can be asked, as live as the partners file they are configured in."""

from collections.abc import Callable, Iterator, Mapping

from config.partners import Partner
from connectors.authority import Authority


class Authorities(Mapping[str, Authority]):
    """One connection per partner, made when it is first asked for and anew when its entry changes.

    A connection that was replaced may still be carrying a request, so all are closed together, at the end; they cost nothing idle.
    """

    def __init__(self, partners: Mapping[str, Partner], connect: Callable[[Partner], Authority]) -> None:
        self._partners, self._connect = partners, connect
        self._made: dict[str, tuple[Partner, Authority]] = {}
        self._all: list[Authority] = []

    def __getitem__(self, name: str) -> Authority:
        partner = self._partners[name]
        made = self._made.get(name)
        if made is None or made[0] != partner:
            made = self._made[name] = (partner, self._connect(partner))
            self._all.append(made[1])
        return made[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._partners)

    def __len__(self) -> int:
        return len(self._partners)

    async def close(self) -> None:
        for authority in self._all:
            await authority.close()
