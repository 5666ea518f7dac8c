"""Whatever order the events of a hire arrive in, it ends in the same state (`tests/proofs/prove_order.py` runs all of them)."""

import random
from itertools import permutations

from tests.orders import LONGER, SEVEN, Orders
from tests.proofs.prove_order import tally


def test_a_draw_of_all_orders_of_seven_events_ends_in_one_state_and_loses_nothing() -> None:
    states, lost = tally(Orders(), random.Random(7).sample(list(permutations(SEVEN)), 40))
    assert (len(states), lost) == (1, 0)
    assert '"stage": "contract_offer"' in next(iter(states))


def test_longer_sets_end_in_one_state_too() -> None:
    draw = random.Random(11)
    states, lost = tally(Orders(), [tuple(draw.sample(LONGER, len(LONGER))) for _ in range(20)])
    assert (len(states), lost) == (1, 0)
