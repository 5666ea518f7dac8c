from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain import facts as f
from domain.turns import age, by_party, by_stage, shared, turns
from domain.words import Ending, LimitAction, Party, Stage

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(number: int, at: datetime, fact: f.AnyFact) -> f.Entry:
    return f.Entry(case="hire/x", number=number, at=at, actor="muster", step=f"s{number}", fact=fact)


def journal(*facts: tuple[float, f.AnyFact]) -> list[f.Entry]:
    return [entry(n, BEGIN + hours * HOUR, fact) for n, (hours, fact) in enumerate(facts, 1)]


def received(late: bool = False) -> f.AnyFact:
    return f.ApplicationReceived(
        vacancy="250442", candidate="c", channel="public", received_at=BEGIN, late=late, application="a", policy="p"
    )


def deadline(key: str, party: Party, who: str = "", at_limit: LimitAction = LimitAction.ESCALATE) -> f.DeadlineSet:
    return f.DeadlineSet(key=key, party=party, who=who, started_at=BEGIN, due_at=BEGIN + 99 * HOUR, at_limit=at_limit)


def told(entries: list[f.Entry], now: float | None = None) -> list[tuple[float, list[str]]]:
    """Hours and parties, turn after turn."""
    booked = turns(entries, None if now is None else BEGIN + now * HOUR)
    return [(turn.length / HOUR, [str(m) for m in turn.movers]) for turn in booked]


def test_until_the_competition_closes_nobody_moves() -> None:
    entries = journal((0, received()), (0, f.StageEntered(stage=Stage.RECEIVED)), (5, f.StageEntered(stage=Stage.SCREENING)))
    assert told(entries, now=7) == [(5, ["nobody"]), (2, ["hr"])]


def test_a_late_application_waits_for_hr() -> None:
    entries = journal((0, received(late=True)), (0, f.StageEntered(stage=Stage.RECEIVED)))
    assert told(entries, now=3) == [(3, ["hr"])]


def test_the_clock_of_the_competition_is_nobodys() -> None:
    entries = journal((0, f.StageEntered(stage=Stage.RECEIVED)), (0, deadline("closing", Party.HR)))
    assert told(entries, now=3) == [(3, ["nobody"])]


def test_open_deadlines_say_who_moves() -> None:
    entries = journal(
        (0, f.StageEntered(stage=Stage.CONDITIONS)),
        (1, deadline("clearance", Party.NATION, "NO")),
        (2, deadline("medical", Party.MEDICAL_ADVISER)),
        (5, f.DeadlineClosed(key="medical", met=True)),
        (9, f.DeadlineClosed(key="clearance", met=True)),
    )
    assert told(entries, now=10) == [
        (1, ["hr"]),
        (1, ["nation:NO"]),
        (3, ["medical_adviser", "nation:NO"]),
        (4, ["nation:NO"]),
        (1, ["hr"]),
    ]


def test_on_hold_nobody_moves() -> None:
    entries = journal(
        (0, f.StageEntered(stage=Stage.SCREENING)),
        (1, deadline("screening", Party.HR)),
        (2, f.Held(reason="freeze")),
        (8, f.Resumed(seconds=6 * 3600)),
    )
    assert told(entries, now=9) == [(2, ["hr"]), (6, ["nobody"]), (1, ["hr"])]


def test_a_lapse_that_is_due_is_for_hr_to_confirm_and_an_extension_gives_the_turn_back() -> None:
    offer = deadline("offer", Party.CANDIDATE, at_limit=LimitAction.LAPSE_DUE)
    entries = journal((0, f.StageEntered(stage=Stage.OFFER)), (0, offer), (7, f.LapseDue(key="offer")), (9, offer))
    assert told(entries, now=10) == [(7, ["candidate"]), (2, ["hr"]), (1, ["candidate"])]


def test_where_a_person_decides_hr_move_beside_the_silent_authority() -> None:
    asked = deadline("clearance", Party.NATION, "TR", LimitAction.PERSON_DECIDES)
    entries = journal((0, f.StageEntered(stage=Stage.CONDITIONS)), (0, asked), (4, f.DeadlineEscalated(key="clearance", to="hr_head")))
    assert told(entries, now=6) == [(4, ["nation:TR"]), (2, ["hr", "nation:TR"])]


