"""Every failure has one shape, and the status its code stands for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import abort
from marshmallow import fields
from werkzeug.test import TestResponse

from dockmon.api.answers import json_response
from dockmon.api.blueprint import Blueprint
from dockmon.api.errors import STATUS
from dockmon.domain import errors as tree
from dockmon.domain.errors import DockmonError, EngineTimedOut, RateLimited
from dockmon.schemas.accounts import Problem
from dockmon.schemas.base import StrictSchema
from tests.kit.people import Site

RAISE: dict[str, Exception] = {}


class Query(StrictSchema):
    tail = fields.Integer(load_default=10)


class Body(StrictSchema):
    name = fields.String(required=True)
    ports = fields.List(fields.Integer())


def blueprint() -> Blueprint:
    blp = Blueprint("things", __name__)

    @blp.get("/raise/<name>")
    def fail(name: str) -> Any:
        raise RAISE[name]

    @blp.get("/abort/<int:status>")
    def give_up(status: int) -> Any:
        abort(status)

    @blp.get("/query")
    @blp.arguments(Query, location="query")
    def query(given: dict[str, Any]) -> Any:
        return json_response(given)

    @blp.post("/body")
    @blp.arguments(Body)
    def body(given: dict[str, Any]) -> Any:
        return json_response(given)

    return blp


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, blueprint())
    site.people.add("alice")
    yield site
    site.close()


def get(site: Site, path: str) -> TestResponse:
    return site.client().get(f"/api/v1{path}", headers=site.signed_in("alice"))


def post(site: Site, **options: Any) -> TestResponse:
    return site.client().post("/api/v1/body", headers=site.signed_in("alice"), **options)


def raised(site: Site, error: Exception) -> TestResponse:
    RAISE["it"] = error
    return get(site, "/raise/it")


def code(answer: TestResponse) -> tuple[int, str]:
    assert answer.json is not None
    return answer.status_code, answer.json["code"]


@pytest.mark.parametrize(("name", "status"), STATUS.items())
def test_every_code_has_its_status_and_the_one_shape(site: Site, name: str, status: int) -> None:
    answer = raised(site, DockmonError(name, engine="nas"))
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert Problem().validate(answer.json) == {}
    assert answer.json["code"] == name
    assert answer.json["status"] == status
    assert answer.json["type"] == f"urn:dockmon:{name}"
    assert answer.json["params"] == {"engine": "nas"}
    assert answer.json["detail"] != name
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_error_of_the_tree_has_a_status() -> None:
    codes = {
        kind.code
        for kind in vars(tree).values()
        if isinstance(kind, type) and issubclass(kind, DockmonError)
    }
    assert codes <= set(STATUS)


def test_an_unexpected_failure_is_told_without_its_words_and_logged_once(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = raised(site, RuntimeError("secret detail"))
    assert code(answer) == (500, "internal.error")
    assert "secret detail" not in answer.text
    records = [record for record in caplog.records if record.exc_info]
    assert len(records) == 1
    assert answer.headers["X-Request-Id"] in records[0].getMessage()
    assert "secret detail" in caplog.text


def test_a_known_failure_is_not_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        raised(site, EngineTimedOut(engine="nas"))
    assert caplog.records == []


def test_params_of_any_kind_do_not_break_the_answer(site: Site) -> None:
    odd = DockmonError("request.invalid", path=Path("/x"), fields={0: ["no"]}, fault=KeyError("k"))
    answer = raised(site, odd)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["params"]["path"] == "/x"
    assert answer.json["params"]["fields"] == {"0": ["no"]}


def test_a_wait_is_a_header_as_well(site: Site) -> None:
    answer = raised(site, RateLimited(retry_after_seconds=0.2))
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, (400, "request.invalid")),
        (404, (404, "request.not_found")),
        (406, (400, "request.invalid")),
        (413, (413, "request.too_large")),
        (415, (400, "request.invalid")),
        (422, (400, "request.invalid")),
        (429, (429, "request.rate_limited")),
        (500, (500, "internal.error")),
        (503, (500, "internal.error")),
    ],
)
def test_what_flask_raises_gets_our_codes(site: Site, status: int, told: tuple[int, str]) -> None:
    assert code(get(site, f"/abort/{status}")) == told


def test_outside_the_api_a_missing_page_has_the_shape_too(site: Site) -> None:
    assert code(site.client().get("/nothing")) == (404, "request.not_found")


def test_every_answer_has_a_request_id_of_its_own(site: Site) -> None:
    ids = {get(site, "/query").headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5


class TestUnknownFields:
    """Refused wherever they are: a dropped wish would be answered with "ok"."""

    def test_in_a_query_that_takes_others(self, site: Site) -> None:
        answer = get(site, "/query?tail=5&tial=6")
        assert code(answer) == (400, "request.invalid")
        assert answer.json is not None
        assert answer.json["params"] == {"fields": {"tial": ["Unknown field."]}}

    def test_in_the_query_of_a_route_that_takes_none(self, site: Site) -> None:
        answer = get(site, "/raise/it?x=1")
        assert code(answer) == (400, "request.invalid")
        assert answer.json is not None
        assert answer.json["params"] == {"fields": {"x": ["Unknown field."]}}

    def test_in_the_query_of_the_routes_without_sign_in(self, site: Site) -> None:
        answer = site.client().post("/api/v1/auth/login?x=1", json={})
        assert answer.json is not None
        assert answer.json["params"] == {"fields": {"x": ["Unknown field."]}}

    def test_in_a_body(self, site: Site) -> None:
        answer = post(site, json={"name": "x", "naem": "y"})
        assert answer.json is not None
        assert answer.json["params"] == {"fields": {"naem": ["Unknown field."]}}

    def test_in_a_body_that_may_be_left_out(self, site: Site) -> None:
        answer = site.client().post(
            "/api/v1/auth/logout", json={"everywhere": True}, headers=site.signed_in("alice")
        )
        assert code(answer) == (400, "request.invalid")

    def test_what_is_known_passes(self, site: Site) -> None:
        assert get(site, "/query?tail=5").json == {"tail": 5}
        assert post(site, json={"name": "x"}).json == {"name": "x"}


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b'"x"',
            b"1",
            b'{"name": NaN}',
            b'{"name": "\xff"}',
            b'{"name": "\\ud800"}',
            b'{"name": "x"} {}',
            b"\xef\xbb\xbf{}",
            b"[" * 60_000,
            b'{"a":' * 10_000,
            b'{"ports": [' + b"9" * 50_000 + b"]}",
            b'{"ports": [1e400]}',
        ],
        ids=range(15),
    )
    def test_what_is_no_object_of_json_is_invalid(self, site: Site, body: bytes) -> None:
        answer = post(site, data=body, content_type="application/json")
        assert code(answer) == (400, "request.invalid")
        assert answer.json is not None and answer.json["params"]["fields"]

    @pytest.mark.parametrize(
        "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
    )
    def test_another_type_is_invalid(self, site: Site, kind: str) -> None:
        answer = post(site, data=b'{"name": "x"}', content_type=kind)
        assert code(answer) == (400, "request.invalid")

    def test_another_type_does_not_pass_where_the_body_may_be_left_out(self, site: Site) -> None:
        """A form of another page could post it without asking."""
        answer = site.client().post(
            "/api/v1/auth/refresh", data=b'{"x": 1}', content_type="text/plain"
        )
        assert code(answer) == (400, "request.invalid")

    def test_64_kb_are_read_and_no_more(self, site: Site) -> None:
        fits = b'{"name": "' + b"x" * (64 * 1024 - 12) + b'"}'
        assert post(site, data=fits, content_type="application/json").status_code == 200
        answer = post(site, data=fits + b" ", content_type="application/json")
        assert code(answer) == (413, "request.too_large")

    def test_nested_faults_say_where(self, site: Site) -> None:
        answer = post(site, json={"name": "x", "ports": [1, "no"]})
        assert answer.json is not None
        assert answer.json["params"]["fields"] == {"ports": {"1": ["Not a valid integer."]}}
