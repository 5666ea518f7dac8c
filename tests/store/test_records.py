"""The one write path: a step is written whole, once, with everything that follows from it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select

from domain import facts as f
from domain.errors import BadInput, JournalConflict, NotFound, PostTaken
from domain.log.tree import leaf_hash
from domain.messages import Closing
from domain.words import Condition, Ending, MessageFate, Outcome, Stage
from store import log
from store.database import Database
from store.inbox import Inbox
from store.names import new_hire
from store.queries import Queries
from store.records import Records
from store.tables import cases, deadlines, hires, inbox, journal, leaves, letters, log_keys, metadata, outbox
from store.vacancies import Vacancies
from tests.store import making as m

HIRE = "hire/7q2k9fxm"


async def snapshot(db: Database) -> dict[str, list[str]]:
    """Every row of every table, to see whether anything at all changed."""
    async with db.reading() as rx:
        return {t.name: sorted(map(repr, (await rx.execute(select(t))).all())) for t in metadata.sorted_tables}


async def a_hire(db: Database, case: str = HIRE) -> Records:
    records = Records(db)
    await records.append(m.step(case, 0, m.received(candidate=f"cand-{case}"), m.entered(), m.deadline(), name="open"))
    return records


async def a_vacancy(db: Database, posts: int = 2) -> Records:
    await Vacancies(db).publish(m.published(posts=posts))
    records = Records(db)
    await records.append(m.opened(posts=posts))
    return records


async def test_a_step_is_numbered_from_the_last_fact_and_read_back_as_written(db: Database) -> None:
    records = await a_hire(db)
    written = await records.append(m.step(HIRE, 3, f.Screened(eligible=True, reason="all_checks_passed"), name="screen"))
    assert [e.number for e in written] == [4]
    stands = await records.journal(HIRE)
    assert [e.number for e in stands] == [1, 2, 3, 4]
    assert stands[-1] == written[0]
    assert stands[0].at == m.NOON
    assert await records.journal("hire/nobody") == []


async def test_appending_twice_changes_nothing(db: Database) -> None:
    records = await a_vacancy(db)
    hire = await a_hire(db)
    again = m.step(
        HIRE,
        3,
        f.LetterWritten(letter="let-1", template="application_received", language="fr", sha256="e" * 64),
        name="write",
        messages=(m.told("vacancy/250442", "hire.left", hire=HIRE, ending="late"),),
        announcements=(m.announcement(HIRE),),
        letters=(m.letter(HIRE),),
    )
    first = await hire.append(again)
    before = await snapshot(db)
    assert await hire.append(again) == first
    assert await hire.append(again.model_copy(update={"after": 99})) == first
    assert await records.append(m.opened()) is not None
    assert await snapshot(db) == before


async def test_the_same_step_with_other_facts_is_a_journal_conflict(db: Database) -> None:
    records = await a_hire(db)
    before = await snapshot(db)
    with pytest.raises(JournalConflict):
        await records.append(m.step(HIRE, 0, m.received(candidate="somebody else"), m.entered(), m.deadline(), name="open"))
    assert await snapshot(db) == before


async def test_a_step_of_a_case_that_went_on_is_a_journal_conflict(db: Database) -> None:
    records = await a_hire(db)
    before = await snapshot(db)
    for after in (0, 2, 4):
        with pytest.raises(JournalConflict):
            await records.append(m.step(HIRE, after, f.Withdrawn(), name=f"other-{after}"))
    assert await snapshot(db) == before


async def test_of_two_zombies_at_the_same_number_one_writes(db: Database, second: Database) -> None:
    await a_hire(db)
    steps = [(Records(d), m.step(HIRE, 3, f.Withdrawn(reason=f"by_{n}"), name=f"zombie-{n}")) for n, d in enumerate((db, second))]
    results = await asyncio.gather(*(records.append(step) for records, step in steps), return_exceptions=True)
    assert sorted(type(r).__name__ for r in results) == ["JournalConflict", "tuple"]
    assert [e.number for e in await Records(db).journal(HIRE)] == [1, 2, 3, 4]


async def test_of_many_repeats_at_once_one_writes_and_all_get_its_answer(db: Database, second: Database) -> None:
    await a_hire(db)
    step = m.step(HIRE, 3, f.Withdrawn(), name="withdraw", announcements=(m.announcement(HIRE),))
    answers = await asyncio.gather(*(Records(d).append(step) for d in (db, second) * 6))
    assert len({tuple(e.model_dump_json() for e in a) for a in answers}) == 1
    counts = await Queries(db).counts()
    assert counts["outbox"] == {"pending": 1}
    assert counts["leaves"] == 4


async def test_an_unknown_case_is_not_found_and_a_first_fact_brings_its_own(db: Database) -> None:
    records = Records(db)
    with pytest.raises(NotFound):
        await records.append(m.step("hire/nowhere0", 0, f.Withdrawn()))
    await records.append(m.step("hire/imported", 0, m.received()))
    assert (await Queries(db).hire("hire/imported"))["candidate"] == "cand-1"


async def test_what_follows_is_written_with_the_facts(db: Database) -> None:
    await a_vacancy(db)
    records = await a_hire(db)
    accepted = await Inbox(db).accept(m.arrival("evt-9", case=HIRE, type="application.withdrawn", application=None, payload=None))
    closing = Closing(message=accepted.inbox_id, fate=MessageFate.APPLIED, reason="taken")
    told = m.told("vacancy/250442", "hire.left", hire=HIRE, ending="withdrawn")
    step = m.step(
        HIRE,
        3,
        f.Withdrawn(),
        name="w",
        closes=(closing,),
        messages=(told,),
        announcements=(m.announcement(HIRE),),
        letters=(m.letter(HIRE),),
    )
    (entry,) = await records.append(step)
    async with db.reading() as rx:
        closed = (await rx.execute(select(inbox).where(inbox.c.id == accepted.inbox_id))).mappings().one()
        sent = (await rx.execute(select(inbox).where(inbox.c.source == f"case:{HIRE}"))).mappings().one()
        parcels = (await rx.execute(select(outbox).order_by(outbox.c.n))).mappings().all()
        letter = (await rx.execute(select(letters))).mappings().one()
        leaf = (await rx.execute(select(leaves).where(leaves.c.case_id == HIRE, leaves.c.number == 4))).mappings().one()
        row = (await rx.execute(select(journal).where(journal.c.case_id == HIRE, journal.c.number == 4))).mappings().one()
        key = (await rx.execute(select(log_keys.c.key).where(log_keys.c.stream == HIRE))).scalar_one()
    assert (closed["state"], closed["reason"], closed["closed_by_step"], closed["closed_at"]) == ("applied", "taken", "w", m.NOON)
    assert (sent["case_id"], sent["event_id"], sent["received_at"], sent["state"]) == ("vacancy/250442", "w/0", m.NOON, "open")
    assert [(p["kind"], p["number"], p["n"], p["state"]) for p in parcels] == [("event", 4, 0, "pending"), ("letter", 4, 1, "pending")]
    assert parcels[1]["body"] == {"letter": "let-1"}
    assert letter["to"] == "ada@example.org"
    assert leaf["sha256"] == leaf_hash(leaf["body"].encode()).hex()
    assert leaf["body"] == log.of_fact(entry, row["recorded_at"]).text(key)
    assert row["recorded_at"] > row["at"]


async def test_a_parked_row_may_be_applied_later_and_a_closed_one_stays_as_it_is(db: Database) -> None:
    await a_vacancy(db)
    records = await a_hire(db)
    row = await Inbox(db).accept(m.arrival("early", case=HIRE, type="duty.entered", application=None, payload=None))

    async def close(after: int, fate: MessageFate) -> str:
        step = m.step(HIRE, after, m.entered(), name=f"close-{after}", closes=(Closing(message=row.inbox_id, fate=fate),))
        await records.append(step)
        kept = await Inbox(db).find("portal", "early")
        assert kept is not None
        return kept.state

    assert await close(3, MessageFate.PARKED) == "parked"
    assert await close(4, MessageFate.APPLIED) == "applied"
    assert await close(5, MessageFate.SUPERSEDED) == "applied"


async def test_a_step_without_facts_closes_and_sends_and_may_be_repeated(db: Database) -> None:
    records = await a_vacancy(db)
    await a_hire(db)
    step = m.step("vacancy/250442", 1, name="refuse", messages=(m.told(HIRE, "placement.refused", post="p1"),))
    assert await records.append(step) == ()
    assert await records.append(step) == ()
    assert await Inbox(db).pending() == 1
    with pytest.raises(BadInput):
        await records.append(m.step(HIRE, 3, name="say", announcements=(m.announcement(HIRE),)))


async def test_a_message_to_nobody_stops_the_whole_step(db: Database) -> None:
    records = await a_hire(db)
    before = await snapshot(db)
    with pytest.raises(NotFound):
        await records.append(m.step(HIRE, 3, f.Withdrawn(), name="w", messages=(m.told("vacancy/none"),)))
    assert await snapshot(db) == before


async def test_a_linked_hire_gets_its_case_with_the_message_that_opens_it(db: Database) -> None:
    records = await a_vacancy(db)
    await records.append(m.step(HIRE, 0, m.received()))
    step = m.step(
        "vacancy/250442",
        1,
        f.PostReserved(post="p1", hire=f"{HIRE}-2"),
        messages=(m.told(f"{HIRE}-2", "hire.linked", vacancy="250442", candidate="cand-1", post="p1"),),
    )
    await records.append(step)
    async with db.reading() as rx:
        row = (await rx.execute(select(cases).where(cases.c.case_id == f"{HIRE}-2"))).mappings().one()
    assert (row["kind"], row["vacancy"], row["candidate"], row["linked"]) == ("hire", "250442", "cand-1", True)


# ---- the ledger of posts -------------------------------------------------------------------------------------------------


async def test_a_published_vacancy_has_its_posts_and_those_pending_are_not_funded(db: Database) -> None:
    await Vacancies(db).publish(m.published())
    step = m.opened()
    (fact,) = step.facts
    assert isinstance(fact, f.VacancyPublished)
    await Records(db).append(step.model_copy(update={"facts": (fact.model_copy(update={"pending_posts": ("p2",)}),)}))
    rows = await Queries(db).posts("250442")
    assert [(r["id"], r["state"], r["funded"], r["grade_low"]) for r in rows] == [
        ("250442/p1", "open", True, "G15"),
        ("250442/p2", "open", False, "G15"),
    ]
    assert (await Queries(db).vacancy("250442"))["status"] == "published"


async def test_of_two_reservations_of_one_post_exactly_one_wins(db: Database, second: Database) -> None:
    """Two vacancies' steps would be stopped by their numbers; the ledger itself must hold too, whatever the journal says."""
    await a_vacancy(db, posts=1)
    steps = [(Records(d), m.step("vacancy/250442", 1, f.PostReserved(post="p1", hire=h), name=h)) for d, h in ((db, "a"), (second, "b"))]
    results = await asyncio.gather(*(records.append(step) for records, step in steps), return_exceptions=True)
    assert sorted(isinstance(r, tuple) for r in results) == [False, True]
    assert all(isinstance(r, (tuple, PostTaken, JournalConflict)) for r in results)
    late = m.step("vacancy/250442", 2, f.PostReserved(post="p1", hire="c"), name="c")
    before = await snapshot(db)
    with pytest.raises(PostTaken):
        await Records(db).append(late)
    assert await snapshot(db) == before


