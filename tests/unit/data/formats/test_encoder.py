"""A column that comes block by block."""

import pyarrow as pa
import pytest

from heart.data.formats import encoder as module
from heart.data.formats.encoder import Encoder
from heart.errors import CohortError


def column_of(*blocks, most=None, to_texts=lambda texts: texts):
    encoder = Encoder(to_texts, most=most)
    for block in blocks:
        encoder.add(pa.array(block, pa.string()).dictionary_encode())
    return encoder.finish()


def cells_of(column):
    return column.texts[column.codes].tolist()


def test_blocks_are_one_column_and_what_is_null_is_empty():
    column = column_of(["b", "a", " b"], ["c", None, "a "], ["", "c"])
    assert cells_of(column) == ["b", "a", "b", "c", "", "a", "", "c"]
    assert sorted(column.texts) == ["", "a", "b", "c"]
    assert column.codes.dtype == "uint8"


def test_what_cannot_be_made_a_text_is_empty():
    column = column_of(["a", "b"], to_texts=lambda _: pa.array([None, "c"]))
    assert cells_of(column) == ["", "c"]


def test_codes_have_a_second_byte_from_the_257th_text_on():
    texts = [str(i) for i in range(256)]
    assert column_of(texts).codes.dtype == "uint8"
    column = column_of(texts, ["256", "0"])
    assert column.codes.dtype == "uint16"
    assert cells_of(column) == [*texts, "256", "0"]


def test_text_of_256_letters_is_read_and_a_longer_one_refused():
    assert cells_of(column_of(["a" * 256 + " "])) == ["a" * 256]
    encoder = Encoder(lambda texts: texts)
    with pytest.raises(CohortError, match="one of 257"):
        encoder.add(pa.array(["a" * 257]).dictionary_encode())
    assert cells_of(column_of([None])) == [""]


@pytest.mark.parametrize("most", [3, None])
def test_more_different_texts_than_may_be_are_refused_while_they_come(monkeypatch, most):
    monkeypatch.setattr(module, "MAX_TEXTS", 3)
    monkeypatch.setattr("heart.data.formats.table.MAX_TEXTS", 3)
    blocks = [["a", "b"], ["b", "c"], ["c", "a"], ["b"]]
    assert len(column_of(*blocks, most=most).texts) == 3
    encoder = Encoder(lambda texts: texts, most=most)
    for block in blocks:
        encoder.add(pa.array(block).dictionary_encode())
    with pytest.raises(CohortError, match=r"at most 3 different values .* found 4"):
        encoder.add(pa.array(["d", "a", "b"]).dictionary_encode())
    with pytest.raises(CohortError, match="found 4"):
        column_of(["a", "b"], ["c"], ["d"], most=most)
