"""The cluster that the environment names, and a team that works in it."""

from tests.fixtures.cluster import cluster  # noqa: F401  # a fixture
from tests.fixtures.team import team  # noqa: F401  # likewise
