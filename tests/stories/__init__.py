"""Stories: a real worker against a real server, time skipped; the store is a hand-written fake that keeps the same promises."""
