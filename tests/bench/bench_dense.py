"""What a tile of 600 objects costs the teacher. Run: python tests/bench/bench_dense.py [OBJECTS]."""

import json
import sys
import tempfile
import time
from itertools import chain

from prompts import load_prompt
from schemas.params import DialogueParams, TeacherParams
from schemas.teacher import ConversedTile, DescribedObjects, SynthesizedTile
from tasks.describe import describe_tile
from tasks.grounding.references import expand, refs_of
from tests.tasks._teaching import pictured, rows_of, taught, tiles_part
from tests.tasks._tiles import dense_tile


def main(objects: int) -> None:
    """Describe, synthesize and converse about one dense tile and print tokens per request."""
    params, outline = TeacherParams(), dense_tile(objects)
    with tempfile.TemporaryDirectory() as root:
        tiles = tiles_part(root, [outline])
        start = time.perf_counter()
        described, synthesized, conversed = taught(root, tiles, params, DialogueParams())
        seconds = time.perf_counter() - start
        local = rows_of(root, described, DescribedObjects)
        whole = rows_of(root, synthesized, SynthesizedTile)
        dialogues = rows_of(root, conversed, ConversedTile)
    asked = list(describe_tile(pictured(outline), load_prompt("describe"), params))
    named = {ref for row in local for fact in row.reply.facts for ref in expand(" ".join(fact.ids))}
    for stage, rows in (("describe", local), ("synthesize", whole), ("converse", dialogues)):
        for number, row in enumerate(rows, start=1):
            used = row.exchange
            print(f"{stage} {number}: {used.prompt_tokens} in, {used.completion_tokens} out")
    exchanges = [row.exchange for row in chain(local, whole, dialogues)]
    figures = {
        "bench": "dense",
        "objects": objects,
        "requests": len(exchanges),
        "describe_requests": len(asked),
        "objects_in_requests": sum(q.request.messages[-1].text.count('{"ref":') for q in asked),
        "objects_described": len(named),
        "objects_in_description": sum(len(refs_of(row.reply.description)) for row in whole),
        "prompt_tokens_largest": max(e.prompt_tokens for e in exchanges),
        "prompt_tokens": sum(e.prompt_tokens for e in exchanges),
        "completion_tokens": sum(e.completion_tokens for e in exchanges),
        "seconds": round(seconds, 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
