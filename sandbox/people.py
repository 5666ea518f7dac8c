"""The people of the organisation: HR, boards, the appointing authority, line managers. They act only through `acts`, as anyone would.

They look at what a case needs and take their time over it. What they think of a candidate is the candidate's `merit`; everything else
(eligibility, terms, ranks) they take from what Muster shows them.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from acts.desk import Desk
from domain.errors import Refusal
from domain.grades import same_or_lower
from domain.slots import condition_of
from domain.words import Condition, Role, Stage
from sandbox.agenda import AFTERNOON, MORNING, office
from sandbox.behaviour import USUAL, Behaviour
from sandbox.occasions import Occasions
from sandbox.offices import Offices
from sandbox.population import CANCELLED, POOL, TWIN, Persona
from sandbox.world import World

Row = Mapping[str, Any]
ZONE = ZoneInfo("Europe/Brussels")

STAFF: Mapping[str, tuple[str, tuple[Role, ...]]] = {
    "ines": ("Inês Carvalho", (Role.HR_OFFICER,)),
    "tom": ("Tom Verhaegen", (Role.HR_OFFICER,)),
    "helga": ("Helga Brandt", (Role.HR_HEAD,)),
    "marc": ("Marc Dumont", (Role.HIRING_MANAGER, Role.LINE_MANAGER)),
    "nils": ("Nils Aas", (Role.HR_OFFICER,)),
    "oona": ("Oona Lahti", (Role.BOARD_MEMBER,)),
    "bea": ("Beatriz Nunes", (Role.BOARD_MEMBER,)),
    "noor": ("Noor Jansen", (Role.STAFF_OBSERVER,)),
    "piotr": ("Piotr Zielinski", (Role.BOARD_CHAIR,)),
    "aude": ("Aude Lambert", (Role.APPOINTING_AUTHORITY,)),
    "mara": ("Mara Novak", (Role.MEDICAL_OFFICE,)),
    "sander": ("Sander Maes", (Role.SECURITY_OFFICE,)),
}

#: Per act: who does it, and within how many days.
WHO: Mapping[str, tuple[str, int, int]] = {
    "confirm_late": ("tom", 2, 6),
    "screen": ("ines", 2, 8),
    "shortlist": ("marc", 2, 7),
    "mark_assessment": ("oona", 3, 8),
    "schedule_interview": ("tom", 1, 3),
    "mark_interview": ("oona", 1, 3),
    "issue_offer": ("ines", 1, 3),
    "settle_reply": ("ines", 2, 5),
    "withdraw_offer": ("ines", 3, 8),
    "propose_contract": ("tom", 2, 5),
    "approve_contract": ("helga", 1, 4),
    "confirm_no_show": ("ines", 3, 6),
    "confirm_lapse": ("tom", 2, 5),
    "conclude_integrity": ("helga", 14, 17),
    "propose_measures": ("mara", 1, 2),
    "grant_measures": ("ines", 1, 2),
    "decide_integrity_steps": ("aude", 2, 5),
    "decide_review": ("aude", 2, 5),
    "decide_probation": ("marc", 5, 15),
}
STILL_IN_PLAY = {Stage.RECEIVED, Stage.SCREENING, Stage.SHORTLISTING, Stage.ASSESSMENT, Stage.INTERVIEW}


class People:
    def __init__(self, world: World, desk: Desk, behaviour: Behaviour) -> None:
        self._world, self._desk, self._behaviour = world, desk, behaviour
        self._planned: set[str] = set()
        self._occasions = Occasions(world, desk, behaviour, self._act)
        self._tries: dict[str, int] = {}
        self.acts = 0
        self.refused: list[str] = []
        self._offices = Offices(world, desk, self._act, self.refused)

    async def sign_in(self) -> None:
        for person, (name, roles) in STAFF.items():
            await self._desk.put_staff(person, name, f"{person}@muster.example", [str(r) for r in roles])
        self._offices.plan()

    # ---- the worklist --------------------------------------------------------------------------------------------------------

    def look(self, hire: Row) -> None:
        """Take on what this hire needs now, each need once; and what is done about it of one's own accord."""
        self._occasions.look(hire)
        for need in hire["needs"]:
            self._take_on(str(hire["case_id"]), str(need))

    def _take_on(self, case: str, need: str) -> None:
        act, _, about = need.partition(":")
        persona = self._world.who(case)
        if persona is None or act not in WHO or f"{case}/{need}" in self._planned:
            return
        self._planned.add(f"{case}/{need}")
        who, low, high = WHO[act]
        tries = self._tries[f"{case}/{need}"] = self._tries.get(f"{case}/{need}", 0) + 1
        days = self._world.days(low, high, persona.id, case[-2:] if "-" in case else "", need, tries)

        async def work() -> None:
            self._planned.discard(f"{case}/{need}")
            hire = await self._desk.hire(case)
            if need in hire["needs"]:
                await self._do(who, persona, hire, act, about)

        key = f"{persona.id}/{need}/{tries}"
        if act == "decide_probation":
            self._plan_probation(case, key, days, work)
        else:
            self._world.agenda.afternoon(days, key, case, work)

    def _plan_probation(self, case: str, key: str, before: int, work: Any) -> None:
        """The line manager decides shortly before probation ends; the last day is looked up first."""

        async def look_up() -> None:
            hire = await self._desk.hire(case)
            ends = next(d["due_at"] for d in hire["deadlines"] if d["key"] == "probation")
            self._world.agenda.plan(office(ends - timedelta(days=before + 4), AFTERNOON), key, case, work)

        self._world.agenda.afternoon(1, f"{key}/look", "", look_up)

    # ---- doing it --------------------------------------------------------------------------------------------------------------

    async def _do(self, who: str, persona: Persona, hire: Row, act: str, about: str) -> None:
        case = str(hire["case_id"])
        who = "bea" if who == "oona" and persona.fate.occasion == "recused" else who
        match act:
            case "screen":
                await self._act(who, case, act, await self._screening(case))
            case "shortlist":
                mistaken = persona.fate.occasion == "reviewed" and f"mistaken/{case}" not in self._planned
                self._planned |= {f"mistaken/{case}"} if mistaken else set()
                good = persona.fate.merit >= 40 and not mistaken
                reason = "profile_matches" if good else "others_match_better"
                await self._act(who, case, act, {"shortlisted": good, "reason": reason})
            case "mark_assessment" if persona.vacancy == TWIN:
                await self._score(persona, case, persona.fate.merit + self._tilt(persona))
                await self._act(who, case, act, {})
            case "mark_assessment":
                await self._act(who, case, act, {"score": persona.fate.merit + self._tilt(persona)})
            case "schedule_interview":
                await self._interview(who, persona, case)
            case "mark_interview":
                await self._mark_interview(who, persona, case)
            case "settle_reply":
                outcome = USUAL[condition_of(about)]
                await self._act(who, case, act, {"condition": about, "outcome": outcome, "reason": "authority_confirmed_by_phone"})
            case "withdraw_offer" if persona.fate.occasion == "waived":
                await self._act("ines", case, "propose_waiver", {"condition": about, "reason": "employer_no_longer_exists"})
                await self._act("helga", case, "approve_waiver", {"condition": about})
            case "confirm_lapse" if persona.fate.occasion == "late_answer":
                await self._accept_late(who, case)
            case "decide_review":
                upheld = persona.fate.occasion == "reviewed"
                await self._act(who, case, act, {"upheld": upheld, "reason": "facts_overlooked" if upheld else "decision_well_founded"})
            case "withdraw_offer":
                await self._withdraw(who, hire, about)
            case "propose_contract":
                first_day = office(self._world.agenda.now + timedelta(days=self._world.days(31, 66, persona.id, "notice")), MORNING)
                await self._act(who, case, act, {"enters_on": first_day.date().isoformat()})
            case "approve_contract" if persona.fate.occasion == "rejected" and f"rejected/{case}" not in self._planned:
                self._planned.add(f"rejected/{case}")
                proposed = await self._last(case, "contract_proposed")
                await self._act(who, case, "reject_contract", {"sha256": proposed["sha256"], "reason": "other_day_of_entry"})
            case "approve_contract":
                proposed = await self._last(case, "contract_proposed")
                who = await self._deputy(who) if persona.fate.occasion == "deputy" else who
                await self._act(who, case, act, {"sha256": proposed["sha256"]})
            case "conclude_integrity":
                upheld = persona.fate.suspected == "upheld"
                await self._act(who, case, act, {"upheld": upheld, "reason": "finding_upheld" if upheld else "finding_not_upheld"})
            case "propose_measures" | "grant_measures":
                await self._act(who, case, act, {"measures": ["extra_time_25"]})
            case "decide_integrity_steps":
                await self._act(who, case, act, {"steps": "exclude", "reason": "finding_upheld"})
            case "decide_probation":
                confirmed = persona.fate.confirmed or "-" in case
                await self._act(who, case, act, {"confirmed": confirmed, "reason": "written_decision"})
            case _:
                await self._act(who, case, act, {})

    async def _act(self, who: str, case: str, act: str, args: dict[str, Any]) -> bool:
        """One act, under a request id of its own; a refusal is an answer, and the worklist shows what is still needed."""
        tries = self._tries[f"act/{case}/{act}"] = self._tries.get(f"act/{case}/{act}", 0) + 1
        try:
            await self._desk.act(who, case, act, args, request=self._world.event_id("act", case, act, tries))
        except Refusal as refusal:
            self.refused.append(f"{act}: {refusal.code}")
            return False
        self.acts += 1
        return True

    async def _screening(self, case: str) -> dict[str, Any]:
        """HR follows a clear proposal; what is unclear they look at, and find in order."""
        decision = (await self._last(case, "eligibility_judged"))["decision"]
        if decision["verdict"] == "fail":
            return {"eligible": False, "reason": decision["reasons"][0]}
        return {"eligible": True, "reason": "all_checks_passed" if decision["verdict"] == "pass" else "clarified_with_the_candidate"}

    async def _interview(self, who: str, persona: Persona, case: str) -> None:
        fast = persona.vacancy == TWIN
        ahead = self._world.days(*((2, 4) if fast else (6, 12)), persona.id, "interview")
        day = (self._world.agenda.now + timedelta(days=ahead)).astimezone(ZONE)
        tries = self._tries.get(f"act/{case}/schedule_interview", 0)  # a moment another candidate has is refused: then another one
        starts_at = day.replace(hour=self._world.days(9, 16, persona.id, "hour", tries), minute=0, second=0, microsecond=0)
        if await self._act(who, case, "schedule_interview", {"starts_at": starts_at.isoformat(), "minutes": 60, "place": "video"}):
            self._behaviour.interviewed(case, ahead)

    async def _mark_interview(self, who: str, persona: Persona, case: str) -> None:
        if persona.fate.suspected == "cleared":
            await self._act(who, case, "report_integrity", {"allegation": "ai_used", "phase": "interview"})
            self._behaviour.accused(case, f"statement-{persona.id[-6:]}")
        await self._act(who, case, "mark_interview", {"score": persona.fate.merit - self._tilt(persona)})

    async def _score(self, persona: Persona, case: str, mark: int) -> None:
        """Two members score alone, against the first competencies of the notice; the board's mark is the mean."""
        for member in ("oona", "bea"):
            points = {str(n): mark for n in range(1, 4)}
            await self._act(member, case, "score", {"competencies": points})

    async def _accept_late(self, who: str, case: str) -> None:
        """The candidate's answer came after its limit, with a good reason: a named person takes it as in time."""
        late = [
            row["body"] for row in await self._desk.timeline(case) if row["kind"] == "message_set_aside" and row["body"]["reason"] == "late"
        ]
        if late:
            await self._act(who, case, "accept_late", {"message": late[-1]["message"], "reason": "candidate_was_in_hospital"})

    async def _deputy(self, who: str) -> str:
        """Somebody is away, and the deputy acts in both names."""
        today = self._world.agenda.now.date()
        await self._desk.personnel.absent(who, who, today, today + timedelta(days=10), deputy="nils")
        return "nils"

    async def convene(self, reference: str) -> None:
        """The board of a competition is named, and each of it says whether they know anybody."""
        vacancy = f"vacancy/{reference}"
        await self._act("ines", vacancy, "compose_board", {"chair": "piotr", "members": ["oona", "bea"], "observer": "noor"})
        for person in ("piotr", "oona", "bea", "noor"):
            await self._act(person, vacancy, "declare_interest", {"conflict": False})

    def _tilt(self, persona: Persona) -> int:
        """Nobody is equally good twice; the two marks still add up to what they are worth."""
        room = min(persona.fate.merit, 100 - persona.fate.merit, 6)
        return self._world.days(-room, room, persona.id, "tilt")

    async def _withdraw(self, who: str, hire: Row, condition: str) -> None:
        """A refusal, or a clearance past its last limit, ends in a withdrawn offer; anything else that is late gets more time."""
        now = next(c for c in hire["conditions"] if c["condition"] == condition)
        case = str(hire["case_id"])
        if now["state"] in ("refused", "contradicted") or condition_of(condition) is Condition.CLEARANCE:
            reason = "condition_refused" if now["state"] == "refused" else "no_reply_within_the_limit"
            await self._act(who, case, "withdraw_offer", {"condition": condition, "reason": reason})
            return
        key = next((d["key"] for d in hire["deadlines"] if d["key"].startswith(condition) and d["state"] == "open"), str(condition))
        await self._act(who, case, "extend", {"deadline": key, "days": 30, "reason": "authority_asked_for_time"})

    async def _last(self, case: str, kind: str) -> dict[str, Any]:
        found = [row["body"] for row in await self._desk.timeline(case) if row["kind"] == kind]
        return dict(found[-1])

    # ---- whole competitions ----------------------------------------------------------------------------------------------------

    async def watch(self, hires: list[Row]) -> None:
        """What the board, the appointing authority and the head of HR do about a competition as a whole."""
        for reference in self._world.closings:
            own = [h for h in hires if h["vacancy"] == reference]
            stages = {h["stage"] for h in own}
            if Stage.SELECTION in stages and not stages & STILL_IN_PLAY:
                decided = self._tries.get(f"decided/{reference}", 0)  # whoever comes back by a review is named in a report of their own
                self._once(f"report/{reference}/{decided}", 2, lambda reference=reference: self._report(reference))
            if stages & {Stage.ASSESSMENT}:
                self._once(f"board/{reference}", 0, lambda reference=reference: self.convene(reference))
            if reference == CANCELLED and any(h["ending"] == "budget_refused" for h in own):
                self._once(f"cancel/{reference}", 9, lambda reference=reference: self._cancel(reference))
            if reference == TWIN and any(h["stage"] == Stage.RESERVE for h in own):
                self._once(f"reuse/{reference}", 45, self._reuse)

    def _once(self, what: str, days: float, do: Any) -> None:
        if what not in self._planned:
            self._planned.add(what)
            self._world.agenda.afternoon(days, what, "", do)

    async def _report(self, reference: str) -> None:
        """The chair submits; the appointing authority reads it and decides on exactly these lines."""
        waiting = await self._desk.hires(vacancy=reference, stage=Stage.SELECTION)
        people = {str(h["case_id"]): self._world.who(str(h["case_id"])) for h in waiting}
        order = sorted(waiting, key=lambda h: (-int(h["score"] or 0), getattr(people[str(h["case_id"])], "id", "")))
        lines, rank = [], 0
        for hire in order:
            words = self._recommendation(reference, int(hire["score"] or 0) / 2)
            rank += words != "not_selected"
            line = {"hire": hire["case_id"], "score": hire["score"] or 0, "rank": rank if words != "not_selected" else None}
            lines.append({**line, "recommendation": words})
        self._tie(lines)
        await self._act("piotr", f"vacancy/{reference}", "submit_report", {"lines": lines})
        self._once(f"decide/{reference}/{self._tries.get(f'decided/{reference}', 0)}", 2, lambda: self._decide(reference))

    @staticmethod
    def _tie(lines: list[dict[str, Any]]) -> None:
        """Two neighbours on the list whom the board finds equal share the better rank; the appointing authority says who is first."""
        listed = [line for line in lines if line["recommendation"] == "reserve"]
        if len(listed) > 2:
            first, second = listed[1], listed[2]
            second["rank"] = first["rank"]
            first["tie"] = second["tie"] = "equal_merit"

    def _recommendation(self, reference: str, mark: float) -> str:
        if mark >= 80:
            return "selected"
        return "reserve" if mark >= 60 and reference == POOL else "not_selected"

    async def _decide(self, reference: str) -> None:
        report = await self._last(f"vacancy/{reference}", "report_submitted")
        equal = [line["hire"] for line in report["lines"] if line["tie"]]
        args = {"sha256": report["sha256"], "approved": True, "reason": "merit_order", "order": list(reversed(equal))}
        if await self._act("aude", f"vacancy/{reference}", "decide_report", args):
            self._tries[f"decided/{reference}"] = self._tries.get(f"decided/{reference}", 0) + 1

    async def _cancel(self, reference: str) -> None:
        await self._act("helga", f"vacancy/{reference}", "cancel", {"reason": "reorganisation"})

    async def _reuse(self) -> None:
        """Who stands on the twin-graded post's list is asked, in rank order, about a pool post nobody is next in line for."""
        listed = sorted(await self._desk.hires(vacancy=TWIN, stage=Stage.RESERVE), key=lambda h: int(h["rank"] or 0))
        mine = (await self._desk.vacancy(TWIN))["posts"][0]
        vacancy = await self._desk.vacancy(POOL)
        suited = [p for p in vacancy["posts"] if p["state"] == "open" and same_or_lower(p["grade_high"], mine["grade_high"])]
        asked = next((h for h in listed if f"asked/{h['case_id']}" not in self._planned), None)
        if asked is None or not suited:
            return
        self._planned.add(f"asked/{asked['case_id']}")
        post = suited[-1]
        args = {"vacancy": POOL, "post": post["post"], "grade": post["grade_low"]}
        await self._act("ines", str(asked["case_id"]), "offer_reuse", args)
        self._world.agenda.afternoon(8, f"reuse/next/{len(self._planned)}", "", self._reuse)
