"""What other processes hold and compute, as Linux tells it."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path


def peak_mib(pid: int) -> int:
    """The most memory that a process has held so far, in MiB."""
    return _field(pid, "VmHWM:")


def resident_mib(pid: int) -> int:
    """The memory that a process holds now, in MiB."""
    return _field(pid, "VmRSS:")


def _field(pid: int, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(name)[2].split(maxsplit=1)[0]) // 1024


def processor_seconds(pid: int) -> float:
    """Seconds of user and system that a process's own threads have taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def watch(process: subprocess.Popen[bytes]) -> int:
    """The most MiB that a process has held, once it has ended.

    It is asked while it runs: `ru_maxrss` of an ended process is at least what its parent held when
    it was started.
    """
    most = 0
    while process.poll() is None:
        with suppress(OSError, ValueError, IndexError):  # between its end and our asking
            most = max(most, peak_mib(process.pid))
        time.sleep(0.02)
    return most
