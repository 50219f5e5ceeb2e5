"""The tree as it is loaded: functions get other code, or one file is imported otherwise."""

from __future__ import annotations

import gc
import importlib.abc
import importlib.machinery
from collections import defaultdict
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


OURS = ("heart", "tests", "pages")


Functions = dict[tuple[str, str, int], list[FunctionType]]
"""Functions that are loaded, by file, name and first line."""


def loaded_functions() -> Functions:
    """Functions of the tree that are loaded, by file, name and first line."""
    found = defaultdict(list)
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__code__.co_filename.startswith(str(ROOT)):
            found[_name(one.__code__)].append(one)
    return dict(found)


def _name(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def exchange(code: CodeType, functions: Functions) -> None:
    """Gives the loaded functions of a module the code that it has now."""
    for part in code.co_consts:
        if isinstance(part, CodeType):
            for function in functions.get(_name(part), []):
                if function.__code__.co_freevars == part.co_freevars:
                    function.__code__ = part
            exchange(part, functions)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one file of the tree with another source."""

    def __init__(self, source: bytes, file: str) -> None:
        path = Path(file).relative_to(ROOT).with_suffix("")
        self.is_package = path.name == "__init__"
        self.name = ".".join((path.parent if self.is_package else path).parts)
        self.source, self.file = source, file

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        """The one file's."""
        if name != self.name:
            return None
        spec = importlib.machinery.ModuleSpec(name, self, origin=self.file)
        spec.has_location = True
        if self.is_package:
            spec.submodule_search_locations = [str(Path(self.file).parent)]
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Runs the other source."""
        exec(compile(self.source, self.file, "exec", dont_inherit=True), module.__dict__)  # noqa: S102  its purpose
