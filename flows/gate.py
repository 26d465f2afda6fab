"""The error that holds a release back, with what its gate found."""

from schemas.errors import HeldBack
from schemas.release import Manifest
from tasks.report.scores import shortfall_table


def raise_if_held_back(manifest: Manifest) -> None:
    """Raise HeldBack, with the expectations that are not met as a table, where the gate failed."""
    gate, card = manifest.gate, manifest.scorecard
    if gate is None or gate.passed:
        return
    stays = (
        f"“{card.previous}” stays the latest" if card and card.previous else "there is no latest"
    )
    raise HeldBack(
        f"Release “{manifest.version}” is held back, {stays}: {len(gate.shortfalls)} of "
        f"{gate.expectations} expectations are not met.\n"
        + "\n".join(shortfall_table(gate))
        + f"\nIt can be read by its name: “rs-gpt4v scorecard --version {manifest.version}” says "
        "more. Mend what is wrong, or set another threshold (--gate.NAME), and build again under a "
        "new version."
    )
