"""The people's API as a whole: the real application over ASGI, with a real store behind it."""
