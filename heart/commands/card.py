"""`card`: a bundle's model card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from heart.commands.inputs import (
    CohortChoice,
    bundle_argument,
    command,
    find_bundle,
    own_cohort_option,
)
from heart.commands.output import wants_json
from heart.commands.targets import Target, out_option

if TYPE_CHECKING:
    from heart.bundle import Bundle
    from heart.data import Cohort


@command
@bundle_argument
@own_cohort_option
@out_option(
    "the file to write, .md or .html [default: Markdown on the terminal]",
    {".md": b"# Model card", ".html": b"<title>Model card"},
    binary=False,
)
def card(*, bundle: str | None, cohort: CohortChoice | None, out: Target | None) -> Any:
    """Make a bundle's model card, as Markdown or as one HTML page with its charts."""
    from heart.card import gather_facts, make_card, to_html, to_markdown
    from heart.experiments.stored import find_stored

    formats = {".md": to_markdown, ".html": to_html}
    chosen = find_bundle(bundle)
    cohorts = [] if cohort is None else [cohort.read()]
    if out is None:
        described = describe_card(chosen, cohorts)
        return described if wants_json() else described["markdown"]
    made = make_card(gather_facts(chosen, cohorts=cohorts, predictions=find_stored(chosen)))
    out.write(formats.get(out.path.suffix, to_markdown)(made).encode())
    return {
        "written": str(out),
        "name": chosen.name,
        "sections": [section.title for section in made.sections],
    }


def describe_card(bundle: Bundle, cohorts: Sequence[Cohort] = ()) -> dict[str, str]:
    """The card as `--json` prints it; tables that the model may have learnt from help."""
    from heart.card import gather_facts, make_card, to_markdown
    from heart.experiments.stored import find_stored

    made = make_card(gather_facts(bundle, cohorts=cohorts, predictions=find_stored(bundle)))
    return {"name": bundle.name, "markdown": to_markdown(made)}
