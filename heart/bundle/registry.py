"""The bundles of one folder, and the one that comes with the app: listed, saved under a name,
renamed, deleted, and one of them active.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from heart.bundle.audit import Change, account, noted
from heart.bundle.bundle import About, Bundle
from heart.bundle.layout import check_name
from heart.bundle.registry_files import (
    create_file,
    make_folder,
    name_taken,
    remove_file,
    version_of,
    write_line,
)
from heart.bundle.storage import fingerprint_of, load_bundle, read_about, serialise_bundle
from heart.environment import READ_ONLY, says_yes
from heart.errors import BundleError, SettingsError
from heart.paths import (
    FOLDER_VARIABLE,
    IN_CLONE,
    MODELS,
    READ_ONLY_VARIABLE,
    SHIPPED_BUNDLE,
    user_models,
)

ENDING = ".joblib"
ACTIVE_FILE = "active.txt"
SHIPPED_NAME = SHIPPED_BUNDLE.stem


class Entry(NamedTuple):
    """A file of the registry.

    Attributes:
        name: of the file, without its ending.
        about: what it says of itself; None where it cannot be read.
        problem: why not; empty where it can.
    """

    name: str
    about: About | None
    problem: str


class Listing(NamedTuple):
    """A registry as it was at one moment.

    Attributes:
        entries: every file of it, by name.
        active: the name of the one that the app and the commands start with.
    """

    entries: tuple[Entry, ...]
    active: str


@dataclass(frozen=True)
class Registry:
    """A folder of bundles.

    Attributes:
        folder: where they are; made when the first one is saved.
        read_only: whether nothing may be saved, renamed, deleted or made active, as on a server for
            several people.
        who: who changes it, for `heart.bundle.audit`; None for the account of this process.
        lock: what an error says of a registry that is read-only.
    """

    folder: Path
    read_only: bool = False
    who: str | None = None
    lock: str = f"one that is read-only ({READ_ONLY_VARIABLE})"

    def names(self) -> list[str]:
        """The names of all files that end in .joblib and of the shipped model, in order."""
        return sorted({SHIPPED_NAME, *(path.stem for path in self.folder.glob(f"[!.]*{ENDING}"))})

    def read(self) -> Listing:
        """Every file, with what it says of itself or why it cannot be read, and which one is
        active. Only that one is checked as thoroughly as when it is loaded.
        """
        active = self.active_path.stem
        described = ((name, self._describe(name, thorough=name == active)) for name in self.names())
        entries = tuple(entry for _, entry in described if entry is not None)
        there = active in {entry.name for entry in entries}
        return Listing(entries, active if there else SHIPPED_NAME)

    def _describe(self, name: str, *, thorough: bool) -> Entry | None:
        """None for what has been deleted meanwhile."""
        try:
            path = self.path_of(name)
            version = version_of(path)
            if thorough:
                _check(path, version)
            return Entry(name, _about(path, version)._replace(name=name), "")
        except FileNotFoundError:
            return None
        except BundleError as error:
            return Entry(name, None, f"Expected {error.expected}, but found {error.found}.")

    def path_of(self, name: str) -> Path:
        """Where a bundle of this name is or would be: in the folder itself, or the shipped one.

        Raises:
            BundleError: for anything but letters, digits, - and _.
        """
        check_name(name)
        path = self.folder / f"{name}{ENDING}"
        return SHIPPED_BUNDLE if name == SHIPPED_NAME and not path.is_file() else path

    def load(self, name: str) -> Bundle:
        """The bundle of this name; a file that came with another name inside takes that of the
        file.

        Raises:
            BundleError: if there is none, or it is not valid.
        """
        return replace(load_bundle(self.existing(name)), name=name)

    def save(self, bundle: Bundle, name: str) -> Path:
        """Write the bundle under a name that is not taken, which also becomes the name inside; the
        path.

        Raises:
            BundleError: if the name is taken or impossible, or the folder cannot be written.
        """
        self._check_writable()
        named = replace(bundle, name=name)
        path, content = self._free_path(name), serialise_bundle(named)
        make_folder(self.folder)
        with self._noted(Change("save", name, fingerprint_of(named))):
            create_file(content, path)
        return path

    def rename(self, old: str, new: str) -> Path:
        """Give a bundle another name, inside and outside; the new path. The active one stays
        active.

        Raises:
            BundleError: if there is none, the new name is taken or impossible, or it is the shipped
                model.
        """
        self._check_writable()
        self._check_removable(old)
        renamed = replace(self.load(old), name=new)
        path, content = self._free_path(new), serialise_bundle(renamed)
        with self._noted(Change("rename", old, fingerprint_of(renamed), new)):
            was_active, old_path = self.active == old, self.existing(old)
            create_file(content, path)
            if was_active:
                write_line(new, self.folder / ACTIVE_FILE)
            remove_file(old_path)
        return path

    def delete(self, name: str) -> None:
        """Remove a bundle for good; if it was active, the shipped model is.

        Raises:
            BundleError: if there is none, or it is the shipped model.
        """
        self._check_writable()
        self._check_removable(name)
        try:
            fingerprint = fingerprint_of(self.load(name))
        except BundleError:  # damaged; it may go all the same
            fingerprint = None
        with self._noted(Change("delete", name, fingerprint)):
            remove_file(self.existing(name))

    @property
    def active(self) -> str | None:
        """The name of the bundle that the app and the commands start with; None for the shipped
        model.
        """
        try:
            name = (self.folder / ACTIVE_FILE).read_text(encoding="utf-8").strip()
            path = self.path_of(name)
        except (
            OSError,
            UnicodeDecodeError,
            BundleError,
        ):  # nobody chose, or something else wrote the file
            return None
        return name if path.is_file() and path != SHIPPED_BUNDLE else None

    @property
    def active_path(self) -> Path:
        """The file of the active bundle."""
        name = self.active  # read once: another visitor may delete the bundle meanwhile
        return SHIPPED_BUNDLE if name is None else self.path_of(name)

    def load_active(self) -> Bundle:
        """The active bundle.

        Raises:
            BundleError: if it is not valid; it says which file that is, and how to go on.
        """
        path = self.active_path
        with naming_active(path):
            return load_bundle(path)

    def activate(self, name: str) -> None:
        """Make a bundle the one that the app and the commands start with.

        Raises:
            BundleError: if there is none, it is not valid, or the folder cannot be written.
        """
        self._check_writable()
        fingerprint = fingerprint_of(self.load(name))
        make_folder(self.folder)
        with self._noted(Change("activate", name, fingerprint)):
            self.existing(name)  # or somebody has deleted it meanwhile
            write_line(name, self.folder / ACTIVE_FILE)

    def check_may_hold(self, path: Path) -> None:
        """Refuse a file that would be inside, whatever it is called, where nothing may be changed;
        what comes with the app counts as inside.

        Raises:
            BundleError: if it would.
        """
        folders = {self.folder.resolve(), SHIPPED_BUNDLE.parent.resolve()}
        if folders & set(path.resolve().parents):
            self._check_writable()

    def existing(self, name: str) -> Path:
        """The file of this name, which is there.

        Raises:
            BundleError: if it is not.
        """
        path = self.path_of(name)
        if not path.is_file():
            raise BundleError(
                "the name of a bundle that is here",
                repr(name),
                f"Here are: {', '.join(self.names())}.",
            )
        return path

    def _free_path(self, name: str) -> Path:
        """Where a bundle of a name that is not taken would be.

        Raises:
            BundleError: if the name is taken or impossible.
        """
        path = self.path_of(name)
        if path == SHIPPED_BUNDLE or path.exists():
            raise name_taken(name)
        return path

    def _noted(self, change: Change) -> AbstractContextManager[None]:
        return noted(self.folder, change, who=self.who or account())

    def _check_writable(self) -> None:
        if self.read_only:
            raise BundleError(
                "a registry that may be changed",
                self.lock,
                "Download the bundle and keep it.",
            )

    def _check_removable(self, name: str) -> None:
        if self.existing(name).resolve() == SHIPPED_BUNDLE.resolve():
            raise BundleError(
                "a bundle of your own",
                "the model that comes with the app",
                "Leave it; make another one active if you like.",
            )


@contextmanager
def naming_active(path: Path) -> Iterator[None]:
    """An error from reading the active bundle says which file that is, and how to go on."""
    try:
        yield
    except BundleError as error:
        raise BundleError(
            f"the active model, {path}, to be a bundle: {error.expected}",
            error.found,
            f"Make another one active, on the Models page or with `heart models use"
            f" {SHIPPED_NAME}`, which comes with the app.",
        ) from error


@lru_cache(maxsize=8)
def _check(path: Path, version: tuple[int, ...]) -> None:  # noqa: ARG001  another one: another file
    """Load a bundle, once until it changes: the Models page lists at each of its runs."""
    load_bundle(path)


@lru_cache(maxsize=1024)
def _about(path: Path, version: tuple[int, ...]) -> About:  # noqa: ARG001  another one: another file
    """What a file says of itself, read once until it changes."""
    return read_about(path)


def open_registry(
    environment: Mapping[str, str] = os.environ, *, who: str | None = None
) -> Registry:
    """The registry that the environment names: HEART_MODELS for the folder, HEART_READ_ONLY=yes for
    one that only gives.

    Args:
        environment: which one that is.
        who: will change it; the account of this process by default.

    Raises:
        BundleError: if the folder is not there, or HEART_READ_ONLY is neither yes nor no.
    """
    named = environment.get(FOLDER_VARIABLE)
    folder = Path(named) if named else _default_folder()
    if named and not folder.is_dir():
        raise BundleError(
            f"{FOLDER_VARIABLE} to be a folder",
            str(folder),
            "Make the folder, or leave the variable out.",
        )
    return Registry(folder, read_only=_is_read_only(environment), who=who)


def _default_folder() -> Path:
    """The clone's models/; the user's own folder where that cannot be written and nobody has kept a
    model in it, and for an installed package, whose folders an update removes.
    """
    if IN_CLONE and (os.access(MODELS, os.W_OK) or Registry(MODELS).names() != [SHIPPED_NAME]):
        return MODELS
    return user_models()


def _is_read_only(environment: Mapping[str, str]) -> bool:
    try:
        return says_yes(READ_ONLY, environment)
    except SettingsError as error:  # a fault of the registry, which the pages open without
        raise BundleError(error.expected, error.found, error.action) from error
