"""What is asked of Kinfold for each job, as pages and by its API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count, cycle
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from .asked import CREATED, FORM, OK, SEE_OTHER, Asked, as_json, checked, multipart
from .load import Response, Unexpected, ask, connect, request
from .people import Person, people, prefixes
from .teams import TEAM_JOBS, team_api, team_page

WRITTEN = ("first_name", "last_name", "email", "birth_date", "sex_at_birth", "external_id")
POLL = 0.1  # seconds between two looks at the progress of an import


class Kinfold:
    """Kinfold, as people use it in a browser and programs by the API."""

    def __init__(self, port: int, seeded: dict[str, Any]) -> None:
        self.port = port
        self.seeded = seeded
        self.owner = seeded["owner"]
        self.keys = count()
        self.run = uuid4().hex

    def page(self, name: str) -> Asked:
        """The requests of one job as pages and forms."""
        therapist, tag, cursor = (self.seeded[key] for key in ("therapist", "tag", "cursor"))
        match name:
            case "J1":
                return checked(self._pages(""), self.seeded["first"])
            case "J2":
                return checked(Asked(self.port, cycle(list(self._searches())), OK), "<tr")
            case "J3":
                return checked(self._pages(f"?therapist={therapist}", f"?tag={tag}"), "<tr")
            case "J3 supervisor":
                supervisor = self._cookies(self.seeded["supervisor"])
                return checked(
                    Asked(self.port, cycle([request("GET", "/clients/", self.port, headers=supervisor)]), OK),
                    "<tr",
                )
            case "J4":
                return checked(self._pages(f"?after={cursor}"), "<tr")
            case "J5":
                return checked(Asked(self.port, self._forms(), SEE_OTHER))
            case _ if name in TEAM_JOBS:
                return team_page(self.port, name, self.seeded)
        raise KeyError(name)

    def api(self, name: str) -> Asked:
        """The requests of one job by API token."""
        therapist, tag, cursor = (self.seeded[key] for key in ("therapist", "tag", "cursor"))
        match name:
            case "J1":
                return checked(self._gets("?limit=50"), self.seeded["first"])
            case "J2":
                sent = [
                    self._post("/api/v1/clients/search", {"q": prefix, "limit": 50}) for prefix in prefixes()
                ]
                return checked(Asked(self.port, cycle(sent), OK), '"items"')
            case "J3":
                return checked(
                    self._gets(f"?limit=50&therapist={therapist}", f"?limit=50&tag={tag}"), '"items"'
                )
            case "J3 supervisor":
                return checked(self._gets("?limit=50", who="supervisor"), '"items"')
            case "J4":
                return checked(self._gets(f"?limit=50&after={cursor}"), '"items"')
            case "J5":
                return checked(Asked(self.port, self._objects(), CREATED))
            case _ if name in TEAM_JOBS:
                return team_api(self.port, name, self.seeded)
        raise KeyError(name)

    def _cookies(self, who: dict[str, Any], session: str = "") -> dict[str, str]:
        cookies = {
            self.seeded["session_cookie"]: session or who["session"],
            self.seeded["csrf_cookie"]: who["csrf"],
        }
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}

    def _pages(self, *queries: str) -> Asked:
        headers = self._cookies(self.owner)
        return Asked(
            self.port,
            cycle(
                [request("GET", f"/manage/clients/{query}", self.port, headers=headers) for query in queries]
            ),
            OK,
        )

    def _searches(self) -> Iterator[bytes]:
        for prefix in prefixes():
            yield self._form("/manage/clients/search/", {"q": prefix})

    def _form(self, path: str, fields: dict[str, Any], session: str = "") -> bytes:
        form = {"csrfmiddlewaretoken": self.owner["csrf"], **fields}
        headers = {**self._cookies(self.owner, session), "Content-Type": FORM}
        return request("POST", path, self.port, headers=headers, body=urlencode(form).encode())

    def _forms(self) -> Iterator[bytes]:
        # What a form says when it is done waits in its session for the next page, so many people take turns.
        sessions = cycle(self.owner["sessions"])
        for person in self._newcomers():
            fields = {
                **{name: str(getattr(person, name)) for name in WRITTEN},
                "tags": self.seeded["tag_name"],
                "therapist": self.seeded["therapist"],
                "form_key": self._key(),
                "do": "create",
            }
            yield self._form("/manage/clients/add/", fields, next(sessions))

    def _objects(self) -> Iterator[bytes]:
        for person in self._newcomers():
            written = {name: str(getattr(person, name)) for name in WRITTEN}
            yield self._post(
                "/api/v1/clients",
                {
                    "people": [{**written, "tags": [self.seeded["tag_name"]]}],
                    "therapist_id": self.seeded["therapist"],
                },
            )

    def _newcomers(self) -> Iterator[Person]:
        for _ in count():
            yield from people(1000, seed=f"new{uuid4().hex}")

    def _key(self) -> str:
        return f"{self.run}{next(self.keys)}"

    def program(self, who: str = "owner") -> dict[str, str]:
        """What a program sends with each request."""
        return {"Authorization": f"Bearer {self.seeded[who]['token']}"}

    def _gets(self, *queries: str, who: str = "owner") -> Asked:
        headers = self.program(who)
        sent = [request("GET", f"/api/v1/clients{query}", self.port, headers=headers) for query in queries]
        return Asked(self.port, cycle(sent), OK)

    def _post(self, path: str, fields: dict[str, Any]) -> bytes:
        headers = {**self.program(), "Content-Type": "application/json"}
        return request("POST", path, self.port, headers=headers, body=as_json(fields))

    def upload(self, name: str, content: bytes) -> None:
        """Import a file as a person does: upload, wait for the check, look at the preview, confirm, wait."""
        with connect(self.port) as connection:
            fields = {"csrfmiddlewaretoken": self.owner["csrf"], "form_key": self._key()}
            body, kind = multipart(fields, "file", name, content)
            headers = {**self._cookies(self.owner), "Content-Type": kind}
            sent = ask(connection, request("POST", "/imports/new/", self.port, headers=headers, body=body))
            check = self._wait(connection, sent, "check/")
            preview = ask(connection, request("GET", check, self.port, headers=self._cookies(self.owner)))
            if preview.status != OK:
                raise Unexpected(f"no preview: {preview.status} {preview.body[:3000]!r}")
            apply = check.replace("check/", "apply/")
            self._wait(connection, ask(connection, self._form(apply, {"form_key": self._key()})), "/")

    def _wait(self, connection: Any, response: Response, end: str) -> str:
        """Follow the progress page until it leads on; returns where."""
        place = response.headers.get("location", "")
        while response.status == SEE_OTHER and place.endswith("progress/"):
            time.sleep(POLL)
            answer = ask(connection, request("GET", place, self.port, headers=self._cookies(self.owner)))
            if answer.status == SEE_OTHER:
                place = answer.headers.get("location", "")
            elif answer.status != OK:
                raise Unexpected(f"no progress: {answer.status} {answer.body[:3000]!r}")
        if response.status != SEE_OTHER or not place.endswith(end):
            raise Unexpected(f"led to {place!r}: {response.status} {response.body[:3000]!r}")
        return place
