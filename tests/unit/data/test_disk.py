"""A table cut into parts on disk: who is in which part, and what each row group holds."""

import math
import struct

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from heart.data.disk import PARTS, DiskPart, _check_classes, _mix, _Writer, cut_to_disk, draw_parts
from heart.data.recognition.known import numeric_codes
from heart.errors import SplitError
from heart.schema import FEATURE_NAMES, TARGET


def numbers_of(frame):
    return np.stack([numeric_codes(frame[name]) for name in FEATURE_NAMES], axis=1)


def test_mixing_is_splitmix64s():
    """The first three numbers of the published generator with seed 0."""
    step = 0x9E3779B97F4A7C15
    states = np.array([0, step, 2 * step % 2**64], dtype=np.uint64)
    drawn = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert _mix(states).tolist() == drawn


def mix(z):
    """The same in Python's whole numbers."""
    z = (z + 0x9E3779B97F4A7C15) % 2**64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
    return z ^ (z >> 31)


@pytest.mark.parametrize("seed", [0, 7])
def test_part_is_where_a_hash_of_seed_and_values_falls(cleveland, seed):
    values = numbers_of(cleveland.frame.head(60))
    expected = []
    for row in values.tolist():
        state = seed
        for value in row:
            state = mix(state ^ struct.unpack("<Q", struct.pack("<d", value))[0])
        expected.append(0 if state / 2**64 < 0.64 else 1 if state / 2**64 < 0.8 else 2)
    assert draw_parts(values, random_state=seed).tolist() == expected
    assert set(expected) == {0, 1, 2}


def test_equal_patients_are_in_one_part_and_another_seed_draws_others():
    values = np.random.default_rng(0).integers(0, 100, (20_000, 3)).astype(np.float64)
    part = draw_parts(np.vstack([values, values[::-1]]), random_state=1)
    assert np.array_equal(part[: len(values)], part[len(values) :][::-1])
    assert np.bincount(part) / len(part) == pytest.approx([0.64, 0.16, 0.2], abs=0.02)
    agree = np.mean(draw_parts(values, random_state=2) == part[: len(values)])
    assert agree == pytest.approx(0.64**2 + 0.16**2 + 0.2**2, abs=0.02)  # as if independent


def cut(frame, folder, sizes, **options):
    folder.mkdir()
    ends = np.cumsum(sizes)
    pieces = [frame.iloc[end - size : end] for end, size in zip(ends, sizes, strict=True)]
    return cut_to_disk(pieces, folder, **{"random_state": 0, "rows": 50} | options)


def test_parts_are_the_table_whatever_its_pieces(cleveland, tmp_path):
    frame = cleveland.frame
    seen = {name: [] for name in PARTS}
    split = cut(
        *(frame, tmp_path / "a", [100, 3, 200]), see=lambda name, piece: seen[name].append(piece)
    )
    drawn = draw_parts(numbers_of(frame), random_state=0)
    for position, (name, part) in enumerate(zip(PARTS, split, strict=False)):
        mine = frame[drawn == position]
        pd.testing.assert_frame_equal(pd.concat(seen[name]), mine)
        groups = [part.read(group) for group in range(len(part.sizes))]
        assert [len(group.features) for group in groups] == list(part.sizes)
        assert max(part.sizes) <= 50
        read = pd.concat([group.features for group in groups], ignore_index=True)
        pd.testing.assert_frame_equal(read, mine[list(FEATURE_NAMES)].reset_index(drop=True))
        y_true = np.concatenate([group.y_true for group in groups])
        assert y_true.tolist() == (mine[TARGET] > 0).astype(int).tolist()
        assert (part.n, part.positives) == (len(mine), y_true.sum())
        assert part.path == tmp_path / "a" / f"{name}.parquet"
    assert (split.n, split.positives) == (cleveland.n, cleveland.positives)
    again = cut(frame, tmp_path / "b", [303])
    assert again.fingerprint == split.fingerprint != cleveland.fingerprint
    assert [part.positives for part in again[:3]] == [part.positives for part in split[:3]]
    turned = cut(frame.iloc[::-1], tmp_path / "c", [303])
    assert turned.fingerprint != split.fingerprint
    other = frame.assign(num=frame["num"].where(frame["num"] < 2, 2))
    assert cut(other, tmp_path / "d", [303]).fingerprint != split.fingerprint


def test_minus_zero_is_zero_and_a_missing_value_is_one_of_them(cleveland, tmp_path):
    frame = cleveland.frame.assign(oldpeak=cleveland.frame["oldpeak"].replace(1.0, np.nan))
    odd = frame.assign(
        oldpeak=[
            -0.0 if value == 0 else math.copysign(math.nan, -1) if math.isnan(value) else value
            for value in frame["oldpeak"]
        ]
    )
    plain, same = (
        cut(table, tmp_path / name, [303]).fingerprint for name, table in (("a", frame), ("b", odd))
    )
    assert plain == same


def test_patients_with_a_gap_are_left_out_and_counted(cleveland, tmp_path):
    split = cut(cleveland.frame, tmp_path / "a", [303], complete_rows=True)
    assert split.n == 303
    assert sum(part.n for part in split[:3]) == cleveland.complete().n == 297
    drawn = draw_parts(numbers_of(cleveland.complete().frame), random_state=0)
    assert [part.n for part in split[:3]] == np.bincount(drawn).tolist()


def outcomes(n):
    return pd.DataFrame({TARGET: np.arange(n, dtype=np.int64) % 2 * 3})


def test_row_group_is_written_as_soon_as_it_is_full(tmp_path):
    writer = _Writer(tmp_path / "a.parquet", 4)
    sizes = []
    for n in (3, 1, 3, 6):
        writer.add(outcomes(n))
        sizes.append(list(writer.sizes))
    assert sizes == [[], [4], [4], [4, 4, 4, 1]]
    writer.add(outcomes(2))
    part = writer.finish()
    assert (part.sizes, part.positives) == ((4, 4, 4, 1, 2), 6)
    groups = pq.ParquetFile(part.path).metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == [4, 4, 4, 1, 2]


def test_long_row_group_stays_one(tmp_path):
    writer = _Writer(tmp_path / "a.parquet", 2**20 + 1)  # pyarrow's own limit is 2**20
    writer.add(outcomes(2**20 + 1))
    assert pq.ParquetFile(writer.finish().path).num_row_groups == 1


def test_part_of_which_nobody_is_has_no_file(tmp_path):
    part = _Writer(tmp_path / "a.parquet", 4).finish()
    assert (part.n, part.positives, part.path.exists()) == (0, 0, False)


@pytest.mark.parametrize(("positives", "smallest"), [(6, None), (5, 5), (14, None), (15, 5)])
def test_part_has_six_of_each_class(tmp_path, positives, smallest):
    part = DiskPart(tmp_path, (12, 8), positives)
    if smallest is None:
        _check_classes("valid", part)
    else:
        with pytest.raises(SplitError, match=f"at least 6 .* {smallest} in one .* valid part"):
            _check_classes("valid", part)
