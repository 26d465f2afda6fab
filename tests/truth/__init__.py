"""The yardstick of verification: texts whose truth is known by other means than the verifier's.

Nothing here reads the verifier but ``checking``, which asks it. Geometry and colour are computed
anew, so that an error of the one does not hide in the other.
"""
