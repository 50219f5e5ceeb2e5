"""The process that reads strangers' files: it has imported what reading needs, and forks a child
for each file. `python -m heart.data.apart.server` is started by `heart.data.apart.client`.

Standard input is a socket on which connections arrive. A child reads its request from one, is
limited in time and memory by the system, answers with a parcel and ends; nothing of one visitor's
file is left for the next. Without an answer there is none: the asking side then says so.
"""

from __future__ import annotations

import importlib
import json
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from heart.apart.serving import describe_defect, serve
from heart.data.apart import parcel
from heart.data.dialects.checks import canonical_schema
from heart.data.identifiers import read_identifiers
from heart.data.read import read_cohort, read_patients
from heart.data.recognition.known import reference
from heart.errors import CohortError

NICE = 5
READERS: dict[str, Callable[..., parcel.Read]] = {
    "cohort": read_cohort,
    "patients": read_patients,
    "identifiers": read_identifiers,
}
FORMATS = ("text", "xlsx", "parquet")


def answer(connection: socket.socket) -> None:
    """Read one file and answer."""
    with connection.makefile("rb") as stream:
        request = json.loads(stream.readline())
        _limit(request["seconds"], request["n_bytes"])
        content = stream.read(request["size"])
    connection.sendall(_read(request, content))


def _limit(seconds: float, n_bytes: int) -> None:
    """From now on the system ends this process after so many seconds, and refuses it more memory
    than so many bytes beyond what it has.
    """
    import resource  # noqa: PLC0415  absent on Windows, as is fork

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    status = Path("/proc/self/status")
    if status.exists():
        used = 1024 * int(status.read_text().partition("VmData:")[2].split()[0])
        resource.setrlimit(resource.RLIMIT_DATA, (used + n_bytes, used + n_bytes))


def _read(request: dict[str, Any], content: bytes) -> bytes:
    try:
        return parcel.pack(READERS[request["kind"]](content, **request["options"]))
    except CohortError as error:
        return parcel.pack(error)
    except MemoryError:
        return b""
    except Exception as error:  # noqa: BLE001  a defect of ours is raised on the other side
        return parcel.pack_defect(describe_defect(error))


def main() -> None:
    """Import and make what reading needs, once and not by each child again; then fork for each
    connection.
    """
    for name in FORMATS:
        importlib.import_module(f"heart.data.formats.{name}")
    canonical_schema()
    reference()
    serve(answer, nice=NICE)


if __name__ == "__main__":
    main()
