"""Patients as dicts become a canonical frame."""

import numpy as np
import pandas as pd

from heart.data import load_shipped
from heart.data.patients import frame_of_patients


def test_row_of_a_frame_is_a_patient():
    row = load_shipped("hungary").features.iloc[0].to_dict()
    row["ca"], row["slope"] = pd.NA, np.nan
    assert frame_of_patients([row])["ca"].isna().all()
