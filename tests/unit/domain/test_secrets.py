"""What looks like a secret is hidden, wherever it stands."""

from __future__ import annotations

import time

import pytest

from dockmon.domain.secrets import (
    MASK,
    looks_secret,
    mask_arguments,
    mask_environment,
    mask_labels,
    mask_text,
)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("DB_PASSWORD", "x"),
        ("api-key", "x"),
        ("my.secret", "x"),
        ("GITHUB_TOKEN", "x"),
        ("traefik.http.middlewares.a.basicauth.users", "admin:$apr1$abc"),
        ("url", "postgres://user:hunter2@db/x"),
        ("anything", "-----BEGIN RSA PRIVATE KEY-----"),
        ("anything", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc"),
        ("anything", "jwt-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc"),
        ("anything", "ghp_0123456789abcdefghij"),
        ("header", "Bearer abcdefgh12345"),
    ],
)
def test_it_recognises_secrets(key, value):
    assert looks_secret(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("com.docker.compose.project", "web"),
        ("org.opencontainers.image.source", "https://example.org/repo"),
        ("maintainer", "somebody <a@b.example>"),
        ("author", "ada"),
        ("version", "1.27.3"),
    ],
)
def test_it_leaves_ordinary_labels_alone(key, value):
    assert not looks_secret(key, value)


def test_it_masks_values_and_keeps_names():
    assert mask_labels({"a": "b", "token": "x", "secret": ""}) == {
        "a": "b",
        "token": MASK,
        "secret": "",
    }
    assert mask_environment(["PATH=/bin", "TOKEN=x=y", "BARE"]) == [
        f"PATH={MASK}",
        f"TOKEN={MASK}",
        "BARE",
    ]


def test_it_masks_arguments_in_every_form():
    given = ["serve", "--token=abc", "--password", "hunter2", "--port", "80", "KEY_SECRET=x", "-v"]
    assert mask_arguments(given) == [
        "serve",
        f"--token={MASK}",
        "--password",
        MASK,
        "--port",
        "80",
        f"KEY_SECRET={MASK}",
        "-v",
    ]


def test_it_masks_text_that_gives_a_secret_away():
    assert mask_text("connected with password: hunter2") == MASK
    assert mask_text("http://a:b@c/ failed") == MASK
    assert mask_text("connection refused") == "connection refused"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "a." * 50_000,
        "a://" * 25_000,
        "a://" + ":" * 100_000,
        "eyJ-" * 25_000,
        "eyJaaaaaaaa." * 10_000,
        "-" * 100_000,
        "-----BEGIN " * 10_000,
        "token-" * 20_000,
        "token" + " " * 100_000,
        "basic " * 20_000,
        "bearer" + " " * 100_000,
        "sk-" * 30_000,
        "$1" * 50_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_long_text_takes_no_longer_than_its_length(text):
    began = time.process_time()
    looks_secret(text, text)
    mask_arguments([text, f"a={text}"])
    assert time.process_time() - began < 2.0
