"""Addresses a partners file could hold to make us reach where we must not, and a machine that notices being reached."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

import httpcore
import httpx

from connectors.addresses import AddressRefused, Bounds, PinnedBackend, guarded_client

#: Where the one partner stands that is listed: what it redirects to is not.
LISTED = "127.0.0.9"
PUBLIC = "93.184.215.14"
#: What hostile names resolve to: the first answer, and every later one.
NAMES: dict[str, tuple[list[str], list[str]]] = {
    "flips-to-loopback.example": ([PUBLIC], ["127.0.0.1"]),
    "flips-to-metadata.example": ([PUBLIC], ["169.254.169.254"]),
    "flips-to-v6.example": ([PUBLIC], ["::1"]),
    "loopback.example": (["127.0.0.1"], ["127.0.0.1"]),
    "mixed.example": ([PUBLIC, "127.0.0.1"], [PUBLIC]),
    "mixed-v6.example": (["2606:2800:21f:cb07::1", "::1"], [PUBLIC]),
    "mapped.example": (["::ffff:127.0.0.1"], [PUBLIC]),
    "nat64.example": (["64:ff9b::7f00:1"], [PUBLIC]),
    "six-to-four.example": (["2002:7f00:1::1"], [PUBLIC]),
    "link-local.example": (["fe80::1%lo"], [PUBLIC]),
    "ten.example": (["10.0.0.1"], [PUBLIC]),
    "shared.example": (["100.64.0.1"], [PUBLIC]),
    "nowhere.example": ([], [PUBLIC]),
    "garbage.example": (["not-an-address"], [PUBLIC]),
}
#: {p} is a port somebody listens on, on every loopback address.
HOSTS = (
    *("127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "0x7f000001", "0x7f.1", "0177.0.0.1", "2130706433", "0", "0.0.0.0", "localhost"),
    *("LOCALHOST", "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:0:0:1]"),
    *("[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[::ffff:0:127.0.0.1]", "169.254.169.254", "[fe80::1]"),
    *("[fd00:ec2::254]", "[::ffff:a9fe:a9fe]", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "100.100.100.200", "192.0.0.192"),
    *("198.18.0.1", "224.0.0.1", "255.255.255.255", "[ff02::1]", "[2001:db8::1]", "[2001::1]", "[fec0::1]"),
)
URLS: tuple[str, ...] = (
    *(f"https://{host}:{{p}}/in" for host in HOSTS),
    *(f"https://{name}:{{p}}/in" for name in NAMES),
    f"http://{LISTED}:{{p}}/redirect",
    f"http://{LISTED}:{{p}}/redirect-v6",
    "http://127.0.0.1:{p}/in",
    f"http://{PUBLIC}@127.0.0.1:{{p}}/in",
    f"http://user:secret@{LISTED}:{{p}}/in",
    f"https://{PUBLIC}%2f@127.0.0.1:{{p}}/in",
    f"https://{PUBLIC}#@127.0.0.1:{{p}}/in",
    "ftp://127.0.0.1:{p}/in",
    "file:///etc/hostname",
    "unix:///tmp/socket",
    "//127.0.0.1:{p}/in",
    "https:///in",
)


@dataclass
class Machine:
    """Listens on every address of this machine; counts who connects where. The listed partner redirects to its neighbour."""

    port: int = 0
    reached: list[str] = field(default_factory=list)

    async def served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        here = writer.get_extra_info("sockname")[0]
        self.reached.append(here)
        try:
            to = "[::1]" if b"v6" in await asyncio.wait_for(reader.readline(), 1) else "127.0.0.1"
            place = f"Location: http://{to}:{self.port}/in"
            writer.write(f"HTTP/1.1 307 X\r\n{place}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        except (OSError, TimeoutError, ssl.SSLError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Machine]:
    machine = Machine()
    async with AsyncExitStack() as stack:
        first = await asyncio.start_server(machine.served, "0.0.0.0", 0)
        machine.port = first.sockets[0].getsockname()[1]
        await stack.enter_async_context(first)
        if socket.has_ipv6:
            with suppress(OSError):  # a machine without IPv6: nothing could be reached that way either
                await stack.enter_async_context(await asyncio.start_server(machine.served, "::1", machine.port))
        yield machine


class Names:
    """A hostile DNS: one answer when it is checked, another for whoever asks again. Numbers are read by the system itself."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        if host not in NAMES:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return [str(address[0]) for *_, address in found]
        self.asked.append(host)
        first, later = NAMES[host]
        return first if self.asked.count(host) == 1 else later


class Dial(httpcore.AsyncNetworkBackend):
    """Really connects within this machine; of an address outside it only notes that it would be dialled."""

    def __init__(self) -> None:
        self.outside: list[str] = []
        self._real = httpcore.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, *more: Any, **named: Any) -> httpcore.AsyncNetworkStream:
        if host in (PUBLIC, "2606:2800:21f:cb07::1"):
            self.outside.append(host)
            raise httpcore.ConnectError("not from a test")
        return await self._real.connect_tcp(host, port, *more, **named)

    async def connect_unix_socket(self, path: str, *more: Any, **named: Any) -> httpcore.AsyncNetworkStream:
        return await self._real.connect_unix_socket(path, *more, **named)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Found:
    """What came of trying addresses: which connections were made, and what each address answered."""

    reached: list[str]
    outside: list[str]
    answers: dict[str, str]
    asked: list[str]


async def tried(urls: Iterable[str] = URLS) -> Found:
    """Post to each address as the relay would, with one loopback address listed and all others not."""
    bounds = Bounds((ip_network(f"{LISTED}/32"),), frozenset({LISTED}))
    names, dial, answers = Names(), Dial(), {}
    async with listening() as machine, guarded_client(bounds, PinnedBackend(bounds, names, dial), timeout=2.0) as http:
        for pattern in urls:
            url = pattern.replace("{p}", str(machine.port))
            try:
                answers[pattern] = str((await http.post(url, content=b"{}")).status_code)
            except AddressRefused as error:
                answers[pattern] = error.code
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                answers[pattern] = type(error).__name__
        await asyncio.sleep(0.05)
    return Found(machine.reached, dial.outside, answers, names.asked)
