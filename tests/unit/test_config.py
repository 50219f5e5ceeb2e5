"""The settings, their bounds and the recipes."""

import dataclasses
import math

import pytest

from heart.config import BOUNDS, LESSON, RECIPES, Settings, get_recipe, parse_widths
from heart.errors import SettingsError

OUTSIDE = [
    (name, value)
    for name, bound in BOUNDS.items()
    for value in (
        (bound.low - 1, bound.high + 1)
        if bound.kind is int
        else (bound.low - 1e-6, bound.high + 1e-6, math.nan, math.inf)
    )
]
WRONG = [
    ("members", True),
    ("members", 2.0),
    ("lr", "0.1"),
    ("lr", None),
    ("dropout", True),
    ("linear_path", 1),
    ("missing_flags", "yes"),
    ("complete_rows", None),
    ("categories", "onehot"),
    ("device", "tpu"),
    ("recipe", "x" * 65),
    ("recipe", 7),
    ("hidden", (0,)),
    ("hidden", (257,)),
    ("hidden", (8.0,)),
    ("hidden", (True,)),
    ("hidden", (8, 8, 8, 8, 8)),
]


@pytest.mark.parametrize(("name", "value"), OUTSIDE + WRONG)
def test_setting_outside_its_bounds_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings(**{name: value})


@pytest.mark.parametrize("name", BOUNDS)
def test_bounds_are_inclusive(name):
    bound = BOUNDS[name]
    assert getattr(Settings(**{name: bound.kind(bound.low)}), name) == bound.low
    assert getattr(Settings(**{name: bound.kind(bound.high)}), name) == bound.high


@pytest.mark.parametrize("hidden", [(), (1,), (256, 256, 256, 256)])
def test_no_to_four_hidden_layers_are_allowed(hidden):
    assert Settings(hidden=hidden).hidden == hidden


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().lr = 1.0


@pytest.mark.parametrize("name", RECIPES)
def test_settings_survive_plain_values(name):
    settings = get_recipe(name, hidden=(16, 4), lr=0.01)
    assert Settings.from_dict(settings.as_dict()) == settings


def test_plain_values_are_plain():
    kinds = {type(value) for value in Settings().as_dict().values()}
    assert kinds == {str, int, float, bool, list}


def test_recipes_carry_their_own_name():
    assert {name: recipe.recipe for name, recipe in RECIPES.items()} == {
        "default": "default",
        "lesson": "lesson",
    }


def test_lesson_is_the_tutorials_model():
    tutorial = {
        "hidden": (32,),
        "dropout": 0.5,
        "lr": 1e-3,
        "batch_size": 32,
        "max_epochs": 50,
        "random_state": 1337,
    }
    plain = {
        "members": 1,
        "weight_decay": 0.0,
        "masking": 0.0,
        "patience": 0,
        "categories": "codes",
        "missing_flags": False,
    }
    assert {name: getattr(LESSON, name) for name in tutorial | plain} == tutorial | plain
    assert LESSON.complete_rows


def test_recipe_takes_changes_and_keeps_the_rest():
    assert get_recipe("lesson", lr=0.02) == dataclasses.replace(LESSON, lr=0.02)


def test_unknown_recipe_lists_the_known_ones():
    with pytest.raises(SettingsError, match=r"default, lesson.*'tutorial'"):
        get_recipe("tutorial")


@pytest.mark.parametrize("digits", [10, 4301, 5000])
def test_width_of_very_many_digits_is_refused_in_few_words(digits):
    with pytest.raises(SettingsError, match="widths of hidden layers") as caught:
        parse_widths("64," + "9" * digits)
    assert len(str(caught.value)) < 200
