"""J7: a thousand clients get another therapist, from choosing them to the last of them being there."""

from __future__ import annotations

import json
import time
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from .admin_requests import DjangoAdmin
from .asked import CREATED, FORM, FOUND, OK, as_json
from .floors import JSON, PEER
from .kinfold_requests import Kinfold
from .load import Response, Unexpected, ask, connect, request
from .report import Results

MOVED = 1000
TIMES = 3  # in each round: of other jobs a round is hundreds of requests
PAGE = 200


def measure_reassigning(rounds: int, results: Results, kinfold: Kinfold, peer: DjangoAdmin | None) -> None:
    """Milliseconds of each, in turn: Kinfold chooses, checks, records and can undo; the peer writes.

    Kinfold's are the two requests after which it is done. Each time other clients are moved. The first time goes before
    and is not counted, as with all jobs: whoever answers first has to write statements and to fetch pages.
    """
    times = 1 + rounds * TIMES
    with connect(kinfold.port) as connection:
        ids = list(islice(_clients(connection, kinfold), times * MOVED))
        size = min(MOVED, len(ids) // times)
        for number in range(times):
            some = ids[number * size : (number + 1) * size]
            began = time.perf_counter()
            made = _post(connection, kinfold, "", {"act": "reassign", "client_ids": some}, CREATED)
            decided = {"member_id": kinfold.seeded["therapist"], "reason": "Away"}
            done = _post(connection, kinfold, f"/{made['id']}/apply", decided, OK)
            took = (time.perf_counter() - began) * 1000
            if done["state"] != "done":
                raise Unexpected(f"not reassigned: {done}")
            if number:
                results.add("J7", JSON, ms=took)
            if peer:
                began = time.perf_counter()
                _as_admin(peer, range(number * size + 1, (number + 1) * size + 1))
                if number:
                    results.add("J7", PEER, ms=(time.perf_counter() - began) * 1000)


def _clients(connection: Any, kinfold: Kinfold) -> Any:
    """The ids of clients in order, a page after another."""
    after = ""
    while True:
        address = f"/api/v1/clients?limit={PAGE}{after}"
        headers = kinfold.program()
        page = _checked(ask(connection, request("GET", address, kinfold.port, headers=headers)), OK)
        yield from (item["id"] for item in page["items"])
        if not page["next"]:
            return
        after = f"&after={page['next']}"


def _post(connection: Any, kinfold: Kinfold, path: str, body: dict[str, Any], expected: int) -> Any:
    headers = {**kinfold.program(), "Content-Type": "application/json"}
    sent = request("POST", f"/api/v1/changes{path}", kinfold.port, headers=headers, body=as_json(body))
    return _checked(ask(connection, sent), expected)


def _checked(response: Response, expected: int) -> Any:
    if response.status != expected:
        raise Unexpected(f"{response.status} instead of {expected}: {response.body[:3000]!r}")
    return json.loads(response.body)


def _as_admin(peer: DjangoAdmin, ids: range) -> None:
    fields = [*peer.form.items(), ("action", "reassign"), *(("_selected_action", number) for number in ids)]
    headers = {**peer.headers, "Content-Type": FORM}
    with connect(peer.port) as connection:
        body = urlencode(fields).encode()
        done = ask(connection, request("POST", "/admin/peer/client/", peer.port, headers=headers, body=body))
    if done.status != FOUND:
        raise Unexpected(f"not reassigned: {done.status} {done.body[:3000]!r}")
