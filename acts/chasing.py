"""The letter that asks a partner for what is overdue, in English and French from the one catalogue: references only, nobody's name."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.partners import Partner
from config.telling import Teller
from config.words import LANGUAGES, Words
from connectors.by_hand import reference_of
from domain.asked import OurAsk
from domain.reconciling import Difference
from domain.silence import Awaited

RULE = f"\n\n{'-' * 72}\n\n"


@dataclass(frozen=True)
class Chaser:
    """A drafted letter. `asks` are the keys it is about."""

    partner: str
    subject: str
    body: str
    asks: tuple[str, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.subject}\n{self.body}".encode()).hexdigest()


def draft(
    partner: Partner, found: Sequence[Difference], waiting: Sequence[Awaited], theirs: Mapping[str, str], words: Words
) -> Chaser | None:
    """What there is to ask for: answers that are overdue, and those they gave that never came. None where there is nothing."""
    open_ = {each.ask.key: each for each in waiting}
    late = [open_[d.ask] for d in found if d.proposal == "chase" and d.ask in open_]
    lost = [open_[d.ask] for d in found if d.proposal == "send_again" and d.ask in open_]
    if not late and not lost:
        return None
    subject = " / ".join(words.say("chaser.subject", language, number=len(late) + len(lost)) for language in LANGUAGES)
    texts = [_text(partner, late, lost, theirs, Teller(words, language)) for language in LANGUAGES]
    return Chaser(partner.id, subject, RULE.join(texts) + "\n", tuple(each.ask.key for each in (*late, *lost)))


def _text(partner: Partner, late: Sequence[Awaited], lost: Sequence[Awaited], theirs: Mapping[str, str], teller: Teller) -> str:
    parts = [teller.say("chaser.opening", partner=partner.name)]
    for key, asks in (("chaser.late", late), ("chaser.lost", lost)):
        lines = [_line(partner, each, theirs, teller) for each in asks]
        parts += [teller.say(key), "\n".join(lines)] if lines else []
    return "\n\n".join([*parts, teller.say("chaser.closing")])


def _line(partner: Partner, awaited: Awaited, theirs: Mapping[str, str], teller: Teller) -> str:
    ask = awaited.ask
    line = teller.say(
        "chaser.line", reference=called(partner, ask), kind=teller.say(f"ask.kind.{ask.kind}"), asked=teller.day(ask.asked_at)
    )
    if awaited.expected is not None:
        line = teller.say("chaser.expected", line=line, day=teller.day(awaited.expected.by))
    return teller.say("chaser.theirs", line=line, reference=theirs[ask.key]) if ask.key in theirs else line


def called(partner: Partner, ask: OurAsk) -> str:
    """How the partner knows an ask: by its key where a machine took it, by the file number of our letter else."""
    return ask.key if partner.channel == "http" else reference_of(ask.key)
