"""How long the readers take for files that are made to cost, and how much memory: each file in a
process of its own, which is stopped after a while.

python benchmarks/hostile_files.py prints a Markdown table; --quick takes a hundredth of the sizes;
--only NAME takes the families whose name contains it; --beside
measures how long a visitor of the running app waits for a patient's answer while another one has
such a file read and scored; --fuzz N damages N small ones.
"""

from __future__ import annotations

import argparse
import io
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from client import Client  # noqa: E402
from drive import serve  # noqa: E402

from tests.support.hostile_files import FAMILIES, zipped  # noqa: E402

LIMIT_S, SEED_SIZE, INSIDE = 60.0, 200, 0.8
WARM_UP_S, PAUSE_S = 15, 0.05


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


def measure_beside(
    name: str, make: Callable[[int], bytes], size: int, address: str, clinician: Client
) -> str:
    """How long a visitor waits for a patient's answer while another one's file is read."""
    analyst = Client(address)
    analyst.run("score")
    content = make(size)

    def hand_in() -> None:
        analyst.put("A file of patients", content)
        analyst.run()

    reader = threading.Thread(target=hand_in)
    start = time.perf_counter()
    reader.start()
    waits = [clinician.press("Calculate")]
    while reader.is_alive():
        time.sleep(PAUSE_S)
        waits.append(clinician.press("Calculate"))
    seconds = time.perf_counter() - start
    analyst.close()
    middle, longest = 1000 * statistics.median(waits), 1000 * max(waits)
    return (
        f"| {name} | {seconds:.1f} s | {len(waits)} | {middle:.0f} ms | {longest:.0f} ms |"
        f" {_outcome_on(analyst.text)} |"
    )


def _outcome_on(page: str) -> str:
    """What the Score page says of a file."""
    refusals = [line for line in page.splitlines() if line.startswith("Expected")]
    return (refusals or ["scored"])[0][:80].replace("|", "/")


def measure_all_beside(only: str) -> None:
    """Print the waits for every family, and without a file."""
    print("| file | shown after | submits | median | longest | what came of it |")
    print("| --- | --- | --- | --- | --- | --- |")
    with serve() as address:
        time.sleep(WARM_UP_S)
        clinician = Client(address)
        clinician.run()
        age = next(label for label in clinician.widgets if label.startswith("Age"))
        clinician.set(age, double_value=61.0)
        waits = [clinician.press("Calculate") for _ in range(50)]
        middle, longest = 1000 * statistics.median(waits), 1000 * max(waits)
        print(f"| none | – | {len(waits)} | {middle:.0f} ms | {longest:.0f} ms | – |", flush=True)
        for name, (make, size) in FAMILIES.items():
            if only in name:
                print(measure_beside(name, make, size, address, clinician), flush=True)


def fuzz(n: int) -> None:
    """Damage n files and read them; print what came of them and the longest time."""
    from heart.data import read_cohort, read_patients  # noqa: PLC0415
    from heart.errors import CohortError  # noqa: PLC0415

    rng, outcomes, longest = random.Random(0), Counter[str](), (0.0, "")
    seeds = {name: make(min(size, SEED_SIZE)) for name, (make, size) in FAMILIES.items()}
    for i in range(n):
        name = rng.choice(list(seeds))
        content = damage(seeds[name], rng)
        start = time.process_time()
        try:
            kind = type((read_cohort, read_patients)[i % 2](content)).__name__
        except CohortError as error:
            kind = type(error).__name__
        except Exception as error:  # noqa: BLE001  what this looks for
            kind = f"defect: {type(error).__name__}"
            print(f"{name}, file {i}: {error!r}"[:200])
        outcomes[kind] += 1
        longest = max(longest, (time.process_time() - start, name))
    print(f"{n:,} files: {dict(outcomes)}; longest {longest[0]:.2f} s ({longest[1]})")


def damage(content: bytes, rng: random.Random) -> bytes:
    """The file with a few bytes changed, cut or repeated; in an archive, in one of its parts."""
    if content.startswith(b"PK") and rng.random() < INSIDE:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = rng.choice(list(parts)[:8])
        whole: bytes = zipped(parts | {name: damage(parts[name], rng)})
        return whole
    damaged = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(damaged) + 1)
        end = min(start + rng.randint(1, 60), len(damaged))
        kind = rng.choice(("flip", "cut", "repeat", "number"))
        if kind == "flip" and start < end:
            damaged[start] ^= 1 << rng.randrange(8)
        elif kind == "cut":
            del damaged[start:end]
        elif kind == "repeat":
            damaged[start:start] = damaged[start:end] * rng.randint(1, 50)
        elif start < end:
            damaged[start:end] = rng.choice((b"-1", b"1e999", b"99999999999", b"\xff\xff\xff\x7f"))
    return bytes(damaged)


def main() -> None:
    """Make the files, read them, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--beside", action="store_true", help="what others wait meanwhile")
    parser.add_argument("--fuzz", type=int, metavar="N", help="damage and read so many files")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read is not None:
        read_one(options.read)
        return
    if options.fuzz:
        fuzz(options.fuzz)
        return
    if options.beside:
        measure_all_beside(options.only)
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