async def test_the_ledger_itself_lets_one_of_many_writers_have_a_post(db: Database, second: Database) -> None:
    await a_vacancy(db, posts=1)

    async def reserve(d: Database, hire: str) -> bool:
        from store import ledger

        def work(tx: object) -> bool:
            ledger.enter_facts(tx, "250442", [f.PostReserved(post="p1", hire=hire)])  # type: ignore[arg-type]
            return True

        try:
            return await d.write(work)
        except PostTaken:
            return False

    won = await asyncio.gather(*(reserve(d, f"hire/{n}") for n, d in enumerate((db, second) * 10)))
    assert won.count(True) == 1


async def test_a_post_goes_round_and_only_its_holder_can_move_it(db: Database) -> None:
    records = await a_vacancy(db)
    case = "vacancy/250442"
    await records.append(m.step(case, 1, f.PostReserved(post="p1", hire="a")))
    for wrong in (f.PostFreed(post="p1", hire="b", reason="x"), f.PostFilled(post="p1", hire="b"), f.PostFilled(post="p2", hire="a")):
        with pytest.raises(PostTaken):
            await records.append(m.step(case, 2, wrong))
    await records.append(m.step(case, 2, f.PostFreed(post="p1", hire="a", reason="withdrawn"), f.PostReserved(post="p1", hire="b")))
    await records.append(m.step(case, 4, f.PostFilled(post="p1", hire="b"), f.BudgetDecided(post="p2", approved=False)))
    await records.append(m.step(case, 6, f.PostWithdrawn(post="p2", reason="budget_refused"), f.VacancyCompleted(outcome="filled")))
    added = f.PostAdded(post="p3", spec=m.spec().posts[0].model_copy(update={"id": "p3"}), proposed_by="person:1")
    await records.append(m.step(case, 8, added))
    rows = await Queries(db).posts("250442")
    assert [(r["state"], r["hire"], r["funded"]) for r in rows] == [("filled", "b", True), ("withdrawn", None, False), ("open", None, True)]
    with pytest.raises(PostTaken):
        await records.append(m.step(case, 9, f.PostWithdrawn(post="p1", reason="x")))
    assert await Queries(db).drift() == []


