"""What each number of the scorecard is: title, unit, direction and definition, by principle."""

from functools import cache
from importlib.resources import files

import yaml

from schemas.scorecard import Measure


@cache
def measures() -> tuple[Measure, ...]:
    """Return the numbers of ``measures.yaml``, in file order."""
    text = (files("tasks.scorecard") / "measures.yaml").read_text(encoding="utf-8")
    return tuple(
        Measure(principle=principle, name=name, **entry)
        for principle, numbers in yaml.safe_load(text).items()
        for name, entry in numbers.items()
    )
