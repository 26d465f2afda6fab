"""Requests and answers by number, for the tests of the store of answers."""

from pathlib import Path

from schemas.teacher import Answer, Message, ModelRequest
from tasks.model.answers import AnswerStore


def request(number: int, purpose: str = "synthesize") -> ModelRequest:
    """Return a request that differs from those of other numbers."""
    return ModelRequest(
        purpose=purpose,
        prompt_fingerprint="5" * 20,
        model="a-model",
        messages=(Message(role="user", text=f"What is at place {number}?"),),
        reply="Synthesis",
        temperature=0.2,
        max_tokens=900,
        seed=0,
    )


def answer(number: int, **more) -> Answer:
    """Return its answer."""
    text = f"At place {number} there is a ship."
    return Answer(key=request(number).key, model="a-model-1", text=text, prompt_tokens=10, **more)


def put(store: AnswerStore, *numbers: int) -> None:
    """Put the answers of ``numbers``."""
    for number in numbers:
        store.put(request(number), answer(number))


def has(store: AnswerStore, number: int) -> bool:
    """Say whether ``store`` gives the right answer to ``number``."""
    found = store.get(request(number).key)
    return found is not None and found.answer == answer(number)


def segments(root: Path) -> list[Path]:
    """Return the segments under ``root``."""
    return sorted((root / "answers" / "segments").glob("*.seg"))


def filled(root: Path, *groups: range) -> None:
    """Put each group of answers into a segment of its own."""
    store = AnswerStore(str(root))
    for group in groups:
        put(store, *group)
        store.flush()
    store.close()
