"""Cross-validates the shipped model's recipe and stores what the threshold page starts from:
`python scripts/store_out_of_fold.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from heart.bundle import load_bundle  # noqa: E402
from heart.experiments.run import split_of  # noqa: E402
from heart.experiments.stored import cross_validate_bundle, store  # noqa: E402
from heart.paths import SHIPPED_BUNDLE, SHIPPED_OUT_OF_FOLD  # noqa: E402


def main() -> None:
    """Compute and write; most of a minute."""
    bundle = load_bundle(SHIPPED_BUNDLE)
    predictions = cross_validate_bundle(bundle, split_of(bundle))
    store(bundle, predictions)
    print(
        f"{SHIPPED_OUT_OF_FOLD.relative_to(ROOT)}: {predictions.y_score.shape[1]} patients,"
        f" {predictions.seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
