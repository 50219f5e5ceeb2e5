"""The asking side: a process of a module of this package, and connections to its children."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import heart

IS_POSSIBLE = hasattr(os, "fork") and hasattr(socket, "send_fds")
"""Whether this system can do it; Windows cannot."""

_SETTINGS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""A process with threads cannot fork safely."""


class _Process(NamedTuple):
    """The process, and the socket on which it is handed connections."""

    process: subprocess.Popen[bytes]
    control: socket.socket


class ForkServer:
    """A process that has imported what its work needs, and forks a child for each connection. It is
    started when it is first needed, and again if it has ended.

    Args:
        module: runs `heart.apart.serving.serve` as a program.
        settings: variables of its environment, beside those of this process.
    """

    def __init__(self, module: str, settings: Mapping[str, str] | None = None) -> None:
        self._module, self._settings = module, dict(settings or {})
        self._lock = threading.Lock()
        self._running: _Process | None = None

    def prepare(self) -> None:
        """Start the process, and do not wait for it."""
        with self._lock:
            self._ensure_running()

    def connect(self) -> socket.socket:
        """A connection to a new child."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._hand_over(theirs)
            except OSError:
                ours.close()
                raise
        return ours

    def stop(self) -> None:
        """End the process; its children go on."""
        with self._lock:
            if self._running is not None:
                self._running.process.kill()
                self._running.process.wait()
                self._forget()

    def _hand_over(self, connection: socket.socket) -> None:
        with self._lock:
            try:
                socket.send_fds(self._ensure_running().control, [b"+"], [connection.fileno()])
            except OSError:  # it has just ended
                self._forget()
                socket.send_fds(self._ensure_running().control, [b"+"], [connection.fileno()])

    def _ensure_running(self) -> _Process:
        if self._running is not None and self._running.process.poll() is not None:
            self._forget()
        if self._running is None:
            self._running = self._start()
        return self._running

    def _forget(self) -> None:
        if self._running is not None:
            self._running.control.close()
            self._running = None

    def _start(self) -> _Process:
        ours, theirs = socket.socketpair()
        tree = [str(Path(heart.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        path = {"PYTHONPATH": os.pathsep.join(filter(None, tree))}
        with theirs:
            process = subprocess.Popen(  # noqa: S603  this program
                [sys.executable, "-m", self._module],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | _SETTINGS | self._settings | path,
                process_group=0,  # it ends with its socket, not by a key
            )
        return _Process(process, ours)
