"""`muster partner add|rotate|revoke|test`: the partners file, changed by command.

The doors read it live: what is written counts for the next request.
"""

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import httpx
import typer

from cli import show
from cli.outcome import FAILED
from cli.terminal import Json, terminal
from domain.errors import BadInput, Conflict, NotFound, StoreUnavailable
from domain.events import PartnerKind

if TYPE_CHECKING:
    from config.partners import Partner
    from connectors.signatures import SigningKey

Id = Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's id.")]
Public = Annotated[str | None, typer.Option("--public", metavar="KEY", help="Its public key (`whpk_…`); without one a pair is made.")]
KeyFile = Annotated[Path | None, typer.Option("--key-file", metavar="FILE", help="Write the private key made here into this new file.")]
KeyId = Annotated[str | None, typer.Option("--key-id", metavar="ID", help="What to call the key; partner and date unless given.")]


def add(
    ctx: typer.Context,
    partner: Id,
    kind: Annotated[PartnerKind, typer.Option("--kind", metavar="KIND", help="What it is: portal, national_authority, hris …")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Its name, for people.")],
    base_url: Annotated[str | None, typer.Option("--base-url", metavar="URL", help="Where it is asked and told over HTTP.")] = None,
    email: Annotated[str | None, typer.Option("--email", metavar="ADDRESS", help="Where it is asked by mail.")] = None,
    nation: Annotated[list[str] | None, typer.Option("--nation", metavar="NATION", help="Whose it is (ISO code); again for more.")] = None,
    subscribe: Annotated[list[str] | None, typer.Option("--subscribe", metavar="TYPE", help="A type it hears of; again for more.")] = None,
    public: Public = None,
    key_file: KeyFile = None,
    key_id: KeyId = None,
    json: Json = False,
) -> None:
    """Add a partner with its key, and ping it where it subscribes. A private key made here is shown once, or written to a file."""
    from config import partners_file

    channel = "http" if base_url else "email" if email else "paper"
    entry: dict[str, Any] = {"kind": str(kind), "name": name, "channel": channel}
    given = {"base_url": base_url, "email": email, "nations": nation, "subscribes": subscribe}
    entry |= {field: value for field, value in given.items() if value}
    own, key = _key(partner, public, key_id, ())
    with _delivered(own, key_file):
        added = partners_file.add(_file(ctx), partner, entry, key)
    _noted(ctx, "partner_added", partner, key["id"])
    # The entry stands whatever comes of the ping: a partner is often entered before its door is open.
    pinged = list(_pinged(ctx, added)) if _is_told(added) else []
    _say(added, key, own, key_file, json=json, pinged=pinged)


def rotate(
    ctx: typer.Context,
    partner: Id,
    public: Public = None,
    key_file: KeyFile = None,
    key_id: KeyId = None,
    overlap: Annotated[int, typer.Option("--overlap-days", metavar="N", min=0, help="How long the old key still counts.")] = 7,
    json: Json = False,
) -> None:
    """Give a partner a new key beside the old one, which ends after the overlap."""
    from config import partners_file

    known = _known(ctx, partner)
    own, key = _key(partner, public, key_id, [each.id for each in known.keys])
    with _delivered(own, key_file):
        changed = partners_file.rotate(_file(ctx), partner, key, datetime.now(UTC).replace(microsecond=0), timedelta(days=overlap))
    _noted(ctx, "key_added", partner, key["id"])
    _say(changed, key, own, key_file, json=json)


def revoke(
    ctx: typer.Context,
    partner: Id,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as in the partners file.")],
    json: Json = False,
) -> None:
    """Revoke one key of a partner: from the next request on it proves nothing."""
    from config import partners_file

    changed = partners_file.revoke(_file(ctx), partner, key)
    _noted(ctx, "key_revoked", partner, key)
    if json:
        show.as_json(_told(changed))
        return
    show.line(f"Revoked: {key} of {partner} proves nothing any more.")
    if not _live(changed):
        show.line(f"{partner} has no live key left: muster partner rotate {partner}")


def try_out(
    ctx: typer.Context,
    partner: Id,
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Check that this private key is one of its live ones.")] = None,
    json: Json = False,
) -> None:
    """Check a partner's entry: its keys, whether a private key of its fits, and its address: a subscriber's by a signed ping."""
    known = _known(ctx, partner)
    checks = [*_keys_checked(known, key), *(_pinged(ctx, known) if _is_told(known) else _reached(known))]
    if json:
        show.as_json({"partner": partner, "ok": all(check["ok"] for check in checks), "checks": checks})
    else:
        for check in checks:
            show.line(f"{'ok     ' if check['ok'] else 'MISSING'}  {check['check']:<8}  {check['says']}")
    if not all(check["ok"] for check in checks):
        raise typer.Exit(FAILED)


# ---- keys ------------------------------------------------------------------------------------------------------------------


def _key(partner: str, public: str | None, key_id: str | None, taken: Iterable[str]) -> tuple["SigningKey | None", dict[str, Any]]:
    """The pair made here (None when a public key was given), and the key's entry."""
    from connectors.signatures import key_text, new_signing_key

    own = None if public else new_signing_key()
    text = public or (key_text(own.verifying()) if own else "")
    return own, {"id": key_id or _free_id(partner, set(taken)), "public": text}


def _free_id(partner: str, taken: set[str]) -> str:
    first = f"{partner[:50]}-{datetime.now(UTC):%Y%m%d}"
    return next(name for name in (first, *(f"{first}-{n}" for n in range(2, 100))) if name not in taken)


@contextmanager
def _delivered(own: "SigningKey | None", file: Path | None) -> Iterator[None]:
    """The private key stands in its file before the partners file names its public half; undone when that fails."""
    from connectors.signatures import key_text

    if file and not own:
        raise BadInput("--key-file is for a pair made here; with --public there is no private key to write", code="no_private_key")
    if not own or not file:
        yield
        return
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"{file} is there already; a key is never written over another", code="file_known") from None
    except OSError as error:
        raise BadInput(f"{file} cannot be written ({type(error).__name__})", code="no_file") from None
    with os.fdopen(handle, "w") as new:
        new.write(key_text(own) + "\n")
    try:
        yield
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _live(partner: "Partner") -> list[str]:
    now = datetime.now(UTC)
    return [
        key.id
        for key in partner.keys
        if not key.revoked and not (key.not_before and key.not_before > now) and not (key.not_after and key.not_after < now)
    ]


