"""Training from a Parquet file row group by row group: the in-memory run's result, bounded rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from heart.config import get_recipe
from heart.data import read_cohort
from heart.data.agreed import agree_on_groups, read_to_learn
from heart.data.disk import draw_parts
from heart.data.recognition.known import numeric_codes
from heart.data.rows import row_groups
from heart.errors import CohortError, SettingsError
from heart.experiments import from_disk as module
from heart.experiments.from_disk import DiskTable, run_from_disk
from heart.experiments.run import find_cohort, run_experiment
from heart.model.batches import Labelled
from heart.model.counted import ColumnCounts, fit_counted
from heart.model.preprocessing import Encoded, HeartPreprocessor
from heart.model.row_groups import RowGroups, load_row_groups
from heart.model.training import build_network
from heart.schema import FEATURE_NAMES
from tests.support.bundles import NOON
from tests.support.dialects import invent_patients

ROWS, GROUP = 60_000, 7_000
QUICK = get_recipe(
    "default", members=1, lr=0.005, batch_size=512, max_epochs=20, patience=5, device="cpu"
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("disk") / "clinic.parquet"
    invent_patients(ROWS).to_parquet(path, index=False, row_group_size=GROUP)
    return path


@pytest.fixture(scope="module")
def cohort(path):
    return read_cohort(path)


@pytest.fixture(scope="module")
def experiment(path):
    return run_from_disk(DiskTable(path, memory=32), QUICK, name="clinic", created_at=NOON)


def log_loss_of(bundle, cohort):
    p = np.clip(bundle.predict_proba(cohort.features), 1e-7, 1 - 1e-7)
    return -np.mean(np.where(cohort.y_true == 1, np.log(p), np.log(1 - p)))


def test_loss_of_the_run_in_memory_is_reached(experiment, cohort, tmp_path):
    in_memory = run_experiment(cohort, QUICK, name="clinic", created_at=NOON)
    others = tmp_path / "others.parquet"
    invent_patients(20_000, seed=1).to_parquet(others, index=False)
    new = read_cohort(others)
    losses = [log_loss_of(run.bundle, new) for run in (experiment, in_memory)]
    assert losses[0] == pytest.approx(losses[1], abs=0.001)


def test_bundle_says_what_it_has_learnt_from(experiment, cohort):
    bundle = experiment.bundle
    assert (bundle.data.cohort, bundle.data.n) == ("clinic", cohort.n)
    assert bundle.data.positives == cohort.positives
    parts = [bundle.metrics[name] for name in ("train", "valid", "test")]
    assert sum(part["n"] for part in parts) == cohort.n == bundle.learnt.strangers
    assert sum(part["positives"] for part in parts) == cohort.positives
    shares = np.array([part["n"] for part in parts]) / cohort.n
    assert shares == pytest.approx([0.64, 0.16, 0.2], abs=0.01)


def test_parts_are_never_taken_for_those_of_the_same_table_in_memory(experiment, cohort):
    assert find_cohort(experiment.bundle, [cohort]) is None


def test_rows_are_read_as_the_whole_file_is(path, cohort):
    agreed, _ = agree_on_groups(path)
    pieces = list(read_to_learn(path, agreed, rows=2_500))
    assert max(map(len, pieces)) == 2_500 < GROUP
    pd.testing.assert_frame_equal(pd.concat(pieces), cohort.frame, check_index_type=False)


@pytest.mark.parametrize("changes", [{"pieces": 4}, {"slope_as": "both", "missing_flags": False}])
def test_counted_preprocessor_is_the_fitted_one(cohort, changes):
    settings = get_recipe("default", **changes)
    features = cohort.features.assign(chol=np.nan)  # nobody has been measured
    counts = ColumnCounts()
    for start in range(0, len(features), 9_000):
        counts.add(features.iloc[start : start + 9_000])
    counted = fit_counted(HeartPreprocessor.from_settings(settings), counts)
    fitted = HeartPreprocessor.from_settings(settings).fit(features)
    for name in ("median_", "training_range_", "knots_"):
        assert np.array_equal(getattr(counted, name), getattr(fitted, name), equal_nan=True), name
    for name in ("mean_", "var_", "scale_"):
        expected = getattr(fitted.scaler_, name)
        np.testing.assert_allclose(getattr(counted.scaler_, name), expected, rtol=1e-12)
    classes = {name: encoder.classes_.tolist() for name, encoder in fitted.encoders_.items()}
    assert {n: e.classes_.tolist() for n, e in counted.encoders_.items()} == classes


def test_column_of_too_many_values_is_refused(cohort, monkeypatch):
    monkeypatch.setattr("heart.model.counted.MAX_DIFFERENT", 20)
    with pytest.raises(CohortError, match="different values of age"):
        ColumnCounts().add(cohort.frame)


def test_equal_patients_are_in_one_part_and_another_seed_draws_others(cohort):
    values = np.stack([numeric_codes(cohort.frame[name]) for name in FEATURE_NAMES], axis=1)
    twice = np.vstack([values, values[::-1]])
    part = draw_parts(twice, random_state=1)
    assert np.array_equal(part[: len(values)], part[len(values) :][::-1])
    assert len(np.unique(row_groups(cohort.features))) > 0.9 * cohort.n
    other = draw_parts(values, random_state=2)
    agree = np.mean(other == part[: len(values)])
    assert agree == pytest.approx(0.64**2 + 0.16**2 + 0.2**2, abs=0.01)  # as if independent


def batches_of(sizes, at_once, *, members=2, batch_size=4):
    """The batches of an epoch after another, of patients who are numbers."""
    settings = replace(QUICK, members=members, batch_size=batch_size)
    preprocessor = HeartPreprocessor.from_settings(settings).fit(invent_patients(200))
    network, _ = build_network(preprocessor, settings)
    ends = np.cumsum(sizes)
    held = []

    def read(group):
        numbers = np.arange(ends[group] - sizes[group], ends[group], dtype=np.float32)
        held.append(group)
        numeric = np.tile(numbers[:, None], (1, preprocessor.n_numeric))
        codes = np.zeros((len(numbers), len(preprocessor.categories)), dtype=np.int64)
        return Labelled(Encoded(numeric, codes), np.zeros(len(numbers), dtype=np.int64))

    dataset = RowGroups(read, sizes, at_once=at_once, network=network, settings=settings)
    return load_row_groups(dataset), held


def test_each_member_sees_each_patient_once_an_epoch_in_an_order_of_its_own():
    loader, held = batches_of([5, 9, 3, 8], at_once=12)
    epochs = [np.concatenate([b.numeric[:, :, 0].numpy() for b in loader], axis=1) for _ in "12"]
    for orders in epochs:
        assert (np.sort(orders, axis=1) == np.arange(25)).all()
        assert (orders[0] != orders[1]).any()
    assert (epochs[0] != epochs[1]).any()
    assert sorted(held[:4]) == sorted(held[4:]) == [0, 1, 2, 3]


def test_batches_are_of_nearly_one_size_and_hold_what_fits_only():
    loader, _ = batches_of([5, 9, 3, 8], at_once=12)
    sizes = [batch.y_true.shape[1] for batch in loader]
    assert max(sizes) <= 4
    assert min(sizes) >= 2


def test_row_group_longer_than_the_memory_is_cut(path, monkeypatch, tmp_path):
    long = tmp_path / "long.parquet"
    pq.write_table(pq.read_table(path).slice(0, 4_000), long, row_group_size=4_000)
    monkeypatch.setattr(module, "BYTES_A_ROW", 2**15)
    table = DiskTable(long, memory=32)
    settings = replace(QUICK, max_epochs=1, members=32)
    assert table.rows_read == 1_024
    run = run_from_disk(table, settings, name="long", created_at=NOON)
    assert sum(part["n"] for part in run.bundle.metrics.values()) == 4_000


def test_stopping_part_is_bounded(path, monkeypatch):
    monkeypatch.setattr(module, "MAX_STOPPING", 500)
    settings = replace(QUICK, max_epochs=1)
    run = run_from_disk(DiskTable(path), settings, name="clinic", created_at=NOON)
    assert run.stopped_on == 500 < run.bundle.metrics["valid"]["n"]


def test_damaged_row_group_is_named(path, tmp_path):
    content = bytearray(path.read_bytes())
    start = pq.ParquetFile(path).metadata.row_group(4).column(0).data_page_offset
    content[start : start + 40] = b"\xff" * 40
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(content)
    with pytest.raises(CohortError, match="row group 5 of 9 damaged"):
        run_from_disk(DiskTable(damaged), QUICK, name="damaged", created_at=NOON)


def test_too_little_memory_is_refused(path):
    with pytest.raises(SettingsError, match="at least 32 MiB"):
        run_from_disk(DiskTable(path, memory=31), QUICK, name="clinic", created_at=NOON)
