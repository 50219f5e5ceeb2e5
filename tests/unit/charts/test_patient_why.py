"""The waterfall's words are the explanation's."""

from heart.charts.patient_why import EFFECTS, waterfall
from heart.explain.why import explain_patient, waterfall_frame
from heart.schema import EXAMPLE_PATIENT


def test_every_effect_of_a_step_has_a_colour_and_a_shape(bundle):
    (step, *_) = explain_patient(bundle, EXAMPLE_PATIENT).steps
    said = [step._replace(contribution=size).effect for size in (1, -1, 0)]
    assert [*said, "probability"] == EFFECTS


def test_waterfall_goes_from_nothing_known_to_the_patient(bundle):
    told = explain_patient(bundle, EXAMPLE_PATIENT | {"chol": None})
    frame = waterfall_frame(told, start="Nothing known", units="mmol/l")
    assert len(frame) == 14
    assert frame["row"].iloc[0] == f"Nothing known|{100 * told.base:.0f}\u00a0%"
    assert frame["row"].iloc[-1] == f"This patient|{100 * told.probability:.0f}\u00a0%"
    assert (frame["start"].iloc[1:-1].to_numpy() - frame["end"].iloc[:-2].to_numpy()).max() < 1e-9
    assert not frame["row"].str.contains("cholesterol").any()
    assert waterfall(frame).to_dict()["layer"]
