"""Predictions of several threads at once, beside others that train and load."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from heart.bundle import load_bundle, serialise_bundle
from heart.config import RECIPES
from heart.data import load_shipped
from heart.model.classifier import HeartClassifier
from heart.paths import SHIPPED_BUNDLE
from heart.scoring.patient import predict_patient
from heart.scoring.table import score_rows

THREADS, ROUNDS = 8, 4


@pytest.fixture
def two_threads():
    """The caller's own number, which everybody gives back."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_eight_threads_predict_exactly_what_one_does_while_others_train_and_load():
    bundle, cohort = load_bundle(SHIPPED_BUNDLE), load_shipped("hungary")
    rows = cohort.features
    patients = rows.astype(object).where(rows.notna(), None).to_dict("records")[:THREADS]
    alone = [predict_patient(bundle, patient) for patient in patients]
    table = score_rows(bundle, rows, {})
    ended, worked = threading.Event(), []

    def train():
        settings = replace(RECIPES["default"], members=2, max_epochs=2, device="cpu")
        classifier = HeartClassifier.from_settings(settings)
        while not ended.is_set():
            classifier.fit(rows, cohort.y_true)
            worked.append("train")

    def load():
        content = serialise_bundle(bundle)
        while not ended.is_set():
            other = load_bundle(content)
            assert np.array_equal(other.predict_proba(rows), table_scores)
            worked.append("load")

    table_scores = bundle.predict_proba(rows)

    def predict(i):
        for _ in range(ROUNDS):
            assert predict_patient(bundle, patients[i]) == alone[i]
            assert score_rows(bundle, rows, {}).equals(table)

    with ThreadPoolExecutor(THREADS + 2) as threads:
        others = [threads.submit(train), threads.submit(load)]
        try:
            list(threads.map(predict, range(THREADS)))
        finally:
            ended.set()
        for other in others:
            other.result()
    assert {"train", "load"} <= set(worked)
    assert torch.get_num_threads() == 2
