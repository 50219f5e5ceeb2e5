"""Whether some rows may be written as the table is of which they are a part."""

from __future__ import annotations

import numpy as np

from heart.data.codings import CODINGS, TARGET_RULES
from heart.data.dialects.cells import Parsed
from heart.data.dialects.reading import Reading, codes_of
from heart.data.recognition.evidence import CLEAR_Z, KnownPatients, clinical_relations, combined_z
from heart.data.recognition.recognise import (
    AGREEMENT_MARGIN,
    MANY_MATCHED,
    MIN_AGREEMENT,
    count_strange,
    count_unexplained,
    is_mmol,
    possible_readings,
)


def find_contradiction(parsed: Parsed, known: KnownPatients, reading: Reading) -> str:
    """What in the rows says that they are in another reading, in words; empty where nothing does.

    Args:
        parsed: the rows, whose outcome can be read or is left out.
        known: those of them that are known patients.
        reading: that of the whole table.
    """
    return (
        _find_strange(parsed, reading)
        or _find_unit(parsed, reading)
        or _find_outcome(parsed, reading)
        or _find_known(parsed, known, reading)
        or _find_relations(parsed, reading)
    )


def _find_strange(parsed: Parsed, reading: Reading) -> str:
    """Codes to which another coding gives a meaning, and this one none."""
    strange = {coding.name: count_strange(parsed, coding) for coding in CODINGS}
    best = min(strange, key=lambda name: strange[name])
    if strange[best] < strange[reading.coding.name]:
        n = strange[reading.coding.name]
        return f"{n:,} codes that {reading.coding.name!r} has no meaning for, and {best!r} has"
    sex = parsed.categories.get("sex")
    if sex is not None and np.isinf(codes_of(sex, "sex", reading)).any():
        others = [r for r in possible_readings(parsed._replace(target=None)) if r.sex]
        if others and not reading.sex:
            return "sexes that are coded otherwise"
    return ""


def _find_unit(parsed: Parsed, reading: Reading) -> str:
    known = "chol" in parsed.numbers and len(parsed.numbers["chol"].known()) > 0
    if not known or is_mmol(parsed) == reading.mmol:
        return ""
    return f"cholesterol in {'mg/dl' if reading.mmol else 'mmol/l'}"


def _find_outcome(parsed: Parsed, reading: Reading) -> str:
    """Outcomes that another rule explains, and this one does not."""
    if parsed.target is None or reading.target not in TARGET_RULES:
        return ""
    column, rule = parsed.target, reading.target
    unexplained = [count_unexplained(column, rule) for rule in TARGET_RULES]
    n = count_unexplained(column, rule)
    return f"{n:,} outcomes that its rule has no meaning for" if min(unexplained) < n else ""


def _find_known(parsed: Parsed, known: KnownPatients, reading: Reading) -> str:
    """Known patients that contradict this reading and confirm another."""
    if known.n < MANY_MATCHED:
        return ""
    ours, others = known.judge(reading), [known.judge(r) for r in possible_readings(parsed)]
    for name in ("share", "label_share"):
        best = max(getattr(each, name) for each in others)
        if best >= MIN_AGREEMENT and getattr(ours, name) < best - AGREEMENT_MARGIN:
            what = "codes" if name == "share" else "outcomes"
            return f"{known.n:,} known patients, whose {what} say otherwise"
    return ""


def _find_relations(parsed: Parsed, reading: Reading) -> str:
    """The opposite of what holds among heart patients, while another reading shows it."""
    if parsed.target is None or reading.target is None:
        return ""
    if combined_z(clinical_relations(parsed, reading)) > -CLEAR_Z:
        return ""
    return "an outcome that runs the other way: what holds among heart patients is reversed in it"
