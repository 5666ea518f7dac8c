"""The documents integrators build from are those the code gives, whole in themselves, and their samples are taken at a real door."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from domain.events import catalogue
from domain.outbound import announcements
from gateway.contracts import DOCS, documents, write
from gateway.refusals import refusals
from gateway.shapes import direction_of, example, models
from tests.domain.event_samples import SENDER, event
from tests.gateway.door import Caller
from tests.house.repository import ROOT

NAMES = ["openapi.json", "asyncapi.json", *(f"events/{page}.md" for page in ("README", "inbound", "outbound", "refusals"))]
Node = dict[str, Any]


def kept(name: str) -> Node:
    found: Node = json.loads((DOCS / name).read_text("utf-8"))
    return found


async def test_the_kept_documents_are_those_the_code_gives() -> None:
    given = await documents()
    assert list(given) == NAMES
    differing = [name for name, text in given.items() if (DOCS / name).read_text("utf-8") != text]
    assert differing == [], "write them anew: python -m gateway.contracts"


async def test_writing_gives_the_same_files_anywhere(tmp_path: Any) -> None:
    assert [path.relative_to(tmp_path).as_posix() for path in write(await documents(), tmp_path)] == NAMES


async def test_a_running_door_serves_the_description_that_is_kept(caller: Caller) -> None:
    served = (await caller.http.get("/openapi.json")).json()
    assert served["paths"] == kept("openapi.json")["paths"]
    assert served["components"] == kept("openapi.json")["components"]


def references(node: Any) -> Iterator[str]:
    match node:
        case {"$ref": str(target)}:
            yield target
        case dict():
            for inner in node.values():
                yield from references(inner)
        case list():
            for inner in node:
                yield from references(inner)


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
def test_every_reference_leads_somewhere(name: str) -> None:
    document = kept(name)
    for target in set(references(document)):
        node: Any = document
        for part in target.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/")]
        assert node


# ---- OpenAPI ---------------------------------------------------------------------------------------------------------------


def test_every_call_has_a_name_an_answer_and_problem_documents() -> None:
    spec = kept("openapi.json")
    assert spec["openapi"] == "3.1.0"
    calls = [(path, call) for path, calls in spec["paths"].items() for call in calls.values()]
    assert len({call["operationId"] for _, call in calls}) == len(calls)
    for path, call in calls:
        assert {"400", "408", "413", "500"} <= set(call["responses"]), path
        assert {"401", "403"} <= set(call["responses"]) or call["security"] == [] or call.get("requestBody") is None, path
    proved = {path for path, call in calls if call.get("security")}
    assert {"/events", "/events/{partner}/{event_id}", "/hires/{hire}/status"} <= proved
    assert not proved & {"/oauth/token", "/keys", "/livez", "/readyz", "/schemas", "/schemas/{name}"}


def test_a_problem_names_the_codes_that_stand_in_the_catalogue() -> None:
    for name, answer in kept("openapi.json")["components"]["responses"].items():
        named = set(re.findall(r"`(\w+)`", answer["description"]))
        assert named == {met.code for met in refusals().values() if f"Problem{met.status}" == name}


def test_the_body_of_an_event_may_be_each_inbound_type_and_nothing_else() -> None:
    spec = kept("openapi.json")
    (body,) = spec["paths"]["/events"]["post"]["requestBody"]["content"].values()
    held = Draft202012Validator({**body["schema"], "components": spec["components"]})
    assert [part["$ref"].rpartition("/")[2] for part in body["schema"]["oneOf"]] == list(catalogue())
    for kind in catalogue():
        held.validate(example(kind))
        held.validate(body["examples"][kind]["value"])
    with pytest.raises(ValidationError):
        held.validate(example("hire.ended"))
    with pytest.raises(ValidationError):
        held.validate(example("duty.entered") | {"subject": "vacancy/250442"})


@pytest.mark.parametrize("kind", catalogue())
async def test_the_sample_of_a_type_is_accepted_at_a_real_door(kind: str, caller: Caller) -> None:
    applied = (await caller.send(event("application.submitted"))).json()
    partner = SENDER[next(str(sender) for sender in models()[kind].SENDERS)]  # type: ignore[attr-defined]
    sample = example(kind) | {"source": partner}
    if sample["subject"].startswith("hire/"):
        sample["subject"] = applied["case"]
    answer = await caller.send(json.dumps(sample).encode(), partner)
    assert answer.status_code == 202, answer.json()
    described = kept("openapi.json")
    receipt = Draft202012Validator({"$ref": "#/components/schemas/Receipt", "components": described["components"]})
    receipt.validate(answer.json())
    told = await caller.ask(partner, sample["id"])
    Draft202012Validator({"$ref": "#/components/schemas/Fate", "components": described["components"]}).validate(told.json())


# ---- AsyncAPI --------------------------------------------------------------------------------------------------------------


def test_every_type_is_a_message_of_the_channels_of_its_direction() -> None:
    spec = kept("asyncapi.json")
    assert spec["asyncapi"] == "3.0.0"
    assert set(spec["components"]["messages"]) == set(models())
    travels = {"inbound": set(catalogue()), "announcements": set(announcements()), "feed": set(announcements())}
    travels |= {"brokerInbound": set(catalogue()), "brokerAnnouncements": set(announcements())}
    assert set(travels) == set(spec["channels"])
    for name, kinds in travels.items():
        assert set(spec["channels"][name]["messages"]) == kinds
    for operation in spec["operations"].values():
        channel = operation["channel"]["$ref"].rpartition("/")[2]
        directions = {direction_of(message["$ref"].rpartition("/")[2]) for message in operation["messages"]}
        assert directions == {"in" if operation["action"] == "receive" else "out"}
        assert all(message["$ref"].startswith(f"#/channels/{channel}/messages/") for message in operation["messages"])


@pytest.mark.parametrize("kind", models())
def test_the_example_of_a_message_keeps_to_its_payload_and_headers(kind: str) -> None:
    spec = kept("asyncapi.json")
    message = spec["components"]["messages"][kind]
    whole = {"components": spec["components"]}
    Draft202012Validator({**message["payload"], **whole}).validate(message["examples"][0]["payload"])
    headers = spec["components"]["messageTraits"]["signed"]["headers"]
    Draft202012Validator(headers).validate(message["examples"][0]["headers"])
    with pytest.raises(ValidationError):
        Draft202012Validator({**message["payload"], **whole}).validate(example(kind) | {"type": "int.muster.another.type"})


# ---- refusals --------------------------------------------------------------------------------------------------------------

#: A log that is not the one that was signed is an alarm of ours, and a leaf is asked for in the people's API alone.
LOST = {"log_gap", "log_shrunk", "log_forked", "unknown_leaf"}
#: Codes that never reach a partner: our own keys and calls, what the door has ruled out before, and what waits as a stray instead.
OURS = {"bad_key", "bad_message_id", "no_case", "no_checkpoint", "no_staff_post", "unknown_vacancy", *LOST}
SOURCES = ["config/guard.py", "connectors/signatures.py", "domain/strict_json.py", "domain/events.py", "store/inbox.py", "store/proofs.py"]
DOOR = [
    "app",
    "broker",
    "intake",
    "problems",
    "schemas",
    "senders",
    "standing",
    "proving",
    "limits",
    "certificates",
    "tokens",
    "feed",
    "reading",
    "cursors",
    "logged",
]


def codes() -> set[str]:
    files = [ROOT / name for name in SOURCES] + [ROOT / "gateway" / f"{name}.py" for name in DOOR]
    text = "\n".join(file.read_text("utf-8") for file in files if file.exists())
    found = re.findall(r'code="(\w+)"|(?:\bproblem|_refuse)\([^"()]*"(\w+)"', text)
    found += re.findall(r'"(\w+_rate)":|TooMany\("(\w+)"', text)
    return {code for pair in found for code in pair if code}


def test_every_code_the_door_can_say_stands_in_the_catalogue() -> None:
    assert codes() - OURS - set(refusals()) == set()
    assert set(refusals()) - codes() == set()
