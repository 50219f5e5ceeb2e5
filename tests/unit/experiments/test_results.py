"""The stored results of the Evaluate page: of the very table and recipes, small, without features
of a patient, and what comes out when a part of them is computed again.
"""

import dataclasses
import io
import json
from math import prod

import numpy as np
import pytest

from heart.config import RECIPES
from heart.data import SHIPPED, load_shipped
from heart.errors import CohortError
from heart.evaluation.fees import STEPS
from heart.evaluation.figures import LEADERBOARD
from heart.experiments import results as module
from heart.experiments.baselines import GRIDS, OTHERS
from heart.experiments.cross_validation import Folds, fit_each
from heart.experiments.leaderboard import MODELS, fold_figures, models_for, pooled_figures
from heart.experiments.results import LEVELS, find_results, known_sets, pack_results
from heart.experiments.tuning import count_fits, describe_choice, find_untuned
from heart.experiments.work_up import hide
from heart.paths import SHIPPED_EVALUATION
from heart.schema import FEATURE_NAMES

STEP = 1 / LEVELS


@pytest.fixture(scope="module")
def stored(cleveland):
    return find_results(cleveland)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_hospitals_results_are_stored(name):
    cohort = load_shipped(name)
    found = find_results(cohort)
    assert found.folds == Folds.fitting(cohort.features, cohort.y_true)
    assert tuple(found.leaderboard) == tuple(found.figures) == models_for(cohort, found.folds)
    for predictions in found.leaderboard.values():
        assert predictions.y_score.shape == (5, cohort.n)
        assert ((predictions.y_score > 0) & (predictions.y_score < 1)).all()
    tested = {external.tested_on: external for external in found.elsewhere}
    assert set(tested) == set(SHIPPED) - {name}
    assert {tested: table["median"].iloc[0] for tested, table in found.local.items()} == (
        pytest.approx(
            {
                e.tested_on: e.judged.scores.log_loss.value
                for e in found.elsewhere
                if e.features == "all"
            },
            abs=1e-4,
        )
    )
    everybody = found.subgroups.set_index("group").loc["all"]
    assert everybody["roc_auc"] == pytest.approx(
        found.figures["default"].pooled["roc_auc"].value, abs=1e-4
    )
    assert found.learning["patients"].is_monotonic_increasing
    everything = found.work_up.answers(FEATURE_NAMES)
    assert everything.y_score.shape == (2, cohort.n)


def test_files_are_small_and_hold_no_feature_of_a_patient():
    files = sorted(SHIPPED_EVALUATION.glob("*.npz"))
    assert [file.stem for file in files] == sorted(SHIPPED)
    assert sum(file.stat().st_size for file in files) < 2**20
    for file in files:
        with np.load(file) as content:
            kinds = {name: content[name].dtype.name for name in content.files}
            about = json.loads(bytes(content["about"]))
        arrays = {name for name in kinds if not name.startswith("elsewhere_")} - {"about"}
        arrays -= {"nested"}  # files of before have none
        assert arrays == {"fold", "scores", "by_fold", "work_up", "work_up_fold"}
        assert "object" not in kinds.values()
        assert not set(about) & set(FEATURE_NAMES)


def test_fold_of_a_tuned_model_computed_again_gives_what_is_stored(stored, cleveland):
    name = "logistic regression"
    train, test = stored.folds.split(cleveland.features, cleveland.y_true)[1]
    rows, y_true = cleveland.features.iloc[train], cleveland.y_true[train]
    again = OTHERS[name](rows, y_true, 1).fit(rows, y_true)
    found = stored.leaderboard[name]
    p = again.predict_proba(cleveland.features.iloc[test])[:, 1]
    # another processor rounds differently, and a solver stops a little elsewhere
    assert found.y_score[0, test] == pytest.approx(p, abs=STEP + 1e-4)
    assert (found.fold[0, test] == 1).all()
    assert found.chosen[1] == describe_choice(again)
    assert found.fits == 50 * count_fits(again)
    by_fold = stored.figures[name].by_fold.iloc[:10].to_numpy()
    once = found._replace(y_score=found.y_score[:1], fold=found.fold[:1])
    assert by_fold == pytest.approx(fold_figures(once)[list(LEADERBOARD)].to_numpy(), abs=1e-3)
    pooled = {name: figure.value for name, figure in stored.figures[name].pooled.items()}
    assert pooled == pytest.approx(pooled_figures(found), abs=1e-4)


