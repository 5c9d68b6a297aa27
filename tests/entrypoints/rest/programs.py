"""Programs that call the API, and how they read a refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.test import Client

from kinfold.domain.access.permissions import Permission
from kinfold.domain.team.commands.tokens import CreateToken, create_token
from tests.personas import Person


@dataclass
class Program:
    """Something that calls the API, with a token if it has one."""

    token: str = ""

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Send JSON; headers are given with underscores."""
        known = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            known["Authorization"] = f"Bearer {self.token}"
        data = "" if body is None else json.dumps(body)
        return Client().generic(
            method, f"/api/v1{path}", data, content_type="application/json", headers=known
        )


def program_of(person: Person, *scopes: Permission) -> Program:
    """A program with a token of this person; with everything they may do unless scopes are named."""
    chosen = scopes or tuple(person.actor.permissions)
    made = create_token(
        person.actor,
        CreateToken(name=uuid4().hex, scopes=tuple(scope.value for scope in chosen), days=1),
    )
    return Program(made.token)


def problem(response: Any) -> tuple[int, str, list[str]]:
    """Status, code and fields of a refusal, which must be an RFC 9457 document."""
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(body)
    return body["status"], body["code"], [error["field"] for error in body["errors"]]
