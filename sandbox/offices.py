"""What the organisation's offices do about competitions and policies as a whole: the list, posts given later, overlays, a new edition.

Each happens once, some days after a competition closes, and everything through `acts`; what a vacancy still needs is tended to every
few weeks until it is over.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from acts.bulk import Filter
from acts.desk import Desk
from domain.errors import Refusal
from domain.overlays import Durations, Overlay
from domain.words import Stage
from sandbox.agenda import AFTERNOON, office
from sandbox.occasions import Acting
from sandbox.population import CANCELLED, POOL
from sandbox.world import World

OVER = ("filled", "partly_filled", "lapsed", "cancelled")
#: How often somebody looks at what a vacancy needs, in days.
TENDED = 42


class Offices:
    def __init__(self, world: World, desk: Desk, act: Acting, refused: list[str]) -> None:
        self._world, self._desk, self._act, self._refused = world, desk, act, refused

    def plan(self) -> None:
        """Everything these offices will do, by days after the closing of a competition."""
        calendar: Mapping[str, list[tuple[float, str, Callable[[], Awaitable[Any]]]]] = {
            POOL: [
                (1, "bulk", self._more_time),
                (130, "overlay", self._overlay),
                (75, "calendar", self._calendar),
                (100, "edition", self._edition),
                (150, "post", self._post),
                (200, "list", self._longer_list),
            ],
            CANCELLED: [(1, "suspend", self._suspend)],
        }
        for reference, doings in calendar.items():
            for days, what, do in doings:
                self._at(self._world.closings[reference] + timedelta(days=days), f"{what}/{reference}", do)
        for reference, closing in self._world.closings.items():
            self._at(closing + timedelta(days=TENDED), f"tend/{reference}", partial(self._tend, reference))

    def _at(self, moment: Any, what: str, do: Callable[[], Awaitable[Any]]) -> None:
        async def happen() -> None:
            try:
                await do()
            except Refusal as refusal:
                self._refused.append(f"{what}: {refusal.code}")

        self._world.agenda.plan(office(moment, AFTERNOON), what, "", happen)

    # ---- vacancies ---------------------------------------------------------------------------------------------------------

    async def _tend(self, reference: str) -> None:
        """Do what the vacancy needs of HR, and come again while it is open."""
        vacancy = await self._desk.vacancy(reference)
        if vacancy["status"] in OVER:
            return
        for need in vacancy["needs"]:
            if need == "confirm_list_lapse":
                await self._act("tom", f"vacancy/{reference}", need, {})
        again = self._world.agenda.now + timedelta(days=TENDED)
        self._at(again, f"tend/{reference}/{again:%Y%m%d}", partial(self._tend, reference))

    async def _call(self, reference: str, post: str, listed: list[dict[str, Any]]) -> None:
        """The second on the list speaks a language the post needs: called out of rank, with that reason."""
        able = [x for x in listed if x["available"] and post not in x["declined"]]
        if len(able) > 1:
            args = {"hire": able[1]["hire"], "post": post, "reason": "speaks_the_language_needed"}
            await self._act("ines", f"vacancy/{reference}", "call", args)
        elif able:
            await self._act("ines", f"vacancy/{reference}", "call", {"hire": able[0]["hire"], "post": post})

    async def _post(self) -> None:
        """A further post for the pool, proposed by one person and approved by another."""
        policy = (await self._desk.policies.in_force("standard")).sha256
        post = {
            "post": f"{POOL}-later",
            "kind": "established",
            "grade_low": "G8",
            "grade_high": "G8",
            "division": "IS-EM",
            "policy": policy,
        }
        await self._act("ines", f"vacancy/{POOL}", "add_post", post)
        await self._act("aude", f"vacancy/{POOL}", "decide_post", {"post": f"{POOL}-later", "approved": True})
        await self._call(POOL, f"{POOL}-later", (await self._desk.vacancy(POOL))["listed"])

    async def _longer_list(self) -> None:
        await self._act("tom", f"vacancy/{POOL}", "extend_list", {"days": 60, "reason": "further_posts_expected"})

    async def _suspend(self) -> None:
        """Everything stands still for a few days; nobody has been asked anything yet."""
        vacancy = f"vacancy/{CANCELLED}"
        if await self._act("helga", vacancy, "suspend", {"reason": "reorganisation"}):
            self._at(self._world.agenda.now + timedelta(days=3), "resume", lambda: self._act("helga", vacancy, "resume", {}))

    async def _more_time(self) -> None:
        """Screening so many takes longer: one act on many hires, previewed first, with a receipt for each."""
        which = Filter(vacancy=POOL, stage="screening")
        args = {"deadline": "screening", "days": 5, "reason": "many_applications"}
        await self._desk.bulk.preview("ines", "extend", args, which)
        operation = await self._desk.bulk.begin("ines", "extend", args, which)
        await self._desk.bulk.carry_out(operation.operation)

    # ---- policies ----------------------------------------------------------------------------------------------------------

    async def _overlay(self) -> None:
        """The agency has a backlog: hires whose conditions are being met give it more time; the list of them is read first."""
        figures = {"verification": Durations(limit=120)}
        overlay = Overlay(
            overlay="agency-backlog", kind="durations", reason="agency_backlog", vacancy=POOL, stages=(Stage.CONDITIONS,), figures=figures
        )
        await self._desk.overlays.preview(overlay)
        proposed = await self._desk.overlays.propose("helga", overlay)
        await self._desk.overlays.approve("aude", overlay.overlay, proposed.overlay.sha256)
        await self._desk.overlays.apply("helga", overlay.overlay)

    async def _calendar(self) -> None:
        """A further closing day is announced: the calendar is published anew, and open deadlines move visibly."""
        now = await self._desk.calendars.in_force("hq-brussels")
        days = {(self._world.agenda.now + timedelta(days=n)).date(): "bridge day" for n in range(2, 9)}
        more = now.model_copy(update={"version": "2027.2", "closed": {**now.closed, **days}})
        await self._desk.calendars.preview(more)
        await self._desk.calendars.publish("helga", more, self._desk.carrier)

    async def _edition(self) -> None:
        """A new edition of the policy, by two people; contracts from now on are made by it, whatever the vacancy was published under."""
        now = await self._desk.policies.in_force("standard")
        contract = now.rules.contract.model_copy(update={"twin_reduction_months": 18})
        rules = now.rules.model_copy(update={"version": "2027.1", "contract": contract})
        proposed = await self._desk.policies.propose("helga", rules)
        await self._desk.policies.approve("aude", rules.name, rules.version, proposed.sha256)
