"""Systems to look at: a portal that named a case nobody knows, a personnel system that takes nothing, an authority whose door is shut."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from acts.systems import NewKey, key_id
from config.partners import Partner, PartnerKey
from connectors.deliveries import Ping
from domain.events import PartnerKind
from store.database import Database
from store.deliveries import Deliveries
from store.inbox import Inbox
from store.names import system_now
from store.outbox import Outbox
from store.partners import Partners
from tests.domain.event_samples import event
from tests.gateway.api.played import AT_CONDITIONS
from tests.gateway.test_relay import subscriber, tell
from tests.store.making import NOON
from tests.store.test_signals import sent, stray

KEY = PartnerKey(id="portal-1", public="whpk_" + "A" * 43 + "=")
PORTAL = Partner(id="portal", kind=PartnerKind.PORTAL, name="Careers portal", channel="paper", keys=(KEY,))
HRIS = subscriber("hris", "offer.issued", "hire.ended").model_copy(update={"name": "Personnel system of the house"})
NATION = Partner(id="nsa-be", kind=PartnerKind.NATIONAL_AUTHORITY, name="Security authority of Belgium", channel="paper", nations=("BE",))


@dataclass
class Outside:
    """Three systems; the personnel system answers a ping as it is told."""

    code: str = ""
    rotated: list[tuple[str, timedelta]] = field(default_factory=list)

    def partners(self) -> Mapping[str, Partner]:
        return {each.id: each for each in (PORTAL, HRIS, NATION)}

    async def ping(self, partner: Partner) -> Ping:
        return Ping("ping-1", not self.code, None if self.code else 202, self.code, 0.1)

    def rotate(self, partner: str, taken: list[str], overlap: timedelta) -> NewKey:
        self.rotated.append((partner, overlap))
        return NewKey(key_id(partner, taken, NOON), "whpk_public", "whsk_private", NOON + overlap)

    def authority(self, partner: Partner) -> Any:
        raise AssertionError("no page asks an authority")

    @property
    def mail(self) -> Any:
        raise AssertionError("no page writes a letter to a partner")


async def troubled(db: Database) -> str:
    """Give each its trouble; our id of the event nobody knows the case of."""
    await tell(db, ("offer.issued", {}), ("hire.ended", {}), case=f"hire/{AT_CONDITIONS}")
    sending, now = Deliveries(db), datetime.now(UTC)
    await sending.spread([HRIS], now)
    first, *_ = await sending.lease("hris", 1, now, 60)
    await sending.dead(first, now, "http_503", 503)
    for _ in range(3):
        await Partners(db).failed("nsa-be", "timeout")
    kept = await stray(db)
    here = json.dumps({**json.loads(event("offer.answered", "here-1")), "subject": f"hire/{AT_CONDITIONS}"}).encode()
    await Inbox(db).accept(sent(here, case=f"hire/{AT_CONDITIONS}", data={"accepted": True}))
    return kept.inbox_id


async def given_up(db: Database, code: str = "mail_refused") -> str:
    """The played letter, given up after every try: the parcel it was in."""
    parcels = [each for each in await Outbox(db).lease(100, system_now(), 60) if "letter" in each.body]
    for each in parcels:
        await Outbox(db).dead(each.id, code)
    return parcels[0].id
