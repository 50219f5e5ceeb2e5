"""Where the files are that come with the code: beside the package in a clone, inside it once it is
installed.
"""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path, user_state_path

PACKAGE = Path(__file__).resolve().parent

IN_CLONE = not (PACKAGE / "_shipped").is_dir()
"""Whether the package stands in a clone of the project (an editable installation does too);
scripts/wheel.py puts the files below into a wheel as heart/_shipped.
"""

ROOT = PACKAGE.parent if IN_CLONE else PACKAGE / "_shipped"

DATA, MODELS, PAGES = ROOT / "data", ROOT / "models", ROOT / "pages"
APP = ROOT / "streamlit_app.py"

SHIPPED_BUNDLE = MODELS / "cleveland.joblib"
"""The model that comes with the app. It is active where nobody chose another."""

SHIPPED_OUT_OF_FOLD = MODELS / "cleveland_out_of_fold.json"
"""Its recipe's out-of-fold predictions, which take most of a minute: no features of a patient."""

SHIPPED_EVALUATION = MODELS / "evaluation"
"""What the Evaluate page shows of each hospital, which takes minutes: no features of a patient."""

SHIPPED_USES = SHIPPED_EVALUATION / "uses.json"
"""What the shipped model uses, which takes half a minute: no features of a patient."""


FOLDER_VARIABLE, READ_ONLY_VARIABLE = "HEART_MODELS", "HEART_READ_ONLY"
"""What the environment says about the registry."""


def user_models() -> Path:
    """The folder of the user's own in which models are kept where the clone's is of no use."""
    return user_data_path("heart", appauthor=False) / "models"


def user_runs() -> Path:
    """The file in which the user's trainings on the command line are written down."""
    return user_state_path("heart", appauthor=False) / "runs.sqlite3"