# ---- the read model ------------------------------------------------------------------------------------------------------


async def test_the_read_model_follows_the_facts(db: Database) -> None:
    records = await a_hire(db)
    facts = (
        f.DeadlineReminded(key="screening", instant=m.NOON),
        f.DeadlineClosed(key="screening", met=True),
        m.entered(Stage.CONDITIONS),
        f.ConditionOpened(condition=Condition.MEDICAL, authority="medical"),
        f.ConditionRequested(condition=Condition.MEDICAL, authority="medical", ask="ask-1"),
        m.deadline("medical"),
        f.ConditionReplied(condition=Condition.MEDICAL, outcome=Outcome.FIT),
        f.ConditionContradicted(condition=Condition.MEDICAL, was=Outcome.FIT, now=Outcome.UNFIT),
        f.AssessmentMarked(score=70),
    )
    await records.append(m.step(HIRE, 3, *facts))
    row = await Queries(db).hire(HIRE)
    assert (row["stage"], row["score"], row["number"], row["held"]) == ("conditions", 70, 12, False)
    assert row["needs"] == ["settle_reply:medical"]
    assert row["next_deadline"] == m.NOON + timedelta(days=10)
    assert [(c["condition"], c["state"], c["outcome"], c["requested_at"]) for c in row["conditions"]] == [
        ("medical", "contradicted", "fit", m.NOON)
    ]
    assert {d["key"]: (d["state"], d["reminded"]) for d in row["deadlines"]} == {"screening": ("met", 1), "medical": ("open", 0)}
    ended = f.EndingReached(ending=Ending.MEDICALLY_UNFIT, decided_by="person:7", reason="unfit", stage=Stage.CONDITIONS)
    await records.append(m.step(HIRE, 12, ended))
    row = await Queries(db).hire(HIRE)
    assert (row["stage"], row["ending"], row["ended_by"], row["next_deadline"]) == (None, "medically_unfit", "person:7", None)
    assert {d["key"]: d["state"] for d in row["deadlines"]} == {"screening": "met", "medical": "dropped"}
    assert await Queries(db).drift() == []


