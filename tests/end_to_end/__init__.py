"""The whole of it with real time: processes, sockets, kills and outages."""
