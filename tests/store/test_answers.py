"""Idempotency-Keys, whatever happens in which order: a model of three lines says what must be answered."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import BadInput, Conflict
from store.answers import LEASE, Answer, Answers, Key
from store.database import Database
from store.tables import api_answers
from tests.store.making import NOON

DONE = Answer(200, {"ETag": '"3"'}, {"number": 3})
MOVES = st.lists(
    st.tuples(st.sampled_from(["take", "keep", "give_back", "die"]), st.sampled_from(["a", "b"]), st.sampled_from(["h1", "h2"])),
    max_size=12,
)


@given(MOVES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_key_is_one_content_and_one_answer(db: Database, moves: list[tuple[str, str, str]]) -> None:
    await db.write(lambda tx: tx.execute(api_answers.delete()))
    answers, now = Answers(db), NOON
    #: key -> [hash, claim, answered]
    model: dict[str, list[object]] = {}
    for move, name, sha256 in moves:
        key, held = Key("tok-1", "POST /x", name), model.get(name)
        if move == "take":
            try:
                got: object = await answers.take(key, sha256, now)
            except (BadInput, Conflict) as refusal:
                got = refusal.code
            if held is None:
                assert isinstance(got, str)
                assert len(got) == 16
                model[name] = [sha256, got, False]
            elif held[0] != sha256:
                assert got == "key_reused"
            else:
                assert got == (DONE if held[2] else "still_running")
        elif held is not None and move == "keep":
            await answers.keep(key, str(held[1]), DONE)
            held[2] = True
        elif held is not None and move == "give_back":
            await answers.give_back(key, str(held[1]))
            if not held[2]:
                del model[name]
        elif move == "die":  # whoever holds a key says nothing more, and its time runs out
            now += LEASE + timedelta(seconds=1)
            for each, (hashed, claim, answered) in list(model.items()):
                if not answered:
                    taken = await answers.take(Key("tok-1", "POST /x", each), str(hashed), now)
                    assert isinstance(taken, str)
                    assert taken != claim
                    await answers.keep(Key("tok-1", "POST /x", each), str(claim), Answer(500, {}, None))  # the dead speaks: nobody listens
                    model[each][1] = taken
