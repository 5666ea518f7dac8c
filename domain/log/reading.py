"""A dossier as somebody reads it: what happened, what was decided and under which rules, the letters, who looked, what is withheld."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.log.dossier import Anchor, Line, Made

#: Fields of a leaf's content that the reading shows in places of their own.
OWN = ("case", "number", "at", "actor", "reader", "step", "fact")

#: A fact with one of these fields is a decision: ours, an authority's or the candidate's.
DECIDED = frozenset({"verdict", "reason", "outcome", "accepted", "approved", "decided_by", "proposed_by", "upheld", "eligible"})


@dataclass(frozen=True)
class Said:
    """One leaf as a line of a table. `fields` are (name, value) pairs of its content; None: withheld."""

    index: int
    kind: str
    ref: str
    at: str
    actor: str
    what: str
    fields: tuple[tuple[str, str], ...] | None


@dataclass(frozen=True)
class Page:
    """All that the paper says. `claims` are (claim, whether it held) as the verifier found when the dossier was made."""

    case: str
    made: Made
    origin: str
    size: int
    root: str
    key: str
    fingerprint: str
    claims: tuple[tuple[str, bool], ...]
    facts: tuple[Said, ...]
    others: tuple[Said, ...]
    withheld: int
    papers: tuple[tuple[str, str], ...]  # attached, by name, with their SHA-256
    policy: tuple[tuple[str, str], ...] = ()  # what decisions refer to, by name: policy, policy_sha256, vacancy_sha256

    @property
    def decisions(self) -> tuple[Said, ...]:
        """The facts that say how something was decided, by whom, or why."""
        return tuple(each for each in self.facts if DECIDED & {name for name, value in each.fields or () if value})

    @property
    def letters(self) -> tuple[Said, ...]:
        return tuple(each for each in self.facts if each.what == "letter_written")


def page(
    case: str,
    made: Made,
    anchor: Anchor,
    lines: Sequence[Line],
    claims: Iterable[tuple[str, bool]],
    papers: Mapping[str, bytes],
    policy: tuple[tuple[str, str], ...] = (),
) -> Page:
    """The reading of these lines."""
    said = [_said(line) for line in lines]
    public = base64.b64decode(anchor.key.split("+", 2)[2])[1:]
    return Page(
        case=case,
        made=made,
        origin=anchor.origin,
        size=anchor.size,
        root=anchor.checkpoint.split("\n")[2],
        key=anchor.key,
        fingerprint=hashlib.sha256(public).hexdigest(),
        claims=tuple(claims),
        facts=tuple(each for each in said if each.kind == "fact"),
        others=tuple(each for each in said if each.kind != "fact"),
        withheld=sum(line.disclosed is None for line in lines),
        papers=tuple((name, hashlib.sha256(data).hexdigest()) for name, data in sorted(papers.items())),
        policy=policy,
    )


def _said(line: Line) -> Said:
    leaf: dict[str, Any] = json.loads(line.leaf)
    content = line.disclosed["content"] if line.disclosed else None
    if content is None:
        return Said(line.index, leaf["kind"], leaf["ref"], leaf["at"], "", "", None)
    fact = content.get("fact", {}) if isinstance(content.get("fact"), dict) else {}
    rest = {name: value for name, value in content.items() if name not in OWN} | {k: v for k, v in fact.items() if k != "kind"}
    fields = tuple(flat(rest))
    who, at = content.get("actor") or content.get("reader") or "", content.get("at") or leaf["at"]
    return Said(line.index, leaf["kind"], leaf["ref"], str(at), str(who), str(fact.get("kind", leaf["kind"])), fields)


def flat(value: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """The fields that say something, those inside others too, by their own names."""
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from flat(inner)
        elif isinstance(inner, list):
            yield from ((name, _word(each)) for each in inner)
        elif inner not in (None, "", False):
            yield name, _word(inner)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict | list) else str(value)
