"""A partner's door: how many troubles it takes to leave it alone, for how long, and who tries it next."""

from datetime import UTC, datetime, timedelta

from domain.reach import FIRST_REST, LONGEST_REST, PROBE, TROUBLES, Door, Reach, admitted, failed, reached, surer

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
NEW = Reach(partner="medical")


def troubled(times: int = TROUBLES) -> Reach:
    reach = NEW
    for _ in range(times):
        reach = failed(reach, "timeout", NOW)
    return reach


def test_a_few_troubles_are_shown_and_stop_nobody() -> None:
    reach = troubled(TROUBLES - 1)
    assert (reach.door(NOW), reach.error, reach.failing_since) == (Door.FAILING, "timeout", NOW)
    assert admitted(reach, NOW)[1] == timedelta()


def test_after_three_it_is_left_alone_until_the_rest_is_over() -> None:
    reach = troubled()
    assert (reach.door(NOW), reach.next_try) == (Door.RESTING, NOW + FIRST_REST)
    assert admitted(reach, NOW + timedelta(seconds=10))[1] == FIRST_REST - timedelta(seconds=10)


def test_one_request_is_the_probe_and_the_others_stand_aside() -> None:
    then = NOW + FIRST_REST
    probing, wait = admitted(troubled(), then)
    assert (wait, probing.door(then)) == (timedelta(), Door.PROBING)
    assert admitted(probing, then)[1] == PROBE
    assert admitted(probing, then + PROBE)[1] == timedelta()  # whoever tried it died


def test_a_probe_that_fails_makes_the_rest_longer_up_to_its_bound() -> None:
    reach, at = troubled(), NOW
    rests = []
    for _ in range(8):
        assert reach.next_try is not None
        at = reach.next_try
        reach = failed(admitted(reach, at)[0], "http_503", at)
        assert reach.next_try is not None
        rests.append(reach.next_try - at)
    assert rests[:2] == [2 * FIRST_REST, 4 * FIRST_REST]
    assert (rests[-1], reach.failing_since) == (LONGEST_REST, NOW)


def test_requests_that_were_on_their_way_together_are_one_trouble() -> None:
    assert troubled(30).next_try == NOW + FIRST_REST


def test_the_time_the_partner_names_is_kept() -> None:
    assert failed(troubled(TROUBLES - 1), "http_503", NOW, timedelta(hours=2)).next_try == NOW + timedelta(hours=2)


def test_one_answer_and_nothing_of_the_trouble_is_left() -> None:
    assert reached(troubled(9), NOW) == Reach(partner="medical", reached_at=NOW)


def test_a_try_that_did_not_arrive_takes_nothing_back_of_an_earlier_one() -> None:
    assert (surer("maybe", "no"), surer("no", "yes"), surer("no", "no")) == ("maybe", "yes", "no")
