"""A table that lies in many files is scored part by part, here or by a cluster's workers, into a
folder of Parquet files that appears whole.
"""

from __future__ import annotations

import glob
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from heart.bundle import Bundle
from heart.bundle.storage import serialise_bundle
from heart.cluster.spread import spread
from heart.data.agreed import Agreed, agree_on
from heart.data.formats.parquet import DAMAGE
from heart.data.report import CohortReport
from heart.errors import CohortError, HeartError, SettingsError
from heart.scoring.parts import MARK, Part, PartScores, Plan, score_part
from heart.scoring.selection import NEED_OUTCOME

KINDS = (".parquet", ".csv")
"""Endings of the files of a folder that are parts of a table."""

OnPart = Callable[[int, int], object]
"""Called after every part with the parts done and all parts; whatever it raises ends the work."""


class FolderScores(NamedTuple):
    """What scoring a folder gave.

    Attributes:
        parts: of each, in the order of their names.
        report: how they were read, on the rows that decided it.
    """

    parts: tuple[PartScores, ...]
    report: CohortReport

    @property
    def unread(self) -> tuple[PartScores, ...]:
        """Those that could not be read."""
        return tuple(part for part in self.parts if part.error is not None)

    def total(self, name: str) -> int:
        """The sum over all parts of one of the counts of `PartScores`."""
        return sum(getattr(part, name) for part in self.parts)


def is_many(word: str) -> bool:
    """Whether it names a folder, or files by a pattern."""
    return os.path.isdir(word) or (glob.has_magic(word) and not os.path.exists(word))  # noqa: PTH110, PTH112  never raise


def find_parts(word: str) -> list[Path]:
    """The parts that a folder or a pattern names, in the order of their names.

    Raises:
        SettingsError: if there is none, or two would have one name when they are scored.
    """
    if os.path.isdir(word):  # noqa: PTH112
        paths = [path for path in Path(word).iterdir() if path.suffix.lower() in KINDS]
    else:
        paths = [Path(name) for name in glob.glob(word)]  # noqa: PTH207  absolute patterns too
    parts = sorted(
        (path for path in paths if path.is_file() and not path.name.startswith((".", "_"))),
        key=lambda path: path.name,
    )
    if not parts:
        raise SettingsError(
            f"files that end in {' or '.join(KINDS)}", f"none in {word[:80]}", "Check the folder."
        )
    stems = [path.stem for path in parts]
    twice = next((stem for stem in stems if stems.count(stem) > 1), None)
    if twice is not None:
        raise SettingsError(
            "parts with different names", f"{twice[:40]} twice", "Rename one, or score it apart."
        )
    return parts


def score_folder(
    bundle: Bundle,
    parts: Sequence[Path],
    folder: Path,
    *,
    replace: bool = False,
    dialect: str | None = None,
    columns: Mapping[str, str] | None = None,
    only: str = "all",
    identifier: str | None = None,
    scheduler: str | None = None,
    on_part: OnPart | None = None,
) -> FolderScores:
    """Score every row of every part; afterwards the folder holds a Parquet file for each part that
    could be read, of its name. After an error it is as it was before.

    Args:
        bundle: the model.
        parts: Parquet or CSV files with the same columns, in one reading.
        folder: where the answers go.
        replace: whether there may be such a folder already.
        dialect: how the parts are coded, where their values do not show it.
        columns: which column is which, as for `heart.data.read_patients`.
        only: one of `heart.scoring.selection.FILTERS`.
        identifier: a column that is no feature, to stand beside each answer.
        scheduler: address of a Dask scheduler, whose workers see the same files; None scores here.
        on_part: sees the progress.

    Raises:
        PartsError: for a part that is written otherwise than the others.
        ClusterError: if the scheduler cannot be used or is lost.
        HeartError: if the folder cannot be written, or no part can be read.
    """
    _check_apart(parts, folder)
    agreed, report = agree_on(parts, dialect=dialect, columns=columns)
    _check_identifier(identifier, agreed)
    if only in NEED_OUTCOME and agreed.reading.target is None:
        expected, instead = f"outcomes in the files, for {only} rows", "none that can be read"
        raise SettingsError(expected, instead, "Choose other rows.")
    plan = Plan(serialise_bundle(bundle), agreed, only, identifier)
    found: dict[int, PartScores] = {}
    with _appearing(folder, replace=replace) as place:
        tasks = [
            Part(str(path.resolve()), str(place.resolve() / f"{path.stem}.parquet"))
            for path in parts
        ]
        for i, scores in spread(score_part, tasks, shared=plan, scheduler=scheduler):
            found[i] = scores
            if on_part is not None:
                on_part(len(found), len(tasks))
        _check_some(list(found.values()))
    return FolderScores(tuple(found[i] for i in range(len(parts))), report)


def _check_apart(parts: Sequence[Path], folder: Path) -> None:
    """Refuse to write over what is read.

    Raises:
        SettingsError: if the folder holds a part.
    """
    if folder.resolve() in {path.resolve().parent for path in parts}:
        raise SettingsError(
            "a folder that is not read as well", str(folder), "Choose another name."
        )


def _check_identifier(identifier: str | None, agreed: Agreed) -> None:
    dropped = agreed.naming.dropped
    if identifier is not None and dropped.count(identifier) != 1:
        shown = ", ".join(map(repr, dropped[:20])) or "of which there is none"
        raise CohortError(
            f"a column that is no feature: {shown}", repr(identifier[:40]), "Choose another column."
        )


def _check_some(scored: Sequence[PartScores]) -> None:
    """Refuse to write a folder without a file.

    Raises:
        CohortError: the first part's own.
    """
    errors = [part.error for part in scored if part.error is not None]
    if len(errors) == len(scored):
        raise errors[0]


@contextmanager
def _appearing(folder: Path, *, replace: bool) -> Iterator[Path]:
    """A folder to write to, which becomes this one at the end; after an error nothing has happened.

    Raises:
        SettingsError: if it is there and may not be, or holds something else.
        HeartError: if it cannot be written.
    """
    check_folder(folder, replace=replace)
    place = folder.parent / f".heart-{secrets.token_hex(8)}.parts"
    try:
        place.mkdir()
        yield place
        if folder.exists():
            _swap(place, folder)
        else:
            place.rename(folder)
    except OSError as error:
        raise HeartError.unwritable(folder, error) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _swap(place: Path, folder: Path) -> None:
    """The new folder instead of the old one."""
    old = place.with_suffix(".old")
    folder.rename(old)
    try:
        place.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def check_folder(folder: Path, *, replace: bool) -> None:
    """Refuse what is there and may not be replaced.

    Raises:
        SettingsError: saying what is in the way.
    """
    if not os.path.lexists(folder):
        return
    if not _is_ours(folder):
        raise SettingsError(
            "a folder that is new, or that `score` has written",
            f"{folder}, which is something else",
            "Choose another name.",
        )
    if not replace:
        raise SettingsError(
            "a folder that is not there yet",
            str(folder),
            "Choose another name, or replace it with --force.",
        )


def _is_ours(folder: Path) -> bool:
    """Whether all in it was written here."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    with suppress(*DAMAGE):
        return all(
            (pq.read_schema(path).metadata or {}).items() >= MARK.items()
            for path in folder.iterdir()
        )
    return False
