"""A second, small hire, written from `recruitment.md` and not from the code: what each happening does to stage, ending, post, conditions.

It knows no deadlines and no letters. Where the rules leave a happening to something it does not know (a limit that has passed, a
window that is open), it says MAYBE and takes over whether it was done; what it leads to when it is done is always predicted. A happening
it has never heard of may be refused or noted, and moves nothing: a new rule that moves a hire has to be written here, too.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from domain.words import Ending as E
from domain.words import Role as R
from domain.words import Stage as S


class Verdict(Enum):
    DONE = "done"
    REFUSED = "refused"  # an act refused, a message of no effect
    EARLY = "early"  # a message kept until its moment
    MAYBE = "done or refused"


DONE, REFUSED, EARLY, MAYBE = Verdict.DONE, Verdict.REFUSED, Verdict.EARLY, Verdict.MAYBE
HR, BOARD = {R.HR_OFFICER, R.HR_HEAD}, {R.BOARD_MEMBER, R.BOARD_CHAIR}
ORDER = list(S)
OFFERED = {S.OFFER, S.CONDITIONS, S.CONTRACT, S.ENTRY}
#: §2, §7: who may, and at which stages (None: any).
WHO: dict[str, tuple[set[R], set[S] | None]] = {
    "confirm_late": (HR, {S.RECEIVED}),
    "screen": (HR, {S.SCREENING}),
    "shortlist": (HR | {R.HIRING_MANAGER}, {S.SHORTLISTING}),
    "mark_assessment": (BOARD, {S.ASSESSMENT}),
    "schedule_interview": (HR | BOARD, {S.INTERVIEW}),
    "mark_interview": (BOARD, {S.INTERVIEW}),
    "issue_offer": (HR, {S.OFFER}),
    "withdraw_offer": (HR, OFFERED),
    "propose_contract": (HR, {S.CONTRACT}),
    "approve_contract": ({R.HR_HEAD, R.APPOINTING_AUTHORITY}, {S.CONTRACT}),
    "reject_contract": ({R.HR_HEAD, R.APPOINTING_AUTHORITY}, {S.CONTRACT}),
    "withdraw_proposal": (HR, {S.CONTRACT}),
    "keep_entry_date": (HR, {S.CONTRACT}),
    "postpone_entry": ({R.HR_HEAD, R.APPOINTING_AUTHORITY}, {S.ENTRY}),
    "confirm_no_show": (HR, {S.ENTRY}),
    "decide_probation": ({R.LINE_MANAGER}, {S.PROBATION}),
    "confirm_lapse": (HR, {S.ASSESSMENT, S.OFFER, S.RESERVE, S.CONTRACT, S.ENTRY}),
    "withdraw": (HR, None),
    "conclude_integrity": ({R.HR_HEAD}, None),
    "decide_integrity_steps": ({R.HR_HEAD, R.APPOINTING_AUTHORITY}, None),
    "hold": (HR, None),
    "resume": (HR, None),
}
#: §2: what a lapse a person confirms leads to.
LAPSES = {
    S.ASSESSMENT: E.ASSESSMENT_LAPSED,
    S.OFFER: E.CONDITIONAL_OFFER_LAPSED,
    S.RESERVE: E.RESERVE_LAPSED,
    S.CONTRACT: E.CONDITIONAL_OFFER_LAPSED,
    S.ENTRY: E.NO_SHOW,
}
#: §4: the answers that settle a condition, those that refuse it, and the endings when the offer is withdrawn over it.
YES = {
    "clearance": {"granted"},
    "medical": {"fit", "fit_with_adjustments"},
    "verification": {"confirmed"},
    "accreditation": {"accepted"},
    "secondment": {"agreed"},
    "budget": {"approved"},
}
NO = {
    "clearance": {"refused", "withdrawn"},
    "medical": {"unfit"},
    "verification": {"not_confirmed"},
    "accreditation": {"refused"},
    "secondment": {"refused"},
    "budget": {"refused"},
}
REFUSED_AS = {
    "clearance": E.CLEARANCE_REFUSED,
    "medical": E.MEDICALLY_UNFIT,
    "verification": E.VERIFICATION_FAILED,
    "accreditation": E.ACCREDITATION_REFUSED,
    "secondment": E.SECONDMENT_REFUSED,
    "budget": E.BUDGET_REFUSED,
}
SILENT_AS = REFUSED_AS | {"clearance": E.CLEARANCE_NOT_RECEIVED, "medical": E.CONDITIONAL_OFFER_LAPSED}
LEVELS = ["NR", "NC", "NS", "CTS"]
KIND = {"clearance": "nation-", "secondment": "administration-"}


@dataclass
class Asked:
    """One condition as asked of one authority: waiting, asked, met, refused or contradicted; the answer that counts, how long it serves."""

    state: str = "waiting"
    of: str = ""
    round: int = 0
    answer: str = ""
    until: date | None = None
    said: dict[str, date | None] = field(default_factory=dict)
    paper: dict[str, Any] | None = None
    paper_by: str = ""


@dataclass
class Case:
    id: str = ""
    nations: tuple[str, ...] = ()
    stage: S | None = None
    ending: E | None = None
    post: str = ""
    held: bool = False
    late: bool = False
    marked: bool = False
    invited: bool = False
    answered: bool = False
    interview: bool = False
    interviewed: bool = False
    issued: bool = False
    proposed_by: str = ""
    approved: bool = False
    signed: bool = False
    no_show: bool = False
    allegation: bool = False
    funded: bool = True
    seconded: str = ""
    wanted: date | None = None
    postponed: bool = False
    life: int = 0
    accommodation: bool = False
    excluded_at: S | None = None
    called: bool = False
    linked: bool = False
    listed: bool = True
    suspended: bool = False
    held_by_vacancy: bool = False
    taken_back: bool = False
    clearance: str = "NS"
    closes_at: datetime | None = None
    enters_on: date | None = None
    reuse: bool = False
    agreed: bool = False
    recused: set[str] = field(default_factory=set)
    papers: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    conditions: dict[str, Asked] = field(default_factory=dict)
    kept: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def copy(self) -> "Case":
        """The same, to be tried on."""
        asked = {name: replace(c, said=dict(c.said)) for name, c in self.conditions.items()}
        return replace(self, conditions=asked, recused=set(self.recused), papers=dict(self.papers), kept=list(self.kept))

    # ---- acts ---------------------------------------------------------------------------------------------------------------

    def act(self, name: str, args: dict[str, Any], person: str, roles: set[str], at: datetime) -> Verdict:
        if name not in WHO and name not in ACTS:
            return MAYBE
        who, stages = WHO.get(name, (set(R), None))
        if self.ending is not None or self.stage is None or person in self.recused or not {str(r) for r in who} & roles:
            return REFUSED
        if (stages is not None and self.stage not in stages) or (self.held and name not in ("resume", "withdraw", "recuse")):
            return REFUSED
        verdict: Verdict = ACTS[name](self, args, person, at)
        return MAYBE if self.life or self.accommodation else verdict

    def move(self, stage: S) -> Verdict:
        self.stage = stage
        if stage is S.CONDITIONS and not self.conditions:
            self.conditions = {slot: Asked(of=of) for slot, of in self.needed().items()}
        return DONE

    def needed(self) -> dict[str, str]:
        """§4: the four, one clearance per nationality, and what only some need; each with the nation asked, if one is."""
        first, *further = self.nations or ("",)
        found = {"clearance": first, "medical": "", "verification": "", "accreditation": ""}
        found |= {f"clearance.{nation.lower()}": nation for nation in further}
        found |= {"secondment": self.seconded} if self.seconded else {}
        return found | ({} if self.funded else {"budget": ""})

    def slot(self, name: str, d: dict[str, Any]) -> str | Verdict:
        """§4: the request an answer belongs to: the one it names, the nation's own, or the only one it can be meant for."""
        slots = {s: c for s, c in self.conditions.items() if s.partition(".")[0] == name}
        speaks = d["sender"].removeprefix("partner:")
        nation = speaks.rpartition("-")[2].upper() if speaks.startswith(("nation-", "administration-")) else ""
        nation = nation if any(c.of for c in slots.values()) and speaks.startswith(KIND.get(name, "?")) else ""
        if ask := d.get("ask"):
            named = next((s for s in slots if ask.rpartition("/")[0] == f"{self.id}/{s}/request"), None)
            if named is None:
                return EARLY
            now, nth = slots[named], int(ask.rpartition("/")[2])
            current = now.round + (now.state == "waiting")
            if nation and now.of != nation:
                return REFUSED
            return named if nth == current else REFUSED if nth < current else EARLY
        if nation:
            return next((s for s, c in slots.items() if c.of == nation), REFUSED)
        still = list(slots) if len(slots) == 1 else [s for s, c in slots.items() if c.state in ("waiting", "asked")]
        return still[0] if len(still) == 1 else EARLY

    def end(self, ending: E) -> Verdict:
        """§8; the post is released, unless the person is on duty."""
        if self.stage is not S.PROBATION:
            self.post = ""
        self.excluded_at = self.stage
        self.stage, self.ending, self.held = None, ending, False
        return DONE

    def settled(self) -> bool:
        return all(c.state == "met" for c in self.conditions.values())

    def expired(self, day: date) -> list[Asked]:
        return [c for c in self.conditions.values() if c.until is not None and c.until < day]

    def reopen(self, day: date) -> bool:
        """§4: what will have expired by the day of entry is asked for again."""
        gone = self.expired(day)
        for c in gone:
            c.state, c.answer, c.until, c.said, c.paper = "waiting", "", None, {}, None
        if gone:
            self.stage = S.CONDITIONS
        return bool(gone)

    def reply(self, slot: str, outcome: str, until: date | None, at: datetime, level: str | None = None) -> Verdict:
        """§4: the first answer that counts settles; another one never overwrites it but contradicts."""
        c = self.conditions[slot]
        if c.state in ("met", "refused", "contradicted"):
            if outcome == c.answer:
                return REFUSED
            if c.answer:
                c.state, c.said[outcome], c.paper = "contradicted", until, None
                c.answer = outcome
                return DONE
        c.said[outcome], c.answer, c.paper = until, outcome, None
        if level and outcome == "granted" and LEVELS.index(level) < LEVELS.index(self.clearance):
            return DONE
        self.conclude(slot, outcome, until, at)
        return DONE

    def conclude(self, slot: str, outcome: str, until: date | None, at: datetime) -> None:
        c, name = self.conditions[slot], slot.partition(".")[0]
        until = until or (at.date() + timedelta(days=365) if name == "medical" else None)
        if outcome in YES[name] and (until is None or at.date() <= until):
            c.state, c.until = "met", until
            if self.stage is S.CONDITIONS and self.settled():
                self.stage = S.ENTRY if self.signed else S.CONTRACT
        elif outcome in NO[name]:
            c.state = "refused"

    # ---- messages -----------------------------------------------------------------------------------------------------------

    def at(self, stage: S) -> Verdict:
        """DONE at the stage a message belongs to, EARLY before it, REFUSED after it."""
        now = -1 if self.stage is None else ORDER.index(self.stage)
        there = ORDER.index(stage)
        return DONE if now == there else EARLY if now < there else REFUSED

    def hear(self, name: str, data: dict[str, Any], at: datetime) -> Verdict:
        if self.ending is not None or name not in MESSAGES:
            return MAYBE  # kept while a review may reopen the case, else of no effect
        if self.stage is None and name not in ("application.submitted", "hire.linked"):
            return EARLY
        verdict: Verdict = MESSAGES[name](self, data, at)
        return MAYBE if self.life or self.accommodation else verdict

    def catch_up(self, at: datetime, taken: list[str]) -> None:
        """§4: what came before its moment takes effect when the moment comes; `taken` are those that did, in that order."""
        kept = {message: (name, data) for message, name, data in self.kept}
        self.kept = [k for k in self.kept if k[0] not in taken]
        for message in taken:
            if message in kept:
                self.hear(*kept[message], at)


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else text


