"""What auditors take with them: the dossier of a case, and the log, or a part of it. Both are checked before they leave the house.

Who may: auditors, the data protection officer, the head of HR; the texts of letters, which name a candidate, not auditors. Every export
is a reading and stands in the log with its purpose, before anything is handed over.
"""

import asyncio
import re
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

from acts.dossiers import Found, Policy, bound, papers_of, stands
from acts.rights import SEES, Resource
from acts.verifying import Verified, Verifying
from domain.errors import BadInput, NotAllowed, NotFound, NotNow
from domain.log import verify
from domain.log.dossier import Anchor, Made, log_export
from domain.log.note import LogKey
from domain.log.reading import Page
from domain.looking import Category, Look, Reader, told
from domain.words import roles as roles_among
from store.checkpoints import Checkpoint, Checkpoints
from store.database import Database
from store.histories import Histories, files
from store.logbook import LogBook
from store.names import system_now
from store.people import People
from store.queries import Queries
from store.reads import Reads
from store.vacancies import Vacancies

LANGUAGES = ("en", "fr")
_CODE = re.compile(r"[a-z][a-z0-9_.]{1,63}")


class Means(Protocol):
    """`acts.evidence.Evidence` fits."""

    @property
    def key(self) -> LogKey: ...
    def print(self, page: Page, language: str) -> bytes: ...


@dataclass(frozen=True)
class Wanted:
    """What a dossier is to hold: papers in these languages, categories withheld, a checkpoint to go on from, the letters' texts."""

    languages: tuple[str, ...] = LANGUAGES
    redact: frozenset[str] = frozenset()
    since: str = ""
    letters: bool = False


