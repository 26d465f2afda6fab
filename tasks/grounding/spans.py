"""Phrases, boxes and units of plain text, as rows keep them: read from tags, and put back beside them."""

from collections.abc import Iterable, Iterator, Sequence

from schemas.turn import Span, SpanKind
from tasks.grounding.references import Parsed, TextSpan


def spans_of(turns: Sequence[Parsed]) -> tuple[Span, ...]:
    """Return phrases, boxes and units of all ``turns``, in the order of the text."""
    found = [
        Span(turn=number, start=span.start, end=span.end, refs=span.refs, kind=kind)
        for number, text in enumerate(turns)
        for kind, spans in _by_kind(text)
        for span in spans
    ]
    return tuple(sorted(found, key=lambda span: (span.turn, span.start)))


def parsed(text: str, turn: int, spans: Iterable[Span]) -> Parsed:
    """Return the plain ``text`` of turn ``turn`` with those of ``spans`` that are its own."""
    own = [span for span in spans if span.turn == turn]
    phrases, boxes, units = (
        tuple(TextSpan(span.start, span.end, span.refs) for span in own if span.kind == kind)
        for kind in ("phrase", "box", "units")
    )
    return Parsed(text, phrases, boxes, units)


def _by_kind(text: Parsed) -> Iterator[tuple[SpanKind, tuple[TextSpan, ...]]]:
    yield "phrase", text.spans
    yield "box", text.boxes
    yield "units", text.units
