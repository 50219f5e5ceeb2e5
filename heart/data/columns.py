"""Column names: what a file calls a column, and which of the 14 it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from heart.errors import CohortError, show_controls
from heart.schema import FEATURE_NAMES, TARGET

COLUMNS: tuple[str, ...] = (*FEATURE_NAMES, TARGET)
SHOWN_NAME = 40
MIN_FEATURES = 8
NEEDED = ("age", "sex", "cp")

# folded spellings (letters and digits only, lower case) beside UCI's own names
_ALIASES: dict[str, str] = {
    "age": "ageinyears ageyears patientage",
    "sex": "gender",
    "cp": "chestpain chestpaintype chestpaintypes cptype paintype chestpaincategory",
    "trestbps": (
        "trestbp restbp restingbp restingbps restingbloodpressure bloodpressure bp restbps"
        " bpsystolic restingbpmmhg"
    ),
    "chol": (
        "cholesterol serumcholesterol serumcholestoral cholestoral serumchol cholesterolmgdl"
        " cholmgdl cholmmoll cholesterolmmoll serumcholesterolmgperdl"
    ),
    "fbs": (
        "fastingbs fastingbloodsugar fbsover120 bloodsugar fastingbloodsugar120mgdl fbs120"
        " fastingbloodsugargt120mgperdl"
    ),
    "restecg": (
        "restingecg restingelectrocardiographicresults ekgresults ecg restingelectrocardiogram"
        " restingecgresults restingekgresults"
    ),
    "thalach": (
        "thalch maxhr maxheartrate maximumheartrate maximumheartrateachieved maxheartrateachieved"
        " maxheartratebpm"
    ),
    "exang": "exerciseangina exerciseinducedangina angina exerangina exerciseinduced",
    "oldpeak": "stdepression stdepressioninducedbyexercise peak stdepr oldpeakeqstdepression",
    "slope": (
        "stslope slp slopeofst slopest peakexercisestsegment stsegmentslope"
        " slopeofthepeakexercisestsegment slopeofpeakexercisestsegment stsegment"
    ),
    "ca": (
        "caa nummajorvessels numberofmajorvessels vessels numberofvesselsfluro majorvessels"
        " numvesselsfluro numberofvessels nvessels"
    ),
    "thal": "thall thalium thallium thalassemia thaltest thalliumscan thalrate thalliumstress",
    "num": (
        "target output condition heartdisease ahd diagnosis class label disease goal"
        " predictedattribute diseasepresence hd presence heartdiseasepresence"
        " diagnosisofheartdisease hasheartdisease heartdiseasepresent"
    ),
}
_KNOWN = {alias: name for name, aliases in _ALIASES.items() for alias in [name, *aliases.split()]}

# a column called "HeartDisease" marks the diseased, one called "target" could mark either
_TELLING = (
    "num heartdisease ahd disease diseasepresence presence hd heartdiseasepresence hasheartdisease"
    " condition diagnosisofheartdisease heartdiseasepresent"
)
_TELLING_TARGETS = frozenset(_TELLING.split())

_PERSONAL = re.compile(
    r"name|birth|^dob$|ssn|mrn|record|patient|nhs|passport|phone|mail|address|street|postcode|^zip|insurance|^id$"
)
_PLACEHOLDER = re.compile(r"(?:x|v|c|col|column|attribute|attr|a|f|feature|var|field)?([0-9]{1,2})")

_ELSEWHERE: dict[str, str] = {
    "the South African heart data": "sbp tobacco ldl adiposity famhist typea chd",
    "heart-failure records": (
        "ejectionfraction serumcreatinine serumsodium creatininephosphokinase platelets deathevent"
    ),
    "a cardiovascular survey": "aphi aplo gluc smoke alco cardio height weight",
    "the Framingham study": (
        "tenyearchd currentsmoker cigsperday bpmeds prevalentstroke totchol sysbp diabp"
    ),
    "a telephone survey of risk factors": (
        "smoking alcoholdrinking stroke physicalhealth diffwalking genhealth highbp"
    ),
    "a stroke data set": "evermarried worktype residencetype avgglucoselevel smokingstatus",
    "the Pima diabetes data": "pregnancies glucose skinthickness insulin diabetespedigreefunction",
    "a table of mortality": "district county deaths mortality population deathrate state",
    "the iris flowers": "sepallength sepalwidth petallength petalwidth species",
}
"""Other well-known tables, and the folded names of their columns."""


class ColumnMatch(NamedTuple):
    """A column that its name does not name: as the file writes it, what it is, and why."""

    column: str
    feature: str
    reason: str


class Naming(NamedTuple):
    """Which of a file's columns is which.

    Attributes:
        columns: canonical name to the position of the file's column.
        dropped: names of other columns, as the file writes them.
        personal: those of them that look like personal data.
        telling: whether the target column's name says that its higher value means disease.
        canonical: whether these are the project's own 14 names.
        matches: columns that something else than their names has named, and what.
        doubts: what speaks against leaving columns unused, in sentences.
    """

    columns: dict[str, int]
    dropped: tuple[str, ...]
    personal: tuple[str, ...]
    telling: bool
    canonical: bool
    matches: tuple[ColumnMatch, ...] = ()
    doubts: tuple[str, ...] = ()


def fold(name: str) -> str:
    """Letters and digits of a name, in lower case.

    >>> fold(" Resting_BP (s)")
    'restingbps'
    """
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def recognise_name(name: str) -> str | None:
    """The canonical name of a column, or None.

    >>> recognise_name(" chestPainType")
    'cp'
    """
    return _KNOWN.get(fold(name))


def count_known(names: Sequence[str]) -> int:
    """How many different columns of the 14 a line of names has; placeholders such as X1 to X14
    count as what they stand for.
    """
    if is_placeholder(names):
        return len(COLUMNS)
    return len({known for name in names if (known := recognise_name(name)) is not None})


def is_placeholder(names: Sequence[str]) -> bool:
    """Whether the names only count UCI's columns, as in X1 to X14, V1 to V13 or 0 to 13."""
    matches = [_PLACEHOLDER.fullmatch(fold(name)) for name in names]
    if len(names) not in (len(COLUMNS) - 1, len(COLUMNS)) or None in matches[:-1]:
        return False
    numbers = [int(match[1]) for match in matches if match is not None]
    counted = numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] in (0, 1)
    return counted and (len(numbers) == len(names) or recognise_name(names[-1]) == TARGET)


