"""What people may do, and read: the one door for console, API, command line and sandbox.

Every act is an update on its case: rights are looked up here from the staff list and checked again in the story; the receipt means
it is written. Publishing starts a case, so it goes the way of every delivery: an inbox row, carried by the dispatcher.
"""

import copy
import secrets
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any, Protocol, Self

from temporalio.client import Client

from acts import partners, systems
from acts.audit import AuditDesk, Means
from acts.auditing import Auditing
from acts.balance import BalanceDesk
from acts.board import Boardroom
from acts.bulk import Bulk
from acts.calendars import CalendarDesk
from acts.carrier import Carrier
from acts.delivering import DeliveryDesk
from acts.digest import Digests
from acts.editions import PolicyDesk
from acts.engine import engine
from acts.evidence import Evidence
from acts.feeds import FeedBook
from acts.histories import HistoryDesk
from acts.holding import Holding
from acts.housekeeping import Housekeeper
from acts.importing import Importing
from acts.keys import KeyDesk
from acts.maintenance import MaintenanceDesk
from acts.notes import NoteDesk
from acts.noticing import NoticeDesk
from acts.outside import Outside
from acts.overlays import OverlayDesk
from acts.partners import PartnerDesk
from acts.personnel import Personnel
from acts.privacy import PrivacyDesk
from acts.reserve import ReserveDesk
from acts.sessions import SessionBook
from acts.signals import SignalDesk
from acts.standing import CaseStanding, choices, moment_for, standing
from acts.systems import SystemDesk
from acts.tokens import TokenBook
from acts.undelivered import UndeliveredDesk
from config.files import load_calendar
from config.keyring import ring_of
from config.settings import Settings
from domain.acts import ACTS
from domain.acts import do as judge
from domain.agenda import AgendaItem, agenda
from domain.away import with_doors
from domain.calendars import Calendar
from domain.competition import ACTS as VACANCY_ACTS
from domain.competition import check as check_on_vacancy
from domain.competition import report_sha256
from domain.deeds import check_deed
from domain.errors import CaseClosed, NotAllowed, NotFound, NotNow, VacancyClosed
from domain.facts import LetterWritten, UndoPlanned
from domain.forecast import Accuracy, Forecast, forecast_among
from domain.hire import IN_REVIEW, fold
from domain.letters import text_hash
from domain.looking import UNNAMED, Category, Look, Reader, answered, told, told_by
from domain.messages import ActRequest, Receipt
from domain.moment import Moment
from domain.policies.publication import freeze
from domain.prospect import Prospect, prospect
from domain.rehearsal import Rehearsal, rehearse
from domain.rules import Rules
from domain.status import Status, status
from domain.tally import Tally, tally
from domain.undo import Tracked, outstanding, plan, progress
from domain.vacancy import OVER, Published, VacancySpec, VacancyState
from domain.vacancy import fold as fold_vacancy
from domain.vacancy_waiting import VacancyWhy, vacancy_why
from domain.waiting import Why, why
from domain.whatif import WhatIf, what_if
from domain.words import Ending, Party, Role
from store.agenda import Agendas
from store.arrivals import Arrival
from store.board import Boards
from store.clock import DoorClock
from store.database import Database, check_migrated
from store.inbox import Inbox
from store.names import canonical_sha256, system_now
from store.overview import Overviews
from store.pages import Pages
from store.partners import Partners
from store.people import People, Staff
from store.preferences import Preferences
from store.proofs import Proofs
from store.queries import Queries
from store.reads import Reads
from store.records import Records
from store.traffic import Traffic
from store.vacancies import Vacancies

#: Somebody who keeps a page of many cases open looks at each of them once in this time.
ONE_LOOK = timedelta(hours=1)


class World(partners.World, systems.World, Protocol):
    """The way to the partners, whatever is done there. `acts.outside.Outside` fits."""


