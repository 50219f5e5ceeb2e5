"""What the shipped model uses, as it is stored: of this very model, without features of a patient,
and what comes out when a part of it is computed again.
"""

import json
from dataclasses import replace

import numpy as np
import pytest

from heart.bundle import load_bundle
from heart.errors import CohortError
from heart.evaluation.recalibration import Recalibration
from heart.experiments.run import split_of
from heart.explain.overall import partial_dependence
from heart.explain.stored_uses import find_stored_uses, pack_uses
from heart.explain.uses import uses_table
from heart.paths import SHIPPED_BUNDLE, SHIPPED_USES
from heart.schema import FEATURE_NAMES


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def split(shipped):
    return split_of(shipped)


@pytest.fixture(scope="module")
def stored(shipped, split):
    return find_stored_uses(shipped, split)


def test_shipped_models_uses_are_shipped(stored, split):
    table = uses_table(stored.uses)
    assert set(table["feature"]) == set(FEATURE_NAMES)
    assert (stored.uses.importance.n, stored.uses.contributions.n) == (242, 61)
    assert stored.uses.importance.folds == (10, 2, 0)
    assert table["importance"].is_monotonic_decreasing
    whole = sum(len(part.y_true) for part in split)
    assert len(stored.uses.patients) == min(whole, 300)


def test_file_holds_no_feature_of_a_patient():
    content = json.loads(SHIPPED_USES.read_text())
    assert set(content) == {
        *("date", "command", "fingerprint", "importance", "contributions", "curves", "averaged")
    }
    assert len(content["curves"]["feature"]) < 250, "values of a grid, not patients"
    assert SHIPPED_USES.stat().st_size < 2**15


def test_curves_computed_again_are_those_that_are_stored(stored, shipped):
    again = partial_dependence(shipped, stored.uses.patients)
    found = stored.uses.curves
    assert found[["feature", "words", "patients"]].equals(again[["feature", "words", "patients"]])
    for name in ("number", "probability", "low", "high"):
        assert np.allclose(found[name].astype(float), again[name], atol=1e-4, equal_nan=True), name


def test_another_model_has_nothing_stored_and_another_threshold_changes_nothing(
    stored, shipped, split, tmp_path
):
    path = tmp_path / "uses.json"
    path.write_bytes(pack_uses(shipped, stored))
    assert path.read_bytes() == SHIPPED_USES.read_bytes()
    moved = replace(shipped, name="mine", threshold=shipped.threshold._replace(value=0.7))
    back = find_stored_uses(moved, split, path)
    assert back.uses.importance.table.equals(stored.uses.importance.table)
    timid = replace(shipped, recalibration=Recalibration("temperature", slope=2.0, patients=9))
    assert find_stored_uses(timid, split, path) is None
    elsewhere = replace(shipped, data=shipped.data._replace(fingerprint="0" * 64))
    assert find_stored_uses(elsewhere, split, path) is None
    assert find_stored_uses(shipped, split, tmp_path / "nothing.json") is None


@pytest.mark.parametrize("content", ["", "{}", "[]", "nonsense"])
def test_damaged_file_is_named(shipped, split, tmp_path, content):
    path = tmp_path / "uses.json"
    path.write_text(content)
    with pytest.raises(CohortError, match=r"uses\.json as it was shipped"):
        find_stored_uses(shipped, split, path)