# ---- checks ----------------------------------------------------------------------------------------------------------------


def _check(name: str, ok: bool, says: str) -> dict[str, Any]:
    return {"check": name, "ok": ok, "says": says}


def _keys_checked(partner: "Partner", key: Path | None) -> Iterable[dict[str, Any]]:
    from connectors.signatures import BadKey, BadSignature, load_signing_key, sign, verify, verifying_key

    try:
        keys = [
            verifying_key(each.id, each.text, not_before=each.not_before, not_after=each.not_after, revoked=each.revoked)
            for each in partner.keys
        ]
    except BadKey as error:
        yield _check("keys", False, error.message)
        return
    live = _live(partner)
    yield _check("keys", bool(live), f"live: {', '.join(live)}" if live else "none is live: it cannot prove itself")
    if key is None:
        return
    headers = [(name.encode(), value.encode()) for name, value in sign(load_signing_key(key), "test", b"test").items()]
    try:
        yield _check("private", True, f"fits {verify(headers, b'test', keys).key_id}")
    except BadSignature as error:
        yield _check("private", False, error.message)


def _reached(partner: "Partner") -> Iterable[dict[str, Any]]:
    if partner.base_url is None:
        how = "it fetches the feed" if partner.feed else f"it is asked by {partner.channel}"
        yield _check("address", True, f"nothing to reach: {how}")
        return
    try:
        answer = httpx.get(partner.base_url, timeout=partner.timeout_s, follow_redirects=False, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        yield _check("address", False, f"{partner.base_url} does not answer ({type(error).__name__})")
    else:
        yield _check("address", True, f"{partner.base_url} answers ({answer.status_code})")


def _is_told(partner: "Partner") -> bool:
    """Are announcements posted to it? Then a ping says more than whether something answers at the address."""
    return bool(partner.subscribes) and partner.channel == "http" and partner.base_url is not None and not partner.feed


def _pinged(ctx: typer.Context, partner: "Partner") -> Iterable[dict[str, Any]]:
    """A subscriber is told `int.muster.ping`, signed and within bounds as every event is."""
    from acts.delivering import ping

    found = asyncio.run(ping(terminal(ctx).settings, partner))
    yield _check("ping", found.ok, f"taken in {found.seconds:g} s" if found.ok else f"int.muster.ping was not taken ({found.code})")


# ---- what is said ------------------------------------------------------------------------------------------------------------


def _noted(ctx: typer.Context, act: str, partner: str, key: str) -> None:
    """An act on a key belongs in the audit log. Without a store there is none yet; with one that does not answer, that is said."""
    from store.log import note_key

    try:
        asyncio.run(note_key(terminal(ctx).settings.store_url, act, f"partner/{partner}", key))
    except StoreUnavailable as trouble:
        typer.echo(f"not in the audit log: {trouble.message}", err=True)


def _file(ctx: typer.Context) -> Path:
    return Path(terminal(ctx).settings.partners_file)


def _known(ctx: typer.Context, partner: str) -> "Partner":
    from config.partners import load_partners

    found = load_partners(_file(ctx)).get(partner)
    if found is None:
        raise NotFound(f"{_file(ctx)} has no partner {partner}", code="unknown_partner")
    return found


def _told(partner: "Partner") -> dict[str, Any]:
    keys = [{"id": key.id, "not_before": key.not_before, "not_after": key.not_after, "revoked": key.revoked} for key in partner.keys]
    return {"partner": partner.id, "kind": str(partner.kind), "channel": partner.channel, "live": _live(partner), "keys": keys}


def _say(
    partner: "Partner",
    key: dict[str, Any],
    own: "SigningKey | None",
    file: Path | None,
    *,
    json: bool,
    pinged: Sequence[dict[str, Any]] = (),
) -> None:
    from connectors.signatures import key_text

    private = key_text(own) if own and not file else None
    if json:
        more = {"private": private} if private else {"key_file": str(file)} if file else {}
        show.as_json(_told(partner) | {"key": key["id"], "public": key["public"]} | more | {each["check"]: each for each in pinged})
        return
    show.line(f"{partner.id} has the key {key['id']}: {key['public']}")
    for each in partner.keys:
        if each.not_after and not each.revoked:
            show.line(f"{each.id} counts until {each.not_after:%Y-%m-%d %H:%M}Z.")
    if private:
        show.line("Its private key, shown this once and kept nowhere. Hand it over by a safe way:")
        typer.echo(private)
    if file:
        show.line(f"Its private key stands in {file}.")
    for check in pinged:
        show.line(f"Ping: {check['says']}." + ("" if check["ok"] else f" Try again: muster partner test {partner.id}"))
