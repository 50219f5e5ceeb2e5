"""What is written down of a training: the same figures as its model's, in words and frames."""

import pytest

from heart.config import RECIPES
from heart.experiments.runs import SHOWN, curves_frame, describe_changes, describe_run, runs_frame
from heart.model.loop import history_frame


@pytest.fixture
def run(experiment):
    return describe_run(experiment, seconds=1.5)._replace(number=3)


def test_row_has_the_figures_of_the_models_test_part(run, experiment):
    row = runs_frame([run]).iloc[0]
    figures = experiment.bundle.metrics["test"]["figures"]
    assert [row[name] for name in SHOWN] == [figures[name][0] for name in SHOWN]
    assert (row["run"], row["epochs"], row["seconds"]) == (3, experiment.bundle.epochs_run, 1.5)


def test_figure_that_is_not_there_is_missing(run):
    test = run.metrics["test"]
    nothing = {**test["figures"], "roc_auc": [None, None, None]}
    without = run._replace(metrics={**run.metrics, "test": {**test, "figures": nothing}})
    assert runs_frame([without, run])["roc_auc"].isna().tolist() == [True, False]
    assert list(runs_frame([]).columns) == list(runs_frame([run]).columns)


def test_curves_are_those_of_each_run(run, experiment):
    other = run._replace(number=4, history=run.history[:2])
    frame = curves_frame([run, other])
    assert frame["run"].unique().tolist() == ["run 3", "run 4"]
    own = frame.query("run == 'run 3'").drop(columns="run")
    assert own.equals(history_frame(experiment.history))
    assert len(frame.query("run == 'run 4'")) == 4


def test_only_what_differs_from_the_recipe_is_named():
    settings = RECIPES["lesson"].as_dict()
    assert describe_changes(settings) == ""
    assert describe_changes(settings | {"linear_path": True, "lr": 0.01, "hidden": []}) == (
        "hidden none; linear path yes; learning rate 0.01"
    )
    assert "members 32" in describe_changes(RECIPES["default"].as_dict() | {"recipe": "gone"})
