"""The small mistakes: what stands for an expression or a statement instead."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}


ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
}


_PAIRS = ("min max", "minimum maximum", "tile repeat", "any all", "floor ceil", "argmin argmax")


EXCHANGED = {
    one: other
    for pair in _PAIRS
    for one, other in (pair.split(), reversed(pair.split()))  # each way
}
"""Names of functions and methods that are taken for each other."""


AXES = {"axis", "dim"}
FREE = {"random_state", "seed", "max_iter", "strict"}
"""Arguments whose value is one of many that are as good, or a guard against what does not occur."""


NUMBER = (ast.Constant, ast.UnaryOp)


Edit = tuple[int, int, str, str]
"""Start, end, new text, kind."""


class Where(NamedTuple):
    """What surrounds a node."""

    classes: tuple[str, ...]
    scope: str
    inside: bool
    statement: int
    names: tuple[str, ...]
    keys: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()


class Source:
    """Offsets in a module's text."""

    def __init__(self, module: str, source: bytes) -> None:
        self.module, self.source = module, source

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        lines = self.source.splitlines(keepends=True)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        return starts

    def start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """Where a node begins."""
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """Where it ends."""
        return self.starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def text(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        """As it stands in the file."""
        return self.source[self.start(node) : self.end(node)].decode()

    def between(self, one: ast.expr, other: ast.expr, word: str) -> tuple[int, int] | None:
        """Where an operator stands between two operands."""
        begin, finish = self.end(one), self.start(other)
        at = self.source[begin:finish].find(word.encode())
        return None if at < 0 else (begin + at, begin + at + len(word))

    def is_whole(self, node: ast.expr) -> bool:
        """Whether the node is where it says: inside f-strings Python 3.11 may be wrong."""
        try:
            found = ast.parse(self.text(node).strip(), mode="eval").body
        except (SyntaxError, UnicodeDecodeError, IndexError):
            return False
        return ast.dump(found) == ast.dump(node)


def edits_of(node: ast.AST, place: Source, where: Where) -> Iterator[Edit]:
    """The edits of one node, without what is below it."""
    for sort, make in _MAKERS.items():
        if isinstance(node, sort):
            yield from make(node, place, where)


def _of_comparison(node: ast.Compare, place: Source, _: Where) -> Iterator[Edit]:
    operands = [node.left, *node.comparators]
    for one, operator, other in zip(operands, node.ops, operands[1:], strict=False):
        word, instead = COMPARISONS[type(operator)]
        if span := place.between(one, other, word):
            yield *span, instead, "comparison"


def _of_operation(node: ast.BinOp, place: Source, _: Where) -> Iterator[Edit]:
    word, instead = ARITHMETIC.get(type(node.op), ("", ""))
    if word and (span := place.between(node.left, node.right, word)):
        yield *span, instead, "arithmetic"


def _of_sign(node: ast.UnaryOp, place: Source, _: Where) -> Iterator[Edit]:
    if not isinstance(node.op, ast.UAdd):
        start = place.start(node)
        length = len("not ") if isinstance(node.op, ast.Not) else 1
        yield start, start + length, "", "negation"


def _of_junction(node: ast.BoolOp, place: Source, _: Where) -> Iterator[Edit]:
    word, instead = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for one, other in zip(node.values, node.values[1:], strict=False):
        if span := place.between(one, other, word):
            yield *span, instead, "and, or"


def _of_constant(node: ast.Constant, place: Source, where: Where) -> Iterator[Edit]:
    start, end, value = place.start(node), place.end(node), node.value
    if isinstance(value, bool):
        yield start, end, str(not value), "constant"
    elif isinstance(value, int):
        yield start, end, str(value + 1), "constant"
        yield start, end, str(value - 1) if value else "-1", "constant"
    elif isinstance(value, float):
        yield start, end, repr(value * 2), "constant"
        yield start, end, "0.0", "constant"
    elif isinstance(value, str) and len(where.keys) > 1 and value in where.keys:
        other = where.keys[(where.keys.index(value) + 1) % len(where.keys)]
        yield start, end, repr(other), "key"


def _of_field(node: ast.Attribute, place: Source, where: Where) -> Iterator[Edit]:
    """A field of the same value that the function reads as well."""
    if not isinstance(node.value, ast.Name) or node.value.id in {"np", "pd", "torch", "self"}:
        return
    fields = [field for name, field in where.fields if name == node.value.id]
    if len(fields) > 1 and node.attr in fields:
        other = fields[(fields.index(node.attr) + 1) % len(fields)]
        yield place.end(node.value), place.end(node), f".{other}", "field"


def _of_call(node: ast.Call, place: Source, _: Where) -> Iterator[Edit]:
    called = node.func
    name = getattr(called, "attr", getattr(called, "id", ""))
    if name in EXCHANGED:
        yield place.end(called) - len(name), place.end(called), EXCHANGED[name], "function"
    for keyword in node.keywords:
        if keyword.arg in AXES and isinstance(keyword.value, NUMBER):
            instead = "1" if place.text(keyword.value) == "0" else "0"
            yield place.start(keyword.value), place.end(keyword.value), instead, "axis"
        elif keyword.arg and keyword.arg not in FREE:
            yield _without(keyword, place)
    simple = ast.Name | ast.Attribute
    if len(node.args) == 2 and name not in EXCHANGED and all(
        isinstance(one, simple) for one in node.args
    ) and name not in {"isinstance", "issubclass"}:  # fmt: skip
        one, other = node.args
        text = f"{place.text(other)}, {place.text(one)}"
        yield place.start(one), place.end(other), text, "arguments"


def _without(keyword: ast.keyword, place: Source) -> Edit:
    """The call without this argument, and without the comma behind it."""
    end = place.end(keyword)
    rest = place.source[end:]
    comma = len(rest) - len(rest.lstrip())
    if rest[comma : comma + 1] == b",":
        end += comma + 1
        following = place.source[end:]
        end += len(following) - len(following.lstrip(b" "))
    return place.start(keyword), end, "", "keyword"


def _of_condition(node: ast.If | ast.IfExp | ast.While, place: Source, _: Where) -> Iterator[Edit]:
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):  # these are turned by themselves
        yield (
            place.start(node.test),
            place.end(node.test),
            f"not ({place.text(node.test)})",
            "condition",
        )


