"""The dataset card: front matter that Hugging Face understands, and an honest text."""

from pathlib import Path

import pytest
import yaml

from schemas.gate import GateParams
from tests.fixtures.release import make_build
from tests.fixtures.turned import with_turned


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = make_build(str(tmp_path_factory.mktemp("card") / "root"))
    made.release("v1")
    return made.store.read("releases/v1/README.md").decode()


def test_the_front_matter_names_every_file_of_every_split(card: str) -> None:
    front = yaml.safe_load(card.split("---\n")[1])
    images, samples = front["configs"]
    assert images["default"] is True
    assert images["data_files"][0] == {"split": "train", "path": "images/split=train/*/*.parquet"}
    assert [files["split"] for files in samples["data_files"]] == ["train", "validation"]
    assert front["license"] == "cc-by-4.0"
    assert front["size_categories"] == ["n<1K"]


def test_the_card_states_accounting_prompts_and_limits(card: str) -> None:
    assert "36 samples + 6 rejected = 42 candidates." in card
    assert "| synthesize | `55555555555555555555` | offline-teacher | 0.2 | 900 | 6 |" in card
    assert "No vision-language model looked at the pictures." in card
    assert "| wrong count | 6 |" in card


def test_the_card_says_how_many_samples_are_turned_ones(tmp_path: Path, card: str) -> None:
    made = with_turned(make_build(str(tmp_path / "root"), tiles=1))
    made.release("v1")
    text = made.store.read("releases/v1/README.md").decode()
    kept = sum(part.rows for part in made.of("augment"))
    assert f"- {kept} samples are others of this release, turned with their pictures" in text
    assert "turned with their pictures" not in card
    page = made.store.read("releases/v1/report.html").decode()
    assert (
        page.count("· train · turn ")
        + page.count("· train · mirror")
        + page.count("· train · flip")
        + page.count("· train · trans")
        == 2
    )


def test_the_card_shows_the_scorecard_and_says_what_is_held_back(tmp_path: Path) -> None:
    made = make_build(str(tmp_path / "root"), tiles=1)
    made.scored("v1")
    made.scored("v2", GateParams(fewest=0, words=40))
    cards = [made.store.read(f"releases/{name}/README.md").decode() for name in ("v1", "v2")]
    assert all("\n## Scorecard\n" in text for text in cards)
    assert "The gate passed: all" in cards[0]
    assert "| unity | Rows in the one form | 100.0 % | 18 rows | 100.0 % |" in cards[1]
    assert "- This release is held back: its gate failed, see the scorecard." in cards[1]


def test_the_card_says_what_the_answers_took(card: str) -> None:
    assert (
        "6 answers: 2,400 tokens asked (about 510 of them for pictures), 720 answered; "
        "cost: $0.013." in card
    )
    assert "| synthesize | 6 | 2,400 | 510 | 0 | 720 | 0 | $0.013 |" in card


def test_the_loading_code_of_the_card_runs(
    tmp_path: Path, card: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_build(str(tmp_path / "root"))
    made.release("v1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.chdir(tmp_path / "root/releases/v1")
    blocks = [block.split("```")[0] for block in card.split("```python\n")[1:]]
    assert len(blocks) == 2
    for block in blocks:
        names: dict[str, object] = {}
        exec(block, names)
        assert "samples" in names or "row" in names
