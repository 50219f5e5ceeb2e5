"""Every control of every page goes to both of its ends, without an exception; before, what each
page shows can be downloaded.
"""

from dataclasses import replace
from functools import cache, partial
from itertools import chain

import pytest

from heart.lessons import LESSONS
from heart.lessons.calibration import predict_unseen
from heart.lessons.encodings_costs import score_logistic
from heart.lessons.leakage import measure_leak
from heart.lessons.logits_endings import learn_endings
from heart.lessons.missing import judge_elsewhere, one_by_one, train_both
from heart.model.loop import run_epochs
from heart.ui.navigation import PAGES
from tests.support.visitor import TABLES, forget_lessons, undownloadable

FAR = 1e6
"""Where a number field has no end of its own: its page has to refuse what cannot be."""


@pytest.fixture
def brief(monkeypatch):
    """What lessons learn at each move takes two epochs, two splits, three folds, one repeat, and is
    the same for all settings; their screens keep none of that. Few resamples.
    """

    def run(network, step, batches, settings, **options):
        return run_epochs(network, step, batches, replace(settings, max_epochs=2), **options)

    endings = cache(partial(learn_endings, epochs=2, lr=0.01, random_state=0))
    leak = cache(
        lambda setup: measure_leak(setup._replace(model="logistic regression"), n_splits=2)
    )
    logistic = cache(lambda coded: score_logistic(coded, 1, 0))
    both = cache(partial(train_both, 0.5, random_state=0))
    alone = cache(lambda: one_by_one(both()))
    elsewhere = cache(lambda: judge_elsewhere(both()))
    unseen = cache(partial(predict_unseen, random_state=0))
    for target, brief_one in {
        "heart.lessons.missing.N_FOLDS": 3,
        "heart.ui.lessons.missing.train_both": lambda *_, **__: both(),
        "heart.ui.lessons.missing.one_by_one": lambda _: alone(),
        "heart.ui.lessons.missing.judge_elsewhere": lambda _: elsewhere(),
        "heart.lessons.calibration.N_FOLDS": 3,
        "heart.ui.lessons.calibration.predict_unseen": lambda model, **_: unseen(model),
        "heart.evaluation.resampling.RESAMPLES": 20,
        "heart.evaluation.curves.RESAMPLES": 20,
        "heart.lessons.mlp.run_epochs": run,
        "heart.ui.lessons.logits_endings.learn_endings": lambda **_: endings(),
        "heart.ui.lessons.leakage.measure_leak": lambda setup, **_: leak(setup),
        "heart.ui.lessons.encodings_costs.score_logistic": lambda coded, *_: logistic(coded),
    }.items():
        monkeypatch.setattr(target, brief_one)
    forget_lessons()
    yield
    forget_lessons()


def find_controls(app):
    """The controls of the page as it is now, by what they are called; what stands in a form moves
    nothing before its button is pressed.
    """
    kinds = (
        app.selectbox,
        app.radio,
        app.button_group,
        app.multiselect,
        app.slider,
        app.select_slider,
        app.number_input,
        app.checkbox,
        app.toggle,
    )
    return {
        each.key or each.label: each
        for each in chain(*kinds)
        if not each.disabled and not each.form_id
    }


def ends_of(control):
    """The values at both ends of a control, as a browser sends them."""
    if control.type in ("slider", "number_input"):
        low, high = control.min, control.max
        return -FAR if low is None else low, FAR if high is None else high
    if control.type in ("checkbox", "toggle"):
        return False, True
    if control.type == "multiselect":
        return (), tuple(control.options)
    return control.options[0], control.options[-1]


def all_ends(app):
    return {name: ends_of(control) for name, control in find_controls(app).items()}


def write(state, kind, value):
    """Put a control's value into what a browser sends."""
    if kind in ("selectbox", "radio"):
        state.string_value = value
    elif kind in ("checkbox", "toggle"):
        state.bool_value = value
    elif kind == "number_input":
        state.double_value = value
    elif kind == "slider":
        state.double_array_value.data[:] = [value]
    else:
        state.string_array_value.SetInParent()
        state.string_array_value.data[:] = value if kind == "multiselect" else [value]


def states_of(app):
    """What the browser holds of each control, by its name."""
    by_id = {state.id: state for state in app._tree.get_widget_states().widgets}
    return {name: by_id[control.id] for name, control in find_controls(app).items()}


def move(app, ends, start=None):
    """Run the page once, these controls at that end (0 or 1), those of `start` as they were."""
    states, controls = app._tree.get_widget_states(), find_controls(app)
    by_id = {state.id: state for state in states.widgets}
    before = states.SerializeToString(deterministic=True)
    for name in ends.keys() & controls.keys():
        control = controls[name]
        write(by_id[control.id], control.type, ends_of(control)[ends[name]])
    for name in (start or {}).keys() & controls.keys():
        state = by_id[controls[name].id]
        state.CopyFrom(start[name])
        state.id = controls[name].id
    if states.SerializeToString(deterministic=True) != before:
        app._run(states)
        assert not app.exception, (ends, start and list(start))


def walk(app):
    """Move each control to its far end, then to its near one while the next is at its far end, then
    back. Those whose ends another one decides come back, each with that other one.
    """
    start, leaders = states_of(app), {}
    names = [None, None, *start, None, None]
    for back, near, far in zip(names, names[1:], names[2:], strict=False):
        before = all_ends(app)
        ends = {name: end for name, end in ((far, 1), (near, 0)) if name}
        move(app, ends, {back: start[back]} if back else None)
        for name, now in all_ends(app).items():
            if now != before.get(name, now):
                leaders[name] = leaders.get(name, {back, near, far}) & {back, near, far}
    return [(leader, led) for led, by in leaders.items() for leader in by - {None, led}]


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize("page", [*PAGES, *(f"learn_{name}" for name in LESSONS)])
def test_every_control_goes_to_its_ends(visit, page):
    app = visit(page)
    missed = undownloadable(app)  # a lesson's charts have their toolbar
    assert [each for each in missed if page in PAGES or each.type in TABLES] == []
    for pair in walk(app):
        for order in (pair, pair[::-1]):
            for end in (1, 0):
                for name in order:
                    move(app, {name: end})
