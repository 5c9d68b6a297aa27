"""Requests as bytes that are ready to send, and what they must be answered with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from .load import Response, Unexpected, ask, connect

FORM = "application/x-www-form-urlencoded"
OK, CREATED, FOUND, SEE_OTHER = 200, 201, 302, 303


@dataclass(frozen=True, slots=True)
class Asked:
    """Requests to one server, over and over, and the status each must be answered with."""

    port: int
    requests: Iterator[bytes]
    expected: int


def checked(asked: Asked, *words: str) -> Asked:
    """The same requests, after one was seen to be answered with what is to be measured."""
    with connect(asked.port) as connection:
        response = ask(connection, next(asked.requests))
    missing = [word for word in words if word.encode() not in response.body]
    if response.status != asked.expected or missing:
        raise Unexpected(f"{response.status}, without {missing}: {response.headers} {response.body[:3000]!r}")
    return asked


def multipart(fields: dict[str, str], file_field: str, name: str, content: bytes) -> tuple[bytes, str]:
    """A form with a file, and its content type."""
    boundary = uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    opening = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{file_field}"; filename="{name}"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = "".join(parts).encode() + opening.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def hidden_fields(response: Response) -> dict[str, str]:
    """The hidden fields of a page's forms, by name."""
    found = {}
    for tag in response.body.decode().split("<input")[1:]:
        attributes = dict(
            part.split("=", 1) for part in tag.split(">", 1)[0].replace("'", '"').split() if "=" in part
        )
        if attributes.get("type") == '"hidden"' and "name" in attributes:
            found[attributes["name"].strip('"')] = attributes.get("value", "").strip('"')
    found.pop("csrfmiddlewaretoken", None)
    return found


def as_json(fields: dict[str, Any]) -> bytes:
    """A body of the API."""
    return json.dumps(fields, separators=(",", ":")).encode()
