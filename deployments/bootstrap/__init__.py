"""Makes on a Prefect server all that the flows need there, and changes nothing that is right already.

    python -m deployments.bootstrap --profile local|k8s [--dry-run]

What the code decides follows the files: the pool's job template, what deployments say, automations.
What people decide is made once and then left as it is found: Prefect variables, limits, whether a
schedule or an automation is on.
"""

from deployments.bootstrap.making import bootstrap
from deployments.bootstrap.records import Change, Request

__all__ = ["Change", "Request", "bootstrap"]