def test_a_mere_escalation_leaves_the_turn_where_it_is() -> None:
    entries = journal((0, deadline("verification", Party.VERIFICATION_AGENCY)), (4, f.DeadlineEscalated(key="verification", to="hr_head")))
    assert told(entries, now=6) == [(6, ["verification_agency"])]


def test_what_is_written_after_the_ending_belongs_to_no_turn() -> None:
    ending = f.EndingReached(ending=Ending.WITHDRAWN, decided_by="candidate", reason="x", stage=Stage.SCREENING)
    entries = journal((0, f.StageEntered(stage=Stage.SCREENING)), (3, ending), (9, f.HandedOver(owner="archive")))
    assert told(entries, now=20) == [(3, ["hr"])]
    assert age(entries, BEGIN + 20 * HOUR) == 3 * HOUR


def test_an_empty_journal_has_no_turns() -> None:
    assert turns([], BEGIN) == []
    assert age([], BEGIN) == timedelta(0)


def test_time_per_stage() -> None:
    entries = journal((0, received()), (2, f.StageEntered(stage=Stage.SCREENING)), (5, f.StageEntered(stage=Stage.SHORTLISTING)))
    assert by_stage(turns(entries, BEGIN + 6 * HOUR)) == {"received": 2 * HOUR, "screening": 3 * HOUR, "shortlisting": HOUR}


# ---- the sums, for any journal ----------------------------------------------------------------------------------------------

keys = st.sampled_from(["screening", "clearance", "medical", "offer", "closing"])
some_facts: st.SearchStrategy[f.AnyFact] = st.one_of(
    st.sampled_from(list(Stage)).map(lambda stage: f.StageEntered(stage=stage)),
    st.builds(
        deadline,
        keys,
        st.sampled_from([p for p in Party if p is not Party.NOBODY]),
        st.sampled_from(["", "NO", "TR"]),
        st.sampled_from(list(LimitAction)),
    ),
    keys.map(lambda key: f.DeadlineClosed(key=key, met=True)),
    keys.map(lambda key: f.LapseDue(key=key)),
    keys.map(lambda key: f.DeadlineEscalated(key=key, to="hr_head")),
    st.just(f.Held(reason="x")),
    st.just(f.Resumed(seconds=1)),
    st.just(f.EndingReached(ending=Ending.WITHDRAWN, decided_by="candidate", reason="x", stage=Stage.OFFER)),
)
steps = st.timedeltas(timedelta(hours=-1), timedelta(days=400))


@st.composite
def journals(draw: st.DrawFn) -> list[f.Entry]:
    at, entries = BEGIN, []
    for number, (step, fact) in enumerate(draw(st.lists(st.tuples(steps, some_facts), min_size=1, max_size=30)), 1):
        at += step
        entries.append(entry(number, at, fact))
    return entries


@given(entries=journals(), later=st.timedeltas(timedelta(0), timedelta(days=900)))
def test_every_moment_of_a_case_is_booked_exactly_once(entries: list[f.Entry], later: timedelta) -> None:
    now = entries[-1].at + later
    booked = turns(entries, now)
    assert sum((t.length for t in booked), timedelta(0)) == age(entries, now)
    assert all(a.until == b.since for a, b in pairwise(booked))
    assert all(t.length > timedelta(0) and t.movers for t in booked)
    assert sum(by_stage(booked).values(), timedelta(0)) == age(entries, now)
    assert sum(shared(booked).values(), timedelta(0)) == age(entries, now)


@given(entries=journals())
def test_neighbouring_turns_differ(entries: list[f.Entry]) -> None:
    booked = turns(entries)
    assert all((a.movers, a.stage) != (b.movers, b.stage) for a, b in pairwise(booked))


@given(entries=journals())
def test_each_party_is_charged_at_least_its_share(entries: list[f.Entry]) -> None:
    booked = turns(entries)
    charged, share = by_party(booked), shared(booked)
    assert charged.keys() == share.keys()
    assert all(share[party] <= charged[party] for party in charged)
