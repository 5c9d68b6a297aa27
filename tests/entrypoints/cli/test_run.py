"""`kinfold run`: one process tree, which begins, survives what dies in it, and ends as one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.mailserver import free_port

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.entrypoints.cli.installation import Installation

PATIENCE = 180.0


class Running:
    """A started `kinfold run`, and what it says."""

    def __init__(self, installation: Installation, **variables: str) -> None:
        self.port = free_port()
        self.process = installation.start("run", "--port", str(self.port), "--workers", "1", **variables)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)

    def close(self) -> None:
        """End whatever still runs of it."""
        for pid in (self.process.pid, *descendants(self.process.pid)):
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def said(self, words: str) -> bool:
        """Whether it has printed this."""
        return any(words in line for line in self.lines)

    def get(self, path: str) -> tuple[int, str]:
        """Fetch a page from it, following redirects: the status and the text."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def children(self, word: str = "") -> list[int]:
        """Its child processes whose command has a word in it, from /proc."""
        return [pid for pid in descendants(self.process.pid) if word in command_of(pid)]


def descendants(parent: int) -> list[int]:
    """All processes below one, as Linux knows them."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                parents[int(folder.name)] = int(fields[1])
    below, found = [parent], []
    while below:
        above = below.pop()
        mine = [pid for pid, its_parent in parents.items() if its_parent == above]
        found += mine
        below += mine
    return found


def command_of(pid: int) -> str:
    """The command line of a process; nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Whether a process runs."""
    return bool(command_of(pid))


def until(holds: Callable[[], object], what: str) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"it never happened: {what}"
        threading.Event().wait(0.1)


@pytest.fixture
def running(installed: Installation) -> Generator[Running, None, None]:
    """Kinfold with one practice, serving."""
    started = Running(installed)
    try:
        until(lambda: started.said("Kinfold runs at"), "".join(started.lines))
        yield started
    finally:
        started.close()


ON_LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@ON_LINUX
def test_it_serves_pages_and_does_background_work_until_ctrl_c_ends_all_of_it(
    running: Running, installed: Installation
) -> None:
    status, text = running.get("/")
    assert status == 200
    assert "Sign in" in text
    assert running.get("/nowhere/")[0] == 404
    assert running.said(f"Kinfold runs at http://127.0.0.1:{running.port} ")

    # A background worker that is killed is started again, and pages are served meanwhile.
    until(lambda: running.children("kinfold worker"), "the worker")
    (worker,) = running.children("kinfold worker")
    os.kill(worker, signal.SIGKILL)
    until(lambda: running.children("kinfold worker") not in ([], [worker]), "another worker")
    assert running.get("/account/sign-in/")[0] == 200
    until(lambda: "The worker runs" in installed.kinfold("check").out, "a sign of life of the worker")

    everyone = running.children()
    assert len(everyone) >= 3  # the server, its worker, and the background worker
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(PATIENCE) == 0
    assert not any(alive(pid) for pid in everyone)


@pytest.mark.long
@ON_LINUX
def test_when_the_web_server_dies_everything_ends_and_says_so(running: Running) -> None:
    until(lambda: running.children("kinfold worker"), "the worker")
    everyone = running.children()
    server = next(pid for pid in everyone if "granian" in command_of(pid))
    os.kill(server, signal.SIGKILL)
    assert running.process.wait(PATIENCE) == 1
    assert running.said("The web ended")
    assert not any(alive(pid) for pid in everyone)


@ON_LINUX
def test_when_it_is_killed_itself_nothing_is_left_behind(running: Running) -> None:
    until(lambda: running.children("kinfold worker"), "the worker")
    everyone = running.children()
    running.process.kill()
    running.process.wait(PATIENCE)
    until(lambda: not any(alive(pid) for pid in everyone), "the end of its children")


@ON_LINUX
def test_the_first_start_brings_the_database_up_to_date_and_shows_the_set_up_key(empty: Installation) -> None:
    started = Running(empty)
    try:
        until(lambda: started.said("Kinfold runs at"), "".join(started.lines))
        key = (empty.home / "setup.key").read_text()
        assert started.said(key)
        status, text = started.get("/")
        assert status == 200
        assert "Set up Kinfold" in text
        assert "Set-up key" not in text  # the request came from this machine
        started.process.terminate()
        assert started.process.wait(PATIENCE) == 0
    finally:
        started.close()


def test_a_port_that_is_taken_is_one_sentence(empty: Installation) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = empty.kinfold("run", "--port", str(taken.getsockname()[1]))
    assert answer.status == 1
    assert "Choose another with --port" in answer.err


@pytest.mark.long
def test_a_worker_that_is_asked_to_end_ends_at_once(installed: Installation) -> None:
    process: subprocess.Popen[str] = installed.start("worker")
    try:
        until(lambda: "The worker runs" in installed.kinfold("check").out, "a sign of life")
    finally:
        process.terminate()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