def _of_comprehension(node: ast.comprehension, place: Source, _: Where) -> Iterator[Edit]:
    for test in node.ifs:
        yield place.start(test), place.end(test), "True", "condition"


def _of_slice(node: ast.Slice, place: Source, _: Where) -> Iterator[Edit]:
    for edge in (node.lower, node.upper):
        if edge is not None and not isinstance(edge, ast.Constant):
            for change in ("+ 1", "- 1"):
                text = f"({place.text(edge)}) {change}"
                yield place.start(edge), place.end(edge), text, "slice"


def _of_return(node: ast.Return, place: Source, _: Where) -> Iterator[Edit]:
    value = node.value
    if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
        yield place.start(value), place.end(value), "None", "return"


def _of_statement(node: ast.stmt, place: Source, _: Where) -> Iterator[Edit]:
    yield place.start(node), place.end(node), "pass", "statement"


def _of_jump(node: ast.stmt, place: Source, _: Where) -> Iterator[Edit]:
    instead = "break" if isinstance(node, ast.Continue) else "continue"
    yield place.start(node), place.end(node), instead, "statement"


_MAKERS: dict[type[ast.AST], Callable[..., Iterator[Edit]]] = {
    ast.Compare: _of_comparison,
    ast.BinOp: _of_operation,
    ast.UnaryOp: _of_sign,
    ast.BoolOp: _of_junction,
    ast.Constant: _of_constant,
    ast.Attribute: _of_field,
    ast.Call: _of_call,
    ast.If: _of_condition,
    ast.IfExp: _of_condition,
    ast.While: _of_condition,
    ast.comprehension: _of_comprehension,
    ast.Slice: _of_slice,
    ast.Return: _of_return,
    ast.Expr: _of_statement,
    ast.AugAssign: _of_statement,
    ast.Raise: _of_statement,
    ast.Continue: _of_jump,
    ast.Break: _of_jump,
}
