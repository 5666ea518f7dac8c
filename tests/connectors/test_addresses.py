"""Where our requests may go: nowhere that is not public or listed, whatever a name says, and DNS is asked once."""

from contextlib import AsyncExitStack
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest

from config.settings import Settings
from config.words import Words
from connectors.addresses import AddressRefused, Bounds, PinnedBackend, guarded_client
from connectors.authority import HttpAuthority
from connectors.mail import SmtpMail
from connectors.signatures import new_signing_key
from domain.errors import PartnerUnavailable
from tests.hostile import LISTED, PUBLIC, URLS, Dial, Names, listening, tried
from worker.wiring import _authorities


async def test_no_hostile_address_is_reached() -> None:
    found = await tried()
    assert len(URLS) >= 60
    assert len(set(URLS)) == len(URLS)
    assert set(found.reached) <= {LISTED}, "the only connections are to the listed partner, which redirects in vain"
    assert found.reached == [LISTED, LISTED]
    assert set(found.outside) <= {PUBLIC}


async def test_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_checked() -> None:
    name = "https://flips-to-loopback.example:{p}/in"
    found = await tried([name])
    assert (found.asked, found.outside, found.reached) == (["flips-to-loopback.example"], [PUBLIC], [])


async def test_an_address_that_is_listed_is_reached_by_plain_http_only_where_that_is_listed_too() -> None:
    async with listening() as machine:
        for hosts, outcome in ((frozenset({"127.0.0.1"}), 307), (frozenset[str](), "address_not_https")):
            async with guarded_client(Bounds((ip_network("127.0.0.0/8"),), hosts), timeout=2.0) as http:
                try:
                    answer: int | str = (await http.post(f"http://127.0.0.1:{machine.port}/in")).status_code
                except AddressRefused as error:
                    answer = error.code
            assert answer == outcome
        assert machine.reached == ["127.0.0.1"]


async def test_tls_is_asked_for_by_name_although_the_connection_goes_by_number() -> None:
    dial, bounds = Noted(), Bounds()
    async with guarded_client(bounds, PinnedBackend(bounds, Names(), dial), timeout=2.0) as http:
        with pytest.raises(httpx.ConnectError):
            await http.post("https://flips-to-loopback.example/in")
    assert (dial.dialled, dial.names) == ([PUBLIC], ["flips-to-loopback.example"])


@pytest.mark.parametrize("url", ["https://nsa.example", "https://93.184.215.14:8443/x"])
def test_a_plain_public_address_is_in_bounds(url: str) -> None:
    Bounds().check_url(httpx.URL(url))
    assert Bounds().check([PUBLIC, PUBLIC, "2606:2800:21f:cb07::1"]) == [PUBLIC, "2606:2800:21f:cb07::1"]


async def test_an_authority_on_an_address_out_of_bounds_is_not_asked() -> None:
    async with listening() as machine, HttpAuthority("nsa", f"http://127.0.0.1:{machine.port}", bounds=Bounds()) as authority:
        with pytest.raises(PartnerUnavailable, match="AddressRefused"):
            await authority.ask(key="a1", kind="clearance", case="hire/7q2k9fxm", details={}, person=None)
        assert machine.reached == []


async def test_every_authority_a_worker_asks_is_within_the_bounds_of_the_settings(tmp_path: Path) -> None:
    async with listening() as machine, AsyncExitStack() as stack:
        entry = f'[partners.nsa]\nkind = "national_authority"\nname = "n"\nbase_url = "http://127.0.0.1:{machine.port}"\n'
        (tmp_path / "partners.toml").write_text(entry)
        settings = Settings(data_dir=tmp_path, partners_file=tmp_path / "partners.toml")
        found = _authorities(settings, new_signing_key("k"), Words.load(), SmtpMail("127.0.0.1", 1, "a@b.example"), stack)
        with pytest.raises(PartnerUnavailable, match="AddressRefused"):
            await found["nsa"].ask(key="a1", kind="clearance", case="hire/7q2k9fxm", details={}, person=None)
        assert machine.reached == []


class Told(httpcore.AsyncNetworkStream):
    """A connection that only notes by which name TLS was asked for."""

    def __init__(self, names: list[str | None]) -> None:
        self.names = names

    async def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> Any:
        self.names.append(server_hostname)
        raise httpcore.ConnectError("enough was seen")

    async def aclose(self) -> None: ...


class Noted(Dial):
    def __init__(self) -> None:
        super().__init__()
        self.dialled: list[str] = []
        self.names: list[str | None] = []

    async def connect_tcp(self, host: str, port: int, *more: Any, **named: Any) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        return Told(self.names)
