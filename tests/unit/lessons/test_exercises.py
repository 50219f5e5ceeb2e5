"""Every lesson's exercise: what is right comes from the lesson's own figures."""

import numpy as np
import pytest
from scipy.special import expit

from heart.errors import SettingsError
from heart.lessons import LESSONS
from heart.lessons.exercise import Choice, Exercise, Number, Verdict
from heart.lessons.exercises import (
    EXERCISES,
    boundaries,
    classes,
    encodings,
    leakage,
    loss,
    metrics,
    neuron,
    overfitting,
)
from heart.lessons.leakage import LOGISTIC, NEIGHBOURS, Lie
from heart.lessons.logits import first_failures


def rights(name, answers):
    """Those of some answers that are right."""
    return [answer for answer in answers if EXERCISES[name].check(answer).right]


def test_every_lesson_has_one_in_the_order_of_the_lessons():
    assert list(EXERCISES) == list(LESSONS)


def test_answer_is_read_as_its_kind_and_nothing_else():
    choice = Exercise("?", Choice(("a", "B")), lambda option: Verdict(option == "B", option))
    assert choice.check(" b ") == (True, "B")
    number = Exercise("?", Number(-1, 3, 0.5), lambda value: Verdict(value == 1.5, f"{value}"))
    assert number.check("1.5").right
    for exercise, given in ((choice, "c"), (number, "nan"), (number, "3.1"), (number, "many")):
        with pytest.raises(SettingsError):
            exercise.check(given)


def test_neuron_is_near_the_least_loss_at_one_epoch_only():
    above, least, first = neuron.run()
    assert above[first] < neuron.NEAR <= above[first - 1]
    assert least == pytest.approx(0.5423, abs=1e-3)
    assert rights("neuron", range(neuron.MOST_EPOCHS + 1)) == [first]


def test_squared_error_pushes_hardest_where_a_third_is_given_to_the_truth():
    steepest = -np.log(2)  # 2 (1 - u)^2 u is largest at u = 1/3
    assert expit(steepest) == pytest.approx(1 / 3)
    assert loss.steepest() == pytest.approx(steepest, abs=0.05)
    given = np.round(np.arange(-8, 8.05, 0.1), 1).tolist()
    assert rights("loss", given) == [-0.8, -0.7, -0.6]


def test_sigmoid_first_fails_where_the_lesson_says():
    assert rights("logits", [-200, -30, -29, -28, -17, 17, 200]) == [-first_failures(1)[0]]
    assert "healthy" in EXERCISES["logits"].check(first_failures(0)[0]).why


def test_category_that_a_line_costs_most_is_the_largest_difference_of_all():
    (most,) = rights("encodings", encodings.NAMES)
    costs = {label: encodings.loss_by_line(label) for label in encodings.NAMES}
    assert costs.pop(most) > max(costs.values())


def test_kinds_are_equally_probable_only_where_their_lines_cross():
    given = np.round(np.arange(0.5, 7.55, 0.1), 1)
    near = rights("classes", given.tolist())
    assert 2 <= len(near) <= 3
    assert max(abs(length - classes.crossing()) for length in near) <= 0.101


@pytest.fixture
def told(monkeypatch):
    """Other figures than the lessons compute, so that what is right has to follow them."""

    def tell(module, name, values):
        monkeypatch.setattr(module, name, values.__getitem__)

    return tell


def test_fewest_units_follow_the_accuracies(told):
    told(
        boundaries, "accuracy", {1: 0.5, 2: 0.949, 3: 0.95, 4: 0.94} | dict.fromkeys(range(5, 9), 1)
    )
    assert rights("boundaries", range(1, 9)) == [3]
    told(boundaries, "accuracy", dict.fromkeys(range(1, 5), 0.6) | dict.fromkeys(range(5, 9), 1))
    assert rights("boundaries", range(1, 9)) == [5]


def test_best_width_follows_the_sweep(monkeypatch):
    import pandas as pd  # noqa: PLC0415

    losses = [0.5, 0.4, 0.45, 0.3, 0.6, 0.7, 0.8, 0.9]
    frame = pd.DataFrame(
        {"train_loss": losses, "test_loss": losses}, index=[float(n) for n in overfitting.WIDTHS]
    )
    monkeypatch.setattr(overfitting, "sweep", lambda: frame)
    assert rights("overfitting", map(str, overfitting.WIDTHS)) == ["16"]
    assert "overfits" in EXERCISES["overfitting"].check("32").why
    assert "underfits" in EXERCISES["overfitting"].check("8").why


def test_flattered_model_follows_the_lies(told):
    lies = {NEIGHBOURS: Lie(80, 81, 1, 0, 2, 0, 2, 1), LOGISTIC: Lie(80, 85, 5, 4, 6, 3, 7, 1)}
    told(leakage, "lie_of", lies)
    assert rights("leakage", lies) == [LOGISTIC]


def test_turning_point_is_where_false_alarms_are_as_many_as_found_patients():
    prevalence = 0.2 / (0.9 + 0.2)  # 0.9 p = 0.2 (1 - p)
    assert rights("metrics", range(1, 100)) == [int(100 * prevalence)]
    assert metrics.turning_point() == 18
