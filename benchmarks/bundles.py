"""How long a bundle takes: one patient through a loaded one, the command line's first prediction,
a list of 200, and the reader on hostile files.

`python benchmarks/bundles.py` prints four tables for docs/PERFORMANCE.md. One patient is measured
beside the way of tutorials (a frame of one row, a fitted scaler and encoders, tensors, the network
in eval mode), in turns, on one thread.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import pandas as pd  # noqa: E402
import torch  # noqa: E402

from heart.bundle import Bundle, load_bundle, serialise_bundle  # noqa: E402
from heart.bundle.registry import Registry  # noqa: E402
from heart.config import Settings  # noqa: E402
from heart.data import load_shipped  # noqa: E402
from heart.experiments.run import run_experiment  # noqa: E402
from heart.paths import SHIPPED_BUNDLE  # noqa: E402
from heart.schema import EXAMPLE_PATIENT  # noqa: E402
from heart.scoring.patient import predict_patient  # noqa: E402

READ = """
import json, sys, time
from pathlib import Path
from heart.bundle import load_bundle
from heart.errors import BundleError

def field(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])

folder, good = Path(sys.argv[1]), Path(sys.argv[2])
load_bundle(good)
found = []
for path in sorted(folder.iterdir()):
    Path("/proc/self/clear_refs").write_text("5")
    before, start = field("VmRSS"), time.perf_counter()
    try:
        load_bundle(path)
    except BundleError:
        found.append((path.name, time.perf_counter() - start, (field("VmHWM") - before) / 1024))
print(json.dumps(found))
"""


def tutorials_way(bundle: Bundle) -> Callable[[], float]:
    """One patient as tutorials do it: a frame, LabelEncoder and StandardScaler column by column,
    tensors, the network.
    """
    preprocessor, network = bundle.preprocessor, bundle.network
    numbers = [f.name for f in preprocessor.numbers]
    categories = [f.name for f in preprocessor.categories]

    def predict() -> float:
        frame = pd.DataFrame([dict(EXAMPLE_PATIENT)])
        scaled = preprocessor.scaler_.transform(frame[numbers].to_numpy(dtype="float64"))
        for name, encoder in preprocessor.encoders_.items():
            frame[name] = encoder.transform(frame[name])
        flags = torch.zeros(1, len(preprocessor.flagged))
        numeric = torch.cat([torch.tensor(scaled.astype("float32")), flags], dim=1)
        codes = torch.tensor(frame[categories].to_numpy(dtype="int64"))
        network.eval()
        with torch.no_grad():
            return float(torch.sigmoid(network.predict_logits(numeric, codes)).mean())

    return predict


def time_patient(rounds: int) -> list[dict[str, Any]]:
    """Medians of one patient, ours and the tutorial's way in turns; both give the same
    probability.
    """
    torch.set_num_threads(1)
    bundle = load_bundle(SHIPPED_BUNDLE)
    ways = {
        "`predict_patient`": lambda: predict_patient(bundle, EXAMPLE_PATIENT).probability,
        "the tutorial's way": tutorials_way(bundle),
    }
    if abs(ways["`predict_patient`"]() - ways["the tutorial's way"]()) > 1e-6:
        raise ValueError("the two ways differ")
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - start)
    ours = statistics.median(seconds["`predict_patient`"])
    return [
        {
            "one patient": name,
            "median": f"{statistics.median(found) * 1e3:.2f} ms",
            "times ours": f"{statistics.median(found) / ours:.1f}",
        }
        for name, found in seconds.items()
    ]


def time_command(rounds: int) -> list[dict[str, Any]]:
    """Seconds from the start of a process to its end, and how many of them are this package's own
    code.
    """
    words = [word for name, value in EXAMPLE_PATIENT.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "heart", "predict", *words]
    whole, own = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True)  # noqa: S603
        whole.append(time.perf_counter() - start)
        own.append(_own_seconds(words))
    return [
        {
            "`python -m heart predict`": "process start to end",
            "median": f"{statistics.median(whole):.2f} s",
            "range": _range(whole),
        },
        {
            "`python -m heart predict`": "of that our own code",
            "median": f"{statistics.median(own):.2f} s",
            "range": _range(own),
        },
    ]


def _range(values: list[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f} s"


def _own_seconds(words: list[str]) -> float:
    """Importing heart's own modules, without what they import in turn, and everything after the
    imports.
    """
    script = (
        "import sys, time; import heart.bundle.registry, heart.scoring.patient; "
        "start = time.perf_counter(); from heart.cli import main; "
    )
    script += "main(sys.argv[1:]); print(time.perf_counter() - start)"
    command = [sys.executable, "-X", "importtime", "-c", script, "predict", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    modules = re.findall(
        r"import time:\s+(\d+) \|\s+\d+ \|\s+heart[.\w]*$", done.stderr, re.MULTILINE
    )
    return sum(map(int, modules)) / 1e6 + float(done.stdout.splitlines()[-1])


def time_list(bundles: int) -> list[dict[str, Any]]:
    """The list of so many bundles of the shipped one's size: at first, and again."""
    with tempfile.TemporaryDirectory() as folder:
        for n in range(bundles - 1):
            shutil.copy(SHIPPED_BUNDLE, Path(folder) / f"model-{n}.joblib")
        registry = Registry(Path(folder))
        start = time.perf_counter()
        listed = len(registry.read().entries)
        first = time.perf_counter()
        registry.read()
        again = time.perf_counter()
    return [
        {"list": f"of {listed} bundles, at first", "figure": f"{first - start:.2f} s"},
        {"list": "again, in the same process", "figure": f"{again - first:.2f} s"},
    ]


