"""The lesson on logits: what saturates, what cannot get small, and that one logit does for two."""

from tests.support.visitor import figures, said


def test_claim_is_there_without_moving_anything(visit):
    app = visit("learn_logits")
    assert (
        "Sigmoid first: gradient **0**, nothing is learnt. From the logit: gradient **+1**."
        in said(app)
    )
    assert "not below 0.3133" in said(app)
    shown = figures(app)
    assert shown["Test accuracy, one logit"] == shown["Test accuracy, two logits"]


def test_moved_logit_changes_the_answer(visit):
    app = visit("learn_logits")
    (slider,) = (slider for slider in app.slider if slider.label == "Logit z")
    app = slider.set_value(-200).run()
    assert "both ways agree that there is little or nothing to learn" in said(app)
    app.segmented_control[0].set_value("diseased").run()
    assert app.table[0].value.loc["BCEWithLogitsLoss", "loss (nats)"] == "200"
    assert app.table[0].value.loc["sigmoid, then BCELoss", "loss (nats)"] == "100"


def test_longer_training_brings_the_right_way_lower(visit):
    app = visit("learn_logits")
    before = app.table[1].value.loc["sigmoid once", "train loss"]
    (slider,) = (slider for slider in app.slider if slider.label == "Epochs")
    after = slider.set_value(200).run().table[1].value.loc["sigmoid once", "train loss"]
    assert float(after) < float(before)
