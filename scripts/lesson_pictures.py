"""The pictures of the Learn page, each from its lesson's own figures and chart.

`python scripts/lesson_pictures.py` writes heart/lessons/pictures/; with names, as in
`python scripts/lesson_pictures.py neuron loss`, only those. A picture has no letters and no
background, so that it fits light and dark.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image
from vl_convert import vegalite_to_png

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from heart.charts.evaluate import reliability  # noqa: E402
from heart.charts.lessons import classes as classes_charts  # noqa: E402
from heart.charts.lessons import leakage as leakage_charts  # noqa: E402
from heart.charts.lessons import logits as logits_charts  # noqa: E402
from heart.charts.lessons import loss as loss_charts  # noqa: E402
from heart.charts.lessons import metrics as metrics_charts  # noqa: E402
from heart.charts.lessons import overfitting as overfitting_charts  # noqa: E402
from heart.charts.lessons.encodings import height_frame, heights  # noqa: E402
from heart.charts.lessons.missing import cost_frame, cost_of_not_knowing  # noqa: E402
from heart.charts.lessons.neuron import boundary_among_patients, plane_frame  # noqa: E402
from heart.charts.lessons.regions import decision_regions  # noqa: E402
from heart.charts.style import Drawing  # noqa: E402
from heart.data import load_shipped  # noqa: E402
from heart.evaluation.calibration import reliability_table  # noqa: E402
from heart.lessons import LESSONS  # noqa: E402
from heart.lessons.calibration import predict_unseen  # noqa: E402
from heart.lessons.classes_softmax import PETAL_RECIPE, fit_lines, load_petals, softmax_curves  # noqa: E402
from heart.lessons.encodings import category_table, fit_heights  # noqa: E402
from heart.lessons.exercises.overfitting import sweep  # noqa: E402
from heart.lessons.leakage import LEAKS, Setup, measure_leak  # noqa: E402
from heart.lessons.learned import Recipe, learn_by  # noqa: E402
from heart.lessons.logits import HIGHEST, compare_ways  # noqa: E402
from heart.lessons.loss import loss_curves, tangents  # noqa: E402
from heart.lessons.metrics import Table  # noqa: E402
from heart.lessons.metrics_shares import share_table  # noqa: E402
from heart.lessons.missing import one_by_one, train_both  # noqa: E402
from heart.lessons.neuron import LogisticNeuron  # noqa: E402
from heart.lessons.neuron_data import draw_boundary, place_patients, tile_plane  # noqa: E402
from heart.lessons.points import sample_curves  # noqa: E402
from heart.schema import DISEASED, HEALTHY  # noqa: E402
from heart.ui.lessons.networks import picture_of  # noqa: E402

WIDTH, HEIGHT = 320, 180
SCALE = 2
"""Pixels a point, for sharp screens."""
N_COLOURS = 128

BARE = {
    "axis": {"disable": True},
    "legend": {"disable": True},
    "view": {"stroke": None},
    "text": {"opacity": 0},
    "padding": 4,
}
"""A chart without letters."""


def main() -> None:
    """Draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(PICTURES))
    for name in parser.parse_args().names or list(PICTURES):
        path = LESSONS[name].picture
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(paint(PICTURES[name]()))
        print(f"{path.name}: {path.stat().st_size / 1024:.1f} KiB")


def paint(drawing: Drawing) -> bytes:
    """A WebP picture of a chart without its letters, `WIDTH` x `HEIGHT` points."""
    spec = drawing.properties(width=WIDTH, height=HEIGHT).to_dict()
    # an axis or a legend of a field's own beats the configuration
    bare = json.loads(json.dumps(spec), object_hook=_without_letters)
    bare |= {"config": BARE, "autosize": {"type": "fit", "contains": "padding"}}
    on_white, on_black = (_on(background, bare) for background in ("white", "black"))
    picture = Image.fromarray(_see_through(on_white, on_black), "RGBA")
    few = picture.quantize(N_COLOURS, method=Image.Quantize.FASTOCTREE)
    written = io.BytesIO()
    few.convert("RGBA").save(written, "WEBP", lossless=True, method=6)
    return written.getvalue()


