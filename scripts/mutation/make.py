"""The mutants of a module. A mutant is an edit of the text, so that what is shown is the line as it
stands in the file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from mutation.edits import AXES, FREE, NUMBER, Edit, Source, Where, edits_of

LAYOUT = (ast.Assert, ast.Import, ast.ImportFrom)


SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef)


class Mutant(NamedTuple):
    """One edit of one module.

    Attributes:
        module: the file, relative to the root.
        start: offset of the replaced bytes in the source.
        end: where they end.
        text: what stands there instead.
        line: number of the line where the edit begins, from 1.
        statement: number of the line where the innermost statement around it begins.
        scope: the outermost function with its classes, `Class.method`; empty outside of functions.
        inside: whether the edit is in that function's body, which alone can be exchanged when the
            module is loaded.
        kind: which sort of mistake.
        before: the edited lines as they are, without indentation.
        after: as they become.
        names: what the edit may change when it is not inside a function's body.
    """

    module: str
    start: int
    end: int
    text: str
    line: int
    statement: int
    scope: str
    inside: bool
    kind: str
    before: str
    after: str
    names: tuple[str, ...]

    def apply(self, source: bytes) -> bytes:
        """The module's source with the mistake in it."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What stays when lines move: module, function, the lines before and after."""
        return self.module, self.scope, self.before, self.after


def make_mutants(module: str, source: bytes) -> list[Mutant]:
    """Every mutant of a module's source, in the order of the text; each edit once."""
    place = Source(module, source)
    tree = ast.parse(source)
    found: dict[tuple[int, int, str], Mutant] = {}
    for mutant in _walk(tree, place, Where((), "", inside=False, statement=1, names=())):
        if source[mutant.start : mutant.end].decode() != mutant.text:
            found.setdefault(mutant[1:4], mutant)
    return [found[key] for key in sorted(found)]


def _walk(node: ast.AST, place: Source, where: Where) -> Iterator[Mutant]:
    """Mutants of a node and of all below it, annotations and docstrings left out."""
    if isinstance(node, LAYOUT) or _is_for_types(node):
        return
    if isinstance(node, ast.keyword) and node.arg in AXES and isinstance(node.value, NUMBER):
        return  # `_of_call` takes the other axis
    if isinstance(node, ast.keyword) and node.arg in FREE:
        return
    if isinstance(node, ast.stmt):
        where = _enter(node, where)
    for edit in edits_of(node, place, where):
        yield _mutant(edit, place, where)
    for name, child in _parts(node, place):
        entered = name == "body" and isinstance(node, SCOPES)
        yield from _walk(child, place, where._replace(inside=True) if entered else where)


def _parts(node: ast.AST, place: Source) -> Iterator[tuple[str, ast.AST]]:
    """What a node consists of and by which name, without what is not to be mistaken."""
    for name, value in ast.iter_fields(node):
        parts = value if isinstance(value, list) else [value]
        if name in {"annotation", "returns", "ctx"}:
            parts = []
        elif isinstance(node, ast.arguments) and name == "kw_defaults":
            words = [one.arg for one in node.kwonlyargs]
            parts = [one for word, one in zip(words, parts, strict=True) if word not in FREE]
        elif isinstance(node, ast.JoinedStr):
            parts = [one for one in parts if _is_readable(one, place)]
        yield from ((name, part) for part in parts if isinstance(part, ast.AST))


def _mutant(edit: Edit, place: Source, where: Where) -> Mutant:
    start, end, text, kind = edit
    line = place.source.count(b"\n", 0, start) + 1
    first = place.starts[line - 1]
    last = place.source.find(b"\n", end)
    last = len(place.source) if last < 0 else last
    before = place.source[first:last].decode()
    after = (place.source[first:start] + text.encode() + place.source[end:last]).decode()
    words = "\n".join(map(str.strip, before.splitlines()))
    others = "\n".join(map(str.strip, after.splitlines()))
    head = (place.module, start, end, text, line, where.statement, where.scope, where.inside)
    return Mutant(*head, kind, words, others, where.names)


def _is_for_types(node: ast.AST) -> bool:
    """Whether it is read by people or type checkers only."""
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def _is_readable(node: ast.AST, place: Source) -> bool:
    """Whether what stands in an f-string is a value whose place is known."""
    return isinstance(node, ast.FormattedValue) and place.is_whole(node.value)


def _enter(node: ast.stmt, where: Where) -> Where:
    """What surrounds the parts of a statement."""
    where = where._replace(statement=node.lineno)
    if isinstance(node, ast.ClassDef) and not where.scope:
        return where._replace(classes=(*where.classes, node.name), names=(node.name,))
    if isinstance(node, SCOPES) and not where.scope:
        keys, fields = _exchangeable(node)
        scope = ".".join((*where.classes, node.name))
        return where._replace(scope=scope, names=(node.name,), keys=keys, fields=fields)
    if not where.scope and isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [part.id for one in targets for part in ast.walk(one) if isinstance(part, ast.Name)]
        return where._replace(names=(*where.names, *names))
    return where


def _exchangeable(node: ast.AST) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The texts that a function looks up by, and the fields that it reads of a name."""
    keys: dict[str, None] = {}
    fields: dict[tuple[str, str], None] = {}
    for part in ast.walk(node):
        key = part.slice if isinstance(part, ast.Subscript) else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            keys[key.value] = None
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            fields[part.value.id, part.attr] = None
    return tuple(keys), tuple(fields)
