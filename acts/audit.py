"""What auditors take with them: the dossier of a case, and the export of the whole log. Both are checked before they leave the house.

Who may: auditors, the data protection officer, the head of HR. The export is itself noted in the log, with its purpose.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from domain.errors import BadInput, NotAllowed, NotFound, NotNow
from domain.facts import LetterWritten
from domain.log import verify
from domain.log.dossier import Anchor, Line, Made, dossier, log_export
from domain.log.reading import Page, page
from domain.log.tree import Tree, leaf_hash
from domain.words import Role
from domain.words import roles as roles_among
from store.names import system_now
from store.people import People
from store.queries import Queries
from store.vacancies import Vacancies

READERS = frozenset({Role.AUDITOR, Role.DATA_PROTECTION_OFFICER, Role.HR_HEAD})
LANGUAGES = ("en", "fr")
_CODE = re.compile(r"[a-z][a-z0-9_.]{1,63}")


@dataclass(frozen=True)
class Kept:
    """The log as it stands under its newest checkpoint: every leaf's exact text, in order, the signed note and the public key."""

    origin: str
    leaves: list[str]
    checkpoint: str
    key: str


class LogBook(Protocol):
    """What this asks of the log."""

    async def kept(self) -> Kept: ...
    async def disclosures(self, stream: str) -> Mapping[tuple[str, str], dict[str, Any]]: ...
    async def note_read(self, person: str, case: str, purpose: str, what: str) -> None: ...
    def seal(self, text: str) -> str: ...


class Paper(Protocol):
    """Sets the reading (`connectors.letters.dossier.DossierPrinter`)."""

    def print(self, page: Page, language: str) -> bytes: ...


@dataclass(frozen=True)
class Wanted:
    """What a dossier is to hold: kinds of facts and numbers withheld, an earlier checkpoint to go on from, the letters themselves."""

    redact: frozenset[str] = frozenset()
    since: str = ""
    letters: bool = False
    histories: Mapping[str, bytes] = field(default_factory=dict)


