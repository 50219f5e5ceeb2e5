"""What the shipped model uses, computed before and stored with the app:
`python scripts/store_evaluation.py uses`. A text of JSON; no features of a patient are in it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from heart.bundle import Bundle
from heart.bundle.storage import fingerprint_of_answers
from heart.data import Split
from heart.errors import CohortError
from heart.experiments.cross_validation import Folds
from heart.experiments.importance import Importance
from heart.explain.overall import Contributions
from heart.explain.uses import Uses, averaged_patients
from heart.paths import SHIPPED_USES

DIGITS = 6
DAMAGE = (ValueError, KeyError, TypeError, AttributeError, OSError)
"""What reading a file that is not as it was written may raise."""


class StoredUses(NamedTuple):
    """What a model uses, and when that was computed.

    Attributes:
        uses: as `find_uses` gave it, rounded.
        date: as 2026-11-22.
        command: that computed it.
    """

    uses: Uses
    date: str
    command: str


def pack_uses(bundle: Bundle, stored: StoredUses) -> bytes:
    """The content of the file; of the patients only how many they are."""
    importance, contributions, curves, patients = stored.uses
    content = {
        "date": stored.date,
        "command": stored.command,
        "fingerprint": fingerprint_of_answers(bundle),
        "importance": importance._asdict()
        | {"table": _pack(importance.table), "folds": importance.folds._asdict()},
        "contributions": contributions._asdict() | {"table": _pack(contributions.table)},
        "curves": _pack(curves),
        "averaged": len(patients),
    }
    return (json.dumps(content, separators=(",", ":")) + "\n").encode()


def find_stored_uses(bundle: Bundle, split: Split, path: Path = SHIPPED_USES) -> StoredUses | None:
    """What is stored of this very model; else None.

    Args:
        bundle: the model; its threshold, which changes none of it, may be another one.
        split: the parts that it was trained and judged on.
        path: the file.

    Raises:
        CohortError: if the shipped file is damaged.
    """
    if not path.exists():
        return None
    try:
        content = _read(path, path.stat().st_mtime_ns)
        if content["fingerprint"] != fingerprint_of_answers(bundle):
            return None
        return StoredUses(_unpack(content, split), content["date"], content["command"])
    except DAMAGE as error:
        raise CohortError(
            f"{path.name} as it was shipped", "a damaged file", "Install Heart again."
        ) from error


@lru_cache(maxsize=2)
def _read(path: Path, changed_at: int) -> dict[str, Any]:  # noqa: ARG001  another time: another file
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


def _unpack(content: dict[str, Any], split: Split) -> Uses:
    told, moved = content["importance"], content["contributions"]
    return Uses(
        Importance(
            **told | {"table": pd.DataFrame(told["table"]), "folds": Folds(**told["folds"])}
        ),
        Contributions(**moved | {"table": pd.DataFrame(moved["table"])}),
        pd.DataFrame(content["curves"]),
        averaged_patients(split, content["averaged"]),
    )


def _pack(table: pd.DataFrame) -> dict[str, Any]:
    return {str(name): values for name, values in table.round(DIGITS).to_dict("list").items()}
