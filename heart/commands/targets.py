"""The files that commands write: what they may be called, and what they may replace."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from heart.commands.streams import FILE, STREAM, agrees, take_stream
from heart.errors import BundleError, SettingsError
from heart.paths import READ_ONLY_VARIABLE

if TYPE_CHECKING:
    from heart.bundle import Bundle

Function = Callable[..., Any]

BUNDLE = {".joblib": b"heart-bundle"}
"""How a bundle file is called, and what stands at its beginning."""

HEAD = 4096
"""Bytes at the beginning of a file that say what kind it is of."""

FORCE_OPTION = click.Option(
    ["--force"],
    is_flag=True,
    expose_value=False,
    callback=lambda ctx, _, value: ctx.meta.update({"heart.force": value}),
    help="replace a file that such a command has written, without asking",
)


@dataclass(frozen=True)
class Target:
    """A file to write, or standard output.

    Attributes:
        path: where; `-` for standard output.
        replace: whether there may be a file already.
    """

    path: Path
    replace: bool = False

    def __str__(self) -> str:
        return str(self.path)

    @property
    def is_stream(self) -> bool:
        """Whether it is standard output."""
        return str(self.path) == STREAM

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """What to write bytes to. A file appears at the end, whole; after an error there is none.

        Raises:
            BundleError: if the file cannot be written.
        """
        from heart.atomic import open_atomically

        if self.is_stream:
            yield sys.stdout.buffer
            return
        try:
            with open_atomically(self.path, replace=self.replace) as file:
                yield file
        except FileExistsError as error:
            raise _exists(self.path) from error
        except OSError as error:
            raise BundleError.unwritable(self.path, error) from error

    def write(self, content: bytes) -> None:
        """Write all of it.

        Raises:
            BundleError: if the file cannot be written.
        """
        with self.open() as file:
            file.write(content)

    def write_bundle(self, bundle: Bundle) -> None:
        """Write a bundle, which takes the file's name.

        Raises:
            BundleError: if it cannot be written, or the name is none for a bundle.
        """
        from dataclasses import replace

        from heart.bundle.storage import serialise_bundle

        named = bundle if self.is_stream else replace(bundle, name=self.path.stem)
        self.write(serialise_bundle(named))


class OutOption(click.Option):
    """An option for a file to write.

    Args:
        kinds: the suffixes that it may have, and for each what stands at the beginning of such a
            file: a file without that is of another kind, and is not replaced.
    """

    def __init__(self, *words: Any, kinds: Mapping[str, bytes], **options: Any) -> None:
        super().__init__(*words, **options)
        self.kinds = kinds

    def settle(self, path: Path, inputs: Callable[[], Iterable[Path]]) -> Target:
        """Where to write, decided before anything is computed.

        Raises:
            SettingsError: for a file that may not be written or replaced, or if nobody agreed.
            BundleError: for a name that is none for a bundle, or a registry that is read-only.
        """
        if str(path) == STREAM:
            return Target(path)
        target = Path(os.path.realpath(path)) if os.path.islink(path) else path  # noqa: PTH114  never raises
        self._check_suffix(target)
        check_registry(target)
        if not os.path.lexists(target):
            return Target(target)
        self._check_replaceable(target, inputs())
        forced = click.get_current_context().meta.get("heart.force", False)
        if not forced and not agrees(f"Replace {target}? [y/N] "):
            raise _exists(target)
        return Target(target, replace=True)

    def _check_suffix(self, target: Path) -> None:
        if target.suffix not in self.kinds:
            raise SettingsError(
                f"a file name that ends in {' or '.join(self.kinds)}",
                repr(target.name),
                "Rename the file.",
            )
        if self.kinds is BUNDLE:
            from heart.bundle.layout import check_name

            check_name(target.stem)  # it becomes the bundle's

    def _check_replaceable(self, target: Path, inputs: Iterable[Path]) -> None:
        if any(os.path.exists(path) and path.samefile(target) for path in inputs):  # noqa: PTH110  never raises
            raise SettingsError(
                f"a file for {self.opts[0]} that is not read as well",
                str(target),
                "Choose another name: nothing is written over what it is made from.",
            )
        head = _read_head(target)
        if head is None or (head and self.kinds[target.suffix] not in head):
            raise SettingsError(
                f"a file for {self.opts[0]} that is new, or that such a command has written",
                f"{target}, which is something else",
                "Choose another name, or remove that file yourself.",
            )


def out_option(
    text: str,
    kinds: Mapping[str, bytes],
    *,
    name: str = "--out",
    required: bool = False,
    binary: bool = True,
) -> Callable[[Function], Function]:
    """An option for the file to write, as `OutOption` says; `-` is standard output, for one file at
    most. The command gets a `Target`.

    Raises:
        SettingsError: for a second file on standard output, or a binary one on a terminal; before
            anything is computed.
    """

    def check(ctx: click.Context, _: click.Parameter, value: Path | None) -> Path | None:
        if value is not None and str(value) == STREAM:
            take_stream(ctx, "standard output")
            if binary and sys.stdout.isatty():
                raise SettingsError(
                    "a file or a pipe for what is not text",
                    "a terminal",
                    "Name a file, or send it on with > or |.",
                )
        return value

    return click.option(
        name,
        cls=OutOption,
        kinds=kinds,
        type=FILE,
        required=required,
        metavar="FILE",
        callback=check,
        help=f"{text}; - is standard output",
    )


def _read_head(target: Path) -> bytes | None:
    """How a file begins; None for what is no file, or cannot be read."""
    if not target.is_file():
        return None
    try:
        with target.open("rb") as file:
            return file.read(HEAD)
    except OSError:
        return None


def check_registry(target: Path) -> None:
    """Refuse what is inside a registry that is read-only."""
    if not os.environ.get(READ_ONLY_VARIABLE):  # the registry imports torch
        return
    from heart.bundle.registry import open_registry

    open_registry().check_may_hold(target)


def _exists(target: Path) -> SettingsError:
    return SettingsError(
        "a file that is not there yet",
        str(target),
        "Choose another name, or replace it with --force.",
    )
