"""What the licences of sources allow."""

from tasks.licences.licences import allows_commercial, licence_of, licences

__all__ = ["allows_commercial", "licence_of", "licences"]
