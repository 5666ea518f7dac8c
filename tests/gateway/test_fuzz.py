"""The machines' door keeps to its own description, whatever it is asked; `tests/proofs/prove_contract.py` asks much more."""

from tests.gateway.door import Caller
from tests.gateway.fuzz import Interface, as_partners, fuzzed


async def test_the_machines_door_answers_only_what_its_description_says(caller: Caller) -> None:
    answers = await fuzzed(Interface(caller.http, "/openapi.json", await as_partners(caller.http)), examples=3, draw=1)
    assert not [answer for answer in answers if answer.split()[-1].startswith("5")]
    # it was not only turned away at the threshold
    assert {"POST /events 202", "POST /events 401", "GET /schemas 200"} <= set(answers), answers
