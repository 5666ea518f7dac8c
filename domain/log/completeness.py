"""What a reconciliation found: for each pair of records that must agree, how many of each, and every difference by its name.

trust.md section 3, "completeness": what came in = applied + parked + refused + waiting; the ledger of effects = outbox = leaves; every
fact one leaf, numbered densely in its case; every receipt has a leaf; Temporal's open workflows are the open cases; the read model is
the fold of the journals. A leaf is written in the transaction that writes what it is about, so there is no delay between the two to
measure: either both stand or neither.
"""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict

#: In the order they are shown; each is a key `completeness.check.<name>` of the catalogue.
CHECKS = ("leaves", "checkpoints", "journal", "facts", "events", "effects", "decisions", "read_model", "workflows")
#: Each is a key `completeness.difference.<code>` of the catalogue, about one thing.
DIFFERENCES = (
    "leaf_gap",
    "leaf_altered",
    "leaf_not_counted",
    "checkpoint_ahead",
    "checkpoint_other_leaves",
    "journal_gap",
    "fact_without_leaf",
    "leaf_without_fact",
    "fact_not_as_logged",
    "event_without_leaf",
    "leaf_without_event",
    "event_not_as_logged",
    "receipt_without_leaf",
    "applied_without_facts",
    "aside_without_fact",
    "fact_without_event",
    "letter_without_parcel",
    "parcel_without_letter",
    "parcel_without_fact",
    "parcel_without_leaf",
    "parcel_not_as_logged",
    "delivery_without_leaf",
    "request_without_ask",
    "ask_without_leaf",
    "leaf_without_effect",
    "decision_without_leaf",
    "leaf_without_decision",
    "read_model_differs",
    "case_not_running",
    "running_without_case",
    "content_missing",
    "content_not_as_logged",
    "fact_out_of_order",
    "checkpoint_not_signed",
    "history_not_as_logged",
)


class Difference(BaseModel):
    """Two records that do not agree. `about` names the thing by its ids: a case and number, an event, a parcel."""

    model_config = ConfigDict(frozen=True)

    code: str
    about: str


class Check(BaseModel):
    """One pair of records. `skipped` says why it was not compared; then there are neither counts nor differences."""

    model_config = ConfigDict(frozen=True)

    name: str
    counts: dict[str, int] = {}
    differences: tuple[Difference, ...] = ()
    skipped: str = ""


class Completeness(BaseModel):
    """All of them. `complete` only if every check that was made found nothing."""

    model_config = ConfigDict(frozen=True)

    checks: tuple[Check, ...]

    @property
    def complete(self) -> bool:
        return not self.differences

    @property
    def differences(self) -> tuple[Difference, ...]:
        return tuple(each for check in self.checks for each in check.differences)


def missing(code: str, wanted: Iterable[str], there: Iterable[str]) -> list[Difference]:
    """A difference for everything wanted that is not there, in order."""
    return [Difference(code=code, about=each) for each in sorted(set(wanted) - set(there))]


def gaps(code: str, numbers: Mapping[str, Iterable[int]], first: int) -> list[Difference]:
    """A difference for each place where a run of numbers is not dense: the last number before it."""
    found = []
    for name, given in sorted(numbers.items()):
        expected = first
        for number in sorted(given):
            if number != expected:
                found.append(Difference(code=code, about=f"{name} {expected}"))
                break
            expected += 1
    return found
