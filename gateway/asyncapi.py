"""The AsyncAPI 3.0 document: every message in and out, by which channel it travels, with its headers, its form and an example."""

from collections.abc import Iterable

from domain.events import PREFIX, EventData, catalogue
from domain.outbound import announcements
from gateway.shapes import HEADERS, MEDIA_TYPE, Node, example, models, ref, said, schemas

INFO = {
    "title": "Muster: events in and out",
    "version": "1.0.0",
    "description": "CloudEvents 1.0 in structured mode, each signed as Standard Webhooks describe. Events we announce come at least once, "
    "in order per case, with an id that never changes: remember the ids, pass over fields you do not know.",
}
_PROVED = {
    "type": "httpApiKey",
    "in": "header",
    "name": "webhook-signature",
    "description": "An Ed25519 signature per message (`v1a`), over id, timestamp and body.",
}


def document() -> Node:
    inward, outward = catalogue(), announcements()
    return {
        "asyncapi": "3.0.0",
        "info": INFO,
        "defaultContentType": MEDIA_TYPE,
        "servers": {
            "gateway": {
                "host": "{host}",
                "protocol": "https",
                "description": "Our door: events come in here.",
                "variables": {"host": {"default": "muster.example"}},
                "security": [{"$ref": "#/components/securitySchemes/signature"}],
            },
            "broker": {
                "host": "{host}",
                "protocol": "nats",
                "description": "NATS JetStream, where the operator has one: see docs/broker.md.",
                "variables": {"host": {"default": "broker.example"}},
            },
            "subscriber": {
                "host": "{host}",
                "pathname": "/{base}",
                "protocol": "https",
                "description": "Yours: `base_url` in the partners file.",
                "variables": {"host": {"default": "partner.example"}, "base": {"default": "muster"}},
                "security": [{"$ref": "#/components/securitySchemes/signature"}],
            },
        },
        "channels": {
            "inbound": _channel("/events", "gateway", "What partners tell us, one POST each.", inward),
            "announcements": _channel("/events", "subscriber", "What we announce to subscribers, one POST each.", outward),
            "feed": _channel("/feed", "gateway", "The same, fetched by a partner without an address: pages, or a stream.", outward),
            "brokerInbound": _broker("muster.in.{partner}", "What partners tell us, where an organisation has a broker.", inward),
            "brokerAnnouncements": _broker("muster.out.{type}", "What we announce, under the type without its prefix.", outward),
        },
        "operations": {
            "takeEvent": _operation("receive", "inbound", "Take an event; 202 and a signed receipt once it is on disk.", inward),
            "announce": _operation("send", "announcements", "Tell a subscriber; any 2xx settles it, 410 ends the subscription.", outward),
            "feed": _operation("send", "feed", "Answer a reader of the feed: each event with its signature, and a cursor.", outward, "GET"),
            "takeFromBroker": _over_broker("receive", "brokerInbound", "Take an event; acknowledged once it is on disk.", inward),
            "announceOverBroker": _over_broker("send", "brokerAnnouncements", "Tell whoever reads the subject.", outward),
        },
        "components": {
            "securitySchemes": {"signature": _PROVED},
            "messageTraits": {"signed": {"headers": _headers()}},
            "messages": {kind: _message(kind) for kind in models()},
            "schemas": schemas(),
        },
    }


def _headers() -> Node:
    properties = {name: {**header["schema"], "description": header["description"]} for name, header in HEADERS.items()}
    return {"type": "object", "required": list(HEADERS), "properties": properties}


def _channel(address: str, server: str, what: str, kinds: Iterable[str]) -> Node:
    return {
        "address": address,
        "description": what,
        "servers": [{"$ref": f"#/servers/{server}"}],
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in kinds},
        "bindings": {"http": {}},
    }


def _operation(action: str, channel: str, what: str, kinds: Iterable[str], method: str = "POST") -> Node:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": what,
        "bindings": {"http": {"method": method}},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{kind}"} for kind in kinds],
    }


def _broker(address: str, what: str, kinds: Iterable[str]) -> Node:
    parameter = address[address.index("{") + 1 : -1]
    channel = _channel(address, "broker", what, kinds)
    del channel["bindings"]
    said = {"partner": "The partner's id.", "type": "Such as `hire.ended`."}[parameter]
    return channel | {"parameters": {parameter: {"description": said}}}


def _over_broker(action: str, channel: str, what: str, kinds: Iterable[str]) -> Node:
    return {**_operation(action, channel, what, kinds), "bindings": {"nats": {}}}


def _message(kind: str) -> Node:
    model = models()[kind]
    found: Node = {
        "name": PREFIX + kind,
        "title": kind,
        "contentType": MEDIA_TYPE,
        "traits": [{"$ref": "#/components/messageTraits/signed"}],
        "correlationId": {"location": "$message.header#/webhook-id", "description": "The event's id."},
        "payload": ref(kind),
        "examples": [{"name": "example", "headers": _example_headers(kind), "payload": example(kind)}],
    }
    if words := said(model):
        found["summary"] = words
    if issubclass(model, EventData):
        found["tags"] = [{"name": sender} for sender in sorted(model.SENDERS)]
    return found


def _example_headers(kind: str) -> Node:
    event = example(kind)
    signature = "v1a," + "A" * 86 + "=="
    return {
        "webhook-id": event["id"],
        "webhook-timestamp": "1788251400",
        "webhook-signature": signature,
        "muster-partner": event["source"],
    }
