"""The description of the people's API, written out: `python -m gateway.api.description > docs/api.json`. A test holds the file to it."""

import json
import sys
from typing import Any

from config.cursors import Cursors
from gateway.api.app import described
from gateway.api.wiring import routers


def openapi() -> dict[str, Any]:
    """OpenAPI 3.1 of every address there is."""
    return described(routers(Cursors(b""))).openapi()


def document() -> str:
    return json.dumps(openapi(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
