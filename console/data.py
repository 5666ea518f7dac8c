"""What is known of a hire, field by field: the value, where it comes from and since when. Read from the journal as a visitor may see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.in_words import InWords

Row = Mapping[str, Any]
#: Which facts say which fields, in groups as people ask for them: (fact, field). A later fact of the same field counts.
GROUPS: Mapping[str, Sequence[tuple[str, str]]] = {
    "application": (
        ("application_received", "vacancy"), ("application_received", "channel"), ("application_received", "received_at"),
        ("application_received", "late"), ("lateness_decided", "accepted"), ("application_replaced", "application"),
        ("hire_imported", "imported_by"),
    ),
    "selection": (
        ("screened", "eligible"), ("screened", "reason"), ("shortlisting_decided", "shortlisted"), ("shortlisting_decided", "reason"),
        ("assessment_invited", "assessment"), ("assessment_marked", "score"), ("interview_scheduled", "starts_at"),
        ("interview_scheduled", "place"), ("interview_marked", "score"), ("selection_decided", "outcome"), ("selection_decided", "rank"),
        ("reserve_listed", "until"), ("reserve_extended", "until"),
    ),
    "offer": (
        ("post_assigned", "post"), ("post_assigned", "post_kind"), ("post_assigned", "grade_low"), ("post_assigned", "grade_high"),
        ("post_assigned", "division"), ("post_funded", "funded"), ("offer_answered", "accepted"), ("offer_extended", "until"),
        ("contract_approved", "sha256"), ("contract_answered", "accepted"), ("entry_postponed", "enters_on"),
        ("duty_entered", "entered_on"), ("probation_decided", "outcome"),
    ),
    "case": (
        ("stage_entered", "stage"), ("handed_over", "owner"), ("held", "reason"), ("held", "until"), ("ending_reached", "ending"),
        ("ending_reached", "reason"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """One field: its name and value in words, who said so in which entry, since when."""

    field: str
    value: str
    source: str
    kind: str
    since: datetime
    number: int


def known(entries: Iterable[Row], words: InWords) -> dict[str, list[Known]]:
    """The fields by group, those nothing is known of left out."""
    latest: dict[tuple[str, str], Row] = {}
    for entry in entries:
        latest |= {(entry["kind"], name): entry for name, value in entry["body"].items() if value not in (None, "", [], {})}
    found = {group: [_known(latest[pair], pair[1], words) for pair in pairs if pair in latest] for group, pairs in GROUPS.items()}
    return {group: fields for group, fields in found.items() if fields}


def _known(entry: Row, name: str, words: InWords) -> Known:
    field, value = words.field(name, entry["body"][name])
    return Known(field, value, words.who(entry["actor"]), words.line(entry["kind"]), entry["at"], entry["number"])
