"""What exports for auditors are made with, besides the store: the log's key, the typesetter, the seal."""

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from config.settings import Settings
from config.words import Words
from connectors import seal
from connectors.log_key import load_log_key
from domain.errors import NotNow
from domain.log.note import LogKey
from domain.log.reading import Page
from domain.log.report import AuditReport

if TYPE_CHECKING:
    from connectors.letters.dossier import DossierPrinter


class Evidence:
    """Everything is read or made when it is first asked for: a desk that exports nothing needs none of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def key(self) -> LogKey:
        """Read each time: the log may have been handed to another key. Raises NotNow where this installation's log has no key (one made
        here would not be the one that signs), BadKey."""
        path = self._settings.log_key
        if not path.exists():
            raise NotNow("the log's key is not on this machine: nothing can be exported here", code="no_log_key")
        return load_log_key(path, f"{self._settings.source}/log")

    def print(self, page: Page, language: str) -> bytes:
        """The paper, sealed where the extra `sign` is installed. Blocks. Raises BadInput, BadKey."""
        pdf = self._printer.print(page, language)
        return self._seal.put(pdf, f"{page.case}, {page.made.purpose}") if self._seal is not None else pdf

    def print_report(self, report: AuditReport, language: str, at: datetime) -> bytes:
        """The audit report as paper, sealed as a dossier's is. Blocks. Raises BadInput, BadKey."""
        from connectors.letters.report import ReportPrinter

        pdf = ReportPrinter(Words.load()).print(report, language, at)
        return self._seal.put(pdf, "audit report") if self._seal is not None else pdf

    @property
    def sealed_by(self) -> str:
        """The seal's certificate by its SHA-256; empty where PDFs leave unsealed. Raises BadKey."""
        return "" if self._seal is None else self._seal.fingerprint

    @cached_property
    def _printer(self) -> "DossierPrinter":
        from connectors.letters.dossier import DossierPrinter  # half a second, for those alone who export

        return DossierPrinter(Words.load())

    @cached_property
    def _seal(self) -> seal.Seal | None:
        return seal.load_seal(self._settings.seal, self._settings.source) if seal.available() else None
