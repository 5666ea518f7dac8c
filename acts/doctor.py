"""What this installation has, what it lacks, and how to mend it: the checks of `muster doctor`, which the console shows too."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from acts.outside import Outside
from acts.partners import PartnerDesk
from config.keyring import ring_of
from config.partners import load_partners
from config.settings import Settings
from config.temporal import connect, retention, type_word, wrong_search_attributes
from connectors.signatures import load_signing_key
from domain.errors import EngineUnavailable, Problem, StoreUnavailable
from domain.silence import PartnerNow
from store.checkpoints import Places
from store.database import Database, check_migrated
from store.histories import SLOW, Histories
from store.keys import Destructions
from store.names import system_now

PATIENCE_S = 5


@dataclass(frozen=True)
class Check:
    """One thing looked at. `mend` says what to do when it is not well."""

    name: str
    ok: bool
    says: str
    mend: str = ""


def python_is_new_enough() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Check("python", sys.version_info >= (3, 11), f"Python {version} in {sys.prefix}")


async def looked_at(settings: Settings) -> list[Check]:
    """Every check that needs the settings, all at once; one that fails does not keep the others from being made."""
    return list(await asyncio.gather(*(_check(name, look, settings) for name, look in LOOKS.items())))


async def _check(name: str, look: Callable[[Settings], Awaitable[Check]], settings: Settings) -> Check:
    try:
        return await look(settings)
    except Problem as problem:
        # Many a problem says itself which command helps.
        return Check(name, False, problem.message, "" if "`muster" in problem.message else MEND[name])


MEND = {
    "vault": "MUSTER_KEYRING_FILE says where the keyring is.",
    "temporal": "`muster up` starts one on this machine.",
    "log": "Is MUSTER_STORE_URL right, and the database running?",
    "mail": "MUSTER_SMTP_HOST and MUSTER_SMTP_PORT say where it is.",
    "store": "Is MUSTER_STORE_URL right, and the database running?",
    "partners": "Write the file, or say where it is with MUSTER_PARTNERS_FILE.",
    "doors": "`muster partner list` says more.",
    "histories": "Is the dispatcher running? It takes them out of Temporal.",
    "key": "Say where the key is with MUSTER_SIGNING_KEY_FILE, or leave that unset: one is made at the first start.",
}


async def _vault(settings: Settings) -> Check:
    """Whether what is kept about people is sealed."""
    ring = ring_of(settings)
    if ring is not None:
        return Check("vault", True, f"what is kept about people is sealed; the keyring is {settings.keyring_path}")
    if settings.store_url.startswith("sqlite") and not _exists(settings.store_url.partition(":///")[2]):
        return Check("vault", False, "there is no keyring: what is kept about people would stand in clear", "Run `muster keys init` first.")
    db = await Database.open(settings.store_url)
    try:
        plain = await Destructions(db).kept_plain()
    finally:
        await db.close()
    if plain:
        return Check("vault", True, "begun without a keyring: what is kept about people stands in clear, and stays so")
    return Check("vault", False, "there is no keyring: what is kept about people would stand in clear", "Run `muster keys init` first.")


async def _store(settings: Settings) -> Check:
    try:
        url = make_url(settings.store_url)
    except ArgumentError:
        raise StoreUnavailable("MUSTER_STORE_URL cannot be read; it looks like sqlite+aiosqlite:///var/muster.db") from None
    # A password may stand among the options too.
    shown = url.set(query={}).render_as_string(hide_password=True)
    # Opening would make an empty file; a doctor leaves no traces.
    if url.get_backend_name() == "sqlite" and not _exists(url.database):
        return Check("store", False, f"there is no {url.database} yet", "Run `muster migrate`.")
    await check_migrated(settings.store_url)
    return Check("store", True, f"{shown}, up to date and set to keep what it acknowledges")


def _exists(path: str | None) -> bool:
    return path is not None and Path(path).exists()


async def _temporal(settings: Settings) -> Check:
    client = await connect(settings, within=PATIENCE_S)
    namespace = settings.temporal_namespace
    try:
        wrong = await wrong_search_attributes(client)
    except EngineUnavailable as trouble:
        mend = f"Run: temporal operator namespace create -n {namespace} --retention 3650d" if trouble.code == "no_namespace" else ""
        return Check("temporal", False, trouble.message, mend)
    if wrong:
        said = ", ".join(f"{name} is {what}" for name, what in wrong.items())
        flags = " ".join(f"--name {name} --type {type_word(name)}" for name in wrong)
        return Check(
            "temporal", False, f"search attributes: {said}", f"Run: temporal operator search-attribute create -n {namespace} {flags}"
        )
    return Check("temporal", True, f"{settings.temporal_address}, namespace {namespace}, search attributes in place")


async def _partners(settings: Settings) -> Check:
    file = settings.partners_path
    partners = load_partners(file)
    mute = [each.id for each in partners.values() if each.channel == "http" and not each.keys]
    if mute:
        return Check(
            "partners",
            False,
            f"{file}: no key for {', '.join(mute)}",
            "Without a key nothing they send is believed; add one.",
        )
    return Check("partners", True, f"{len(partners)} in {file}")


async def _doors(settings: Settings) -> Check:
    """The partners that somebody should look at: silent, not answering at their door, or with answers overdue."""
    if settings.store_url.startswith("sqlite") and not _exists(settings.store_url.partition(":///")[2]):
        return Check("doors", True, "nobody was asked yet")
    await check_migrated(settings.store_url)
    db = await Database.open(settings.store_url, ring_of(settings))
    try:
        troubled = await PartnerDesk(db, Outside(settings)).troubled()
    finally:
        await db.close()
    bad = [each for each in troubled if each.silent_since or each.unfetched_since or each.failing]
    if bad:
        said = "; ".join(f"{each.id} {_trouble(each)}" for each in bad)
        return Check("doors", False, said, "Look with `muster partner show`, compare with `muster partner reconcile`.")
    late = sum(each.overdue for each in troubled)
    return Check("doors", True, f"every partner asked answers; {late} answers overdue" if late else "every partner asked answers")


async def _histories(settings: Settings) -> Check:
    """Cases that are over and whose history is not in the store: Temporal forgets it when its retention ends."""
    if settings.store_url.startswith("sqlite") and not _exists(settings.store_url.partition(":///")[2]):
        return Check("histories", True, "no case has closed yet")
    await check_migrated(settings.store_url)
    db = await Database.open(settings.store_url, ring_of(settings))
    try:
        store = Histories(db)
        late = [each for each in await store.unkept() if each.since + SLOW < system_now()]
        kept = len(await store.cases())
    finally:
        await db.close()
    if not late:
        return Check("histories", True, f"every case that is over has its history in the store; {kept} cases kept")
    first = f"{late[0].case}, over since {late[0].since:%Y-%m-%d %H:%MZ}; {await _forgets(settings, late[0].since)}"
    return Check("histories", False, f"{len(late)} cases are over without a history in the store; {first}", MEND["histories"])


async def _forgets(settings: Settings, since: datetime) -> str:
    """When Temporal forgets what closed at that moment, as far as it can be asked."""
    try:
        ends = since + await retention(await connect(settings, within=PATIENCE_S))
    except EngineUnavailable:
        return "Temporal does not say when it forgets it"
    return f"Temporal keeps it until {ends:%Y-%m-%d %H:%MZ}"


def _trouble(partner: PartnerNow) -> str:
    said = []
    if partner.failing:
        next_try = f", next try {partner.next_try:%H:%M:%SZ}" if partner.next_try else ""
        said.append(f"does not answer since {partner.failing_since:%Y-%m-%d %H:%MZ} ({partner.error}{next_try})")
    if partner.silent_since:
        said.append(f"is silent since {partner.silent_since:%Y-%m-%d}")
    if partner.unfetched_since:
        said.append(f"does not fetch its feed since {partner.unfetched_since:%Y-%m-%d %H:%MZ} ({partner.unfetched} waiting)")
    return " and ".join(said)


async def _key(settings: Settings) -> Check:
    if settings.signing_key_file is None and not _exists(str(settings.signing_key)):
        return Check("key", True, f"{settings.signing_key} is made at the first start")
    return Check("key", True, f"{settings.signing_key}, id {load_signing_key(settings.signing_key).id}")


async def _mail(settings: Settings) -> Check:
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        greeting = await asyncio.wait_for(_greeting(settings.smtp_host, settings.smtp_port), PATIENCE_S)
    except (OSError, TimeoutError):
        mend = "Letters wait until it does; MUSTER_SMTP_HOST and MUSTER_SMTP_PORT say where it is."
        return Check("mail", False, f"no mail server answers at {where}", mend)
    if not greeting.startswith(b"220"):
        return Check("mail", False, f"what answers at {where} is no mail server", "Correct MUSTER_SMTP_HOST and MUSTER_SMTP_PORT.")
    return Check("mail", True, f"a mail server answers at {where}")


async def _log(settings: Settings) -> Check:
    """Whether the audit log's checkpoints leave the house."""
    if settings.log_publish_folder is None and not settings.log_publish_mail:
        mend = "MUSTER_LOG_PUBLISH_FOLDER or MUSTER_LOG_PUBLISH_MAIL name a place that is not yours."
        return Check("log", True, "checkpoints stay in the house: nobody else could show that the log was rewritten", mend)
    db = await Database.open(settings.store_url)
    try:
        failing = [place for place in await Places(db).all() if place["failed_at"]]
    finally:
        await db.close()
    if failing:
        said = "; ".join(f"{each['place']} since {each['failed_at']:%Y-%m-%d %H:%MZ} ({each['error']})" for each in failing)
        return Check("log", False, f"checkpoints do not leave the house: {said}", "What was done since cannot be proved outside.")
    return Check("log", True, "checkpoints leave the house")


async def _greeting(host: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        return await reader.readline()
    finally:
        writer.close()


#: Every check, in the order it is told in.
LOOKS: dict[str, Callable[[Settings], Awaitable[Check]]] = {
    "store": _store,
    "temporal": _temporal,
    "partners": _partners,
    "doors": _doors,
    "histories": _histories,
    "key": _key,
    "mail": _mail,
    "log": _log,
    "vault": _vault,
}
