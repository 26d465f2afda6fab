"""The store of answers: every answer ever paid for, found again by the key of its request.

    put ─→ journal                 one file in the local state folder, locked by its process;
           │                       written when put returns: survives kill -9 of the process
           │ a thread, after 1 s or 4 MB
           ↓
           segment                 immutable, answers/segments/ under the root, any file system:
           │                       survives the loss of the machine, seen by every other machine
           ↓
    get ←─ index                   keys as packed bytes in sorted arrays, read from the segments'
                                   footers; one ranged read brings one answer

A journal whose process is gone is taken over by whoever opens the same root next. Of several
answers to one request the oldest counts. How a segment looks is drawn in ``segments``.
"""

from tasks.model.answers.shared import open_answers
from tasks.model.answers.store import AnswerStore

__all__ = ["AnswerStore", "open_answers"]
