"""Every refusal a partner may meet at this door: its code, its status, when it is said and what would be right.

The one list behind `docs/openapi.json` and `docs/events/refusals.md`; tests hold it against the code and provoke each of them
(tests/gateway/test_refusals.py; `unavailable` and `internal` by a broken store put behind the door).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Met:
    """`again` says what to do with the same event: never (it stays wrong), later (send the same again), signed anew."""

    code: str
    status: int
    when: str
    right: str
    again: str = "never"


_FRESH = "signed"
REQUEST = (
    Met("no_such_address", 404, "there is nothing at the address", "the addresses are those of `GET /openapi.json`"),
    Met("method_not_allowed", 405, "the address takes other methods", "use a method named in `Allow`"),
    Met("no_query", 400, "something follows the path after `?`", "leave it out: no signature would cover it"),
    Met("bad_length", 400, "`content-length` is repeated or no number", "send it once, or not at all"),
    Met("too_large", 413, "the body is larger than this door takes", "at most 65 536 bytes; attachments travel as references"),
    Met("too_slow", 408, "the body took too long to arrive", "send all of it within ten seconds", "later"),
    Met("wrong_media_type", 415, "the body is no structured CloudEvent, or is encoded", "`content-type: application/cloudevents+json`"),
    Met("bad_address", 400, "the names in the path are not of the right form", "the partner's id and the event's id, as you sent them"),
    Met("bad_query", 400, "the feed or the log is asked for what it does not know", "`after`, `limit`, `wait`; `from`, `to`: each once"),
    Met("unknown_cursor", 400, "the cursor is none that you were given here", "the last `next` or `cursor` you kept; or begin again"),
    Met("unavailable", 503, "we cannot keep events at the moment", "send the same again after `Retry-After`", "later"),
    Met("internal", 500, "something broke on our side", "send the same again later", "later"),
)
PROOF = (
    Met("sender_missing", 401, "`muster-partner` is missing, repeated or of another form", "your id as we gave it to you, once"),
    Met("sender_unknown", 401, "`muster-partner` names nobody we know", "your id as we gave it to you"),
    Met("header_missing", 401, "one of the three `webhook-` headers is missing", "send all three", _FRESH),
    Met("header_repeated", 401, "a header that proves you was sent twice", "send each once", _FRESH),
    Met("header_malformed", 401, "a header that proves you is not of its form", "id, ten digits, `v1a,` and base64 as described", _FRESH),
    Met("timestamp_out_of_range", 401, "`webhook-timestamp` is over five minutes off", "sign each attempt anew, by a right clock", _FRESH),
    Met("no_key_fits", 401, "no live key of yours fits the signature", "sign the bytes sent: id, dot, timestamp, dot, body", _FRESH),
    Met("way_not_allowed", 401, "you prove yourself in a way your entry does not name", "the way agreed with the operator", _FRESH),
    Met("several_proofs", 401, "headers of several ways stand side by side", "prove yourself in one way", _FRESH),
    Met("token_malformed", 401, "the bearer token is none of ours", "`Authorization: Bearer` and a token of `POST /oauth/token`", _FRESH),
    Met("token_not_yours", 401, "the bearer token is another partner's, or for another door", "your own token", _FRESH),
    Met("token_expired", 401, "the bearer token is over", "get a new one", _FRESH),
    Met("token_revoked", 401, "the client secret behind the token was revoked", "a secret that counts; ask the operator"),
    Met("not_the_edge", 401, "`client-cert` comes from somewhere else than our edge", "leave it out: the edge sets it"),
    Met("certificate_malformed", 401, "the client certificate cannot be read", "one certificate, as the edge passes it on"),
    Met("certificate_unknown", 401, "the client certificate is not one of yours", "one whose fingerprint the operator has"),
    Met("certificate_expired", 401, "the client certificate is not valid now", "a valid one"),
)
RATES = (
    Met("sender_rate", 429, "you send more than was agreed", "wait as long as `Retry-After` says", "later"),
    Met("total_rate", 429, "everybody together sends more than we take", "wait as long as `Retry-After` says", "later"),
    Met("unproved_rate", 429, "too many requests from your address failed to prove you", "find out why; then wait", "later"),
    Met("too_many_readers", 429, "four of your readers hold a connection to the feed already", "end one of them", "later"),
    Met("stranger_rate", 429, "too many requests of senders not seen lately", "wait as long as `Retry-After` says", "later"),
)
FORM = (
    Met("not_utf8", 400, "the body is not UTF-8", "UTF-8, without a byte order mark"),
    Met("not_json", 400, "the body is not JSON", "one JSON object"),
    Met("too_deep", 400, "the body is nested too deep", "at most 16 levels"),
    Met("duplicate_key", 400, "an object holds the same key twice", "each key once"),
    Met("not_finite", 400, "a number is too large, NaN or Infinity", "finite numbers of at most 19 digits"),
    Met("bad_character", 400, "a text holds a NUL or half a character", "whole characters without NUL"),
    Met("not_an_object", 422, "the body is JSON, but no object", "one event as one object"),
    Met("invalid", 422, "a field is missing, unknown or of another form", "`errors` names each place and what would be right there"),
    Met("unknown_type", 422, "there is no such type", "one of the types listed here, with its prefix"),
    Met("wrong_subject", 422, "the subject is not of the kind this type is about", "see the type: `hire/<id>` or `vacancy/<reference>`"),
)
RIGHT = (
    Met("source_mismatch", 403, "`source` is not the partner that proved itself", "your own id"),
    Met("id_mismatch", 400, "`id` is not the header `webhook-id`", "the same in both"),
    Met("type_not_allowed", 403, "you may not send this type", "see who may send it; ask the operator if it should be you"),
    Met("subject_mismatch", 403, "over a broker: published under another partner's name", "`muster.in.` and your own id"),
    Met("not_its_sender", 403, "somebody asks about another partner's event", "ask about your own"),
)
MATTER = (
    Met(
        "unknown_case",
        404,
        "there is no such case; events for one not known yet are taken and wait, until 200 of yours do",
        "the subject that a receipt or an announcement named",
    ),
    Met("vacancy_over", 409, "the vacancy was cancelled or takes nobody any more", "nothing: tell the candidate"),
    Met("other_content", 409, "the same id came before with other bytes", "a new id for a new event; the same bytes for a repeat"),
    Met("unknown_event", 404, "no event with this id was accepted from you", "an id for which you hold a receipt"),
    Met("not_signed_yet", 409, "the log's newest checkpoint does not have it yet", "ask again in five seconds", "later"),
    Met("unknown_schema", 404, "there is no schema of this name", "a name that `GET /schemas` lists"),
)
GROUPS: dict[str, tuple[Met, ...]] = {
    "The request itself": REQUEST,
    "Who sends it": PROOF,
    "How much of it": RATES,
    "The form of the event": FORM,
    "The right to say it": RIGHT,
    "What it is about": MATTER,
}


def refusals() -> dict[str, Met]:
    """All of them by code, in the order in which the door looks."""
    return {met.code: met for group in GROUPS.values() for met in group}


def with_status(status: int) -> list[Met]:
    return [met for met in refusals().values() if met.status == status]
