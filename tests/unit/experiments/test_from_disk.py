"""Training from a Parquet file row group by row group: the in-memory run's result, bounded rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from heart.config import get_recipe
from heart.data import read_cohort
from heart.data.agreed import agree_on_groups, read_to_learn
from heart.errors import CohortError, SettingsError
from heart.experiments import from_disk as module
from heart.experiments.from_disk import DiskTable, run_from_disk
from heart.experiments.run import find_cohort, run_experiment
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