def test_nested_choice_comes_back_unless_the_short_list_has_changed(
    stored, cleveland, tmp_path, monkeypatch
):
    mine = stored.leaderboard["default"]
    nested = mine._replace(
        y_score=mine.y_score[:2], fold=mine.fold[:2], fits=7, chosen=({"recipe": "default"},) * 20
    )
    path = tmp_path / "cleveland.npz"
    path.write_bytes(pack_results(cleveland, stored._replace(nested=nested)))
    back = find_results(cleveland, tmp_path).nested
    assert np.array_equal(back.y_score, nested.y_score)
    assert np.array_equal(back.fold, nested.fold)
    assert (back.fits, back.chosen) == (7, nested.chosen)
    monkeypatch.setattr("heart.experiments.nested.CHANGES", {"default": {}})
    path.touch()  # read once a process
    assert find_results(cleveland, tmp_path).nested is None


@pytest.mark.parametrize("name", SHIPPED)
def test_opponents_are_stored_with_what_their_tuning_chose_and_its_fits(name):
    found = find_results(load_shipped(name))
    untuned = find_untuned(found.leaderboard)
    assert not {"logistic regression", "logistic regression with splines"} & set(untuned)
    n_fits = found.folds.n_splits * found.folds.n_repeats
    for model in set(GRIDS) - set(untuned):
        settings = prod(map(len, GRIDS[model].values()))
        assert found.leaderboard[model].fits == n_fits * (5 * settings + 1)
        assert len(found.leaderboard[model].chosen) == n_fits


def test_file_of_an_earlier_version_is_read_and_says_that_nothing_was_tuned(
    stored, cleveland, tmp_path
):
    untuned = {name: p._replace(fits=0, chosen=()) for name, p in stored.leaderboard.items()}
    content = pack_results(cleveland, stored._replace(leaderboard=untuned))
    with np.load(io.BytesIO(content)) as file:
        arrays = {name: file[name] for name in file.files}
    about = json.loads(bytes(arrays["about"]))
    del about["fits"], about["chosen"]
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    np.savez(tmp_path / "cleveland.npz", **arrays)
    assert find_untuned(find_results(cleveland, tmp_path).leaderboard) == list(GRIDS)


def test_fold_of_the_default_recipe_trained_again_gives_what_is_stored(stored, cleveland):
    folds = Folds(stored.work_up.folds.n_splits, 1)
    train, test = folds.split(cleveland.features, cleveland.y_true)[0]
    (predict,) = fit_each(cleveland.features, cleveland.y_true, [train], RECIPES["default"])
    shown = cleveland.features.iloc[test]
    expected = stored.leaderboard["default"].y_score[0, test]
    assert predict(shown) == pytest.approx(expected, abs=STEP + 1e-3)
    known = [name for step in ("history", "thallium") for name in STEPS[step].features]
    answers = stored.work_up.answers(known).y_score[0, test]
    assert predict(hide(shown, known)) == pytest.approx(answers, abs=STEP + 1e-3)


def test_what_was_packed_comes_back_for_this_table_and_these_recipes_only(
    stored, cleveland, tmp_path, monkeypatch
):
    path = tmp_path / "cleveland.npz"
    path.write_bytes(pack_results(cleveland, stored))
    back = find_results(cleveland, tmp_path)
    assert back.figures["lesson"].pooled == stored.figures["lesson"].pooled
    for model, predictions in stored.leaderboard.items():
        assert np.array_equal(back.leaderboard[model].y_score, predictions.y_score)
        assert back.leaderboard[model].chosen == predictions.chosen
    other = dataclasses.replace(cleveland, frame=cleveland.frame.assign(age=50.0))
    assert find_results(other, tmp_path) is None
    assert find_results(dataclasses.replace(cleveland, name="mine"), tmp_path) is None
    changed = dataclasses.replace(RECIPES["default"], dropout=0.2)
    monkeypatch.setitem(RECIPES, "default", changed)
    assert find_results(cleveland, tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"nonsense"])
def test_damaged_file_is_named(content, cleveland, tmp_path):
    (tmp_path / "cleveland.npz").write_bytes(content)
    with pytest.raises(CohortError, match=r"cleveland\.npz as it was shipped"):
        find_results(cleveland, tmp_path)


def test_probabilities_keep_ties_order_and_the_side_of_one_half():
    y_score = np.array([0, 1e-12, 0.25, 0.25, 0.5 - 1e-4, 0.5, 1 - 1e-12, 1])
    back = module._unpack(module._pack(y_score))
    assert back == pytest.approx(y_score, abs=STEP)
    assert (np.diff(back) >= 0).all()
    assert back[2] == back[3]
    assert ((back >= 0.5) == (y_score >= 0.5)).all()
    assert ((back > 0) & (back < 1)).all()


def test_sets_of_steps_are_all_that_can_be_known():
    assert len(set(known_sets())) == 2 ** len(STEPS)
    assert set(MODELS) >= set(RECIPES)
