"""What reading gives, as bytes and back: JSON and Arrow tables, and no pickle, so that a process in
which a file has done harm can send nothing but wrong values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import pyarrow as pa

from heart.data.cohort import Cohort
from heart.data.columns import ColumnMatch
from heart.data.dialects.canonical import Change, SetAside
from heart.data.identifiers import Identifiers
from heart.data.read import Patients
from heart.data.report import CohortReport, UnusualValue
from heart.errors import (
    BadCell,
    BadCellsError,
    Candidate,
    CohortError,
    ColumnsError,
    DialectError,
    OpenColumn,
)
from heart.schema import TARGET

Read = Cohort | Patients | Identifiers
Result = Read | CohortError
BATCH = 2**12
_LENGTH = 8
_LISTS: dict[str, Any] = {
    "changes": Change,
    "unusual": UnusualValue,
    "set_aside": SetAside,
    "bad_cells": BadCell,
    "columns": ColumnMatch,
}
"""The report's lists that may be as long as the file: they travel as tables."""


def pack(result: Result) -> bytes:
    """A parcel with what was read, or the refusal."""
    if isinstance(result, CohortError):
        return _pack_error(result)
    if isinstance(result, Identifiers):
        table = pa.table({"row": result.texts.index.to_numpy(), "text": result.texts.array})
        return _join({"kind": "identifiers", "name": result.name}, {"texts": table})
    plain: dict[str, Any] = {}
    tables = {}
    for field in fields(result.report):
        value = getattr(result.report, field.name)
        if field.name in _LISTS:
            tables[field.name] = _table_of(value, _LISTS[field.name]._fields)
        else:
            plain[field.name] = value
    if isinstance(result, Cohort):
        frame, kind = result.frame, {"kind": "cohort", "name": result.name, "source": result.source}
    else:
        frame = result.frame if result.num is None else result.frame.assign(**{TARGET: result.num})
        kind = {"kind": "patients"}
        tables["errors"] = _table_of(list(result.errors.items()), ("row", "error"))
    tables["frame"] = pa.Table.from_pandas(frame, preserve_index=True)
    return _join({**kind, "report": plain}, tables)


def pack_defect(where: str) -> bytes:
    """A parcel that says where our own code has failed."""
    return _join({"defect": where}, {})


def unpack(parcel: bytes) -> Result:
    """What was packed.

    Raises:
        RuntimeError: for a defect.
    """
    head, tables = _split(parcel)
    if "defect" in head:
        raise RuntimeError(head["defect"])
    if "error" in head:
        return _unpack_error(head, tables)
    if head["kind"] == "identifiers":
        frame = tables["texts"].to_pandas()
        texts = frame.set_index("row")["text"].astype("str").rename_axis(None).rename(None)
        return Identifiers(head["name"], texts)
    lists: dict[str, Any] = {
        name: tuple(_rows_of(tables[name], kind)) for name, kind in _LISTS.items()
    }
    plain: dict[str, Any] = {
        name: _frozen(value) if isinstance(value, list) else value
        for name, value in head["report"].items()
    }
    report, frame = CohortReport(**plain, **lists), tables["frame"].to_pandas()
    if head["kind"] == "cohort":
        return Cohort(head["name"], frame, head["source"], report)
    num = frame.pop(TARGET) if TARGET in frame.columns else None
    return Patients(frame, num, dict(_rows_of(tables["errors"], lambda *pair: pair)), report)


def _pack_error(error: CohortError) -> bytes:
    candidates = error.candidates if isinstance(error, DialectError) else ()
    bad_cells = error.bad_cells if isinstance(error, BadCellsError) else ()
    head = {
        "error": type(error).__name__,
        "words": [error.expected, error.found, error.action],
        "open_columns": error.open_columns if isinstance(error, ColumnsError) else (),
        "candidates": [c._replace(rows=tuple(map(dict, c.rows))) for c in candidates],
    }
    return _join(head, {"bad_cells": _table_of(bad_cells, BadCell._fields)})


def _unpack_error(head: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> CohortError:
    if head["error"] == DialectError.__name__:
        candidates = [
            Candidate(name, says, tuple(rows), *counts)
            for name, says, rows, *counts in head["candidates"]
        ]
        return DialectError(*head["words"], candidates=candidates)
    if head["error"] == ColumnsError.__name__:
        open_columns = [OpenColumn(*map(_frozen, entry)) for entry in head["open_columns"]]
        return ColumnsError(*head["words"], open_columns=open_columns)
    if head["error"] == BadCellsError.__name__:
        cells = tuple(_rows_of(tables["bad_cells"], BadCell))
        return BadCellsError(*head["words"], bad_cells=cells)
    return CohortError(*head["words"])


def _table_of(entries: Sequence[Sequence[Any]], names: Sequence[str]) -> pa.Table:
    columns = zip(*entries, strict=True) if entries else [()] * len(names)
    return pa.table({name: list(column) for name, column in zip(names, columns, strict=True)})


def _rows_of(table: pa.Table, make: Any) -> list[Any]:
    """In small batches: each conversion holds the interpreter, and with it all other visitors."""
    made = []
    for batch in table.to_batches(max_chunksize=BATCH):
        columns = [column.to_pylist() for column in batch.columns]
        made += [make(*row) for row in zip(*columns, strict=True)]
    return made


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _join(head: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> bytes:
    parts = {name: _write(table) for name, table in tables.items()}
    sizes = {name: len(part) for name, part in parts.items()}
    text = json.dumps({"head": head, "sizes": sizes}, default=int).encode()  # numpy's numbers
    return b"".join([len(text).to_bytes(_LENGTH, "big"), text, *parts.values()])


def _split(parcel: bytes) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    start = _LENGTH + int.from_bytes(parcel[:_LENGTH], "big")
    index = json.loads(parcel[_LENGTH:start])
    tables = {}
    for name, size in index["sizes"].items():
        part = pa.py_buffer(parcel).slice(start, size)
        tables[name] = pa.ipc.open_stream(part).read_all()
        tables[name].validate(full=True)
        start += size
    return index["head"], tables


def _write(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()
