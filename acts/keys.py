"""The compartments' keys: a new generation, and the end of an old one under dual control. For key administrators, who see no case."""

from config.keyring import FileKeyring, Generation
from domain.deeds import check_deed
from domain.errors import Conflict, FourEyes, NotFound, NotNow
from domain.log.epochs import Handover
from domain.log.note import LogKey
from domain.sealing import Compartment
from store.checkpoints import Checkpoints
from store.database import Database
from store.keys import Destruction, Destructions
from store.names import system_now
from store.people import People
from store.vault import rewrapped


class KeyDesk:
    """A desk's own part: `Desk.keys`. Keys live by the system's clock, which no demonstration sets."""

    def __init__(self, db: Database, people: People) -> None:
        self._db, self._people, self._kept = db, people, Destructions(db)

    async def kept_plain(self) -> bool:
        """Is anything about anybody kept in clear here? Then a keyring comes too late."""
        return await self._kept.kept_plain()

    async def rotate(self, person: str, ring: FileKeyring, compartment: Compartment) -> Generation:
        """A new generation, which encrypts from now on; subjects' keys are wrapped anew under it. Cut short, `rewrap` finishes it.

        Raises NotFound, NotAllowed.
        """
        await self._administrator(person, "keep_keys")
        made = ring.rotate(compartment, system_now())
        await rewrapped(self._db, ring, compartment)
        return made

    async def rewrap(self, person: str, ring: FileKeyring, compartment: Compartment) -> int:
        """Wrap the subjects' keys that an older generation still wraps under the newest; how many. Raises NotFound, NotAllowed, KeyGone."""
        await self._administrator(person, "keep_keys")
        return await rewrapped(self._db, ring, compartment)

    async def waiting(self) -> list[Destruction]:
        """What was proposed and waits for another person."""
        return [each for each in await self._kept.all() if each.approved_by is None]

    async def propose(self, person: str, ring: FileKeyring, compartment: Compartment, epoch: str) -> None:
        """Propose that a generation is destroyed; a second time changes nothing. Raises NotFound, NotAllowed, Conflict, NotNow."""
        await self._administrator(person, "propose_destruction")
        await self._destroyable(ring, compartment, epoch)
        if await self._kept.find(compartment, epoch) is None:
            await self._kept.propose(compartment, epoch, person, system_now())

    async def approve(self, person: str, ring: FileKeyring, compartment: Compartment, epoch: str) -> Generation:
        """Another person agrees, and the key is gone. Noted first: cut short in between, approving again finishes it.

        Raises NotFound, NotAllowed, FourEyes, Conflict, NotNow.
        """
        await self._administrator(person, "approve_destruction")
        found = await self._kept.find(compartment, epoch)
        if found is None:
            raise NotFound(f"nobody proposed to destroy {compartment}/{epoch}: muster keys destroy", code="not_proposed")
        if found.proposed_by == person:
            raise FourEyes("another key administrator has to approve what one proposed", code="four_eyes")
        await self._destroyable(ring, compartment, epoch)
        await self._kept.approve(found, person, system_now())
        return ring.destroy(compartment, epoch, system_now())

    async def hand_log_over(self, person: str, old: LogKey, new: LogKey) -> Handover:
        """End the log's epoch: from now on another key signs. Cut short afterwards, a second call says the same again.

        Raises NotFound, NotAllowed, Forked, NotNow.
        """
        await self._administrator(person, "keep_keys")
        log = Checkpoints(self._db, old)
        await log.keys()
        if log.handovers and log.handovers[-1].key == new.text:
            return log.handovers[-1]
        return await log.hand_over(new, f"person:{person}")

    async def _destroyable(self, ring: FileKeyring, compartment: Compartment, epoch: str) -> None:
        if epoch not in {each.epoch for each in ring.generations() if each.compartment is compartment}:
            raise NotFound(f"there is no key {compartment}/{epoch}", code="key_unknown")
        if ring.newest(compartment)[0] == epoch:
            raise Conflict(f"{compartment}/{epoch} encrypts now; rotate first", code="key_in_use")
        if wrapped := await self._kept.wrapped_under(compartment, epoch):
            raise NotNow(f"{compartment}/{epoch} still wraps the keys of {wrapped} subjects", code="key_still_wraps")

    async def _administrator(self, person: str, deed: str) -> None:
        check_deed(deed, (await self._people.staff(person)).roles)
