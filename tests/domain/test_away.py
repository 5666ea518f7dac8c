"""Why a hire waits while the partner it wants to ask does not answer: who, since when, and when it is tried next."""

from datetime import UTC, datetime, timedelta

from config.telling import Teller
from config.words import Words
from domain.acts import ACTS
from domain.away import with_doors
from domain.hire import HireState, fold
from domain.reach import Reach, failed
from domain.waiting import Why, why
from domain.words import Stage
from tests.world import at_stage

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


def unasked() -> tuple[Why, HireState]:
    """A hire whose requests have not left the house yet."""
    world, case = at_stage(Stage.CONDITIONS)
    before = [e for e in world.store.journals[case] if not e.step.startswith("asked/") or e.fact.kind == "assessment_invited"]
    return why(before, ACTS), fold(before)


def away(times: int = 3) -> dict[str, Reach]:
    reach = Reach(partner="medical")
    for _ in range(times):
        reach = failed(reach, "timeout", NOW)
    return {"medical": reach, "verification": Reach(partner="verification")}


def test_a_partner_that_does_not_answer_is_named_after_the_request_that_waits_for_it() -> None:
    plain, state = unasked()
    assert ("asking", "medical") in [(w.code, w.about) for w in plain.waits]
    found = with_doors(plain, state, away(), NOW)
    [wait] = [w for w in found.waits if w.code == "partner_away"]
    assert (wait.about, wait.since, wait.until) == ("medical", NOW, NOW + timedelta(seconds=30))
    assert [w.code for w in found.waits if w.about == "medical"] == ["asking", "partner_away"]


def test_it_is_said_in_both_languages_with_the_next_try() -> None:
    plain, state = unasked()
    found = with_doors(plain, state, away(), NOW)
    [wait] = [w for w in found.waits if w.code == "partner_away"]
    said = Teller(Words.load(), "en", "Europe/Brussels").wait(wait)
    assert said == "The partner does not answer: medical. Since 1 March 2027. Next try: Monday 1 March 2027 10:00:30 (Brussels time)."
    assert "Prochain essai" in Teller(Words.load(), "fr").wait(wait)


def test_a_partner_that_answers_is_not_mentioned() -> None:
    plain, state = unasked()
    assert with_doors(plain, state, {"medical": Reach(partner="medical")}, NOW) == plain
