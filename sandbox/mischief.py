"""What goes wrong at the door: deliveries no gateway may take, each with the answer it must get. Nothing of them is ever stored."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from connectors.signatures import new_signing_key
from domain.events import cloud_event
from sandbox.partners import Answer, Partner
from sandbox.world import World


@dataclass(frozen=True)
class Wrong:
    """One wrong delivery: who tries, what is wrong, and the status that answers it."""

    partner: str
    what: str
    status: int


WRONGS = (
    Wrong("portal", "forged", 401),
    Wrong("medical", "forged", 401),
    Wrong("nobody", "stranger", 401),
    Wrong("verification", "not_allowed", 403),
    Wrong("portal", "somebody_else", 403),
    Wrong("host-nation", "unknown_type", 422),
    Wrong("portal", "unknown_field", 422),
    Wrong("budget", "unknown_outcome", 422),
    Wrong("hris", "unknown_case", 202),
    Wrong("assessment", "not_json", 400),
    Wrong("portal", "oversize", 413),
    Wrong("portal", "binary_mode", 415),
)


class Mischief:
    def __init__(self, world: World) -> None:
        self._world = world
        self.unexpected: list[str] = []

    def plan(self) -> None:
        """Spread the wrong deliveries over the first months, each tried twice."""
        for n, wrong in enumerate((*WRONGS, *WRONGS)):
            days = self._world.days(5, 240, "mischief", n)
            self._world.agenda.morning(days, f"mischief/{n}", "", self._try(wrong, n))

    def _try(self, wrong: Wrong, n: int) -> Callable[[], Awaitable[None]]:
        async def attempt() -> None:
            answer = await self._deliver(wrong, f"w{n}")
            if answer.status != wrong.status:
                self.unexpected.append(f"{wrong.what}: answered {answer.status}, not {wrong.status}")

        return attempt

    async def _deliver(self, wrong: Wrong, event_id: str) -> Answer:
        street = self._world.street
        partner = street.partners.get(wrong.partner) or Partner(wrong.partner, street.partners["portal"].kind, "A stranger")
        case = min(self._world.persona_of, default="hire/none")
        kind, subject, data = self._event(wrong, case)
        source = "budget" if wrong.what == "somebody_else" else partner.id
        body = cloud_event(event_id, source, kind, subject, data, self._world.agenda.now - timedelta(minutes=3))
        if wrong.what == "not_json":
            body = body[:-1]
        if wrong.what == "oversize":
            body = json.dumps({**json.loads(body), "data": {"reason": "x" * 70_000}}).encode()
        headers = {"content-type": "application/json"} if wrong.what == "binary_mode" else {}
        signer = new_signing_key() if wrong.what == "forged" else None
        return await street.hand_in(partner, event_id, body, kind, signer=signer, headers=headers)

    def _event(self, wrong: Wrong, case: str) -> tuple[str, str, dict[str, object]]:
        match wrong.what:
            case "not_allowed":
                reply = {"outcome": "fit", "reference": "not-theirs-to-say"}
                return "medical.replied", case, dict(reply)
            case "unknown_type":
                return "host.greeted", case, {}
            case "unknown_field":
                return "offer.answered", case, {"accepted": True, "because": "I like it"}
            case "unknown_outcome":
                return "budget.decided", f"vacancy/{next(iter(self._world.closings))}", {"post": "x", "outcome": "maybe", "reference": "r"}
            case "unknown_case":
                return "duty.no_show", "hire/nosuchcase", {"expected_on": "2030-01-01"}
            case "not_json":
                return "assessment.completed", case, {"reference": "r", "answered_on": "2030-01-01"}
            case _:
                return "candidate.available", case, {}
