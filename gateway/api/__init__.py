"""The people's API: what staff do at the command line, as HTTP under `/api/v1`, by personal access token. It adds no rules of its own."""
