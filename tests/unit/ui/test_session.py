"""A session computes a thing once, and says where its model came from."""

import pytest

from heart.ui.session import Change, ModelInUse, Origin, Session, is_same


class Model:
    """Cannot be compared, as a frame cannot."""

    def __eq__(self, other):
        raise AssertionError("models are compared by identity")

    __hash__ = None


@pytest.fixture
def session():
    return Session()


def test_same_key_and_parts_give_the_same_object(session):
    model = Model()
    first = session.once("card", (model, "0af3"), object)
    assert session.once("card", (model, "0a" + "f3"), object) is first
    assert session.kept("card", (model, "0af3")) is first


@pytest.mark.parametrize("other", [("cleveland", 2), ("hungary", 1), ("cleveland",), None])
def test_changed_parts_are_made_anew(session, other):
    first = session.once("card", ("cleveland", 1), object)
    assert session.kept("card", other) is None
    assert session.once("card", other, object) is not first


def test_another_object_is_another_part(session):
    first = session.once("card", Model(), object)
    assert session.once("card", Model(), object) is not first


def test_keys_do_not_disturb_each_other(session):
    card = session.once("card", 1, object)
    assert session.once("scores", 1, object) is not card
    assert session.once("card", 1, object) is card


def test_one_value_is_kept_a_key(session):
    session.once("card", 1, object)
    second = session.once("card", 2, object)
    assert session.kept("card", 1) is None
    assert session.kept("card", 2) is second


def test_old_value_is_dropped_before_the_new_one_is_made(session):
    session.once("card", 1, object)
    session.once("card", 2, lambda: session.kept("card", 1))
    assert session.kept("card", 2) is None


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_exception_keeps_nothing(session, error):
    def fail():
        raise error

    session.once("card", 1, object)
    with pytest.raises(error):
        session.once("card", 2, fail)
    assert session.kept("card", 1) is None
    assert session.kept("card", 2) is None
    value = session.once("card", 2, object)
    assert session.kept("card", 2) is value


def test_none_is_kept_too(session):
    made = []
    for _ in range(2):
        assert session.once("stored", "cleveland", lambda: made.append(1)) is None
    assert made == [1]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((1, ("a", None)), (1, ("a", None)), True),
        ((1, 2), (1, 2, 3), False),
        (1, 1.0, False),
        (True, 1, False),
        ("a", "a", True),
        (None, None, True),
        (None, "", False),
        ([1], [1], False),
    ],
)
def test_plain_values_are_compared_and_the_rest_is_identified(one, other, same):
    assert is_same(one, other) is same


def test_history_names_the_origin_and_each_change_once_the_latest_last():
    model = ModelInUse("a bundle", Origin.LOADED)
    assert model.history == "loaded from a file"
    for change in (Change.THRESHOLD, Change.RECALIBRATION, Change.THRESHOLD):
        model = model.changed("a changed bundle", change)
    assert model.origin is Origin.LOADED
    assert model.bundle == "a changed bundle"
    assert model.history == "loaded from a file, recalibrated, with a new threshold"


def test_another_model_forgets_the_changes_of_the_one_before(session):
    session.use("first", Origin.TRAINED)
    session.use_changed("first at 20 %", Change.THRESHOLD)
    assert session.model.history == "trained in this session, with a new threshold"
    session.use("second", Origin.KEPT)
    assert session.model.history == "from the models of this server"
    assert session.bundle == "second"
