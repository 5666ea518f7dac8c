"""The way to the partners from a command: who they are, their doors, their mailboxes. Opened only when something goes there."""

from collections.abc import Mapping

from config.partners import Partner, load_partners
from config.settings import Settings
from config.words import Words
from connectors.addresses import Bounds
from connectors.authority import Authority
from connectors.authority import connect as connect_authority
from connectors.mail import SmtpMail
from connectors.signatures import load_signing_key, sign
from domain.errors import NotFound


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
