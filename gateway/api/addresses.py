"""Every command of the command line, and its address here; or why it has none. A house test holds both against the real thing."""

V1 = "/api/v1"

#: Command -> method and address. Acts on a hire or a vacancy have theirs by the table of acts: `POST …/acts/<name>`.
ADDRESSES = {
    "deadlines": "GET /deadlines",
    "digest": "GET /digest",
    "vacancy list": "GET /vacancies",
    "vacancy show": "GET /vacancies/{reference}",
    "vacancy why": "GET /vacancies/{reference}/why",
    "vacancy timeline": "GET /vacancies/{reference}/timeline",
    "vacancy jobposting": "GET /vacancies/{reference}/jobposting",
    "hire list": "GET /hires",
    "hire show": "GET /hires/{hire}",
    "hire timeline": "GET /hires/{hire}/timeline",
    "hire why": "GET /hires/{hire}/why",
    "hire status": "GET /hires/{hire}/status",
    "hire undo": "GET /hires/{hire}/undo",
    "hire forecast": "GET /hires/{hire}/forecast",
    "hire contract": "GET /hires/{hire}/contract",
    "hire letters": "GET /hires/{hire}/letters",
    "hire letter": "GET /letters/{letter}",
    "person find": "POST /people/search",
    "board show": "GET /vacancies/{reference}/board",
    "board file": "GET /hires/{hire}/board",
    "operation list": "GET /operations",
    "operation show": "GET /operations/{operation}",
    "policy check": "POST /policies/check",
    "policy list": "GET /policies",
    "policy show": "GET /policies/{name}",
    "policy diff": "POST /policies/diff",
    "policy rehearse": "POST /policies/rehearse",
    "overlay preview": "POST /overlays/preview",
    "overlay list": "GET /overlays",
    "overlay show": "GET /overlays/{name}",
    "calendar list": "GET /calendars",
    "calendar show": "GET /calendars/{name}",
    "calendar check": "POST /calendars/check",
    "calendar diff": "POST /calendars/diff",
    "report turns": "GET /reports/turns",
    "staff list": "GET /staff",
    "staff show": "GET /staff/{person}",
    "staff worklist": "GET /worklist",
    "event show": "GET /events/{partner}/{event}",
    "housekeeping show": "GET /housekeeping",
    "notice parse": "POST /notices/preview",
}

#: Commands that go another way here, or none at all, each with the reason.
EXEMPT = {
    **dict.fromkeys(
        ("up", "worker", "gateway", "api", "dispatcher", "relay", "migrate", "doctor", "recover", "demo", "config show"),
        "runs or examines the installation itself: for whoever operates the machine",
    ),
    "letters preview": "sets sample letters as files; no letter of anybody's",
    "calendar build": "drafts a file from public holidays; nothing of the installation is asked",
    **dict.fromkeys(
        ("staff token add", "staff token list", "staff token revoke"),
        "a token that could make or end tokens would outlive its own revocation",
    ),
    **dict.fromkeys(("policy approve", "overlay approve"), "an approval is never given by token"),
}

#: Commands that do something and have no address yet.
TO_COME = frozenset(
    {
        "vacancy import", "vacancy publish", "hire import", "board compose", "board declare", "policy publish", "overlay propose",
        "overlay lift", "overlay apply", "calendar publish", "operation resume", "operation cancel", "staff add", "staff load",
        "staff absent", "staff delegate", "staff revoke", "staff hand-over", "housekeeping start", "housekeeping stop",
        "hires act hold", "hires act resume", "hires act extend", "hires act confirm-lapse", "hires act reopen-lapse",
    }
)  # fmt: skip
