"""One process tree: what `kinfold run` starts lives and ends with it."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import click

LOOK = 0.2  # seconds between two looks at the children
PATIENCE = 15.0  # seconds that children have to end by themselves
PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>


@dataclass(slots=True)
class _Child:
    name: str
    command: list[str]
    needed: bool  # without it there is nothing to run; others are started again
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    start_at: float = 0.0


class Processes:
    """A few programs that run together until one signal ends them all."""

    def __init__(self) -> None:
        self._children: list[_Child] = []
        self._stop = threading.Event()

    def add(self, name: str, command: list[str], *, needed: bool) -> None:
        """Declare a program. When a needed one ends, all end; another one is started again."""
        self._children.append(_Child(name, command, needed))

    def run(self, *, when_reachable: tuple[str, int], say: str) -> int:
        """Start everything, say so once the address answers, and stay until a signal or an end; the exit status."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._end)
        status = 0
        said = False
        try:
            while not self._stop.is_set():
                ended = self._look_after()
                if ended is not None:
                    status = ended
                    break
                if not said and _answers(when_reachable):
                    click.echo(say)
                    said = True
                self._stop.wait(LOOK)
        finally:
            self._end_all()
        return status

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _look_after(self) -> int | None:
        """Start what does not run. Returns an exit status when a needed program has ended."""
        for child in self._children:
            if child.process is None:
                if time.monotonic() >= child.start_at:
                    child.process = _start(child.command)
            elif (status := child.process.poll()) is not None:
                if child.needed:
                    click.echo(f"The {child.name} ended ({status}); ending everything.", err=True)
                    return status if status > 0 else 1
                child.deaths += 1
                wait = min(30.0, 0.5 * 2 ** min(child.deaths, 6))
                click.echo(f"The {child.name} ended ({status}); starting it again.", err=True)
                child.process, child.start_at = None, time.monotonic() + wait
        return None

    def _end_all(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                click.echo("Ending a program by force.", err=True)
            _kill_group(process.pid)
            process.wait()


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A group of its own: Ctrl-C reaches only us, and we end the others in order.
    return subprocess.Popen(command, process_group=0, preexec_fn=_end_with_parent(os.getpid()))  # noqa: PLW1509, S603


def _end_with_parent(parent: int) -> Callable[[], None] | None:
    """What a child does first: ask Linux to be ended when we are killed and can no longer do it."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def first() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return first


def _kill_group(group: int) -> None:
    """Whatever a program left behind."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _answers(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=0.2):
            return True
    except OSError:
        return False
