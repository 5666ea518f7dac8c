"""The way to the partners from a command: who they are, their doors, their mailboxes. Opened only when something goes there."""

from collections.abc import Mapping
from datetime import timedelta

from acts.delivering import ping
from acts.systems import NewKey, key_id
from config import partners_file
from config.partners import Partner, load_partners
from config.settings import Settings
from config.words import Words
from connectors.addresses import Bounds
from connectors.authority import Authority
from connectors.authority import connect as connect_authority
from connectors.deliveries import Ping
from connectors.mail import SmtpMail
from connectors.signatures import key_text, load_signing_key, new_signing_key, sign
from domain.errors import NotFound, NotNow
from store.names import system_now


class Outside:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def partners(self) -> Mapping[str, Partner]:
        """As the file has them now; nobody where there is no file. Raises BadConfiguration."""
        try:
            return load_partners(self._settings.partners_file)
        except NotFound:
            return {}

    def authority(self, partner: Partner) -> Authority:
        """A connection to it, to be closed. Raises BadInput, BadKey."""
        key = load_signing_key(self._settings.signing_key)
        return connect_authority(
            partner,
            sign=lambda message, body: sign(key, message, body),
            mail=self.mail,
            say=Words.load().say,
            paper_dir=self._settings.data_dir / "paper",
            bounds=Bounds(self._settings.allow_networks, frozenset(self._settings.allow_http)),
        )

    @property
    def mail(self) -> SmtpMail:
        return SmtpMail(self._settings.smtp_host, self._settings.smtp_port, self._settings.smtp_from)

    async def ping(self, partner: Partner) -> Ping:
        """Tell it `int.muster.ping` now. Raises BadKey."""
        return await ping(self._settings, partner)

    def rotate(self, partner: str, taken: list[str], overlap: timedelta) -> NewKey:
        """A new pair; its public half stands in the partners file. Raises what `partners_file.rotate` does, NotNow where none may write."""
        own, now = new_signing_key(), system_now().replace(microsecond=0)
        name, public = key_id(partner, taken, now), key_text(own.verifying())
        try:
            partners_file.rotate(self._settings.partners_file, partner, {"id": name, "public": public}, now, overlap)
        except OSError:
            raise NotNow("the partners file cannot be written from here: rotate the key where it is kept", code="not_writable") from None
        return NewKey(name, public, key_text(own), now + overlap)
