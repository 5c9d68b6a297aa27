"""A client of our own that speaks just enough HTTP/1.1: it must cost little on the cores it shares with the server."""

from __future__ import annotations

import selectors
import socket
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

HOST = "127.0.0.1"
TIMEOUT = 120.0


class Unexpected(RuntimeError):
    """A server answered something else than what is being measured."""


@dataclass(slots=True)
class Response:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Timings:
    """Milliseconds of single requests, one after the other."""

    ms: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        """The middle one."""
        return statistics.median(self.ms)

    @property
    def p95(self) -> float:
        """The one that nineteen of twenty stay under."""
        return sorted(self.ms)[min(len(self.ms) - 1, int(len(self.ms) * 0.95))]


def request(
    method: str, path: str, port: int, *, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """The bytes of one request on a connection that stays open."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{port}"]
    lines.extend(f"{name}: {value}" for name, value in (headers or {}).items())
    if body or method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Reading:
    """Bytes of one response as they come; `complete` once all are there."""

    __slots__ = ("buffer", "end", "start")

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.start = 0
        self.end = 0

    def feed(self, data: bytes) -> bool:
        if not data:
            raise Unexpected("the server closed the connection in the middle of a response")
        self.buffer += data
        if not self.start:
            head = self.buffer.find(b"\r\n\r\n")
            if head < 0:
                return False
            self.start = head + 4
            self.end = self._length(bytes(self.buffer[:head]).lower())
        if self.end < 0:
            return self.buffer.endswith(b"0\r\n\r\n")
        return len(self.buffer) >= self.end

    def _length(self, head: bytes) -> int:
        at = head.find(b"\r\ncontent-length:")
        if at >= 0:
            return self.start + int(head[at + 17 :].split(b"\r\n", 1)[0])
        if b"\r\ntransfer-encoding: chunked" in head:
            return -1
        return self.start

    @property
    def status(self) -> int:
        return int(self.buffer[9:12])

    def response(self) -> Response:
        """The response taken apart; only used outside of what is timed."""
        lines = bytes(self.buffer[: self.start]).decode("latin-1").split("\r\n")[1:]
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie" and "set-cookie" in headers:
                value = f"{headers['set-cookie']}\n{value}"
            headers[name.lower()] = value
        body = bytes(self.buffer[self.start :])
        return Response(self.status, headers, body if self.end >= 0 else _unchunked(body))


def _unchunked(body: bytes) -> bytes:
    whole = bytearray()
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        whole += rest[:length]
        body = rest[length + 2 :]
        if not length:
            break
    return bytes(whole)


def connect(port: int) -> socket.socket:
    """One connection that stays open."""
    connection = socket.create_connection((HOST, port), timeout=TIMEOUT)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ask(connection: socket.socket, sent: bytes) -> Response:
    """One request and its whole response."""
    return _ask(connection, sent).response()


def _ask(connection: socket.socket, sent: bytes) -> _Reading:
    connection.sendall(sent)
    reading = _Reading()
    while not reading.feed(connection.recv(262144)):
        pass
    return reading


def _check(reading: _Reading, expected: int) -> None:
    if reading.status != expected:
        response = reading.response()
        raise Unexpected(
            f"{response.status} instead of {expected}: {response.headers} {response.body[:2000]!r}"
        )


def latencies(
    port: int, requests: Iterator[bytes], expected: int, seconds: float, warm_up: int = 3
) -> Timings:
    """How long each request takes for one person alone."""
    timings = Timings()
    with connect(port) as connection:
        for _ in range(warm_up):
            _check(_ask(connection, next(requests)), expected)
        until = time.perf_counter() + seconds
        while time.perf_counter() < until or len(timings.ms) < 2:
            sent = next(requests)
            began = time.perf_counter()
            reading = _ask(connection, sent)
            timings.ms.append((time.perf_counter() - began) * 1000)
            _check(reading, expected)
    return timings


def rate(port: int, requests: Iterator[bytes], expected: int, seconds: float, connections: int = 8) -> float:
    """Requests answered in a second when `connections` people ask at once, each again as soon as they are answered."""
    selector = selectors.DefaultSelector()
    everyone = [connect(port) for _ in range(connections)]
    done = 0
    try:
        for connection in everyone:
            selector.register(connection, selectors.EVENT_READ, _Reading())
            connection.sendall(next(requests))
        began = time.perf_counter()
        until = began + seconds
        waiting = connections
        last = began
        while waiting:
            for key, _ in selector.select(TIMEOUT):
                connection = key.fileobj  # type: ignore[assignment]
                if not key.data.feed(connection.recv(262144)):
                    continue
                _check(key.data, expected)
                done += 1
                last = time.perf_counter()
                if last < until:
                    selector.modify(connection, selectors.EVENT_READ, _Reading())
                    connection.sendall(next(requests))
                else:
                    selector.unregister(connection)
                    waiting -= 1
        return done / (last - began)
    finally:
        selector.close()
        for connection in everyone:
            connection.close()
