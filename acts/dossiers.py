"""A dossier put together from what was read for it: what is withheld, which papers are attached, the paper to read, and the check."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from domain.errors import BadInput, NotNow
from domain.log import verify
from domain.log.dossier import Anchor, Line, Made, dossier
from domain.log.leaf import Kind
from domain.log.reading import Page, page
from domain.slots import without_nation
from domain.vacancy import Published
from store.logbook import Bound

VERIFIER = Path(verify.__file__)
Print = Callable[[Page, str], bytes]


@dataclass(frozen=True)
class Policy:
    """The frozen terms of a vacancy: what every decision of its cases names by hash."""

    published: Published

    @property
    def text(self) -> bytes:
        """Exactly the bytes the hash is of."""
        terms = {"spec": self.published.spec.model_dump(mode="json"), "rules": self.published.rules.model_dump(mode="json")}
        return json.dumps(terms, sort_keys=True, separators=(",", ":")).encode()

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        """Its name, version and hash, and the hash of the vacancy frozen with it."""
        rules = self.published.rules
        return ("policy", f"{rules.name} {rules.version}"), ("policy_sha256", rules.sha256), ("vacancy_sha256", self.published.sha256)


@dataclass(frozen=True)
class Found:
    """What was read: every leaf of the case with the way to the root, and what could be attached, by name."""

    case: str
    made: Made
    anchor: Anchor
    leaves: Sequence[tuple[Bound, Sequence[bytes]]]
    papers: Mapping[str, bytes]
    policy: Policy


def papers_of(policy: Policy, histories: Mapping[str, bytes], letters: Mapping[str, bytes]) -> dict[str, bytes]:
    """Everything that could be attached, in its folder."""
    return {
        f"policies/{policy.published.sha256}.json": policy.text,
        **{f"history/{_plain(name)}": data for name, data in histories.items()},
        **{f"letters/{_plain(name)}.txt": data for name, data in letters.items()},
    }


def bound(found: Found, redact: frozenset[str], languages: Iterable[str], seal: Callable[[str], str], print_: Print) -> bytes:
    """The dossier's bytes, checked twice: as it is read for the paper, and with it. Blocks for a second or two. Raises BadInput, NotNow."""
    lines = [_line(leaf, proof, redact) for leaf, proof in found.leaves]
    _check_words(redact, [leaf for leaf, _ in found.leaves])
    papers = _spoken_of(lines, found.papers, whole=not redact)
    facts = sum(leaf.kind == Kind.FACT for leaf, _ in found.leaves)
    make = partial(dossier, found.case, found.made, found.anchor, lines, facts=facts, seal=seal, attached=papers)
    checked = verify.verify(make(verifier=VERIFIER.read_bytes(), readable={}))
    stands(checked)
    claims = [(each.claim, each.held is True) for each in checked]
    read = page(found.case, found.made, found.anchor, lines, claims, papers, found.policy.said)
    raw = make(verifier=VERIFIER.read_bytes(), readable={language: print_(read, language) for language in languages})
    stands(verify.verify(raw))
    return raw


def stands(found: list[verify.Finding]) -> None:
    """Raises NotNow for what does not stand its own check: nobody is handed that."""
    fell = next((each for each in found if each.held is False), None)
    if fell is not None:
        raise NotNow(f"the export does not stand its own check: {fell.claim}: {fell.words}", code="log_does_not_verify", claim=fell.claim)


# ---- what is withheld ----------------------------------------------------------------------------------------------------


def _line(leaf: Bound, proof: Sequence[bytes], redact: frozenset[str]) -> Line:
    return Line(leaf.index, leaf.text, proof, None if redact & categories(leaf) else leaf.disclosed)


def categories(leaf: Bound) -> frozenset[str]:
    """Under which words a leaf's content is withheld: its kind; of a fact its kind, the condition it is about, and its number."""
    if leaf.kind != Kind.FACT:
        return frozenset({leaf.kind})
    fact: Mapping[str, Any] = (leaf.disclosed or {}).get("content", {}).get("fact", {})
    named = {str(fact.get("kind", "")), leaf.ref, *map(without_nation, _conditions(fact))}
    return frozenset(named - {""})


def _conditions(value: object) -> Iterable[str]:
    """Every condition a fact names, however deep."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from [inner] if name == "condition" and isinstance(inner, str) else _conditions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _conditions(inner)


def _check_words(redact: frozenset[str], leaves: Iterable[Bound]) -> None:
    """A misspelt category would silently show everything."""
    known = frozenset[str]().union(*map(categories, leaves))
    if unknown := sorted(redact - known):
        there = ", ".join(sorted(each for each in known if not each.isdigit()))
        raise BadInput(f"nothing here is of the category {unknown[0]}; there is: {there}", code="nothing_to_redact", field="redact")


def _spoken_of(lines: Iterable[Line], papers: Mapping[str, bytes], *, whole: bool) -> dict[str, bytes]:
    """The papers a disclosed content names by SHA-256: nothing else may be in a dossier. A history says again what the facts say, so it
    goes only with a dossier that withholds nothing."""
    said = " ".join(line.text() for line in lines if line.disclosed is not None)
    here = {name: data for name, data in papers.items() if whole or not name.startswith("history/")}
    return {name: data for name, data in here.items() if hashlib.sha256(data).hexdigest() in said}


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)
