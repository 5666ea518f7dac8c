"""Notes of HR about a hire: for whom the answers are, too, and for nobody else. They decide nothing and are told to no machine."""

from acts.rights import Resource, Viewer
from domain.errors import BadInput, NotAllowed
from store.clock import DoorClock
from store.database import Database
from store.notes import Note, Notes

#: A note is a few sentences; what is longer is a document, and belongs elsewhere.
LONGEST = 2000


class NoteDesk:
    """A desk's own part: `Desk.notes`. Whoever shows notes notes the look (`Desk.looked`)."""

    def __init__(self, db: Database, clock: DoorClock) -> None:
        self._notes, self._clock = Notes(db), clock

    async def write(self, viewer: Viewer, person: str, case: str, body: str) -> str:
        """Keep what this person noted; the note's id. Raises NotAllowed, BadInput for nothing or too much, NotFound."""
        self._check(viewer)
        text = body.strip().replace("\r\n", "\n")
        if not 0 < len(text) <= LONGEST:
            raise BadInput(f"a note has 1 to {LONGEST} characters", code="bad_note")
        return await self._notes.write(case, person, text, await self._clock.now())

    async def of(self, viewer: Viewer, case: str) -> list[Note]:
        """The notes of a hire, the latest first. Raises NotAllowed."""
        self._check(viewer)
        return await self._notes.of(case)

    def _check(self, viewer: Viewer) -> None:
        if not viewer.sees(Resource.ANSWERS):
            raise NotAllowed("notes are for whom the answers are", code="wrong_role")