class AuditDesk:
    """A desk's own part: `Desk.audit`. Exports are things of the world, so their times are the system's."""

    def __init__(self, db: Database, people: People, queries: Queries, vacancies: Vacancies, reads: Reads, evidence: Means | None) -> None:
        self._db, self._people, self._queries, self._vacancies = db, people, queries, vacancies
        self._book, self._kept, self._reads, self._evidence = LogBook(db), Histories(db), reads, evidence

    async def export(self, person: str, case: str, purpose: str, wanted: Wanted | None = None) -> bytes:
        """The dossier of a case, checked. Raises NotFound (person, case), NotAllowed, BadInput (purpose, checkpoint, what to redact),
        Conflict or NotNow if it does not stand its own checks: then something is wrong with the log, and the sentence says what."""
        wanted, evidence = wanted or Wanted(), self._given()
        await self._may(person, purpose, letters=wanted.letters)
        if not (journal := await self._queries.entries(case)):
            raise NotFound(f"there is no {case}", code="unknown_case", case=case)
        seen = told(journal) | {Category.EXPORT} | ({Category.LETTER, Category.IDENTITY} if wanted.letters else frozenset())
        await self._reads.note(Reader(f"person:{person}", purpose=purpose), Look(case, seen, "dossier"))
        key, log, newest = await self._signed(evidence)
        lines = await self._book.about(case, newest.size)
        policy = await self._policy(case)
        found = Found(
            case=case,
            made=self._stamp(person, purpose),
            anchor=await self._anchor(key, log, newest, wanted.since),
            leaves=[(each, log.tree.inclusion(each.index, newest.size)) for each in lines],
            papers=papers_of(policy, await self._histories(case), await self._letters(case) if wanted.letters else {}),
            policy=policy,
        )
        return await asyncio.to_thread(bound, found, wanted.redact, wanted.languages, key.note, evidence.print)

    async def log(self, person: str, purpose: str, begin: int = 0, end: int | None = None) -> bytes:
        """The leaves from `begin` on up to a checkpoint of `end` leaves, by default the newest; nothing is disclosed.

        Raises NotFound, NotAllowed, BadInput, and NotNow if it does not stand its own checks.
        """
        evidence = self._given()
        await self._may(person, purpose)
        await self._reads.note(Reader(f"person:{person}", purpose=purpose), Look("log", frozenset({Category.EXPORT}), "log_export"))
        _, log, newest = await self._signed(evidence)
        upto = newest if end is None else await self._of_size(log, end)
        if not 0 <= begin < upto.size:
            raise BadInput(f"an export begins with a leaf before {upto.size}", code="bad_range", field="from")
        texts = await self._book.texts(begin, upto.size)
        return await asyncio.to_thread(_part, await log.keys(), texts, upto.note, begin, log.tree.peaks(begin))

    async def verified(self, person: str, case: str) -> Verified:
        """The case held against the log. Raises NotFound (person, case), NotAllowed."""
        await self._may(person)
        return await Verifying(self._db, self._queries).case(case, await self.public_keys())

    async def public_keys(self) -> str:
        """The log's public keys, as verifiers read them; empty where its key is not on this machine."""
        try:
            return "" if self._evidence is None else await Checkpoints(self._db, self._evidence.key).keys()
        except NotNow:
            return ""

    # ---- the parts --------------------------------------------------------------------------------------------------------

    def _given(self) -> Means:
        if self._evidence is None:
            raise NotNow("nothing is exported at this desk", code="no_exports")
        return self._evidence

    async def _may(self, person: str, purpose: str = "audit", *, letters: bool = False) -> None:
        roles = roles_among((await self._people.staff(person)).roles)
        who_of = {"exports": SEES[Resource.EVIDENCE], "the texts of letters": SEES[Resource.LETTERS_OUT if letters else Resource.EVIDENCE]}
        for what, who in who_of.items():
            if not who & roles:
                raise NotAllowed(f"{what} are for: {', '.join(sorted(who))}", code="wrong_role")
        if not _CODE.fullmatch(purpose):
            raise BadInput("the purpose is a code, such as tribunal or yearly_audit", code="bad_code", field="purpose")

    def _stamp(self, person: str, purpose: str) -> Made:
        at = system_now().replace(microsecond=0).isoformat().replace("+00:00", "Z")
        return Made(at=at, by=f"person:{person}", purpose=purpose, made_with=f"muster {version('muster')}")

    async def _signed(self, evidence: Means) -> tuple[LogKey, Checkpoints, Checkpoint]:
        """The log up to now, under a checkpoint of its key. Raises Forked."""
        key = evidence.key
        log = Checkpoints(self._db, key)
        newest = await log.sign()
        assert newest is not None  # the export itself is in it
        return key, log, newest

    async def _anchor(self, key: LogKey, log: Checkpoints, newest: Checkpoint, since: str) -> Anchor:
        """With the way from the checkpoint given, else from the last one that left the house. Raises BadInput for one that is not ours."""
        outside = [each for each in await log.all() if each.published_at is not None and each.size < newest.size]
        earlier, keys = since or (outside[-1].note if outside else ""), await log.keys()
        if not earlier:
            return Anchor(key.origin, newest.size, newest.note, keys)
        try:
            begun = verify.checkpoint_of(earlier.encode(), verify.keys_of(keys), "the checkpoint given")
            if log.tree.root(begun.size) != begun.root:
                raise verify.Wrong("it is of another log")
            way = log.tree.consistency(begun.size, newest.size)
        except (verify.Wrong, ValueError) as wrong:
            raise BadInput(f"no way leads from that checkpoint: {wrong}", code="bad_checkpoint", field="since") from None
        return Anchor(key.origin, newest.size, newest.note, keys, earlier, way)

    async def _of_size(self, log: Checkpoints, size: int) -> Checkpoint:
        signed = {each.size: each for each in await log.all()}
        if size not in signed:
            near = sorted(signed, key=lambda each: abs(each - size))[:3]
            said = f"no checkpoint has {size} leaves; near it: {', '.join(map(str, sorted(near)))}"
            raise BadInput(said, code="no_checkpoint", field="to")
        return signed[size]

    async def _policy(self, case: str) -> Policy:
        """The frozen terms every decision of the case refers to. Raises NotFound."""
        reference = case.removeprefix("vacancy/") if case.startswith("vacancy/") else (await self._people.about(case))[0]
        return Policy(await self._vacancies.get(reference))

    async def _histories(self, case: str) -> dict[str, bytes]:
        """What was taken out of Temporal, as encrypted as it was there; nothing for a case without."""
        return files(await self._kept.of(case))

    async def _letters(self, case: str) -> dict[str, bytes]:
        """What was written, exactly as its fact has the hash of it; erased ones are not there any more."""
        kept = [await self._people.letter(row["letter"]) for row in await self._people.letters(case)]
        return {
            f"{n:03}-{each.template}": "\0".join((each.subject, each.body, each.calendar or "")).encode() for n, each in enumerate(kept, 1)
        }


def _part(keys: str, texts: list[str], note: str, begin: int, peaks: list[bytes]) -> bytes:
    raw = log_export(keys, texts, note, begin, peaks)
    stands(verify.verify(raw))
    return raw
