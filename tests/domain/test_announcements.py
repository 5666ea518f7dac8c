from domain.announcements import announced, announced_by_vacancy, messages_of
from domain.facts import Entry
from domain.hire import HireState, fold
from domain.words import Ending, Stage
from tests.world import World, at_stage


def told(world: World, case: str) -> list[str]:
    journal: list[Entry] = world.store.journals[case]
    return [a.type for a in announced(fold(journal), tuple(e.fact for e in journal))]


def test_the_whole_way_is_announced() -> None:
    world, case = at_stage(Stage.PROBATION)
    types = told(world, case)
    assert types.count("hire.stage_changed") == len(Stage) - 1
    for name in ("condition.requested", "condition.satisfied", "offer.issued", "contract.offered", "appointment.made"):
        assert name in types
    world.act(case, "decide_probation", confirmed=True)
    assert told(world, case)[-1] == "hire.ended"


def test_what_is_announced_is_thin() -> None:
    world, case = at_stage(Stage.PROBATION)
    journal = world.store.journals[case]
    for announcement in announced(fold(journal), tuple(e.fact for e in journal)):
        assert announcement.subject == case
        assert set(announcement.data) <= {
            "vacancy",
            "stage",
            "ending",
            "condition",
            "authority",
            "ask",
            "nation",
            "papers",
            "post",
            "deadline",
            "enters_on",
            "rank",
            "until",
        }


def test_a_hire_tells_its_vacancy_when_it_counts_there() -> None:
    early, case = at_stage(Stage.SCREENING)
    early.tell(case, "application.withdrawn")
    assert early.store.sent == []
    waiting, other = at_stage(Stage.SELECTION)
    waiting.tell(other, "application.withdrawn")
    assert [(m.to, m.type, m.data) for _, m in waiting.store.sent] == [
        ("vacancy/250442", "hire.left", {"hire": other, "ending": "withdrawn"})
    ]


def test_entering_on_duty_is_told() -> None:
    world, case = at_stage(Stage.PROBATION)
    assert [m.type for sender, m in world.store.sent if sender == case] == ["post.taken_up"]
    assert messages_of(HireState(), ()) == []


def test_a_vacancy_announces_its_own_turns() -> None:
    world, case = at_stage(Stage.RECEIVED)
    world.close()
    world.act("vacancy/250442", "cancel", reason="post_abolished")
    journal = world.store.journals["vacancy/250442"]
    types = [a.type for a in announced_by_vacancy(world.vacancy(), tuple(e.fact for e in journal))]
    assert types == ["vacancy.published", "vacancy.closed", "vacancy.cancelled"]
    assert case


def test_a_contract_is_announced_with_its_post_even_where_a_refusal_kept_for_it_ends_the_hire_in_the_same_step() -> None:
    world, case = at_stage(Stage.CONTRACT)
    world.act(case, "propose_contract")
    world.tell(case, "contract.signed", signed=False)  # too early, so it is kept
    before = len(world.store.journals[case])
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    assert world.hire(case).ending is Ending.CONTRACT_DECLINED
    step = tuple(e.fact for e in world.store.journals[case][before:])
    [offered] = [a for a in announced(world.hire(case), step) if a.type == "contract.offered"]
    assert offered.data["post"].startswith("250442-")