async def test_drift_is_noticed(db: Database) -> None:
    await a_hire(db)
    assert await Queries(db).drift() == []
    async with db.transaction() as tx:
        await tx.execute(hires.update().values(stage="offer"))
    assert await Queries(db).drift() == [f"{HIRE}: hires"]
    async with db.transaction() as tx:
        await tx.execute(deadlines.update().values(due_at=m.NOON))
        await tx.execute(deadlines.insert().from_select(list(deadlines.c.keys()), _another("offer")))
    shown, *others = await Queries(db).drifted(HIRE)
    assert (shown.table, shown.row, list(shown.shown or ())) == ("deadlines", "offer", list(deadlines.c.keys()))
    assert shown.given is None
    assert [(each.table, each.row) for each in others] == [("deadlines", "screening"), ("hires", "")]
    assert others[0].shown == {"due_at": m.NOON}
    assert others[0].given == {"due_at": m.NOON + timedelta(days=10)}
    assert others[1].shown == {"stage": "offer"}
    assert await Queries(db).drift(HIRE) == [f"{HIRE}: deadlines", f"{HIRE}: hires"]
    with pytest.raises(NotFound):
        await Queries(db).drifted("hire/nobody")


def _another(key: str) -> Any:
    """The one deadline there is, under another name."""
    return select(*[literal(key).label("key") if column.name == "key" else column for column in deadlines.c])


