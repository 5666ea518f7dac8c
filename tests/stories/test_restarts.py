"""Nothing that dies takes a case with it: a worker, an answer on its way, Temporal's whole database."""

import uuid
from datetime import timedelta

from domain import facts as f
from domain.words import Stage
from tests.stories.conftest import Scene, make_scene, start_server, when


async def test_a_case_goes_on_with_another_worker(scene: Scene) -> None:
    made = make_scene(scene.env)
    async with made.worker():
        case = await made.conditions()
        await made.answer(case, "medical")
        number = made.state(case).number
    mail = await made.post(case, "verification.replied", outcome="confirmed", reference="R")
    assert made.state(case).number == number, "nobody works"
    async with made.worker():
        await made.read(mail)
        await made.answer(case, "clearance", "accreditation")
        assert made.state(case).stage is Stage.CONTRACT
        assert len({key for a in made.authorities.values() for key in a.asks}) == 5


async def test_a_step_whose_answer_was_lost_is_not_done_twice_nor_taken_for_another(scene: Scene) -> None:
    """What a worker wrote before it died stands; the step its successor begins with is done as well."""
    made = make_scene(scene.env)
    async with made.worker():
        case = await made.conditions()
    # the first worker wrote the reply and died before Temporal heard of it: the journal is ahead of the story
    reply = f.ConditionReplied(condition="medical", outcome="fit", reference="R")  # type: ignore[arg-type]
    journal = made.store.journals[case]
    entry = f.Entry(case=case, number=len(journal) + 1, at=journal[-1].at, actor="partner:x", step="message/lost", fact=reply)
    journal.append(entry)
    async with made.worker():
        receipt = await made.act(case, "hand_over", owner="ann")
        assert made.state(case).owner == "ann", "the receipt is about the act, not about the reply"
        assert receipt.number == len(journal) == made.state(case).number
        again = await made.post(case, "medical.replied", id_="lost", outcome="fit", reference="R")
        await made.act(case, "hand_over", owner="bob")
        assert again == "lost"
        assert len(made.entries(case, f.ConditionReplied)) == 1
        assert (await made.handle(case).query("state"))["number"] == len(journal)


async def test_every_case_begins_again_from_its_journal_when_temporals_database_is_lost(scene: Scene) -> None:
    made = make_scene(scene.env)
    async with made.worker():
        first, second = await made.competition({}, {})
        vacancy = made.vacancy_case
        await made.conditions(first)
        await made.act(second, "issue_offer")
        waiting = await made.assessment()
    journals = {case: list(entries) for case, entries in made.store.journals.items()}
    asks = {name: list(a.asks) for name, a in made.authorities.items()}

    env = await start_server()  # another server, which knows nothing
    try:
        made.env, made.queue = env, f"q-{uuid.uuid4().hex[:8]}"
        async with made.worker():
            for case, entries in journals.items():
                behind = entries[-1].at - await made.latest()
                await made.carrier.start(case, max(behind, timedelta()))
            for case in (first, second, waiting):
                await made.forward(case, days=60)  # to where they stood, and past what fell due meanwhile
            await when(lambda: made.state(second).lapse_due and made.state(waiting).lapse_due)
            assert made.store.journals[first][: len(journals[first])] == journals[first]
            for case, key in ((second, "offer"), (waiting, "assessment_answer")):
                assert [fact.key for fact in made.entries(case, f.LapseDue)] == [key], "once"
                assert [fact.key for fact in made.entries(case, f.DeadlineMissed)].count(key) == 1
            await made.answer(first, "clearance", "medical", "verification", "accreditation")
            await made.entry_from_contract(first)
            await made.tell(first, "duty.entered", entered_on=(await made.time(first)).date().isoformat())
            await made.act(first, "decide_probation", person="line.manager", confirmed=True)
            assert await made.result(first) == "appointed_and_confirmed"
            await made.act(second, "confirm_lapse")
            assert await made.result(second) == "conditional_offer_lapsed"
            await made.act(waiting, "confirm_lapse")
            assert await made.result(waiting) == "assessment_lapsed"
            await made.pump()
            assert await made.result(vacancy) == "partly_filled"
            asked = {name: set(a.asks) - set(asks[name]) for name, a in made.authorities.items()}
            assert {name for name, new in asked.items() if new} == {"host-nation"}, "nobody else is asked again"
    finally:
        await env.shutdown()


async def test_a_request_done_in_an_earlier_life_is_not_done_again(scene: Scene) -> None:
    made = make_scene(scene.env)
    async with made.worker():
        case = await made.screening()
        await made.act(case, "screen", request="r1", eligible=True)
    env = await start_server()
    try:
        made.env, made.queue = env, f"q-{uuid.uuid4().hex[:8]}"
        async with made.worker():
            await made.carrier.start(case)
            receipt = await made.act(case, "screen", request="r1", eligible=True)
            assert (receipt.stage, receipt.number) == ("shortlisting", made.state(case).number)
            assert len(made.entries(case, f.Screened)) == 1
    finally:
        await env.shutdown()
