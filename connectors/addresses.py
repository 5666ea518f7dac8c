"""Where our requests may go: https to public addresses, and what an operator has listed; nothing else, whatever a name resolves to.

A partner's address is written by hand, and its name belongs to somebody else's DNS. So a name is resolved once, every address it
has is checked, and the connection goes to those very addresses: what DNS says a moment later plays no part. TLS and the Host header
keep the name. Redirects and proxies are never followed, userinfo is refused.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore
import httpx

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
#: The addresses of a name, as text. Raises OSError.
Resolve = Callable[[str, int], Awaitable[list[str]]]

#: Said here and not left to the interpreter alone, whose lists differ between patch releases: this network, private, shared, loopback,
#: link-local (with the metadata services), protocol assignments, documentation, benchmarks, multicast, reserved; and in IPv6 also every
#: form that carries an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo): what it leads to is not what it looks like.
REFUSED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32"),
        *("2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)


class AddressRefused(httpx.ConnectError):
    """Nothing was sent: the address is none we may post to. `code` says why; a change of DNS or of a setting can put it right."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Bounds:
    """What an operator allows beside https to public addresses: networks of their own, and hosts that speak plain http."""

    networks: tuple[Network, ...] = ()
    http_hosts: frozenset[str] = frozenset()

    def check_url(self, url: httpx.URL) -> None:
        """Raises AddressRefused for what need not even be resolved."""
        if url.userinfo:
            raise AddressRefused("an address may not hold a user or a password", "address_userinfo")
        if not url.host:
            raise AddressRefused("an address needs a host", "address_no_host")
        if url.scheme != "https" and not (url.scheme == "http" and url.host in self.http_hosts):
            raise AddressRefused("an address must be https, or http to a host listed in `allow_http`", "address_not_https")

    def check(self, addresses: Iterable[str]) -> list[str]:
        """The same addresses, when we may connect to every one of them; one bad one among good ones is a trick, not an accident."""
        found = [_address(text) for text in addresses]
        if not found or any(address is None or not self._allowed(address) for address in found):
            raise AddressRefused("the name leads to an address that is neither public nor listed in `allow_networks`", "address_refused")
        return list(dict.fromkeys(str(address) for address in found))

    def _allowed(self, address: Address) -> bool:
        if any(address in network for network in self.networks):
            return True
        return address.is_global and not address.is_multicast and not any(address in network for network in REFUSED)


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return None if getattr(found, "scope_id", None) else found


async def resolve(host: str, port: int) -> list[str]:
    """Through the system, as any connection would be: also `0x7f.1` and other spellings of numbers come out as what they mean."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections by name, but only to addresses that were checked; `dial` opens them by number."""

    def __init__(self, bounds: Bounds, look_up: Resolve = resolve, dial: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._bounds, self._look_up, self._dial = bounds, look_up, dial or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                found = await self._look_up(host, port)
        except (OSError, UnicodeError, TimeoutError):
            raise httpcore.ConnectError("the name cannot be resolved") from None
        failed: Exception = httpcore.ConnectError("no address answered")
        for address in self._bounds.check(found):
            try:
                return await self._dial.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("a partner is no socket of this machine", "address_refused")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """HTTP within bounds. Give it to a client with `follow_redirects=False, trust_env=False`."""

    def __init__(self, bounds: Bounds, backend: httpcore.AsyncNetworkBackend | None = None, verify: ssl.SSLContext | bool = True) -> None:
        super().__init__(verify=verify, trust_env=False)
        self._bounds = bounds
        # The library has no argument for where its pool gets connections from; the pool itself does.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=verify if isinstance(verify, ssl.SSLContext) else httpx.create_ssl_context(verify=verify, trust_env=False),
            max_connections=200,
            max_keepalive_connections=40,
            keepalive_expiry=5,
            network_backend=backend or PinnedBackend(bounds),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._bounds.check_url(request.url)
        return await super().handle_async_request(request)


def guarded_client(bounds: Bounds, backend: httpcore.AsyncNetworkBackend | None = None, timeout: float = 15.0) -> httpx.AsyncClient:
    """A client that goes nowhere but within bounds: no redirects, no proxy from the environment."""
    return httpx.AsyncClient(transport=GuardedTransport(bounds, backend), follow_redirects=False, trust_env=False, timeout=timeout)