class Desk:
    """Acts and reads of one installation. `carrier` is the way to the cases, `outside` to the partners, `evidence` what exports for
    auditors are made with; None for a desk without."""

    def __init__(self, db: Database, carrier: Carrier | None = None, outside: World | None = None, evidence: Means | None = None) -> None:
        self.db, self._carrier = db, carrier
        self.reads, self.proofs = Reads(db), Proofs(db)
        self._reader: Reader | None = UNNAMED
        self._seen: set[tuple[str, str]] | None = None  # what this reader was noted with already; None where readers change
        self.queries, self.inbox, self.people = Queries(db), Inbox(db), People(db)
        self.vacancies_store, self.clock, self._journals = Vacancies(db), DoorClock(db), Records(db)
        self.pages = Pages(db, self.queries)
        self.boards, self.overviews = Boards(db, self.pages), Overviews(db)
        self.audit = AuditDesk(db, self.people, self.queries, self.vacancies_store, self.reads, evidence)
        self.boardroom = Boardroom(self.people, self.queries, self.reads)
        self.personnel = Personnel(db, self.people, self.queries, self.clock)
        self.tokens = TokenBook(db, self.people)
        self.sessions, self.preferences = SessionBook(db, self.people), Preferences(db)
        self.traffic = Traffic(db)
        self.notes, self.notices = NoteDesk(db, self.clock), NoticeDesk(db, self.clock)
        self.keys = KeyDesk(db, self.people)
        self.privacy = PrivacyDesk(db, self.people, self.clock)
        self.balance = BalanceDesk(db, self.people, self.queries, self.clock)
        self.signals = SignalDesk(db, self.inbox, self.people, self.queries, self.clock, self.act)
        self.partners = PartnerDesk(db, outside)
        self.digests = Digests(db, self.personnel, self.partners)
        self.housekeeping = Housekeeper(lambda: self.carrier)
        self.histories = HistoryDesk(db, self.queries, self._temporal)
        self.reserve = ReserveDesk(db, self.people, self.queries)
        self.importing = Importing(db, self.people, self.queries, self.clock, lambda: self.carrier)
        self.undelivered = UndeliveredDesk(db, self.people, self.clock)
        self.maintenance = MaintenanceDesk(db, self.people, self.clock, outside)
        self.deliveries = DeliveryDesk(db, self.people, self.clock)
        self.systems = SystemDesk(db, self.people, outside)
        self.holding = Holding(db, self)
        self.bulk = Bulk(db, self, self.queries, self.vacancies_store, self.clock)
        self.calendars = CalendarDesk(db, self.people, self.clock)
        self.agendas, self.feeds = Agendas(db), FeedBook(db, self.people, self.clock)
        self.policies = PolicyDesk(db, self.people, self.clock)
        self.auditing = Auditing(db, self.queries, lambda: self._carrier, UNNAMED)
        self.overlays = OverlayDesk(db, self.people, self.queries, self.clock, lambda: self.carrier)

    def read_by(self, reader: Reader | None) -> Self:
        """This desk for somebody: what they look at is noted as theirs. None: what a program of ours looks at shows nobody anything."""
        theirs = copy.copy(self)
        theirs._reader, theirs._seen = reader, set()
        theirs.auditing = self.auditing.read_by(reader)
        return theirs

    async def looked(self, case: str, what: Iterable[Category], about: str) -> None:
        """Note what the reader is about to see of a case; a page that shows the same twice is one look. Raises StoreUnavailable: then it
        is not shown."""
        new = {each for each in what if self._seen is None or (case, each) not in self._seen}
        await self._noted(Look(case, frozenset(new), about))
        if self._seen is not None:
            self._seen |= {(case, each) for each in new}

    async def looked_over(self, what: Mapping[str, Iterable[Category]], about: str) -> None:
        """The same for many cases on one page, in one transaction; a page that brings itself up to date is one look an hour."""
        if self._reader is None:
            return
        known = await self.reads.lately(self._reader, about, system_now() - ONE_LOOK)
        looks = (Look(case, frozenset(filter(self._reader.sees, told)), about) for case, told in what.items())
        await self._noted(*(look for look in looks if (look.stream, tuple(sorted(look.what))) not in known))

    async def _noted(self, *looks: Look) -> None:
        if self._reader is not None:
            await self.reads.note(self._reader, *looks)

    # ---- acts -------------------------------------------------------------------------------------------------------------

    async def act(
        self, person: str, case: str, act: str, args: dict[str, Any], request: str | None = None, version: int | None = None
    ) -> Receipt:
        """Let `person` do `act` on a case. The same `request` again gives the same receipt. `version`: only if the journal is there still.

        Raises NotFound (person, case), the refusal the case gives (NotNow, NotAllowed, FourEyes, BadInput, CaseClosed, Stale),
        EngineUnavailable.
        """
        asked = (await self.asked(person, act, args, request)).model_copy(update={"version": version})
        await self._taken_over(act, args)
        over = await self._over(case)
        if over is not None:  # no case is started only to refuse; a repeat of the act that ended it gets its receipt again
            return await self._receipt(case, asked, over)
        return await self.carrier.ask(case, asked)

    async def _taken_over(self, act: str, args: dict[str, Any]) -> None:
        """Whoever a hire is handed over to can own it. Raises NotFound, BadInput."""
        if act == "hand_over" and isinstance(args.get("owner"), str):
            await self.personnel.owner(args["owner"])

    async def asked(self, person: str, act: str, args: dict[str, Any], request: str | None = None) -> ActRequest:
        """The request of this person, with every right they have today. Raises NotFound."""
        who = await self.people.staff(person)
        return ActRequest(
            request=request or secrets.token_hex(12),
            act=act,
            person=person,
            roles=tuple(who.roles),
            stands_in=await self.personnel.stands_in(person),
            args=args,
        )

    async def vacancy_act(
        self, person: str, reference: str, act: str, args: dict[str, Any], request: str | None = None, version: int | None = None
    ) -> Receipt:
        """The same on a vacancy. A post given later stands under the policy then in force, which is looked up here."""
        args = await self._under_policy(reference, act, args)
        return await self.act(person, f"vacancy/{reference}", act, args, request, version)

    async def _under_policy(self, reference: str, act: str, args: dict[str, Any]) -> dict[str, Any]:
        if act != "add_post":
            return args
        given = await self.vacancy(reference)
        return {**args, "policy": (await self.policies.in_force(given["rules"]["name"])).rules.sha256}

    async def do(
        self, person: str, case: str, act: str, args: dict[str, Any], request: str | None = None, version: int | None = None
    ) -> Receipt:
        """`act`, or `vacancy_act` where the case is a vacancy."""
        if case.startswith("vacancy/"):
            return await self.vacancy_act(person, case.removeprefix("vacancy/"), act, args, request, version)
        return await self.act(person, case, act, args, request, version)

    async def judged(self, person: str, case: str, act: str, args: dict[str, Any], version: int) -> timedelta | None:
        """Would the case take this act now? How long until its next deadline; None where none runs.

        Nothing is written, and the case has the last word when it is asked. Raises what it refuses now, Stale, NotFound.
        """
        stands = await self.standing(case)
        if isinstance(stands.state, VacancyState):
            args = await self._under_policy(stands.state.reference, act, args)
        request = (await self.asked(person, act, args, "judged")).model_copy(update={"version": version})
        request.still(stands.number)
        if isinstance(stands.state, VacancyState):
            check_on_vacancy(stands.state, request)
            return None
        m = moment_for(stands.state, await self.vacancies_store.get(stands.state.vacancy), await self.clock.now(), person)
        judge(stands.state, request, m)
        await self._taken_over(act, args)
        ends = (each.limit_at or each.due_at for each in stands.state.deadlines.values())
        return min((end - m.at for end in ends if end > m.at), default=None)

    async def publish(self, person: str, spec: VacancySpec, rules: Rules, request: str | None = None) -> Published:
        """Freeze a vacancy with the policy in force and open it. Publishing the same content twice changes nothing.

        Raises NotAllowed, NotNow for a policy that is not the one in force, BadInput with everything that forbids publication, Conflict
        for other content under the reference.
        """
        who = await self.people.staff(person)
        check_deed("publish_vacancy", who.roles)
        now = await self.clock.now()
        await self.policies.check_in_force(rules)
        published = await self._frozen(spec, rules, now)
        arrival = Arrival(
            source=f"person:{person}",
            event_id=request or f"publish-{published.sha256[:32]}",
            type="vacancy.publish",
            sha256=canonical_sha256({"vacancy": published.sha256}),
            received_at=now,
            case=f"vacancy/{spec.reference}",
        )
        await self.inbox.accept(arrival)
        return published

    async def _frozen(self, spec: VacancySpec, rules: Rules, now: datetime) -> Published:
        """What stands already for this very content, else a new publication."""
        try:
            stands = await self.vacancies_store.get(spec.reference)
        except NotFound:
            return await self.vacancies_store.publish(freeze(spec, rules, now))
        if (stands.spec, stands.rules) == (spec, rules):
            return stands
        return await self.vacancies_store.publish(freeze(spec, rules, now))

    async def recover(self) -> list[str]:
        """Start every open case Temporal does not know (its database was lost): each begins again from its journal."""
        started = []
        for case in [*await self.queries.open_cases(), *await self._unfinished()]:
            if not await self.carrier.running(case):
                await self.carrier.start(case, await self.carrier.start_delay(case))
                started.append(case)
        return started

    async def _unfinished(self) -> list[str]:
        """Hires that are over and still have requests to take back."""
        over = [journal for journal in (await self.queries.journals()).values() if any(isinstance(e.fact, UndoPlanned) for e in journal)]
        return [state.case for state in map(fold, over) if state.over and outstanding(state)]

    async def _temporal(self) -> Client | None:
        return None if self._carrier is None else self._carrier.client

    @property
    def carrier(self) -> Carrier:
        if self._carrier is None:
            raise NotAllowed("this desk only reads", code="read_only")
        return self._carrier

    async def _over(self, case: str) -> NotNow | None:
        """Why this case takes no more acts, or None while it does. Raises NotFound for an unknown case."""
        if case.startswith("vacancy/"):
            status = (await self.queries.vacancy(case.removeprefix("vacancy/")))["status"]
            return VacancyClosed(f"the vacancy is {status}", code="vacancy_over") if status in OVER else None
        hire = await self.queries.hire(case)
        if not hire["ending"] or hire["review"] in IN_REVIEW or hire["needs"]:
            return None
        return CaseClosed("the case has ended", code="case_closed")

    async def _receipt(self, case: str, request: ActRequest, over: NotNow) -> Receipt:
        """The receipt this very request got before the case was over. Raises `over` for any other."""
        written = [e for e in await self._journals.journal(case) if e.step == request.step]
        if not written:
            raise over
        return Receipt(case=case, number=written[-1].number)

    # ---- reads ------------------------------------------------------------------------------------------------------------

    async def hires(
        self,
        vacancy: str | None = None,
        stage: str | None = None,
        ending: str | None = None,
        needs: str | None = None,
        owner: str | None = None,
    ) -> list[dict[str, Any]]:
        return await self.queries.hires(vacancy=vacancy, stage=stage, ending=ending, needs=needs, owner=owner)

    async def find(self, words: str) -> list[dict[str, Any]]:
        """People by part of a name or of an address, each with all their cases. Raises BadInput."""
        found = await self.people.find(words)
        cases = sorted({case["case_id"] for row in found for case in row["cases"]})
        await self._noted(*(Look(stream, frozenset({Category.IDENTITY}), "search") for stream in cases or ["people"]))
        return found

    async def hire(self, case: str) -> dict[str, Any]:
        """One hire with its conditions and deadlines, and the contract terms if any are proposed. Raises NotFound."""
        row = await self.queries.hire(case)
        await self.looked(case, answered(row["conditions"]), "hire")
        state = fold(await self._journals.journal(case))
        contract = {"terms": state.terms, "terms_sha256": state.terms_sha256, "proposed_by": state.proposed_by, "approved": state.approved}
        return row | contract | {"grade_low": state.grade_low, "grade_high": state.grade_high, "parked": len(state.parked)}

    async def why(self, case: str, act: str = "", about: str = "") -> Why:
        """Why a hire waits, or why an act is not possible now: each open matter, who can move it, since when. Raises NotFound."""
        await self.queries.hire(case)
        journal = await self._journals.journal(case)
        await self.looked(case, told(journal), "why")
        return with_doors(why(journal, ACTS, act, about), fold(journal), await Partners(self.db).reaches(), await self.clock.now())

    async def choices(self, case: str, roles: Collection[Role]) -> list[Why]:
        """What somebody with these roles could do to a hire now, and what stands against the rest of it. Raises NotFound."""
        journal = await self._journals.journal(case)
        if not journal:
            raise NotFound(f"there is no {case}", code="unknown_case")
        await self.looked(case, told(journal), "choices")
        return choices(journal, roles)

    async def vacancy_why(self, reference: str) -> tuple[VacancyWhy, str]:
        """What a vacancy waits for, and the zone its moments are told in. Raises NotFound."""
        zone = (await self.vacancies_store.get(reference)).spec.duty_station.zone
        return vacancy_why(await self._journals.journal(f"vacancy/{reference}"), VACANCY_ACTS), zone

    async def status(self, case: str) -> tuple[Status, str]:
        """What the candidate of a hire may see, and the zone its moments are told in. Raises NotFound."""
        vacancy = str((await self.queries.hire(case))["vacancy"])
        zone = (await self.vacancies_store.get(vacancy)).spec.duty_station.zone
        journal = await self._journals.journal(case)
        await self.looked(case, told(journal), "status")
        return status(fold(journal)), zone

    async def undo(self, case: str, ending: Ending = Ending.WITHDRAWN) -> list[Tracked]:
        """What ending a hire now would take back; of one that has ended, how far that is. Raises NotFound."""
        await self.queries.hire(case)
        state = fold(await self._journals.journal(case))
        if state.ended:
            return list(progress(state))
        return [Tracked(step, "planned") for step in plan(state, ending, await self.clock.now())]

    async def what_if(self, case: str, day: date) -> WhatIf:
        """What entering on that day would mean for a hire; nothing is written. Raises NotFound, NotNow without a day of entry to move."""
        row = await self.queries.hire(case)
        await self.looked(case, answered(row["conditions"]), "what_if")
        published = await self.vacancies_store.get(str(row["vacancy"]))
        calendar = await self.calendars.in_force(published.rules.calendar)
        m = Moment(at=await self.clock.now(), actor="muster", published=published, calendar=calendar)
        return what_if(fold(await self._journals.journal(case)), day, m)

    async def forecast(self, case: str) -> tuple[Forecast, Accuracy]:
        """When the person will start, and how good such forecasts were. Raises NotFound, and NotNow when there is no start to come."""
        await self.queries.hire(case)
        journals = await self.queries.journals()
        published = {each.spec.reference: each for each in await self.vacancies_store.list()}
        return forecast_among(case, journals, published, await self.clock.now())

    async def prospect(self, case: str) -> Prospect:
        """What is planned for a hire, and the policy it stands under. Raises NotFound."""
        vacancy = str((await self.queries.hire(case))["vacancy"])
        journal = await self._journals.journal(case)
        await self.looked(case, told(journal), "prospect")
        return prospect(fold(journal), await self.vacancies_store.get(vacancy), await self.clock.now())

    async def agenda(
        self, *, within: timedelta | None = None, overdue: bool = False, party: Party | None = None, role: Role | None = None
    ) -> list[AgendaItem]:
        """The open deadlines of all cases, the most pressing first."""
        rows, now = await self.queries.open_deadlines(), await self.clock.now()
        return agenda(rows, now, within=within, overdue=overdue, party=party, role=role)

    async def turns(self, vacancy: str | None = None, since: date | None = None) -> Tally:
        """Time per party, nation and stage of all hires received since that day (UTC), open ones up to now."""
        now = await self.clock.now()
        found = (await self.queries.journals(vacancy)).values()
        return tally([journal for journal in found if since is None or journal[0].at.date() >= since], now)

    async def rehearse(self, rules: Rules, calendar: Calendar, vacancy: str | None = None) -> Rehearsal:
        """What a changed policy would do to the open hires, of one vacancy or of all; nothing is written. Raises NotFound."""
        if vacancy is not None:
            await self.queries.vacancy(vacancy)
        published = {each.spec.reference: each for each in await self.vacancies_store.list()}
        return rehearse(await self.queries.journals(vacancy), published, rules, calendar, await self.clock.now(), load_calendar)

    async def vacancies(self) -> list[dict[str, Any]]:
        return await self.queries.vacancies()

    async def vacancy(self, reference: str) -> dict[str, Any]:
        """One vacancy with posts and counts, and the board's report if there is one. Raises NotFound."""
        row = await self.queries.vacancy(reference)
        state = fold_vacancy(await self._journals.journal(f"vacancy/{reference}"))
        report = {
            "state": state.report_state,
            "submitted_by": state.report_by,
            "sha256": report_sha256(state.report_lines) if state.report_lines else "",
            "lines": [line.model_dump(mode="json") for line in state.report_lines],
        }
        changes = {post: change.fact.change for post, change in state.proposed.items()}
        now = {"needs": state.needs(), "suspended": state.suspended, "proposed_posts": changes, "failed_asks": state.failed_asks}
        return row | now | {"report": report, "listed": [x.model_dump(mode="json") for x in state.listed]}

    async def timeline(self, case: str) -> list[dict[str, Any]]:
        """The journal of a case, entry by entry. Raises NotFound."""
        rows = await self.queries.timeline(case)
        await self.looked(case, told_by((row["kind"], row["body"]) for row in rows), "timeline")
        return rows

    async def who_looked(self, case: str) -> list[dict[str, Any]]:
        """Who looked at what of a case, the first first: names, answers, letters, applications. Raises NotFound."""
        await self.queries.hire(case)
        return await self.reads.of(case)

    async def standing(self, case: str) -> CaseStanding:
        """A case in brief: version, who changed it last, what could be done to it. Raises NotFound."""
        journal = await self._journals.journal(case)
        if not journal:
            raise NotFound(f"there is no {case}", code="unknown_case")
        return standing(case, journal)

    async def letters(self, case: str) -> list[dict[str, Any]]:
        """The letters of a hire, in order: template, language, when written and sent, and the hashes. Raises NotFound."""
        await self.queries.hire(case)
        return await self.people.letters(case)

    async def letter(self, letter: str) -> dict[str, Any]:
        """One letter as it was sent, with its PDF (`pdf`) if it has one. `intact`: its text has the journal's hash. Raises NotFound."""
        text = await self.people.letter(letter)
        await self._noted(Look(text.case, frozenset({Category.LETTER, Category.IDENTITY}), letter))
        (row,) = [each for each in await self.people.letters(text.case) if each["letter"] == letter]
        told = [e.fact for e in await self._journals.journal(text.case) if isinstance(e.fact, LetterWritten)]
        sha256 = text_hash(text.subject, text.body, text.calendar)
        intact = [fact.sha256 for fact in told if fact.letter == letter] == [sha256]
        return text.model_dump() | row | {"intact": intact, "pdf": await self.people.paper(letter)}

    async def event(self, partner: str, event_id: str) -> dict[str, Any]:
        """What became of one event. Raises NotFound."""
        kept = await self.inbox.find(partner, event_id)
        if kept is None:
            raise NotFound(f"no event {event_id} of {partner}", code="unknown_event")
        return vars(kept)

    # ---- people -----------------------------------------------------------------------------------------------------------

    async def put_staff(self, person: str, name: str, email: str, roles: Iterable[str], language: str = "") -> None:
        """Enter or change a member of staff. Raises BadInput for a role that does not exist."""
        await self.people.put_staff(person, name, email, roles, language)

    async def staff(self) -> list[Staff]:
        return await self.people.list_staff()


@asynccontextmanager
async def open_desk(settings: Settings, *, reading: bool = False, reader: Reader | None = UNNAMED) -> AsyncIterator[Desk]:
    """The desk of an installation. `reading` needs no Temporal; `reader` looks at it. Raises StoreUnavailable, EngineUnavailable."""
    await check_migrated(settings.store_url)
    db = await Database.open(settings.store_url, ring_of(settings))
    try:
        carrier = None if reading else Carrier(await engine(settings, db), settings.task_queue)
        yield Desk(db, carrier, Outside(settings), Evidence(settings)).read_by(reader)
    finally:
        await db.close()
