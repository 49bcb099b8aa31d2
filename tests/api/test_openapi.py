"""The OpenAPI document: open to everybody, and about every route."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.kit.people import Site


@pytest.fixture
def document(site: Site) -> dict[str, Any]:
    answer = site.client().get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    told: dict[str, Any] = answer.json or {}
    return told


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "dockmon"


def test_it_knows_every_route_and_method(site: Site, document: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in site.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {(path, method) for path, one in document["paths"].items() for method in one}
    assert routes and {(p, m) for p, m in told if m != "parameters"} == routes


def test_every_operation_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    for path, one in document["paths"].items():
        for method, operation in one.items():
            if method == "parameters":
                continue
            assert operation["summary"].endswith("."), path
            assert operation["responses"]["default"] == {
                "$ref": "#/components/responses/DEFAULT_ERROR"
            }


def test_failures_are_problems(document: dict[str, Any]) -> None:
    failures = document["components"]["responses"]
    assert set(failures) >= {"DEFAULT_ERROR", "BAD_REQUEST"}
    for failure in failures.values():
        assert list(failure["content"]) == ["application/problem+json"]
    properties = document["components"]["schemas"]["Problem"]["properties"]
    assert set(properties) == {
        "type", "title", "status", "code", "detail", "params", "request_id",
    }  # fmt: skip


def test_422_is_nowhere(document: dict[str, Any]) -> None:
    assert "422" not in str(document)


def test_passwords_and_tokens_only_go_in_but_for_the_sign_in(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        for field, described in schema["properties"].items():
            if field in ("password", "code", "old", "new") and name != "Problem":
                assert described["writeOnly"], (name, field)


def test_it_says_which_routes_need_no_sign_in(document: dict[str, Any]) -> None:
    assert {"bearer": []} in document["security"]
    opened = {
        path for path, one in document["paths"].items() if one.get("post", {}).get("security") == []
    }
    assert opened == {f"/api/v1/auth/{name}" for name in ("login", "refresh", "setup")}


def test_it_is_built_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = site.client()
    first = client.get("/api/openapi.json").data
    monkeypatch.setattr("apispec.APISpec.to_dict", lambda self: pytest.fail("built again"))
    assert client.get("/api/openapi.json").data == first
