"""The open deadlines of all cases as one agenda: what is due until when, who must move, what is overdue. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.attention import decides
from domain.words import Party, Role

#: Who of ours follows a party's deadlines: their own, or those of the authority they deal with.
FOLLOWS: dict[Role, frozenset[Party]] = {
    Role.HR_OFFICER: frozenset({Party.HR, Party.CANDIDATE, Party.VERIFICATION_AGENCY, Party.BUDGET_AUTHORITY}),
    Role.HR_HEAD: frozenset({Party.HR}),
    Role.HIRING_MANAGER: frozenset({Party.HIRING_MANAGER}),
    Role.BOARD_MEMBER: frozenset({Party.BOARD}),
    Role.BOARD_CHAIR: frozenset({Party.BOARD}),
    Role.APPOINTING_AUTHORITY: frozenset({Party.APPOINTING_AUTHORITY}),
    Role.SECURITY_OFFICE: frozenset({Party.NATION}),
    Role.MEDICAL_OFFICE: frozenset({Party.MEDICAL_ADVISER}),
    Role.ACCREDITATION_DESK: frozenset({Party.HOST_NATION}),
    Role.LINE_MANAGER: frozenset({Party.LINE_MANAGER}),
}


@dataclass(frozen=True)
class AgendaItem:
    """One open deadline of one case. `until` is what comes next: the target, or the limit once the target has passed."""

    case: str
    key: str
    party: str
    who: str
    until: datetime
    overdue: bool
    row: Mapping[str, Any]

    @property
    def decision(self) -> bool:
        """Is it one of our own decisions?"""
        return decides(self.key)


def agenda(
    rows: Iterable[Mapping[str, Any]],
    now: datetime,
    *,
    within: timedelta | None = None,
    overdue: bool = False,
    party: Party | None = None,
    role: Role | None = None,
) -> list[AgendaItem]:
    """The rows of the read model that are open, the most pressing first. `within` so much time, those overdue included."""
    wanted = {str(p) for p in FOLLOWS.get(role, frozenset())} if role else None
    found = [_item(row, now) for row in rows if row["state"] in ("open", "lapse_due") and row["party"] != Party.NOBODY]
    return sorted(
        (
            item
            for item in found
            if (within is None or item.until <= now + within)
            and (not overdue or item.overdue)
            and (party is None or item.party == party)
            and (wanted is None or item.party in wanted)
        ),
        key=lambda item: (item.until, item.case, item.key),
    )


def _item(row: Mapping[str, Any], now: datetime) -> AgendaItem:
    overdue = row["due_at"] <= now
    until = row["limit_at"] if overdue and row["limit_at"] and row["limit_at"] > now else row["due_at"]
    return AgendaItem(row["case_id"], row["key"], row["party"], row["who"], until, overdue, row)
