"""The lesson on losses: a confident mistake, surprise, likelihood, and the straight line."""

from heart.lessons import LESSONS
from heart.lessons.exercises import EXERCISES
from tests.support.visitor import figures, go, press, said


def move(app, label, value):
    (slider,) = (slider for slider in app.slider if slider.label == label)
    return slider.set_value(value).run()


def test_confident_mistake_is_there_without_moving_anything(visit):
    app = visit("learn_loss")
    assert figures(app)["Probability of disease"] == "0.7\u00a0%"
    assert (
        "Squared error pushes the logit with **0.0132**, cross-entropy with **0.9933**, **75"
        " times** as hard" in said(app)
    )


def test_exercise_is_checked_and_a_right_answer_is_kept(visit):
    app = answered(visit("learn_loss"), None)
    assert "Give an answer first." in said(app)
    app = answered(app, -8.0)
    assert "**Not yet.** " + EXERCISES["loss"].check(-8.0).why in said(app)
    assert app.session_state["heart"].solved == set()
    app = answered(app, -0.7)
    assert "**Right.** " + EXERCISES["loss"].check(-0.7).why in said(app)
    assert app.session_state["heart"].solved == {"loss"}
    app = go(app, "learn")
    assert [text for text in said(app).splitlines() if text.endswith("**Done**")] == [
        "8 minutes · builds on lesson 1 · :material/check_circle: **Done**"
    ]
    (progress,) = app.get("progress")
    assert progress.proto.text.startswith(f"**1 of {len(LESSONS)}** lessons done")
    assert "You have answered this" in said(go(app, "learn_loss"))


def answered(app, number):
    app.number_input(key="loss_exercise").set_value(number)
    return press(app, "Check my answer")


def test_moved_logit_changes_the_answer(visit):
    app = move(visit("learn_loss"), "Logit z of the answer", 0.0)
    assert "1.000 bits" in app.table[0].value.loc["cross-entropy", "loss"]
    app = move(app, "Logit z of the answer", 4.0)
    assert "on the right side" in said(app)


def test_other_truth_turns_the_losses_round(visit):
    app = visit("learn_loss")
    app.segmented_control[0].set_value("healthy").run()
    assert "on the right side" in said(app)


def test_weight_moves_the_likelihood_and_the_best_one_stays(visit):
    app = visit("learn_loss")
    assert "its logarithm **-6.93**" in said(app)  # ten coins
    app = move(app, "Weight w of the neuron", 1.4)
    assert "its logarithm **-6.93**" not in said(app)
    assert "more likely than **" in said(app)


def test_patient_far_away_drags_the_straight_line(visit):
    app = visit("learn_loss")
    before = said(app)
    after = said(move(app, "Measurement of the last patient, who is ill", 30.0))
    assert "there is no probability" in before
    assert before.split("crosses one half")[1] != after.split("crosses one half")[1]
