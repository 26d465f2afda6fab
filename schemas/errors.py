"""What can go wrong, as one tree.

    PipelineError                 everything this project raises on purpose
    ├── UsageError                wrong use: exit code 2
    │   ├── UnknownName           a source, parameter, task type … that does not exist
    │   └── MissingSecret         a remote teacher without its key
    ├── SourceError               a source folder that cannot be read as the format asked for
    │   ├── UnsafePath            a name that leads out of the source folder
    │   └── UnreadableText        a label file that is not UTF-8 or cannot be read
    ├── ImageError                an image file that cannot be opened or decoded
    ├── PromptError               a prompt file that is broken or lacks variables
    ├── StorageError              the root cannot be read or written
    │   ├── MissingFile           a file of the root that is not there
    │   ├── DamagedPart           a stored part that is missing, torn or altered
    │   ├── DamagedRelease        a release that is not as it was made
    │   ├── Overtaken             a conditional write found something else than was expected
    │   ├── LeaseHeld             another run works in the root
    │   └── LeaseLost             the root is another's now, or could be
    ├── TeacherError              the teacher cannot be used at all: the run stops
    │   ├── TransientTeacherError may succeed when tried again
    │   └── OverBudget            the next request could cost more than is left
    ├── AccountingError           samples + rejections ≠ candidates: a defect of ours
    ├── GateError                 a table failed its expectations: exit code 1
    │   └── HeldBack              a release was made, but misses thresholds: the latest stays
    ├── NotApproved               a person refused a release, or none answered: exit code 1
    ├── Stopped                   the run was cancelled, or its process is told to end
    └── IncompleteError           a release was made without the shards that failed: exit code 1

Expected loss (an unreadable image, an unparsable answer, a false sentence) is no exception where it
ends: it becomes a Rejection. A message says what was found, where, and what to do.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


class PipelineError(Exception):
    """Root of every error that this project raises on purpose; all of them go between processes."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild it from what it says, whatever it was made from."""
        return _rebuilt, (type(self), self.args), vars(self)


class UsageError(PipelineError):
    """The command or its parameters are wrong."""


class UnknownName(UsageError):
    """A name that does not exist; the message suggests the nearest one that does."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=1)
        hint = f"Did you mean “{near[0]}”?" if near else f"Known: {', '.join(names)}."
        super().__init__(f"Unknown {kind} “{name}”. {hint}")


class MissingSecret(UsageError):
    """A secret that a setting needs is not set."""


class SourceError(PipelineError):
    """A source folder that cannot be read as the format asked for."""


class UnsafePath(SourceError):
    """A name that leads out of the source folder, or to something that is no plain file."""


class UnreadableText(SourceError):
    """A label file that is not UTF-8 text, from ``line`` on, or cannot be read at all."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class ImageError(PipelineError):
    """An image file that cannot be opened or decoded."""


class PromptError(PipelineError):
    """A prompt file that is broken or was rendered without all its variables."""


class StorageError(PipelineError):
    """The root cannot be read or written."""


class MissingFile(StorageError):
    """A file of the root that is not there."""


class DamagedPart(StorageError):
    """A stored part that is missing, torn or altered."""


class DamagedRelease(StorageError):
    """A release that is not as it was made: files of it are missing, altered or more."""


class Overtaken(StorageError):
    """A conditional write found something else than was expected: another was faster."""


class LeaseHeld(StorageError):
    """A lease that another run holds and keeps alive."""


class LeaseLost(StorageError):
    """What was done under a lease is refused: another holds it now, or could."""


class TeacherError(PipelineError):
    """The teacher cannot be used: no later request would do better."""


class TransientTeacherError(TeacherError):
    """The teacher failed in a way that may pass: time-out, overload, broken connection."""


class OverBudget(TeacherError):
    """The next request could cost more than the budget leaves; what was paid for is kept."""


class AccountingError(PipelineError):
    """A stage lost or invented a row: kept + rejected ≠ candidates."""


class GateError(PipelineError):
    """A table failed its expectations, so nothing was published."""


class HeldBack(GateError):
    """A release was made that misses thresholds, so it did not become the latest."""


class NotApproved(PipelineError):
    """A person refused that a release becomes the latest, or nobody answered in time."""


class Stopped(PipelineError):
    """The run was cancelled, or its process is told to end; what is finished is kept."""


class IncompleteError(PipelineError):
    """A release was made, but some shards failed and are not in it."""


def _rebuilt(kind: type[PipelineError], args: tuple[Any, ...]) -> PipelineError:
    error = kind.__new__(kind)
    error.args = args
    return error
