"""Who may speak, live: what the partners file says now is what counts for the next request."""

from pathlib import Path

import httpx
import pytest

from config.partners import PartnerBook
from connectors.signatures import key_text
from gateway import intake
from gateway.app import Parts, create_app
from gateway.intake import Intake
from gateway.receipts import Receipts
from store.clock import DoorClock
from store.database import Database
from store.inbox import Inbox
from tests.domain.event_samples import event
from tests.gateway.door import OURS, Caller, key_of, prover, signed


def write_portal(path: Path, **keys: str) -> None:
    """The portal with keys of these generations; a value of "revoked" revokes."""
    lines = ['[partners.portal]\nkind = "portal"\nname = "portal"\nchannel = "paper"']
    for generation, state in keys.items():
        key = key_of("portal", generation).verifying()
        revoked = str(state == "revoked").lower()
        lines.append(f'[[partners.portal.keys]]\nid = "{key.id}"\npublic = "{key_text(key)}"\nrevoked = {revoked}')
    draft = path.with_suffix(".new")
    draft.write_text("\n".join(lines))
    draft.replace(path)


def _break(path: Path) -> None:
    path.write_text("[partners")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_portal(tmp_path / "partners.toml", a="live")
    return tmp_path / "partners.toml"


async def test_a_key_added_or_revoked_in_the_file_counts_from_the_next_request(db: Database, file: Path) -> None:
    taking = Intake(prover(PartnerBook(file)), Inbox(db), Receipts(OURS), DoorClock(db))

    async def ready() -> None: ...

    app = create_app(Parts((intake.routes(taking),), ready, (OURS.verifying(),)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gateway") as http:
        caller = Caller(http)

        async def status(generation: str) -> int:
            body = event("application.submitted")
            return (await caller.post(body, signed(body, "evt-1", key=key_of("portal", generation)))).status_code

        assert (await status("a"), await status("b")) == (202, 401)
        write_portal(file, a="live", b="live")
        assert (await status("a"), await status("b")) == (202, 202)
        write_portal(file, a="revoked", b="live")
        assert (await status("a"), await status("b")) == (401, 202)
        _break(file)
        assert (await status("a"), await status("b")) == (401, 202)
