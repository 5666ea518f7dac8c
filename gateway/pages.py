"""The pages of `docs/events/`: every type with who may send it, its fields and a whole sample; and every refusal."""

import json
from collections.abc import Iterable

from config.schemas import schema
from domain.events import PREFIX, EventData, catalogue
from domain.outbound import announcements
from gateway.refusals import GROUPS
from gateway.shapes import Node, direction_of, example, models, said
from gateway.telling import WHEN

GENERATED = "<!-- Written by `python -m gateway.contracts`; a test holds it against the code. -->\n"
AGAIN = {"never": "no: it stays wrong", "later": "yes, the same again later", "signed": "yes, signed anew"}


def pages() -> dict[str, str]:
    """The text of each page by its name."""
    return {"README.md": _index(), "inbound.md": _inbound(), "outbound.md": _outbound(), "refusals.md": _refusals()}


def _index() -> str:
    return f"""{GENERATED}# Events

Every message in and out is a CloudEvent in structured mode (`content-type: application/cloudevents+json`), with a type that begins
with `{PREFIX}`, a subject that names the case, and `data` of its own. A running installation serves the JSON Schema of each under
`GET /schemas`; they change by additions alone.

- [What partners send](inbound.md): {len(catalogue())} types.
- [What Muster announces](outbound.md): {len(announcements())} types.
- [Every refusal](refusals.md), and what would be right.
- The whole as [OpenAPI](../openapi.json) and [AsyncAPI](../asyncapi.json); the way in is [integrating](../integrating.md).
"""


def _inbound() -> str:
    head = f"""{GENERATED}# What partners send

`muster event send --sample TYPE --print` shows any of these as a signed request. Any of them may be refused for its request, its
signature or its form; [refusals](refusals.md) lists each code with what would be right. What is particular to a type stands with it.
Unless said otherwise an event that comes too early waits for its moment, and one that comes too late changes nothing; both are accepted.
"""
    return head + "".join(_type(kind) for kind in catalogue())


def _outbound() -> str:
    head = f"""{GENERATED}# What Muster announces

To every partner whose entry subscribes to the type, signed, at least once, in order per case, with an id that never changes. Answer
with any 2xx once you have it on disk; 410 says that you want no more. Fields may be added: pass over what you do not know.
"""
    return head + "".join(_type(kind) for kind in announcements())


def _type(kind: str) -> str:
    model = models()[kind]
    shape = schema(f"events/{kind}")
    lines = [f"\n## {kind}\n", f"{WHEN.get(kind) or said(model)}\n"]
    about = {"hire": "`hire/<id>`, as a receipt or an announcement named it", "vacancy": "`vacancy/<reference>`"}[shape["x-subject"]]
    if issubclass(model, EventData):
        lines.append(f"- Who may send it: {', '.join(f'`{sender}`' for sender in sorted(model.SENDERS))}")
    lines.append(f"- Subject: {about}")
    lines.append("- Fields of `data`: none\n" if not shape["properties"] else f"- Fields of `data`:\n\n{_fields(shape)}\n")
    lines.append(f"```json\n{json.dumps(example(kind), indent=2, ensure_ascii=False)}\n```\n")
    if direction_of(kind) == "in":
        lines.append(f"Refused for reasons of its own: {', '.join(_particular(kind))}.\n")
    return "\n".join(lines)


def _particular(kind: str) -> Iterable[str]:
    """The refusals that depend on the type; each leads to its line."""
    yield from ("`type_not_allowed` (403)", "`invalid` (422)", "`wrong_subject` (422)")
    yield from ("`unknown_case` (404)", *(("`vacancy_over` (409)",) if kind == "application.submitted" else ()))


def _fields(shape: Node) -> str:
    """A table of all fields, the inner ones with their path."""
    rows = "\n".join(f"| `{name}` | {form} | {'yes' if needed else ''} |" for name, form, needed in _rows(shape, shape, ""))
    return f"| field | form | required |\n|---|---|---|\n{rows}"


def _rows(node: Node, root: Node, before: str) -> Iterable[tuple[str, str, bool]]:
    for name, inner in node.get("properties", {}).items():
        yield before + name, _form(inner, root), name in node.get("required", ())
        for option in _options(inner, root):
            below = option.get("items", option)
            for each in _options(below, root):
                yield from _rows(each, root, f"{before}{name}{'[]' if 'items' in option else ''}.")


def _options(node: Node, root: Node) -> list[Node]:
    if "$ref" in node:
        return _options(root["$defs"][node["$ref"].rpartition("/")[2]], root)
    return [option for each in node["anyOf"] for option in _options(each, root)] if "anyOf" in node else [node]


def _form(node: Node, root: Node) -> str:
    return " or ".join(dict.fromkeys(_one_form(option, root) for option in _options(node, root)))


def _one_form(node: Node, root: Node) -> str:
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    if node.get("type") == "array":
        return f"a list of {_form(node['items'], root)}"
    words = {"object": "an object", "string": "text", "integer": "a whole number", "boolean": "`true` or `false`", "null": "`null`"}
    found = {"date": "a day, `YYYY-MM-DD`", "date-time": "a moment, RFC 3339"}.get(node.get("format", ""), words[node["type"]])
    limits = [f"{say} {node[word]}" for word, say in _LIMITS.items() if word in node]
    if "pattern" in node:
        limits.append(_code(node["pattern"]))
    return f"{found} ({', '.join(limits)})" if limits else found


def _code(text: str) -> str:
    """Inline code in a table: a bar would end the cell, a backtick the code."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")


_LIMITS = {"minimum": "from", "maximum": "to", "minLength": "length from", "maxLength": "length to"}


def _refusals() -> str:
    text = f"""{GENERATED}# Every refusal

A refusal is a problem document (RFC 9457, `application/problem+json`): branch on `code`, show `detail` to a person, name `trace_id`
when you ask us. It repeats nothing of what you sent, and nothing of a refused event is kept. `errors`, where it stands, names each
place of the body that is wrong and what would be right there.
"""
    for title, group in GROUPS.items():
        text += f"\n## {title}\n\n| code | status | when | what would be right | send it again? |\n|---|---|---|---|---|\n"
        text += "".join(f"| `{met.code}` | {met.status} | {met.when} | {met.right} | {AGAIN[met.again]} |\n" for met in group)
    return text
