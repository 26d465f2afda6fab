"""A build that is killed at any place leaves whole releases only, and the next one ends right.

``tests.bench.storage.kills`` does the same for longer, with a reader that looks all the while.
"""

import pytest

from tasks.audit import audit
from tasks.model.answers import AnswerStore
from tasks.storage.releases import latest, versions
from tasks.storage.store import Store
from tests.fixtures.dying import builder

PLACES = {
    "local": (("stage", "during"), ("answers", "during"), ("manifest", "before")),
    "s3": (("stage", "during"), ("image", "during"), ("latest", "before")),
}


@pytest.mark.slow
def test_kill_9_in_each_phase_leaves_whole_releases_and_no_answer_is_lost(root: str):
    store, places = Store(root), PLACES["s3" if root.startswith("s3:") else "local"]
    with builder() as child:
        assert child.build(root, "v0") == 0
        before = len(AnswerStore(root))
        for number, (phase, moment) in enumerate(places, start=1):
            if phase == "answers":
                for path in store.list("answers/segments"):
                    store.delete(path)  # so that they are written again
            assert child.build(root, f"v{number}", phase, moment) == -9
            assert latest(store) == "v0"
            committed = {"v0", f"v{number}"} if phase == "latest" else {"v0"}
            assert set(versions(store)) == committed
        assert child.build(root, "last") == 0
    assert latest(store) == "last"
    left = [p for p in audit(store, deep=True) if "it has no manifest" not in p.found]
    assert left == []
    answers = AnswerStore(root)
    answers.flush()
    assert len(answers) == before
    answers.close()
