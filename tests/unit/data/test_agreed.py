"""Parts of one table: what decides, and what is demanded of each."""

import numpy as np
import pytest

from heart.data import agreed as module
from heart.data.agreed import agree_on, read_agreed
from heart.data.choice import choose_columns
from heart.data.dialects.cells import parse_table
from heart.data.formats.detect import open_table
from heart.data.pieces import open_head, open_pieces
from heart.data.recognition.demand import find_contradiction
from heart.data.recognition.evidence import tabulate_known
from heart.data.recognition.known import match_rows
from heart.errors import CohortError, PartsError
from tests.support import dialects as d
from tests.support.parts_of_tables import three_tables, write_parts


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return sorted(write_parts(tmp_path_factory.mktemp("table") / "parts").iterdir())


def read_whole(path, agreed):
    return [patients for _, patients in read_agreed(path, agreed)]


def test_every_part_decides(parts):
    _, report = agree_on(parts)
    assert report.rows == sum(map(len, three_tables()))
    assert report.dialect == "kaggle-303"


def test_of_many_rows_the_first_ones_of_each_part_decide(parts, monkeypatch):
    monkeypatch.setattr(module, "SAMPLED", 60)
    monkeypatch.setattr(module, "LEAST", 20)
    agreed, report = agree_on(parts, dialect="kaggle-303")
    assert report.rows == 60
    assert agreed.reading.coding.name == "kaggle-303"


def test_part_that_cannot_be_opened_decides_nothing(parts, tmp_path):
    (tmp_path / "broken.csv").write_text("")
    _, report = agree_on([tmp_path / "broken.csv", *parts])
    assert report.rows == sum(map(len, three_tables()))
    with pytest.raises(CohortError, match="an empty file"):
        agree_on([tmp_path / "broken.csv"])


@pytest.mark.parametrize(("rows", "n_bytes"), [(40, 2000), (150, 10**6), (10**6, 10**6)])
def test_rows_are_numbered_through_the_pieces(parts, monkeypatch, rows, n_bytes):
    agreed, _ = agree_on(parts)
    monkeypatch.setattr(
        module, "open_pieces", lambda path: open_pieces(path, rows=rows, n_bytes=n_bytes)
    )
    for path, table in zip(parts, three_tables(), strict=True):
        pieces = read_whole(path, agreed)
        numbers = np.concatenate([piece.frame.index for piece in pieces])
        assert numbers.tolist() == list(range(1, len(table) + 1))
        assert f"Decided by {agreed.by}." in pieces[0].report.evidence
        ages = np.concatenate([piece.frame["age"] for piece in pieces])
        assert ages.tolist() == table["age"].tolist()


def test_errors_and_outcomes_keep_their_rows_in_later_pieces(tmp_path):
    table = three_tables()[0].astype(object)
    table.loc[table.index[99], "age"] = "fifty"
    path = tmp_path / "a.csv"
    table.to_csv(path, index=False)
    agreed, _ = agree_on([path])
    module_pieces = [
        module._number_from(module._read_piece(piece, agreed, "a.csv"), before)
        for before, piece in ((0, open_head(path, 10**6)), (1000, open_head(path, 10**6)))
    ]
    assert [list(piece.errors) for piece in module_pieces] == [[100], [1100]]
    assert [piece.num.index[0] for piece in module_pieces] == [1, 1001]


def test_piece_with_another_header_is_refused(parts, tmp_path):
    agreed, _ = agree_on(parts)
    path = tmp_path / "x.csv"
    three_tables()[0].drop(columns="ca").to_csv(path, index=False)
    with pytest.raises(PartsError, match=r"x.csv without ca"):
        read_whole(path, agreed)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (d.kaggle_303(d.cleveland()), ""),
        (d.kaggle_303(d.cleveland(), inverted=False), "known patients, whose outcomes"),
        (d.kaggle_303(d.invent_patients(300), inverted=False), "runs the other way"),
        (d.uci_table(d.cleveland()).rename(columns={"num": "target"}), "no meaning for"),
    ],
)
def test_contradiction_is_said_in_words(parts, content, says):
    agreed, _ = agree_on(parts)
    table = open_table(d.write(content))
    parsed = parse_table(table, choose_columns(table, need_target=False))
    known = tabulate_known(parsed, match_rows(parsed, agreed.reading))
    found = find_contradiction(parsed, known, agreed.reading)
    assert says in found
    assert bool(found) == bool(says)
