"""What is looked at before a build: this machine, the root and the model, each with its remedy."""

from tasks.doctor.disk import check_disk
from tasks.doctor.environment import check_environment
from tasks.doctor.model import check_model
from tasks.doctor.root import check_root

__all__ = ["check_disk", "check_environment", "check_model", "check_root"]
