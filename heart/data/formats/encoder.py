"""A column is collected block by block, in as few bytes as its different texts allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from heart.data.formats.table import (
    MAX_TEXTS,
    Column,
    check_cells,
    check_different,
    check_length,
)

ToTexts = Callable[[pa.Array], pa.Array]


class Encoder:
    """Collects a column. Nothing is done in Python for each text, let alone for each cell.

    Args:
        to_texts: makes texts of a block's different values; what is null then is missing.
        most: different texts that the column may have; by default as many as any column.
    """

    def __init__(self, to_texts: ToTexts, *, most: int | None = None) -> None:
        self._to_texts = to_texts
        self._most = most
        self._texts: list[pa.Array] = []
        self._n_new = 0
        self._blocks: list[npt.NDArray[np.integer[Any]]] = []

    def add(self, block: pa.DictionaryArray) -> None:
        """One more block.

        Raises:
            CohortError: for a very long text, or very many different ones.
        """
        texts = pc.utf8_trim_whitespace(self._to_texts(block.dictionary)).fill_null("")
        check_length(pc.max(pc.utf8_length(texts)).as_py() or 0)
        self._count(texts)
        indices = block.indices
        if block.null_count:
            indices = indices.fill_null(len(texts))
            texts = pa.concat_arrays([texts, pa.array([""], texts.type)])
        self._texts.append(texts)
        self._blocks.append(indices.to_numpy().astype(np.min_scalar_type(len(texts))))

    def _count(self, texts: pa.Array) -> None:
        """Count the different texts, now and then."""
        self._n_new += len(texts)
        if self._n_new > (self._most or MAX_TEXTS):
            self._n_new = 0
            n_texts = pc.count_distinct(pa.concat_arrays([*self._texts, texts])).as_py()
            check_different(n_texts, self._most)

    def finish(self) -> Column:
        """The whole column; texts that are equal without their blanks share a code."""
        every = pa.concat_arrays(self._texts).dictionary_encode()
        texts, codes = every.dictionary, every.indices.to_numpy()
        check_different(len(texts), self._most)
        codes = codes.astype(np.min_scalar_type(max(len(texts) - 1, 0)))
        ends = np.cumsum([len(block) for block in self._texts])
        starts = (end - len(block) for end, block in zip(ends, self._texts, strict=True))
        blocks = [
            codes[start:end][block]
            for start, end, block in zip(starts, ends, self._blocks, strict=True)
        ]
        self._texts.clear()
        self._blocks.clear()
        return Column(check_cells(pd.Index(pd.array(texts, dtype="str"))), np.concatenate(blocks))
