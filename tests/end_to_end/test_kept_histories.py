"""A case closes, its history is taken out of Temporal, Temporal's database is lost: what was recorded is still told, and replays."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from acts.archiving import Archive
from store.histories import Histories, Unkept
from store.names import system_now
from store.tables import data_keys, erased_keys, hires, journal
from tests.hiring import Hiring, vacancy
from tests.insider import tampered
from tests.installation import Installation, installation
from tests.soundness import quiet

pytestmark = pytest.mark.slow


async def kept(place: Installation, case: str) -> Any:
    async with asyncio.timeout(60):
        while not (found := (await Histories(place.desk.db).marks([case]))):  # noqa: ASYNC110 - a store announces nothing
            await asyncio.sleep(0.2)
    return found


async def test_a_closed_case_is_told_and_replays_when_temporal_has_lost_everything() -> None:
    async with installation() as place:
        hiring = Hiring(place)
        await hiring.publish(vacancy("kept"))
        gone, going = [await hiring.apply("kept") for _ in range(2)]
        for case in (gone, going):
            await hiring.judged(case)
        await hiring.event("portal", "application.withdrawn", gone)
        await hiring.until(gone, lambda r: r["ending"])
        await quiet(place)
        await kept(place, gone)  # by the dispatcher
        assert await Histories(place.desk.db).unkept() == []
        later = Archive(place.desk.db, place.desk.carrier.client, lambda: system_now() + timedelta(days=1, hours=1))
        assert await later.once() == 2, "the vacancy and the open hire, once a day"
        assert await later.once() == 0
        code, live = await place.command("hire", "history", going, "--json")
        assert (code, json.loads(live)["source"]) == (0, "temporal")

        await place.engine.lose()
        code, said = await place.command("hire", "history", gone, "--json")
        told = json.loads(said)
        assert (code, told["source"], told["intact"]) == (0, "store", True), said
        assert told["events"][0]["kind"] == "workflow_execution_started"
        assert told["events"][-1]["kind"] == "workflow_execution_completed"
        for words in (("hire", "show", gone), ("hire", "timeline", gone), ("hire", "why", gone), ("hire", "letters", gone)):
            assert (await place.command(*words))[0] == 0, words

        code, said = await place.command("audit", "replay", "--all", "--json")
        verdicts = {each["case"]: each for each in json.loads(said)}
        assert code == 0, said
        assert set(verdicts) == {gone, going, "vacancy/kept"}
        assert all(each["identical"] and each["judged"] == each["steps"] for each in verdicts.values()), said

        await _changed(place, going)
        await _erased(place, gone)


async def _changed(place: Installation, case: str) -> None:
    """Somebody with SQL writes another actor into the journal: the recorded history says who it was."""
    theirs = update(journal).where(journal.c.case_id == case, journal.c.number == 1)
    await tampered(place.desk.db, lambda tx: tx.execute(theirs.values(actor="person:somebody")))
    code, said = await place.command("audit", "replay", case)
    assert code == 1
    assert "number 1, application_received: the journal in the store is not what was recorded: actor was partner:portal" in said
    assert "shown:" not in said
    row = update(hires).where(hires.c.case_id == case)
    await place.desk.db.write(lambda tx: tx.execute(row.values(needs=["decide_review"])))
    code, said = await place.command("audit", "replay", case)
    assert "shown: hires: needs is shown as ['decide_review'], the journal gives" in said


async def _erased(place: Installation, case: str) -> None:
    """The case's key is gone, as an erasure leaves it: nothing opens, and the hash is still the leaf's."""
    await place.desk.db.write(lambda tx: tx.execute(data_keys.delete().where(data_keys.c.subject == case)))
    await place.desk.db.write(lambda tx: tx.execute(erased_keys.insert().values(subject=case, erased_at=system_now())))
    code, said = await place.command("audit", "replay", case)
    assert code == 0, said
    assert f"{case}  erased, cannot be replayed; hash matches the leaf" in said


async def test_what_was_missed_is_made_up_for_and_a_case_without_a_history_is_told() -> None:
    async with installation() as place:
        hiring = Hiring(place)
        await hiring.publish(vacancy("late"))
        case = await hiring.apply("late")
        await hiring.judged(case)
        await quiet(place)
        place.kill("dispatcher")
        await hiring.event("portal", "application.withdrawn", case)
        place.start("dispatcher")
        await hiring.until(case, lambda r: r["ending"])
        await kept(place, case)
        place.kill("dispatcher")
        db = place.desk.db
        await db.write(lambda tx: tx.exec_driver_sql("DELETE FROM histories"))
        [found] = await Histories(db).unkept()
        assert isinstance(found, Unkept)
        assert found.case == case
        assert (await place.desk.queries.counts())["unkept_histories"] == 1
