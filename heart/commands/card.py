"""`card`: a bundle's model card."""

from __future__ import annotations

from typing import Any

from heart.commands.inputs import (
    CohortChoice,
    bundle_argument,
    command,
    find_bundle,
    own_cohort_option,
)
from heart.commands.output import wants_json
from heart.commands.targets import Target, out_option


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
    made = make_card(gather_facts(chosen, cohorts=cohorts, predictions=find_stored(chosen)))
    if out is None:
        markdown = to_markdown(made)
        return {"name": chosen.name, "markdown": markdown} if wants_json() else markdown
    out.write(formats.get(out.path.suffix, to_markdown)(made).encode())
    return {
        "written": str(out),
        "name": chosen.name,
        "sections": [section.title for section in made.sections],
    }
