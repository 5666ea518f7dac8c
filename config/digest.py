"""A digest in words, in English or French, from the one catalogue: what the mail says and what the command shows."""

from config.telling import Teller
from config.words import Words
from domain.digest import SECTIONS, Digest, Item
from domain.words import Ending, Stage


def told(digest: Digest, words: Words, language: str) -> tuple[str, str]:
    """Subject and body: ids, references, acts in words, moments with their zone."""
    teller = Teller(words, language)
    day = teller.day(digest.day)
    subject = words.say("digest.subject", language, day=day, number=len(digest.items))
    parts = [words.say("digest.opening", language, day=day)]
    for section in SECTIONS:
        lines = [_line(item, teller) for item in digest.items if item.section == section]
        parts += ["\n".join([words.say(f"digest.{section}", language), *lines])] if lines else []
    return subject, "\n\n".join([*parts, words.say("digest.closing", language, person=digest.person)]) + "\n"


def _line(item: Item, teller: Teller) -> str:
    if item.section == "partners":
        return _partner(item, teller)
    text = teller.say("digest.line", case=item.case, vacancy=item.vacancy, what=_what(item, teller))
    if item.at is not None:
        key = "digest.since" if item.section in ("escalated", "moved") else "digest.by"
        text = teller.say(key, line=text, at=teller.moment(item.at, item.zone))
    return teller.say("digest.for", line=text, person=item.for_) if item.for_ else text


def _partner(item: Item, teller: Teller) -> str:
    what, _, number = item.what.partition(".")
    at = teller.moment(item.at, item.zone) if item.at else "-"
    text = teller.say(f"digest.partner.{what}", partner=item.case.removeprefix("partner/"), at=at, number=number)
    return teller.say("digest.for", line=text, person=item.for_) if item.for_ else text


def _what(item: Item, teller: Teller) -> str:
    if item.section == "needs":
        act, _, about = item.what.partition(":")
        return f"{teller.act(act)} ({teller.thing(about)})" if about else teller.act(act)
    if item.section == "moved":
        return teller.say(f"stage.{item.what}" if item.what in set(Stage) else f"ending.{Ending(item.what)}.name")
    return teller.key(item.what)
