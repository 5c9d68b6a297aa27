"""What is asked of the plain Django admin for each job."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, cycle
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from .asked import FORM, FOUND, OK, Asked, checked, hidden_fields, multipart
from .load import Unexpected, ask, connect, request
from .people import SUPERVISED, people, prefixes


class DjangoAdmin:
    """The peer, as a signed-in superuser uses it."""

    def __init__(self, port: int, seeded: dict[str, Any], deep: int) -> None:
        self.port = port
        self.seeded = seeded
        self.deep = deep
        csrf = "peer" * 8
        self.headers = {"Cookie": f"sessionid={seeded['session']}; csrftoken={csrf}"}
        self.form = {"csrfmiddlewaretoken": csrf}

    def _get(self, *queries: str) -> Asked:
        sent = [
            request("GET", f"/admin/peer/client/{query}", self.port, headers=self.headers)
            for query in queries
        ]
        return Asked(self.port, cycle(sent), OK)

    def job(self, name: str) -> Asked:
        """The requests of one job."""
        therapist, tag = self.seeded["therapist"], self.seeded["tag"]
        match name:
            case "J1":
                return checked(self._get(""), "result_list")
            case "J2":
                return checked(self._get(*(f"?q={quote(prefix)}" for prefix in prefixes())), "result_list")
            case "J3":
                return checked(
                    self._get(f"?therapist__id__exact={therapist}", f"?tags__id__exact={tag}"), "result_list"
                )
            case "J3 supervisor":
                few = ",".join(str(number) for number in range(1, SUPERVISED + 1))
                return checked(self._get(f"?therapist__id__in={few}"), "result_list")
            case "J4":
                return checked(self._get(f"?p={max(1, self.deep // 50)}"), "result_list")
            case "J5":
                return checked(Asked(self.port, self._creations(), FOUND))
        raise KeyError(name)

    def _creations(self) -> Iterator[bytes]:
        for _ in count():
            for person in people(1000, seed=f"peer{uuid4().hex}"):
                fields = {
                    **self.form,
                    "first_name": person.first_name,
                    "last_name": person.last_name,
                    "email": person.email,
                    "birth_date": person.birth_date.isoformat(),
                    "sex_at_birth": person.sex_at_birth,
                    "external_id": person.external_id,
                    "therapist": self.seeded["therapist"],
                    "tags": self.seeded["tag"],
                    "_save": "Save",
                }
                yield request(
                    "POST",
                    "/admin/peer/client/add/",
                    self.port,
                    headers={**self.headers, "Content-Type": FORM},
                    body=urlencode(fields).encode(),
                )

    def upload(self, name: str, content: bytes) -> None:
        """Import a file as a person does: upload, look at the preview, confirm."""
        with connect(self.port) as connection:
            fields = {**self.form, "format": "0", "resource": "0"}
            body, kind = multipart(fields, "import_file", name, content)
            headers = {**self.headers, "Content-Type": kind}
            preview = ask(
                connection,
                request("POST", "/admin/peer/client/import/", self.port, headers=headers, body=body),
            )
            confirm = {**self.form, **hidden_fields(preview)}
            if "import_file_name" not in confirm:
                raise Unexpected(f"no preview: {preview.status} {preview.body[:3000]!r}")
            headers = {**self.headers, "Content-Type": FORM}
            body = urlencode(confirm).encode()
            done = ask(
                connection,
                request("POST", "/admin/peer/client/process_import/", self.port, headers=headers, body=body),
            )
            if done.status != FOUND:
                raise Unexpected(f"not imported: {done.status} {done.body[:3000]!r}")