# ---- what each act does, when the person may ------------------------------------------------------------------------------------


def _late(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    return c.end(E.LATE) if c.late else REFUSED


def _screen(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    return c.move(S.SHORTLISTING) if a["eligible"] else c.end(E.NOT_ELIGIBLE)


def _shortlist(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    return c.move(S.ASSESSMENT) if a["shortlisted"] else c.end(E.NOT_SHORTLISTED)


def _mark_assessment(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    return c.move(S.INTERVIEW) if c.answered else REFUSED


def _schedule(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    if c.interviewed:
        return REFUSED
    c.interview = True
    return MAYBE


def _mark_interview(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    return c.move(S.SELECTION) if c.interviewed else REFUSED


def _issue(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    if c.issued:
        return REFUSED
    c.issued = True
    return DONE


def _withdraw_offer(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    """§2: an authority's refusal ends a case only when a named person withdraws the offer; at a limit a person decides."""
    now = c.conditions.get(a["condition"])
    if now is None or now.state == "met":
        return REFUSED
    refused = now.state in ("refused", "contradicted")
    c.end((REFUSED_AS if refused else SILENT_AS)[a["condition"].partition(".")[0]])
    return MAYBE  # a limit that has not passed, or an appeal that may still come, refuses it


def _propose(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    day = _day(a.get("enters_on")) or c.wanted or at.date() + timedelta(days=30)
    if c.approved or not c.settled() or not at.date() <= day <= at.date() + timedelta(days=730):
        return REFUSED
    if not c.reopen(day):
        c.proposed_by, c.enters_on, c.wanted = person, day, None
    return MAYBE  # the money is not there, the grade is still to be decided, the pay is not stated


def _terms_gone(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    """§5: terms that are rejected or taken back are nobody's terms any more."""
    if not c.proposed_by:
        return REFUSED
    c.taken_back = c.taken_back or c.approved
    c.proposed_by, c.approved = "", False
    return MAYBE


def _day_stands(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    if c.wanted is None or not c.approved:
        return REFUSED
    c.wanted = None
    return MAYBE


def _postpone(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    """§2: one postponement; what will have expired by then is asked for again."""
    day = _day(a["enters_on"])
    assert day is not None
    if c.enters_on is None or day <= c.enters_on or c.postponed or c.proposed_by == person:
        return REFUSED
    c.enters_on, c.postponed = day, True
    c.reopen(day)
    return MAYBE


def _approve(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    """§5: proposer and approver are two, and every condition is met."""
    if not c.proposed_by or c.approved or c.proposed_by == person or not c.settled():
        return REFUSED
    if not (c.enters_on and c.reopen(c.enters_on)):
        c.approved = True
    return MAYBE  # on exactly these bytes


def _no_show(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    return c.end(E.NO_SHOW) if c.no_show else REFUSED


def _probation(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    return c.end(E.APPOINTED_AND_CONFIRMED if a["confirmed"] else E.PROBATION_NOT_CONFIRMED)


def _lapse(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    """§2: what lapsed is for a named person to confirm."""
    assert c.stage is not None
    c.end(E.NOT_SELECTED if c.stage is S.RESERVE and not c.listed else LAPSES[c.stage])
    return MAYBE


def _withdraw(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    return c.end(E.WITHDRAWN)


def _conclude(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    if not c.allegation:
        return REFUSED
    return MAYBE  # the candidate may still answer


def _further_steps(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    """§7: a decision of its own, by another person than the one who found."""
    if not c.allegation:
        return REFUSED
    if a["steps"] == "exclude":
        c.end(E.INTEGRITY)
    return MAYBE


def _hold(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    c.held = True
    return MAYBE


def _resume(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    if not c.held:
        return REFUSED
    c.held = c.held_by_vacancy = False
    return MAYBE  # what a suspension or an overlay stopped, its end starts again


def _enter_reply(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    now = c.conditions.get(a["condition"])
    if now is None or c.stage not in (S.CONDITIONS, S.CONTRACT, S.ENTRY):
        return REFUSED
    now.paper, now.paper_by = dict(a), person
    return MAYBE


def _confirm_reply(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    """§4: a reply from paper counts when a second person confirms it."""
    now = c.conditions.get(a["condition"])
    if now is None or now.paper is None or now.paper_by == person or c.stage not in (S.CONDITIONS, S.CONTRACT, S.ENTRY):
        return REFUSED
    paper = now.paper
    c.reply(a["condition"], paper["outcome"], _day(paper.get("valid_until")), at, paper.get("level"))
    now.paper = None
    return MAYBE


def _settle(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    """§4: contradicting replies are for a person to decide, with both on record."""
    now, name = c.conditions.get(a["condition"]), a["condition"].partition(".")[0]
    undecided = now is not None and now.state == "asked" and now.answer in ("interim", "partly")
    if now is None or (now.state != "contradicted" and not undecided) or a["outcome"] not in YES[name] | NO[name]:
        return REFUSED
    until = now.said.get(a["outcome"], now.said.get(now.answer) if undecided else None)
    now.answer = a["outcome"]
    c.conclude(a["condition"], a["outcome"], until, at)
    return MAYBE


def _report(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    c.allegation = True
    return MAYBE


def _reuse(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    c.reuse = True
    return MAYBE


def _by_hand(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    if a["about"] == "assessment":
        c.invited = True
    elif a["about"] in c.conditions and c.conditions[a["about"]].state == "waiting":
        c.conditions[a["about"]].state = "asked"
        c.conditions[a["about"]].round += 1
    return MAYBE


def _recuse(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    c.recused.add(a.get("who") or person)
    return MAYBE


def _enter_paper(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    c.papers[a["paper"]] = (person, a)
    return MAYBE


def _confirm_paper(c: Case, a: dict[str, Any], person: str, at: datetime) -> Verdict:
    """§7: what came on paper counts as if it had been sent, once a second person confirms it."""
    by, said = c.papers.pop(a["paper"], ("", {}))
    if by in ("", person):
        return REFUSED
    on = said.get("on")
    message, data = {
        "assessment": ("assessment.completed", {}),
        "contract": ("contract.signed", {"signed": said.get("signed", True), "enters_on": on}),
        "entry": ("duty.entered", {"entered_on": on}),
    }.get(a["paper"], ("duty.no_show", {}))
    c.hear(message, data | {"sender": "person:" + by}, at)
    return MAYBE


ACTS: dict[str, Any] = {
    "enter_paper": _enter_paper,
    "confirm_paper": _confirm_paper,
    "ask_by_hand": _by_hand,
    "reject_contract": _terms_gone,
    "withdraw_proposal": _terms_gone,
    "keep_entry_date": _day_stands,
    "postpone_entry": _postpone,
    "recuse": _recuse,
    "confirm_late": _late,
    "screen": _screen,
    "shortlist": _shortlist,
    "mark_assessment": _mark_assessment,
    "schedule_interview": _schedule,
    "mark_interview": _mark_interview,
    "issue_offer": _issue,
    "withdraw_offer": _withdraw_offer,
    "propose_contract": _propose,
    "approve_contract": _approve,
    "confirm_no_show": _no_show,
    "decide_probation": _probation,
    "confirm_lapse": _lapse,
    "withdraw": _withdraw,
    "conclude_integrity": _conclude,
    "decide_integrity_steps": _further_steps,
    "hold": _hold,
    "resume": _resume,
    "enter_reply": _enter_reply,
    "confirm_reply": _confirm_reply,
    "settle_reply": _settle,
    "report_integrity": _report,
    "offer_reuse": _reuse,
}


# ---- what each message does -----------------------------------------------------------------------------------------------------


def _applied(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    """§1: a later application before closing replaces the earlier; the second after closing it is late. `received_at` decides."""
    late = c.closes_at is not None and d["received_at"].replace(microsecond=0) > c.closes_at
    if c.stage is not None and (late or c.late or c.stage is not S.RECEIVED):
        return REFUSED
    c.late, c.seconded, c.nations = late, d.get("seconded_by") or "", tuple(d.get("nations", ()))
    c.stage = S.SCREENING if c.closes_at is None else S.RECEIVED
    return DONE


def _linked(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    """§6: a post of another vacancy starts a new case, at the offer."""
    if c.stage is not None:
        return REFUSED
    c.seconded, c.nations, c.linked = d.get("seconded_by") or "", tuple(d.get("nations", ())), True
    return _given(c, d)


def _funding(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    """§1: a post whose money is refused is a condition refused, also where it was funded before."""
    if not c.post and c.stage in (S.SELECTION, S.RESERVE):
        return EARLY
    if d["post"] != c.post:
        return REFUSED
    if not d["funded"] and not c.conditions:
        return EARLY
    if "budget" in c.conditions:
        verdict = c.reply("budget", "approved" if d["funded"] else "refused", None, at)
        c.funded = d["funded"] if verdict is DONE else c.funded
        return verdict
    c.funded = d["funded"]
    if not d["funded"]:
        c.conditions["budget"] = Asked("refused", answer="refused", said={"refused": None})
    return DONE


def _completed(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    if c.at(S.ASSESSMENT) is not DONE:
        return c.at(S.ASSESSMENT)
    if not c.invited or c.answered:
        return EARLY if not c.invited else REFUSED
    c.answered = True
    return MAYBE  # too late


def _scheduled(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    if c.at(S.INTERVIEW) is not DONE or c.interviewed:
        return REFUSED if c.interviewed else c.at(S.INTERVIEW)
    c.interview = True
    return MAYBE  # only a moment that was offered


def _interviewed(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    if c.at(S.INTERVIEW) is not DONE:
        return c.at(S.INTERVIEW)
    if not c.interview or c.interviewed:
        return EARLY if not c.interview else REFUSED
    c.interviewed = True
    return DONE


def _given(c: Case, d: dict[str, Any]) -> Verdict:
    c.post, c.funded = d["post"], d.get("funded", True)
    return c.move(S.OFFER)


def _selected(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    if c.at(S.SELECTION) is not DONE:
        return c.at(S.SELECTION)
    match d["outcome"]:
        case "not_selected":
            return c.end(E.NOT_SELECTED)
        case "reserve":
            c.listed = d.get("standing", "listed") == "listed"
            return c.move(S.RESERVE)
        case _:
            return _given(c, d)


def _called(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    if c.at(S.RESERVE) is not DONE:
        return c.at(S.RESERVE)
    c.called = True
    return _given(c, d)


def _post_given(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    """§7: who came back from a review gets a post again."""
    c.post = d["post"]
    return MAYBE


def _list_ended(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    """§6: a named person confirmed the end of the whole list."""
    if c.at(S.RESERVE) is not DONE:
        return c.at(S.RESERVE)
    return c.end(E.RESERVE_LAPSED if c.listed else E.NOT_SELECTED)


def _suspended(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    """§1: suspending a vacancy stops whoever is still in it, unless somebody had stopped them before."""
    if c.stage is S.PROBATION or c.suspended:
        return REFUSED
    c.suspended, c.held_by_vacancy, c.held = True, not c.held, True
    return DONE


def _goes_on(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    if not c.suspended:
        return REFUSED
    c.suspended, c.held = False, c.held and not c.held_by_vacancy
    c.held_by_vacancy = False
    return DONE


def _placement_withdrawn(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    return REFUSED if c.stage is S.PROBATION else c.end(E.WITHDRAWN)


def _offer_answered(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    if c.at(S.OFFER) is not DONE:
        return c.at(S.OFFER)
    if not c.issued:
        return EARLY
    if d["accepted"]:
        c.move(S.CONDITIONS)
    elif d.get("stays") and c.called and d.get("stay_listed", True):  # §6: a listed person may decline and stay listed
        c.post, c.issued = "", False
        c.move(S.RESERVE)
    else:
        c.end(E.CONDITIONAL_OFFER_DECLINED)
    return MAYBE  # too late


def _signed(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    """§4, §5: these terms, day of entry and all; final only while every condition is met, and on the day of entry."""
    if c.at(S.CONTRACT) is not DONE:
        return c.at(S.CONTRACT)
    if not c.approved:
        return MAYBE if c.taken_back else EARLY
    day = _day(d.get("enters_on")) or c.enters_on
    if day and abs(day - at.date()) > timedelta(days=730):
        return REFUSED
    if not d.get("signed", True):
        c.end(E.CONTRACT_DECLINED)
    elif day != c.enters_on:  # another day is a request, no signature
        if c.wanted == day:
            return REFUSED
        c.wanted = day
    elif not c.settled():
        return MAYBE if c.taken_back else EARLY
    else:
        c.signed = True
        if not (day and c.reopen(day)):
            c.stage = S.ENTRY
    return MAYBE if c.taken_back else DONE


def _on_duty(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    """§4: validity is looked at again on the day of entry."""
    if c.at(S.ENTRY) is not DONE:
        return c.at(S.ENTRY)
    day = _day(d["entered_on"])
    assert day is not None
    if abs(day - at.date()) > timedelta(days=730):
        return REFUSED
    if not c.settled():
        return EARLY
    if not c.reopen(day):
        c.stage, c.no_show = S.PROBATION, False
    return DONE


def _absent(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    if c.at(S.ENTRY) is not DONE or c.no_show:
        return c.at(S.ENTRY) if c.at(S.ENTRY) is not DONE else REFUSED
    c.no_show = True
    return DONE


def _proved(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    if c.at(S.PROBATION) is not DONE:
        return c.at(S.PROBATION)
    return c.end(E.APPOINTED_AND_CONFIRMED if d["confirmed"] else E.PROBATION_NOT_CONFIRMED)


def _gone(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    return c.end(E.WITHDRAWN)


def _cancelled(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    return REFUSED if c.stage is S.PROBATION else c.end(E.VACANCY_CANCELLED)


def _placed(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    return c.end(E.PLACED_ELSEWHERE) if c.reuse else REFUSED


def _not_placed(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    c.reuse = c.agreed = False
    return MAYBE


def _reuse_answered(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    if not c.reuse:
        return EARLY
    if c.agreed or c.stage is not S.RESERVE:
        return REFUSED
    c.agreed, c.reuse = d["accepted"], d["accepted"]
    return DONE


def _accommodation(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    """§7: what is asked for is granted or not before the test or interview concerned."""
    c.accommodation = True
    return MAYBE


def _steps_back(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    c.recused.add(d["person"])
    return MAYBE


def _alleged(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
    c.allegation = True
    return MAYBE


def _replied_about(name: str) -> Any:
    def replied(c: Case, d: dict[str, Any], at: datetime) -> Verdict:
        if c.stage is not None and ORDER.index(c.stage) < ORDER.index(S.CONDITIONS):
            return EARLY
        if name not in {s.partition(".")[0] for s in c.conditions}:
            return REFUSED
        slot = c.slot(name, d)
        if isinstance(slot, Verdict) or c.stage is S.PROBATION:
            return slot if isinstance(slot, Verdict) else MAYBE  # on record, and a matter of its own
        if c.conditions[slot].state == "waiting":
            return EARLY
        outcome = d.get("outcome", "withdrawn")
        return c.reply(slot, outcome, _day(d.get("valid_until")), at, d.get("level"))

    return replied


MESSAGES: dict[str, Any] = {
    "application.submitted": _applied,
    "hire.linked": _linked,
    "post.funding": _funding,
    "assessment.completed": _completed,
    "interview.scheduled": _scheduled,
    "interview.completed": _interviewed,
    "selection.decided": _selected,
    "reserve.called": _called,
    "offer.answered": _offer_answered,
    "contract.signed": _signed,
    "duty.entered": _on_duty,
    "duty.no_show": _absent,
    "probation.decided": _proved,
    "application.withdrawn": _gone,
    "vacancy.cancelled": _cancelled,
    "post.given": _post_given,
    "reserve.lapsed": _list_ended,
    "vacancy.suspended": _suspended,
    "vacancy.resumed": _goes_on,
    "placement.withdrawn": _placement_withdrawn,
    "placement.made": _placed,
    "placement.refused": _not_placed,
    "reuse.answered": _reuse_answered,
    "integrity.reported": _alleged,
    "board.recused": _steps_back,
    "accommodation.requested": _accommodation,
    "clearance.withdrawn": _replied_about("clearance"),
    **{f"{name}.replied": _replied_about(name) for name in ("clearance", "medical", "verification", "accreditation", "secondment")},
}
