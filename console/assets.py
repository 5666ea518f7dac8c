"""What a page needs besides its words: styles, scripts, icons. Read once, served under a name that holds their hash, kept for ever.

Everything comes from `static/`: what is ours, and `static/vendor/` with the libraries' files as their makers publish them.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Depends, Response

from acts.needs import Free, free
from domain.errors import NotFound

STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """One file, and the address that changes with its bytes."""

    name: str
    address: str
    type: str
    body: bytes


class Assets:
    def __init__(self, folder: Path = STATIC) -> None:
        files = [path for path in sorted(folder.rglob("*")) if path.suffix in TYPES]
        self._named = {asset.name: asset for asset in (_asset(path, folder) for path in files)}
        self._placed = {asset.address: asset for asset in self._named.values()}

    def at(self, name: str) -> str:
        """Where `css/muster.css` is found. Raises NotFound for a file there is not: a page would look wrong without a word."""
        try:
            return self._named[name].address
        except KeyError:
            raise NotFound(f"there is no asset {name}", code="no_asset") from None

    def routes(self) -> APIRouter:
        at = APIRouter(dependencies=[Depends(free(Free.PUBLIC))])

        @at.get("/assets/{name}")
        async def asset(name: str) -> Response:
            found = self._placed.get(f"/assets/{name}")
            if found is None:
                raise NotFound("there is no such file", code="no_asset")
            return Response(found.body, media_type=found.type, headers={"cache-control": "public, max-age=31536000, immutable"})

        return at


def _asset(path: Path, folder: Path) -> Asset:
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:12]
    name = path.relative_to(folder).as_posix()
    return Asset(name, f"/assets/{path.stem}.{digest}{path.suffix}", TYPES[path.suffix], body)
