"""How long the readers take for files that are made to cost, and how much memory: each file in a
process of its own, which is stopped after a while.

python benchmarks/hostile_files.py prints a Markdown table; --quick takes a hundredth of the sizes;
--only NAME takes the families whose name contains it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.hostile_files import FAMILIES  # noqa: E402

LIMIT_S = 60.0


def read_one(path: Path) -> None:
    """Read a file both ways; print the seconds of processor time, the memory beyond a good file's
    in MB, and what came of it.
    """
    from heart.data import read_cohort, read_patients  # noqa: PLC0415  imports are not measured
    from heart.errors import CohortError  # noqa: PLC0415

    read_cohort(ROOT / "data" / "cleveland.csv")
    before, content = peak_memory(), path.read_bytes()
    start = time.process_time()
    outcomes: list[str] = []
    for read in (read_cohort, read_patients):
        try:
            outcomes.append(f"{len(read(content).frame):,} patients")
        except CohortError as error:
            outcomes.append(f"expected {error.expected}, found {error.found}"[:110])
        print(f"{time.process_time() - start:.2f}|{(peak_memory() - before) / 1e6:.0f}", end="|")
        start = time.process_time()
    print("; ".join(dict.fromkeys(outcomes)).replace("|", "/").replace("\n", " "))


def peak_memory() -> int:
    """The most memory that this process has had, in bytes."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def measure(name: str, make: Callable[[int], bytes], size: int, folder: Path) -> str:
    """A line of the table."""
    path = folder / "hostile"
    path.write_bytes(make(size))
    command = [sys.executable, __file__, "--read", str(path)]
    try:
        done = subprocess.run(  # noqa: S603  this script
            command, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        found = done.stdout.split("|") if done.returncode == 0 else ["", "", "", "", "died"]
    except subprocess.TimeoutExpired:
        found = [f"> {LIMIT_S:.0f}", "", "", "", ""]
    seconds, memory, again, _, outcome = [*found, *[""] * 5][:5]
    n_bytes = f"{path.stat().st_size / 1e6:,.3f} MB"
    return f"| {name} | {n_bytes} | {seconds} s | {again} s | {memory} MB | {outcome.strip()} |"


def main() -> None:
    """Make the files, read them, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read is not None:
        read_one(options.read)
        return
    print("| file | size | to learn | to score | memory | what came of it |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name, (make, size) in FAMILIES.items():
            if options.only in name:
                size = size // 100 if options.quick and size > 10_000 else size  # noqa: PLW2901
                print(measure(name, make, size, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
