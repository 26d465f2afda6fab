"""The plan of a build against what the endpoint then counts: requests, tokens, cost.

python tests/bench/bench_plan.py [TILES]

The teacher is the offline teacher behind HTTP, in this process; its prices are
those of a usual model.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from flows.cli.environment import prepare_environment
from schemas.params import BuildParams, SourceSpec, TeacherParams
from schemas.plan import Estimate
from schemas.release import Part
from tests.bench.scenes import CLASSES, picture

SIDE = 512
MODEL = "gpt-4o"


def main(tiles: int) -> None:
    """Print how near the plan of ``tiles`` tiles comes to their build."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["RS_GPT4V_STATE_FOLDER"] = str(folder / "state")
        os.environ["RS_GPT4V_OPENAI_API_KEY"] = "sk-bench"
        os.environ["RS_GPT4V_PRICES"] = str(folder / "prices.yaml")
        (folder / "prices.yaml").write_text(f"{MODEL}: {{input: 2.5, output: 10}}")
        write_scenes(folder / "scenes", tiles)
        prepare_environment(verbose=False)
        from tasks.model.serve import serving

        with serving() as url:
            os.environ["RS_GPT4V_OPENAI_BASE_URL"] = url
            print(json.dumps({"bench": "plan", **compared(folder)}))


def compared(folder: Path, sample: int = 20) -> dict[str, object]:
    """Return planned and real figures of the build of ``folder``/scenes, asked over HTTP."""
    from tasks.plan import plan_teacher, tiled

    source = SourceSpec(name="dota", path=str(folder / "scenes"))
    teacher = TeacherParams(kind="openai", model=MODEL)
    params = BuildParams(sources=(source,), teacher=teacher)
    root = str(folder / "root")
    tiles = tiled(root, params)
    start = time.perf_counter()
    plan = plan_teacher(root, params, tiles, sample)
    seconds = time.perf_counter() - start
    planned = {
        "requests": plan.all.requests,
        "prompt_tokens": Estimate(
            total=plan.all.text_tokens.total + plan.all.image_tokens.total,
            plus_minus=plan.all.text_tokens.plus_minus + plan.all.image_tokens.plus_minus,
        ),
        "completion_tokens": plan.all.output_tokens,
        "cost": plan.all.cost,
    }
    real = _billed(root, params, tiles)
    return {
        "tiles": plan.tiles,
        "sampled": plan.sampled,
        "planned": {name: round(x.total, 4) for name, x in planned.items() if x},
        "plus_minus": {name: round(x.plus_minus, 4) for name, x in planned.items() if x},
        "real": {name: round(value, 4) for name, value in real.items()},
        "ratio": {name: round(x.total / real[name], 4) for name, x in planned.items() if x},
        "plan_seconds": round(seconds, 2),
        "build_seconds": round(time.perf_counter() - start - seconds, 2),
    }


def _billed(root: str, params: BuildParams, tiles: Sequence[Part]) -> dict[str, float]:
    """Ask the teacher about ``tiles`` and return what its answers took."""
    from tasks._stage import Where
    from tasks.converse import converse_shard
    from tasks.describe import describe_shard
    from tasks.model.answers import open_answers
    from tasks.synthesize import synthesize_shard

    for part in tiles:
        where, teacher = Where(root=root, shard=part.shard), params.teacher
        described = describe_shard.fn(where, part, teacher)
        whole = synthesize_shard.fn(where, part, described, teacher)
        converse_shard.fn(where, part, described, whole, teacher, params.dialogue)
    answers = open_answers(root)
    keys = answers.keys()
    found = [stored.answer for key in keys if (stored := answers.get(key))]
    return {
        "requests": len(found),
        "prompt_tokens": sum(answer.prompt_tokens for answer in found),
        "completion_tokens": sum(answer.completion_tokens for answer in found),
        "cost": sum(answer.cost or 0 for answer in found),
    }


def write_scenes(folder: Path, count: int, side: int = SIDE) -> None:
    """Write ``count`` scenes of one tile as a DOTA folder: one in eight empty, some very crowded."""
    (folder / "images").mkdir(parents=True)
    (folder / "labelTxt").mkdir()
    for number in range(count):
        rng = np.random.default_rng(number)
        objects = 0 if number % 8 == 7 else min(300, 1 + int(rng.lognormal(2.5, 1.2)))
        Image.fromarray(picture(side, number)).save(
            folder / "images" / f"s{number:04}.png", compress_level=1
        )
        lines = ["imagesource:noise", "gsd:0.3", *(_label(side, rng) for _ in range(objects))]
        (folder / "labelTxt" / f"s{number:04}.txt").write_text("\n".join(lines) + "\n")


def _label(side: int, rng: np.random.Generator) -> str:
    x, y = rng.uniform(20, side - 60, 2)
    length = rng.uniform(8, 40)
    corners = ((x, y), (x + length, y), (x + length, y + length / 2), (x, y + length / 2))
    name = CLASSES[int(rng.integers(len(CLASSES)))].replace(" ", "-")
    return " ".join(f"{a:.1f} {b:.1f}" for a, b in corners) + f" {name} 0"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
