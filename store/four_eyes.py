"""The database's own four eyes: no fact that decides on another is written by whoever wrote that one (`domain/four_eyes.py`).

The acts check it, the story checks it again; this is for whoever comes past both: a fault of ours, or a hand in the tables.
"""

from collections.abc import Callable, Iterator

from domain.four_eyes import PAIRS, Pair

NAME = "journal_four_eyes"
#: A field of a row's body, as this engine reads it.
Reads = Callable[[str, str], str]
SAYS = "four eyes: who proposed this cannot decide it"


def statements(dialect: str) -> Iterator[str]:
    """What puts the constraint on the journal, for "sqlite" or "postgresql"."""
    if dialect == "sqlite":
        for number, pair in enumerate(PAIRS):
            when = f"NEW.kind IN ({_kinds(pair)}) AND {_same_person(pair, _sqlite)}"
            yield f"CREATE TRIGGER {NAME}_{number} BEFORE INSERT ON journal WHEN {when} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
        return
    refuse = f"RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'check_violation'"
    cases = ((_kinds(pair), _same_person(pair, _postgresql)) for pair in PAIRS)
    tests = " ".join(f"IF NEW.kind IN ({kinds}) THEN IF {same} THEN {refuse}; END IF; END IF;" for kinds, same in cases)
    yield f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {tests} RETURN NEW; END $$"
    every = ", ".join(sorted({f"'{kind}'" for pair in PAIRS for kind in pair.second}))
    yield f"CREATE TRIGGER {NAME} BEFORE INSERT ON journal FOR EACH ROW WHEN (NEW.kind IN ({every})) EXECUTE FUNCTION {NAME}()"


def undone(dialect: str) -> Iterator[str]:
    """What takes it away again."""
    if dialect == "sqlite":
        yield from (f"DROP TRIGGER {NAME}_{number}" for number in range(len(PAIRS)))
        return
    yield from (f"DROP TRIGGER {NAME} ON journal", f"DROP FUNCTION {NAME}()")


def _kinds(pair: Pair) -> str:
    return ", ".join(f"'{kind}'" for kind in pair.second)


def _sqlite(row: str, name: str) -> str:
    return f"json_extract({row}.body, '$.{name}')"


def _postgresql(row: str, name: str) -> str:
    return f"({row}.body ->> '{name}')"


def _same_person(pair: Pair, of: Reads) -> str:
    """Is the newest first fact about the same thing by this one's author, or by the one whose role they use?"""
    about = "".join(f" AND coalesce({of('q', name)}, '') = coalesce({of('NEW', name)}, '')" for name in pair.same)
    newest = (
        f"SELECT max(q.number) FROM journal q WHERE q.case_id = NEW.case_id AND q.number < NEW.number AND q.kind = '{pair.first}'{about}"
    )
    proposer = of("p", pair.by) if pair.by else "p.actor"
    principal = (
        "EXISTS (SELECT 1 FROM journal b WHERE b.case_id = NEW.case_id AND b.step = NEW.step AND b.kind = 'acted_for' "
        f"AND 'person:' || {of('b', 'person')} = {proposer})"
    )
    return (
        f"EXISTS (SELECT 1 FROM journal p WHERE p.case_id = NEW.case_id AND p.number = ({newest}) "
        f"AND {proposer} LIKE 'person:%' AND ({proposer} = NEW.actor OR {principal}))"
    )
