"""The document partners build from is the one the code speaks."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import AskAnswer, AskBody, AskState, document, openapi

KEPT = Path(__file__).resolve().parents[2] / "docs" / "partner-openapi.json"


def test_the_kept_document_is_the_one_the_models_give() -> None:
    assert KEPT.read_text(encoding="utf-8") == document(), "write it anew: python -m connectors.contract > docs/partner-openapi.json"


def references(node: Any) -> set[str]:
    match node:
        case dict():
            return {node["$ref"]} if isinstance(node.get("$ref"), str) else set().union(*map(references, node.values()))
        case list():
            return set().union(*map(references, node))
        case _:
            return set()


def test_every_reference_leads_somewhere() -> None:
    spec = openapi()
    for reference in references(spec):
        node = spec
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        assert node


def test_every_call_is_signed_and_says_how_it_fails() -> None:
    calls = [call for path in openapi()["paths"].values() for name, call in path.items() if name != "parameters"]
    assert [call["operationId"] for call in calls] == ["ask", "asks", "state", "recall"]
    for call in calls:
        assert {"#/components/parameters/WebhookSignature", "#/components/parameters/WebhookId"} <= references(call["parameters"])
        assert {"400", "401", "429", "503"} <= set(call["responses"])


def test_it_is_openapi_3_1_and_names_what_must_be_there() -> None:
    spec = json.loads(document())
    assert spec["openapi"] == "3.1.0"
    assert {"title", "version"} <= set(spec["info"])
    assert set(spec["components"]["schemas"]["AskBody"]["required"]) == {"id", "kind", "subject"}


def test_no_answer_has_room_for_an_outcome_or_grounds() -> None:
    fields = set(AskAnswer.model_fields) | set(AskState.model_fields)
    assert fields == {"reference", "expected", "id", "kind", "subject", "state"}


def test_we_send_no_field_the_contract_does_not_name() -> None:
    with pytest.raises(ValidationError):
        AskBody.model_validate({"id": "k", "kind": "clearance", "subject": "s", "grounds": "x"})


def test_a_partner_may_add_fields_we_do_not_know() -> None:
    assert AskAnswer.model_validate({"reference": "F-1", "colour": "blue"}).reference == "F-1"