KEYS = st.sampled_from(["screening", "offer"])
DEADLINE_FACTS = st.one_of(
    st.builds(lambda key, days: m.deadline(key, days), KEYS, st.integers(1, 30)),
    st.builds(lambda key: f.DeadlineReminded(key=key, instant=m.NOON), KEYS),
    st.builds(lambda key: f.DeadlineMissed(key=key, instant=m.NOON), KEYS),
    st.builds(lambda key: f.DeadlineEscalated(key=key, to="hr_head"), KEYS),
    st.builds(lambda key, met: f.DeadlineClosed(key=key, met=met), KEYS, st.booleans()),
    st.builds(lambda at: f.Held(reason="pause", until=at), st.just(m.NOON)),
    st.just(f.Resumed(seconds=0)),
    st.builds(lambda score: f.AssessmentMarked(score=score), st.integers(0, 100)),
    st.builds(lambda owner: f.HandedOver(owner=owner), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_however_facts_are_cut_into_steps_the_read_model_is_their_fold(db: Database, data: st.DataObject) -> None:
    case = new_hire()
    records = Records(db)
    await records.append(m.step(case, 0, m.received(candidate=case), m.entered()))
    number = 2
    for facts in data.draw(st.lists(st.lists(DEADLINE_FACTS, min_size=1, max_size=4), max_size=5)):
        await records.append(m.step(case, number, *facts))
        number += len(facts)
    assert [e.number for e in await records.journal(case)] == list(range(1, number + 1))
    assert await Queries(db).drift(case) == []


# ---- the log's leaves ----------------------------------------------------------------------------------------------------


async def test_leaves_are_dense_whoever_writes(db: Database, second: Database) -> None:
    async def live(d: Database, case: str) -> None:
        records = Records(d)
        await records.append(m.step(case, 0, m.received(candidate=case), m.entered()))
        for n in range(5):
            await records.append(m.step(case, 2 + 2 * n, m.deadline(f"k{n}"), f.DeadlineClosed(key=f"k{n}", met=True)))

    await asyncio.gather(*(live(d, f"hire/case{n}") for n, d in enumerate((db, second) * 4)))
    async with db.reading() as rx:
        positions = (await rx.execute(select(leaves.c.position).order_by(leaves.c.position))).scalars().all()
    assert list(positions) == list(range(8 * 12))


async def test_nothing_a_store_cannot_keep_gets_in(db: Database) -> None:
    records = await a_hire(db)
    before = await snapshot(db)
    for n, bad in enumerate(("\x00", "a\x00b", "\ud800")):
        for fact in (f.HandedOver(owner=bad), f.ContractProposed(terms={"x": [{"y": bad}]}, sha256="")):
            with pytest.raises(BadInput):
                await records.append(m.step(HIRE, 3, fact, name=f"bad-{n}"))
        with pytest.raises(BadInput):
            await records.append(m.step(HIRE, 3, f.Withdrawn(), name=bad))
    with pytest.raises(BadInput):  # a number canonical JSON cannot write without losing digits
        await records.append(m.step(HIRE, 3, f.ContractProposed(terms={"x": 2**60}, sha256=""), name="number"))
    assert await snapshot(db) == before
    harmless = f.ContractProposed(terms={"x": "\\u0000 is only spelt"}, sha256="")
    await records.append(m.step(HIRE, 3, harmless, name="fine"))
    assert (await records.journal(HIRE))[-1].fact == harmless


async def test_a_hire_holds_one_post_and_a_filled_one_is_never_freed(db: Database) -> None:
    records = await a_vacancy(db)
    case = "vacancy/250442"
    await records.append(m.step(case, 1, f.PostReserved(post="p1", hire="a")))
    before = await snapshot(db)
    for wrong in (f.PostReserved(post="p2", hire="a"), f.PostWithdrawn(post="p1", reason="post_abolished")):
        with pytest.raises(PostTaken):
            await records.append(m.step(case, 2, wrong))
    assert await snapshot(db) == before
    await records.append(m.step(case, 2, f.PostFilled(post="p1", hire="a")))
    with pytest.raises(PostTaken):
        await records.append(m.step(case, 3, f.PostFreed(post="p1", hire="a", reason="x")))


async def test_of_two_transactions_that_give_one_hire_two_posts_exactly_one_wins(db: Database, second: Database) -> None:
    await a_vacancy(db)

    async def reserve(d: Database, post: str) -> bool:
        from store import ledger

        def work(tx: object) -> bool:
            ledger.enter_facts(tx, "250442", [f.PostReserved(post=post, hire="hire/one")])  # type: ignore[arg-type]
            return True

        try:
            return await d.write(work)
        except PostTaken:
            return False

    won = await asyncio.gather(*(reserve(d, post) for d, post in ((db, "p1"), (second, "p2"), (db, "p2"), (second, "p1"))))
    assert won.count(True) == 1