def name_columns(header: Sequence[str], *, need_target: bool = True) -> Naming:
    """Which of the header's columns is which, by their names alone.

    Raises:
        CohortError: if two columns are the same, too many features are missing, or there is no
            target where one is needed.
    """
    if is_placeholder(header):
        return name_positions(len(header), need_target=need_target)
    naming = make_naming(header, known_columns(header))
    check_features(naming, header, need_target=need_target)
    return naming


def known_columns(header: Sequence[str], *, but: Collection[int] = ()) -> dict[str, int]:
    """Canonical name to the position of the column that has it, or an alias of it.

    Args:
        header: the columns' names.
        but: positions that are not looked at.

    Raises:
        CohortError: if two columns are the same.
    """
    columns: dict[str, int] = {}
    for position, name in enumerate(header):
        known = recognise_name(name)
        if known is None or position in but:
            continue
        if known in columns:
            raise _twice(header[columns[known]], name, known)
        columns[known] = position
    return columns


def make_naming(header: Sequence[str], columns: dict[str, int]) -> Naming:
    """The naming of a header of which these columns are known and the others are dropped."""
    used = set(columns.values())
    dropped = [name for position, name in enumerate(header) if position not in used]
    personal = tuple(shorten(name) for name in dropped if is_personal(name))
    target = fold(header[columns[TARGET]]) if TARGET in columns else ""
    is_canonical = {name.strip() for name in header} == set(COLUMNS)
    shown = tuple(map(shorten, dropped))
    return Naming(columns, shown, personal, target in _TELLING_TARGETS, is_canonical)


def is_personal(name: str) -> bool:
    """Whether a column's name looks like that of personal data."""
    return _PERSONAL.search(fold(name)) is not None


def name_positions(width: int, *, need_target: bool = True) -> Naming:
    """The columns of a file without a header: UCI's order.

    Raises:
        CohortError: if there are not 13 features, or 14 columns where a target is needed.
    """
    allowed = (len(COLUMNS),) if need_target else (len(COLUMNS) - 1, len(COLUMNS))
    if width not in allowed:
        n_columns = f"{' or '.join(map(str, allowed))} columns in a file without a header"
        order = f"in the order {', '.join(COLUMNS)}"
        raise CohortError(
            f"{n_columns}, {order}", f"{width}", "Add a line with the columns' names."
        )
    columns = {name: position for position, name in enumerate(COLUMNS[:width])}
    return Naming(columns, (), (), telling=False, canonical=False)


def count_columns(width: int) -> tuple[str, ...]:
    """What the columns of a file without a header are called."""
    return tuple(f"column {position + 1}" for position in range(width))


def shorten(name: str) -> str:
    """A file's name for a column, short enough to be shown."""
    clean = show_controls(" ".join(name.split()))
    return (clean if len(clean) <= SHOWN_NAME else f"{clean[:SHOWN_NAME]}…") or "(no name)"


def _twice(first: str, second: str, known: str) -> CohortError:
    both = f"{shorten(first)!r} and {shorten(second)!r}, which are both {known}"
    return CohortError("each column once", both, "Remove one of them.")


def is_enough(columns: Collection[str], *, need_target: bool) -> bool:
    """Whether these columns make a table of heart patients."""
    n = sum(name in columns for name in FEATURE_NAMES)
    return (
        n >= MIN_FEATURES
        and all(name in columns for name in NEEDED)
        and (TARGET in columns or not need_target)
    )


def check_features(naming: Naming, header: Sequence[str], *, need_target: bool) -> None:
    """Refuse what is no table of heart patients.

    Raises:
        CohortError: saying which features are missing and what the table seems to be.
    """
    columns = naming.columns
    missing = [name for name in FEATURE_NAMES if name not in columns]
    if not is_enough(columns, need_target=False):
        subject = guess_subject(header)
        guess = f"; it seems to be {subject}" if subject else ""
        raise CohortError(
            f"a table of heart patients with at least {MIN_FEATURES} of the 13 features,"
            f" {', '.join(NEEDED)} among them",
            f"no column for {', '.join(missing)}{guess}",
            f"Choose another file, or name the columns {', '.join(COLUMNS)}.",
        )
    if need_target and TARGET not in columns:
        raise CohortError(
            "a column that says who is diseased (num, target, HeartDisease, condition …)",
            f"none among {', '.join(repr(shorten(name)) for name in header[:20])}",
            "Add the outcome, or score the file instead of learning from it.",
        )


def guess_subject(header: Sequence[str]) -> str | None:
    """What another known table the names belong to, or None."""
    folded = {fold(name) for name in header}
    hits = {subject: len(folded & set(names.split())) for subject, names in _ELSEWHERE.items()}
    best = max(hits, key=lambda subject: hits[subject])
    return best if hits[best] >= 2 else None
