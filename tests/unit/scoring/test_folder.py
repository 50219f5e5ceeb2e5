"""A table in many files: the answers of each as if it were alone, in a folder that is whole."""

from functools import partial

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from heart.data import agreed, read_patients
from heart.data.pieces import open_pieces
from heart.errors import CohortError, PartsError, SettingsError
from heart.scoring.folder import find_parts, is_many, score_folder
from heart.scoring.table import TEXTS, rows_table, score_patients
from tests.support import dialects as d
from tests.support.parts_of_tables import contents, three_tables, write_parts


@pytest.fixture(scope="module")
def scored(bundle, parts):
    """What scoring gave, and the folder of answers."""
    target = parts.with_name("answers")
    return score_folder(bundle, find_parts(str(parts)), target, identifier="case"), target


def refuse(bundle, parts, target, message, **options):
    with pytest.raises(PartsError, match=message):
        score_folder(bundle, find_parts(str(parts)), target, **options)
    assert not target.exists()
    assert not list(target.parent.glob(".heart-*"))


def test_each_part_is_answered_as_if_it_were_alone(scored, parts, bundle):
    found, target = scored
    assert [part.part for part in found.parts] == ["a.parquet", "b.parquet", "c.csv"]
    for part in find_parts(str(parts)):
        patients = read_patients(part, dialect="kaggle-303")
        alone = rows_table(patients, score_patients(bundle, patients), slice(None))
        plain = alone.astype(dict.fromkeys(TEXTS, "str"))
        written = pd.read_parquet(target / f"{part.stem}.parquet").drop(columns="case")
        assert_frame_equal(written.astype(plain.dtypes), plain)
    assert found.total("rows") == sum(map(len, three_tables()))


def test_identifier_stands_beside_each_answer(scored):
    _, target = scored
    cases = pd.read_parquet(target / "b.parquet")["case"]
    assert cases.tolist() == [str(case) for case in three_tables()[1]["case"]]


def test_pieces_give_the_answers_of_the_whole(scored, parts, bundle, monkeypatch, tmp_path):
    monkeypatch.setattr(agreed, "open_pieces", partial(open_pieces, rows=64, n_bytes=3000))
    pieces = score_folder(bundle, find_parts(str(parts)), tmp_path / "answers", identifier="case")
    found, whole = scored
    assert pieces.parts == found.parts
    for path in whole.iterdir():
        assert pd.read_parquet(tmp_path / "answers" / path.name).equals(pd.read_parquet(path))


def test_part_that_cannot_be_read_is_named_and_the_others_are_kept(bundle, tmp_path):
    parts = write_parts(tmp_path / "parts")
    (parts / "b.parquet").write_bytes((parts / "b.parquet").read_bytes()[:-100])
    found = score_folder(bundle, find_parts(str(parts)), tmp_path / "answers")
    assert [(part.part, part.error is None) for part in found.parts] == [
        ("a.parquet", True),
        ("b.parquet", False),
        ("c.csv", True),
    ]
    assert list(contents(tmp_path / "answers")) == ["a.parquet", "c.parquet"]


def test_folder_in_which_nothing_can_be_read_is_refused(bundle, tmp_path):
    (tmp_path / "a.csv").write_text("nothing")
    with pytest.raises(CohortError):
        score_folder(bundle, [tmp_path / "a.csv"], tmp_path / "answers")
    assert not (tmp_path / "answers").exists()


def otherwise(kind):
    """The second of the three tables, written otherwise."""
    patients = d.invent_patients(150, seed=2)
    if kind == "coding":
        return d.uci_table(patients).rename(columns={"num": "target"}).assign(case=0)
    if kind == "outcome":
        return d.kaggle_303(patients, inverted=False).assign(case=0)
    if kind == "unit":
        return d.kaggle_303(patients).assign(chol=(patients["chol"] / 38.67).round(1), case=0)
    return three_tables()[1].rename(columns={"thalach": "pulse"})


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("coding", "in b.parquet: .* codes that 'kaggle-303' has no meaning for"),
        ("outcome", "in b.parquet: an outcome that runs the other way"),
        ("unit", "in b.parquet: cholesterol in mmol/l"),
        ("columns", "b.parquet without thalach; with pulse"),
    ],
)
def test_part_that_is_written_otherwise_is_named(bundle, tmp_path, kind, message):
    first, _, third = three_tables()
    parts = write_parts(
        tmp_path / "parts", [first, otherwise(kind).infer_objects(), pd.concat([first, third])]
    )
    refuse(bundle, parts, tmp_path / "answers", message, dialect="kaggle-303")


def test_error_on_the_way_leaves_nothing(bundle, parts, tmp_path):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_folder(bundle, find_parts(str(parts)), tmp_path / "answers", on_part=stop)
    assert list(tmp_path.iterdir()) == []


def test_folder_is_replaced_only_if_it_is_ours_and_that_is_wanted(scored, bundle, parts, tmp_path):
    _, answers = scored
    before, first = contents(answers), find_parts(str(parts))[:1]
    with pytest.raises(SettingsError, match="not there yet"):
        score_folder(bundle, first, answers)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "diary.txt").touch()
    with pytest.raises(SettingsError, match="something else"):
        score_folder(bundle, first, tmp_path / "other", replace=True)
    with pytest.raises(SettingsError, match="not read as well"):
        score_folder(bundle, find_parts(str(answers)), answers, replace=True)
    assert contents(answers) == before
    mine = tmp_path / "mine"
    for _ in range(2):
        score_folder(bundle, first, mine, replace=True, identifier="case")
    assert contents(mine) == {"a.parquet": before["a.parquet"]}
    assert sorted(tmp_path.iterdir()) == [mine, tmp_path / "other"]


def test_two_parts_of_one_name_and_a_folder_without_parts_are_refused(parts, tmp_path):
    (tmp_path / "a.txt").touch()
    with pytest.raises(SettingsError, match=r"files that end in .parquet or .csv"):
        find_parts(str(tmp_path))
    for name in ("a.csv", "a.parquet"):
        (tmp_path / name).touch()
    with pytest.raises(SettingsError, match="a twice"):
        find_parts(str(tmp_path))
    assert [path.name for path in find_parts(f"{parts}/[ab]*")] == ["a.parquet", "b.parquet"]
    assert is_many(f"{parts}/*.csv")
    assert not is_many(f"{parts}/c.csv")
