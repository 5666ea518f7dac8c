"""The log at the machines' door: its checkpoint, that it goes on, and an event's proof for its sender, which a stranger checks."""

import base64
import hashlib
import json

from connectors.signatures import SigningKey
from domain.log import verify
from domain.log.note import LogKey
from store.checkpoints import Checkpoints
from store.database import Database
from tests.domain.event_samples import DATA, event
from tests.gateway.door import Caller, key_of, signed
from tests.insider import tampered
from tests.store.test_checkpoints import edited

OWN = SigningKey("log", "ed25519", hashlib.sha256(b"log").digest())
KEY = LogKey("muster.test/log", OWN.verifying().material, OWN.sign)
KNOWN = verify.Kept(keys=verify.keys_of(KEY.text))


async def sent(caller: Caller, *ids: str) -> None:
    for each in ids:
        answer = await caller.send(
            event("application.submitted", each, candidate={**DATA["application.submitted"]["candidate"], "id": each})
        )
        assert answer.status_code == 202, answer.text


async def asked(caller: Caller, partner: str, event_id: str, asker: str = "") -> tuple[int, bytes]:
    path = f"/events/{partner}/{event_id}/proof"
    who = asker or partner
    answer = await caller.http.get(path, headers=signed(f"GET {path}".encode(), "q-1", who, key_of(who)))
    return answer.status_code, answer.content


async def test_a_sender_gets_the_proof_of_its_event_once_a_checkpoint_has_it(caller: Caller, db: Database) -> None:
    await sent(caller, "evt-1", "evt-2")
    code, said = await asked(caller, "portal", "evt-2")
    assert (code, json.loads(said)["code"]) == (409, "not_signed_yet")
    await Checkpoints(db, KEY).sign()
    code, proof = await asked(caller, "portal", "evt-2")
    assert code == 200
    findings = verify.verify(proof, KNOWN)
    assert verify.code(findings) == 0, findings
    assert any("event" in each.words for each in findings)


async def test_nobody_else_gets_it_and_what_was_never_accepted_has_none(caller: Caller, db: Database) -> None:
    await sent(caller, "evt-1")
    await Checkpoints(db, KEY).sign()
    assert (await asked(caller, "portal", "evt-1", asker="medical"))[0] == 403
    assert (await asked(caller, "portal", "evt-9"))[0] == 404
    assert (await caller.http.get("/events/portal/evt-1/proof")).status_code == 401


async def test_whoever_kept_a_checkpoint_sees_that_the_log_goes_on_from_it(caller: Caller, db: Database) -> None:
    assert (await caller.http.get("/log/checkpoint")).status_code == 409
    await sent(caller, "evt-1", "evt-2", "evt-3")
    signing = Checkpoints(db, KEY)
    kept = await signing.sign()
    assert kept is not None
    await sent(caller, "evt-4", "evt-5")
    await signing.sign()
    newest = verify.checkpoint_of((await caller.http.get("/log/checkpoint")).content, verify.keys_of(KEY.text), "it")
    said = (await caller.http.get(f"/log/consistency?from={kept.size}")).json()
    assert (said["from_root"], said["to"], base64.b64decode(said["to_root"])) == (kept.root, newest.size, newest.root)
    steps = [base64.b64decode(step) for step in said["proof"]]
    verify.check_consistency(kept.size, newest.size, steps, base64.b64decode(kept.root), newest.root)
    for line in ("from=0", f"from={newest.size + 1}", f"from=2&to={newest.size + 1}", "from=x", "from=3&to=2", ""):
        assert (await caller.http.get(f"/log/consistency?{line}")).status_code == 400, line


async def test_a_log_that_is_not_the_signed_one_proves_nothing(caller: Caller, db: Database) -> None:
    await sent(caller, "evt-1", "evt-2", "evt-3", "evt-4")
    await Checkpoints(db, KEY).sign()
    await tampered(db, edited)
    assert (await asked(caller, "portal", "evt-1"))[0] == 409
    assert (await caller.http.get("/log/consistency?from=2")).json()["code"] == "log_forked"