def time_reader() -> list[dict[str, Any]]:
    """The slowest and the largest refusal of the corpus of hostile files."""
    from tests.support.hostile_bundles import corpus  # noqa: PLC0415  it belongs to the tests

    quick = Settings(members=2, hidden=(8,), max_epochs=3, device="cpu")
    good = run_experiment(
        load_shipped("cleveland"),
        quick,
        name="good",
        created_at=pd.Timestamp("2024-05-01", tz="UTC").to_pydatetime(),
    )
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "files"
        files.mkdir()
        content = serialise_bundle(good.bundle)
        (Path(folder) / "good.joblib").write_bytes(content)
        for place, file in enumerate(corpus(content, Path(folder) / "marker").values()):
            (files / f"{place:04}").write_bytes(file)
        command = [sys.executable, "-c", READ, str(files), str(Path(folder) / "good.joblib")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
        made = len(list(files.iterdir()))
    found = json.loads(done.stdout)
    seconds, growth = [entry[1] for entry in found], [entry[2] for entry in found]
    return [
        {"hostile files": "refused", "figure": f"{len(found):,} of {made:,}", "limit": "all"},
        {"hostile files": "slowest refusal", "figure": f"{max(seconds):.2f} s", "limit": "1 s"},
        {
            "hostile files": "median refusal",
            "figure": f"{statistics.median(seconds) * 1e3:.1f} ms",
            "limit": "",
        },
        {
            "hostile files": "most memory beside the process",
            "figure": f"{max(growth):.0f} MiB",
            "limit": "64 MB",
        },
    ]


def main() -> None:
    """Measure and print."""
    from recipes import to_markdown  # noqa: PLC0415  a script beside this one

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--patients", type=int, default=1000, help="predictions of one patient (default: 1000)"
    )
    parser.add_argument(
        "--rounds", type=int, default=7, help="starts of the command line (default: 7)"
    )
    parser.add_argument(
        "--listed", type=int, default=200, help="bundles in the list (default: 200)"
    )
    parser.add_argument("--no-reader", action="store_true", help="leave out the hostile files")
    options = parser.parse_args()
    tables = [
        time_patient(options.patients),
        time_command(options.rounds),
        time_list(options.listed),
        [] if options.no_reader else time_reader(),
    ]
    print("\n\n".join(to_markdown(pd.DataFrame(table)) for table in tables if table))


if __name__ == "__main__":
    main()
