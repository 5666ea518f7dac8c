"""`python -m worker`."""

import asyncio

from config.logs import configure
from config.settings import load_settings
from worker.serve import serve

if __name__ == "__main__":
    settings = load_settings()
    configure(log_format=settings.log_format, level=settings.log_level)
    asyncio.run(serve(settings))