def _on(background: str, spec: dict[str, Any]) -> npt.NDArray[np.float64]:
    png = vegalite_to_png(spec | {"background": background}, scale=SCALE)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.float64)


def _see_through(
    on_white: npt.NDArray[np.float64], on_black: npt.NDArray[np.float64]
) -> npt.NDArray[np.uint8]:
    """Colour and opacity of each pixel, shape (height, width, 4), from how it looks on white and on
    black; vl-convert's own pictures without a background have wrong colours where they are pale.
    """
    alpha = 1 - (on_white - on_black).mean(axis=2, keepdims=True) / 255
    colour = np.divide(on_black, alpha, out=np.zeros_like(on_black), where=alpha > 0)
    together = np.concatenate([colour, 255 * alpha], axis=2)
    return together.round().clip(0, 255).astype(np.uint8)


def _without_letters(part: dict[str, object]) -> dict[str, object]:
    hidden = {key: None for key in ("axis", "legend", "title") if key in part and "field" in part}
    return part | hidden


def _neuron() -> Drawing:
    plane = place_patients("thalach", "oldpeak")
    at = LogisticNeuron().fit(plane.X, plane.y).weights_
    points = pd.DataFrame(plane.points, columns=list(plane.names)).assign(
        outcome=np.where(plane.y == 1, DISEASED, HEALTHY)
    )
    return boundary_among_patients(
        plane_frame(tile_plane(plane, at), points, draw_boundary(plane, at))
    )


def _loss() -> Drawing:
    frame = loss_charts.losses_frame(loss_curves(1), tangents(-5.0, 1))
    return loss_charts.losses_by_logit(frame)


def _logits() -> Drawing:
    logits = np.arange(-HIGHEST, HIGHEST + 1.0)
    return logits_charts.gradients_by_logit(compare_ways(logits, 0).assign(chosen=30))


def _encodings() -> Drawing:
    table = category_table(load_shipped("cleveland"), "cp")
    columns = [table[name].to_numpy() for name in ("n", "diseased", "code")]
    fitted = fit_heights(*columns)
    placed = table.assign(position=table["code"])
    return heights(height_frame(placed, fitted.line, fitted.free))


def _classes() -> Drawing:
    petals = load_petals()
    curves = softmax_curves(fit_lines(petals, PETAL_RECIPE), petals.names, low=0.5, high=7.5)
    names = [petals.names[kind] for kind in petals.kind]
    flowers = pd.DataFrame({"x": petals.length, "label": names})
    return classes_charts.softmax_lines(classes_charts.curve_frame(curves, flowers))


def _boundaries() -> Drawing:
    parts = sample_curves("circles", 400, noise=0.1, random_state=0)
    return decision_regions(picture_of(learn_by(Recipe(), parts), parts._asdict()).regions)


def _overfitting() -> Drawing:
    return overfitting_charts.width_sweep(overfitting_charts.sweep_frame(sweep().reset_index()))


def _leakage() -> Drawing:
    measured = measure_leak(Setup("duplicates", "cleveland", LEAKS["duplicates"].models[0], 0))
    part = measured[measured["figure"] == "accuracy"]
    return leakage_charts.REPORTS["accuracy"](leakage_charts.report_frame(part))


def _metrics() -> Drawing:
    frame = metrics_charts.share_frame(
        share_table(Table(tp=27, fp=6, fn=7, tn=33)), metrics_charts.MEANING_TITLES, chosen=0.1
    )
    return metrics_charts.meaning_curves(frame)


def _calibration() -> Drawing:
    predictions = predict_unseen("learnt by heart", random_state=0)
    return reliability(reliability_table(predictions.y_true, predictions.y_score[0]))


def _missing() -> Drawing:
    return cost_of_not_knowing(cost_frame(one_by_one(train_both(0.5, random_state=0))))


PICTURES: dict[str, Callable[[], Drawing]] = {
    "neuron": _neuron,
    "loss": _loss,
    "logits": _logits,
    "encodings": _encodings,
    "classes": _classes,
    "boundaries": _boundaries,
    "overfitting": _overfitting,
    "leakage": _leakage,
    "metrics": _metrics,
    "calibration": _calibration,
    "missing": _missing,
}
"""What draws each lesson's chart."""


if __name__ == "__main__":
    main()
