"""What partners and candidates do when they are asked or told something: when they answer, what, in which order, and how often.

Everything goes out as a signed event over HTTP. Some events come twice, some before the question, some in the wrong order, some
contradict what was said before, some never come. The tables are the sandbox's own; Muster only ever sees the events.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from connectors.contract import AskBody
from domain.words import Condition, Stage
from sandbox.agenda import MORNING, office
from sandbox.partners import Partner
from sandbox.population import CANCELLED, CLEARANCE_DAYS, POOL, TWIN, Persona
from sandbox.world import World

#: Of all events, how many are sent a second time, and how many are sent again days later.
TWICE, AGAIN = 0.08, 0.05
#: Days after closing on which the budget authority sits, and what it says.
BUDGET: Mapping[str, tuple[int, str]] = {TWIN: (110, "approved"), CANCELLED: (120, "refused"), POOL: (60, "approved")}
#: Whose entry on duty is postponed comes so many days later.
POSTPONED = 28
USUAL: Mapping[Condition, str] = {
    Condition.CLEARANCE: "granted",
    Condition.MEDICAL: "fit",
    Condition.VERIFICATION: "confirmed",
    Condition.ACCREDITATION: "accepted",
    Condition.SECONDMENT: "agreed",
}


class Behaviour:
    def __init__(self, world: World) -> None:
        self._world = world
        world.street.asked, world.street.heard = self.asked, self.heard

    # ---- sending -----------------------------------------------------------------------------------------------------------

    def send(self, partner: str, kind: str, case: str, data: Mapping[str, Any], days: float, *, nth: str = "") -> None:
        """Plan one event, and now and then its repetition."""
        world, persona = self._world, self._world.who(case)
        about = persona.id + case[-2:] * ("-" in case) if persona else case
        event_id = world.event_id(partner, kind, about, nth)
        key = f"{about}/{partner}/{kind}/{nth}"

        async def deliver() -> None:
            await world.street.say(partner, kind, case, data, event_id)
            if world.chance(TWICE, key):
                await world.street.say(partner, kind, case, data, event_id)

        world.agenda.morning(days, key, case, deliver)

    # ---- candidates ---------------------------------------------------------------------------------------------------------

    def apply(self, persona: Persona) -> None:
        """Plan the application, and for some a second one that replaces it."""
        self._submit(persona, persona.application, persona.applies_at, "1")
        if persona.fate.applies_twice:
            better = {**persona.application, "answers": [{"question": "motivation", "text": "I add what I forgot to say the first time."}]}
            self._submit(persona, better, persona.applies_at + timedelta(days=3), "2")

    def _submit(self, persona: Persona, application: dict[str, Any], at: Any, nth: str) -> None:
        world = self._world

        async def deliver() -> None:
            event_id = world.event_id("application", persona.id, nth)
            for _ in range(2 if world.chance(TWICE, persona.id, nth) else 1):
                answer = await world.street.say("portal", "application.submitted", f"vacancy/{persona.vacancy}", application, event_id)
                if answer.case:
                    world.persona_of[answer.case] = persona

        world.agenda.plan(at, f"{persona.id}/apply/{nth}", f"vacancy/{persona.vacancy}", deliver)

    def heard(self, partner: Partner, kind: str, subject: str, data: dict[str, Any]) -> None:
        """An announcement reached a partner: the portal tells its candidate, the personnel system its own people."""
        if partner.id == "portal":
            told = ", ".join(f"{v}".replace("_", " ") for k, v in data.items() if k not in ("vacancy", "authority"))
            self._world.ticker.append(f"{self._world.agenda.now:%d %b %Y}  {subject}  {kind.replace('_', ' ')}  {told}")
        persona = self._world.who(subject)
        if persona is None:
            return
        if partner.id == "hris" and kind == "appointment.made":
            self._first_day(persona, subject, date.fromisoformat(data["enters_on"]))
        elif partner.id == "portal":
            self._candidate(persona, subject, kind, data)

    def _candidate(self, persona: Persona, case: str, kind: str, data: dict[str, Any]) -> None:
        match kind:
            case "hire.stage_changed":
                self._stage(persona, case, Stage(data["stage"]))
            case "offer.issued":
                self._offer(persona, case)
            case "condition.requested" if data["condition"] == Condition.CLEARANCE and data.get("papers", True):
                days = self._days(persona, "forms", 3, 9)
                self.send("portal", "clearance.forms_received", case, {"ask": data["ask"]}, days, nth=data["ask"].removeprefix(f"{case}/"))
            case "condition.requested" if data["condition"] == Condition.MEDICAL:
                days = self._days(persona, "file", 5, 14)
                self.send("portal", "medical.file_received", case, {"ask": data["ask"]}, days, nth=data["ask"].removeprefix(f"{case}/"))
            case "contract.offered":
                self._contract(persona, case, date.fromisoformat(data["enters_on"]))
            case "reuse.offered":
                self.send("portal", "reuse.answered", case, {"accepted": persona.fate.moves}, self._days(persona, "reuse", 1, 3))
            case _:
                pass

    def _stage(self, persona: Persona, case: str, stage: Stage) -> None:
        if persona.fate.leaves_at is stage:
            days = self._days(persona, "leaves", *((9, 16) if stage is Stage.CONDITIONS else (0, 1)))
            self.send("portal", "application.withdrawn", case, {"reason": "I have accepted another post."}, days)
        if stage is Stage.ASSESSMENT and self._world.chance(0.08, persona.id, "needs"):
            self.send("portal", "accommodation.requested", case, {"reference": f"needs-{persona.id[-6:]}"}, 0)
        if stage is Stage.RESERVE and not persona.fate.occasion and self._world.chance(0.4, persona.id, "abroad"):
            self.send("portal", "candidate.unavailable", case, {}, 6)
            self.send("portal", "candidate.available", case, {}, 27)
        if stage is Stage.SELECTION and self._world.chance(0.2, persona.id, "keen"):
            self.send("portal", "clearance.forms_received", case, {}, 1, nth="early")  # before anybody asked

    def _offer(self, persona: Persona, case: str) -> None:
        habit = "accepts" if "-" in case else persona.fate.offer
        days = self._days(persona, "offer", 1, 2)
        if habit == "asks_time":
            self.send("portal", "offer.extension_requested", case, {"reason": "My partner travels."}, days)
            days += 4
        if habit == "silent":
            days = 9  # an answer all the same, after the limit: late
        self.send("portal", "offer.answered", case, {"accepted": habit != "declines"}, days)

    def _contract(self, persona: Persona, case: str, first_day: date) -> None:
        if persona.fate.occasion == "paper_contract":
            return  # it comes by post
        days = self._days(persona, "contract", 2, 6)
        if not persona.fate.signs:
            self.send("portal", "contract.signed", case, {"signed": False}, days)
            return
        self.send("portal", "contract.signed", case, {"signed": True, "enters_on": first_day.isoformat()}, days)

    def _first_day(self, persona: Persona, case: str, day: date) -> None:
        day += timedelta(days=POSTPONED) if persona.fate.occasion == "postponed" else timedelta()
        days = max((day - self._world.agenda.now.date()).days - 1, 0)
        if persona.fate.comes:
            self.send("hris", "duty.entered", case, {"entered_on": day.isoformat()}, days)
        else:
            self.send("hris", "duty.no_show", case, {"expected_on": day.isoformat()}, days + 2)

    def accused(self, case: str, reference: str) -> None:
        """Something was reported about a candidate, and a letter told them: they answer."""
        persona = self._world.who(case)
        if persona is not None:
            self.send("portal", "allegation.answered", case, {"reference": reference}, self._days(persona, "allegation", 2, 4))

    # ---- authorities ---------------------------------------------------------------------------------------------------------

    def asked(self, partner: Partner, ask: AskBody) -> None:
        """An authority has an ask on its desk: what it will do, and when."""
        if ask.kind == "budget":
            self._budget(ask)
            return
        persona = self._world.who(ask.subject)
        if persona is None:
            return
        if ask.kind == "assessment":
            self._assessment(persona, ask.subject)
        elif ask.kind in Condition.__members__.values():
            self._condition(partner, persona, ask, Condition(ask.kind))

    def _assessment(self, persona: Persona, case: str) -> None:
        if not persona.fate.answers_assessment:
            return
        days = self._days(persona, "video", 1, 2)
        answered = office(self._world.agenda.now + timedelta(days=days), MORNING).date()
        data = {"reference": f"video-{persona.id[-6:]}", "answered_on": answered.isoformat()}
        self.send("assessment", "assessment.completed", case, data, days)
        if persona.fate.suspected == "upheld":
            report = {"allegation": "ai_used", "evidence": f"screening-{persona.id[-6:]}"}
            self.send("assessment", "integrity.reported", case, report, days + 1)

    def interviewed(self, case: str, days: float) -> None:
        """The interview HR has set on the platform takes place."""
        self.send("assessment", "interview.completed", case, {"attended": True}, days)

    def _condition(self, partner: Partner, persona: Persona, ask: AskBody, condition: Condition) -> None:
        case, round_ = ask.subject, ask.id.rsplit("/", 1)[-1]
        after = self._patience(persona, condition, partner)
        if condition is not Condition.SECONDMENT:
            out_of_order = self._world.chance(0.12, persona.id, condition, "order")
            acknowledged = after + 2 if out_of_order else self._days(persona, f"ack{condition}", 1, 4)
            expected = (self._world.agenda.now + timedelta(days=after + 10)).date().isoformat()
            self.send(partner.id, f"{condition}.acknowledged", case, {"expected": expected, "ask": ask.id}, acknowledged, nth=round_)
        asked_again = int(round_) > 1 or "-" in case
        outcomes = (USUAL[condition],) if asked_again else persona.fate.replies.get(condition, (USUAL[condition],))
        for n, outcome in enumerate(outcomes):
            days = after + n * (5 if outcomes[0] == "granted" else 20)
            data = self._reply(condition, outcome, partner, f"{partner.id}-{persona.id[-6:]}-{n}") | {"ask": ask.id}
            self.send(partner.id, f"{condition}.replied", case, data, days, nth=f"{round_}.{n}")
            if outcome == "unfit" and persona.fate.occasion == "appealed":
                self.send("portal", "medical.appealed", case, {"reference": f"appeal-{persona.id[-6:]}"}, days + 6)
            if condition is Condition.MEDICAL and persona.fate.occasion == "expires" and not asked_again:
                data["valid_until"] = (self._world.agenda.now.date() + timedelta(days=days + 20)).isoformat()
            if condition is Condition.CLEARANCE and persona.fate.occasion == "higher_grade" and not asked_again:
                data["level"] = "NC"  # on file, and too low: an upgrade will be asked for
            if outcome == "unfit":
                self.send(partner.id, "candidate.told", case, {"about": "medical_opinion"}, days, nth=round_)

    def _patience(self, persona: Persona, condition: Condition, partner: Partner) -> int:
        """Days until this authority answers about this person."""
        if condition is Condition.CLEARANCE:
            if persona.vacancy == TWIN:  # held already: it is only confirmed
                return self._days(persona, "confirmation", 7, 15)
            usual = CLEARANCE_DAYS.get(partner.nations[0], 90)
            return 200 if persona.fate.slow else self._days(persona, "clearance", usual * 3 // 4, usual * 5 // 4)
        low, high = {
            Condition.MEDICAL: (22, 34),
            Condition.VERIFICATION: (12, 26),
            Condition.ACCREDITATION: (10, 24),
            Condition.SECONDMENT: (14, 40),
        }[condition]
        return self._days(persona, str(condition), low, high)

    def _reply(self, condition: Condition, outcome: str, partner: Partner, reference: str) -> dict[str, Any]:
        today = self._world.agenda.now.date()
        said: dict[str, Any] = {"outcome": outcome, "reference": reference}
        if condition is Condition.CLEARANCE and outcome in ("granted", "interim"):
            said |= {"level": "NS", "issuer": partner.id, "valid_from": today.isoformat()}
            said |= {"valid_until": (today + timedelta(days=5 * 365)).isoformat()}
        if condition is Condition.ACCREDITATION and outcome == "accepted":
            said["valid_until"] = (today + timedelta(days=3 * 365)).isoformat()
        if condition is Condition.SECONDMENT and outcome == "agreed":
            said["years"] = 3
        return said

    def _budget(self, ask: AskBody) -> None:
        reference, post = ask.subject.removeprefix("vacancy/"), str(ask.details["post"])
        after, outcome = BUDGET.get(reference, (60, "approved"))
        days = (self._world.closings[reference] - self._world.agenda.now).days + after
        data = {"post": post, "outcome": outcome, "reference": f"budget-{post}"}
        self.send("budget", "budget.decided", ask.subject, data, days, nth=post)

    def _days(self, persona: Persona, what: str, low: int, high: int) -> int:
        return self._world.days(low, high, persona.id, what)