class AuditDesk:
    """A desk's own part: `Desk.audit`. Exports are things of the world, so their times are the system's."""

    def __init__(self, people: People, queries: Queries, vacancies: Vacancies, log: LogBook, paper: Callable[[], Paper]) -> None:
        self._people, self._queries, self._vacancies = people, queries, vacancies
        self._log, self._paper = log, paper

    async def export(self, person: str, case: str, purpose: str, wanted: Wanted | None = None) -> bytes:
        """The dossier of a case, checked. Raises NotFound (person, case), NotAllowed, BadInput (purpose, checkpoint), NotNow if it does
        not stand its own checks: then something is wrong with the log, and the sentence says what."""
        await self._may(person, purpose)
        wanted = wanted or Wanted()
        if not await self._queries.entries(case):
            raise NotFound(f"there is no {case}", code="unknown_case", case=case)
        await self._log.note_read(person, case, purpose, "dossier")
        kept = await self._log.kept()
        return await self._made(case, self._stamp(person, purpose), kept, wanted)

    async def log(self, person: str, purpose: str) -> bytes:
        """Every leaf and the checkpoint over them; nothing is disclosed. Raises NotFound, NotAllowed, BadInput, NotNow."""
        await self._may(person, purpose)
        kept = await self._log.kept()
        raw = log_export(kept.key, kept.leaves, kept.checkpoint)
        _stands(verify.verify(raw))
        return raw

    # ---- the parts --------------------------------------------------------------------------------------------------------

    async def _may(self, person: str, purpose: str) -> None:
        who = await self._people.staff(person)
        if not READERS & roles_among(who.roles):
            raise NotAllowed(f"exports are for {', '.join(sorted(READERS))}", code="wrong_role")
        if not _CODE.fullmatch(purpose):
            raise BadInput("the purpose is a code, such as tribunal or yearly_audit", code="bad_code", field="purpose")

    def _stamp(self, person: str, purpose: str) -> Made:
        at = system_now().replace(microsecond=0).isoformat().replace("+00:00", "Z")
        return Made(at=at, by=f"person:{person}", purpose=purpose, made_with=f"muster {version('muster')}")

    async def _made(self, case: str, made: Made, kept: Kept, wanted: Wanted) -> bytes:
        tree = Tree(leaf_hash(leaf.encode()) for leaf in kept.leaves)
        anchor = self._anchor(kept, tree, wanted.since)
        lines = _lines(case, kept.leaves, tree, await self._log.disclosures(case), wanted.redact)
        papers = _spoken_of(lines, await self._papers(case, wanted))
        facts = sum(json.loads(line.leaf)["kind"] == "fact" for line in lines)

        def put(readable: Mapping[str, bytes]) -> bytes:
            parts = {"verifier": Path(verify.__file__).read_bytes(), "seal": self._log.seal, "attached": papers, "readable": readable}
            return dossier(case, made, anchor, lines, facts=facts, **parts)  # type: ignore[arg-type]

        found = verify.verify(put({}))
        _stands(found)
        read = page(case, made, anchor, lines, [(each.claim, each.held is True) for each in found], papers)
        printer = self._paper()
        raw = put({language: printer.print(read, language) for language in LANGUAGES})
        _stands(verify.verify(raw))
        return raw

    def _anchor(self, kept: Kept, tree: Tree, since: str) -> Anchor:
        anchor = Anchor(kept.origin, len(kept.leaves), kept.checkpoint, kept.key)
        if not since:
            return anchor
        try:
            earlier = verify.checkpoint_of(since.encode(), verify.key_of(kept.key), "the checkpoint given")
            way = tree.consistency(earlier.size)
        except (verify.Wrong, ValueError) as wrong:
            raise BadInput(f"no way leads from that checkpoint: {wrong}", code="bad_checkpoint", field="since") from None
        return Anchor(kept.origin, len(kept.leaves), kept.checkpoint, kept.key, since, way)

    async def _papers(self, case: str, wanted: Wanted) -> dict[str, bytes]:
        """What could be attached, by name: the terms of the vacancy with the policy, histories, and the letters if they are wanted."""
        found = {f"history/{name}": data for name, data in wanted.histories.items()}
        published = await self._vacancies.get(await self._reference(case))
        terms = {"spec": published.spec.model_dump(mode="json"), "rules": published.rules.model_dump(mode="json")}
        found[f"policies/{published.sha256}.json"] = json.dumps(terms, sort_keys=True, separators=(",", ":")).encode()
        if wanted.letters:
            for entry in await self._queries.entries(case):
                if isinstance(entry.fact, LetterWritten):
                    text = await self._people.letter(entry.fact.letter)
                    found[f"letters/{text.letter}.txt"] = "\0".join((text.subject, text.body, text.calendar or "")).encode()
        return found

    async def _reference(self, case: str) -> str:
        if case.startswith("vacancy/"):
            return case.removeprefix("vacancy/")
        return (await self._people.about(case))[0]


def _lines(
    case: str, leaves: Iterable[str], tree: Tree, disclosures: Mapping[tuple[str, str], dict[str, Any]], redact: frozenset[str]
) -> list[Line]:
    """The case's leaves in the order of the log. Withheld: what is redacted, by kind or by number, and what is gone."""
    lines = []
    for index, text in enumerate(leaves):
        if f'"stream":{json.dumps(case)}' in text:
            leaf = json.loads(text)
            known = disclosures.get((leaf["kind"], leaf["ref"]))
            withheld = known is None or _is_redacted(leaf, known["content"], redact)
            lines.append(Line(index, text, tree.inclusion(index), None if withheld else known))
    return lines


def _is_redacted(leaf: Mapping[str, Any], content: Mapping[str, Any], redact: frozenset[str]) -> bool:
    fact = content.get("fact")
    names = {leaf["kind"] if leaf["kind"] != "fact" else "", str(fact.get("kind", "")) if isinstance(fact, dict) else ""}
    return bool(redact & names) or (leaf["kind"] == "fact" and leaf["ref"] in redact)


def _spoken_of(lines: Iterable[Line], papers: Mapping[str, bytes]) -> dict[str, bytes]:
    """The papers a disclosed content names by SHA-256: nothing else may be in a dossier."""
    said = " ".join(line.text() for line in lines if line.disclosed is not None)
    return {name: data for name, data in papers.items() if hashlib.sha256(data).hexdigest() in said}


def _stands(found: list[verify.Finding]) -> None:
    fell = next((each for each in found if each.held is False), None)
    if fell is not None:
        raise NotNow(f"the export does not stand its own check: {fell.claim}: {fell.words}", code="log_does_not_verify", claim=fell.claim)
