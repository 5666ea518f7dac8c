"""The editions of a policy: proposed by one person, published by another, in force from a moment on (`recruitment.md` §5, §7).

An edition is known by its name and version and holds exactly these bytes: other content under the same version is a Conflict.
Which one is in force at a moment follows from the list; nothing is switched on by anybody.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.deeds import check_deed
from domain.errors import Conflict, FourEyes, NotNow
from domain.rules import Rules

#: Says of an edition that it came with the software: nobody proposed it, the installation did.
SHIPPED = "shipped"


class Edition(BaseModel):
    """One version of a policy. `published_at` None: proposed, waiting for a second person.

    `effective_from` None: from the moment it is published.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    rules: Rules
    proposed_by: str
    proposed_at: datetime
    effective_from: datetime | None = None
    approved_by: str | None = None
    published_at: datetime | None = None

    @property
    def name(self) -> str:
        return self.rules.name

    @property
    def version(self) -> str:
        return self.rules.version

    @property
    def sha256(self) -> str:
        return self.rules.sha256


def propose(rules: Rules, known: Iterable[Edition], person: str, roles: Iterable[str], at: datetime, effective: datetime | None) -> Edition:
    """The proposal of `rules`. The same bytes proposed again are the edition that stands.

    Raises NotAllowed (role), Conflict (the version has other content), NotNow (effective in the past).
    """
    check_deed("propose_policy", roles)
    stands = next((each for each in known if (each.name, each.version) == (rules.name, rules.version)), None)
    if stands is not None:
        if stands.sha256 != rules.sha256:
            raise Conflict(
                f"policy {rules.name} {rules.version} stands with other content; raise the version", code="other_content", policy=rules.name
            )
        return stands
    if effective is not None and effective < at:
        raise NotNow("a policy takes effect from now on, never in the past", code="effective_in_the_past")
    return Edition(rules=rules, proposed_by=person, proposed_at=at, effective_from=effective)


def approve(edition: Edition, sha256: str, person: str, roles: Iterable[str], at: datetime) -> Edition:
    """The edition published by a second person, who names exactly the bytes that were read.

    Raises NotAllowed (role), NotNow (other bytes, published already), FourEyes (the proposer).
    """
    check_deed("approve_policy", roles)
    if edition.published_at is not None:
        raise NotNow(f"policy {edition.name} {edition.version} is published already", code="already_published")
    if edition.sha256 != sha256:
        raise NotNow("these are not the bytes that were proposed", code="other_policy", sha256=edition.sha256)
    if edition.proposed_by == person:
        raise FourEyes("the proposer of a policy cannot publish it", code="four_eyes")
    effective = max(edition.effective_from or at, at)  # approved late, it binds nobody backwards
    return edition.model_copy(update={"approved_by": person, "published_at": at, "effective_from": effective})


def shipped(rules: Rules, at: datetime) -> Edition:
    """A policy that comes with the software, in force since this installation first met it."""
    return Edition(rules=rules, proposed_by=SHIPPED, proposed_at=at, effective_from=at, approved_by=SHIPPED, published_at=at)


def in_force(known: Iterable[Edition], name: str, at: datetime) -> Edition | None:
    """The edition of policy `name` in force at `at`: the one that took effect last; None before there was one."""
    effective = [(e.effective_from, e.published_at, e) for e in known if e.name == name and e.published_at is not None]
    standing = [(since, published, e) for since, published, e in effective if since is not None and since <= at]
    return sorted(standing, key=lambda found: found[:2])[-1][2] if standing else None  # of two at one moment the later proposed


def state(edition: Edition, known: Iterable[Edition], at: datetime) -> Literal["proposed", "to_come", "in_force", "past"]:
    """Where an edition stands among those known."""
    if edition.published_at is None or edition.effective_from is None:
        return "proposed"
    if edition.effective_from > at:
        return "to_come"
    return "in_force" if in_force(known, edition.name, at) == edition else "past"
