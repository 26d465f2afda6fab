"""The form in Prefect's page, filled and submitted by script in Chromium; pictures of what it shows."""

import time
from pathlib import Path

from tests.bench.operate.scenes import Figures
from tests.bench.operate.station import Station, until
from tests.fixtures.browser import Page, browser

SCRIPT = """
  const clickable = (text, within = document.body) => [...within.querySelectorAll('*')]
    .filter(one => one.innerText?.trim() === text).pop();
  const field = title => {
    let at = [...document.querySelectorAll('label, .p-label__label, span, div')]
      .filter(one => one.innerText?.trim() === title).pop();
    while (at && !at.querySelector('input, textarea, button.p-select-button, .p-button-group, [role=radiogroup]'))
      at = at.parentElement;
    return at;
  };
"""


FILLED = "field('version (Optional)').querySelector('textarea, input[type=text]')"


def within(expression: str) -> str:
    """Return a script that is ``expression`` with what finds fields and buttons."""
    return "(() => {" + SCRIPT + f"return {expression}}})()"


def submitted(station: Station, pictures: Path) -> Figures:
    """Name a release in the form, submit it, wait for the run, and look at its page."""
    page_url = station.place.page
    found = station.client.read_deployment_by_name("build-dataset/build-dataset")
    pictures.mkdir(parents=True, exist_ok=True)
    before = {run.id for run in station.client.read_flow_runs(limit=200)}
    with browser(pictures) as page:
        page.look(1400, 1000)
        page.open(f"{page_url}/deployments")
        page.wait("document.body.innerText.includes('nightly')")
        shoot(page, pictures / "1-deployments.png")
        page.open(f"{page_url}/deployments/deployment/{found.id}/run")
        page.wait("document.body.innerText.includes('Approval')")
        page.run(within("clickable('str', field('version (Optional)')).click()"))
        page.wait(within(f"!!{FILLED}"))
        page.run(within(f"{FILLED}.focus()"))
        page.type("from-the-form")
        shoot(page, pictures / "2-form.png")
        page.look(1400, 4200)
        shoot(page, pictures / "3-form-whole.png")
        page.look(1400, 1000)
        page.run(within("clickable('Submit').click()"))
        start = time.monotonic()
        until(lambda: any(r.id not in before for r in station.client.read_flow_runs(limit=200)))
        run = next(r for r in station.client.read_flow_runs(limit=200) if r.id not in before)
        assert run.parameters["version"] == "from-the-form", run.parameters
        page.open(f"{page_url}/runs/flow-run/{run.id}")
        station.until(run.id, "Running")
        time.sleep(15)
        shoot(page, pictures / "4-running.png")
        station.until(run.id, "Completed")
        done = time.monotonic() - start
        page.open(f"{page_url}/runs/flow-run/{run.id}")
        page.wait("document.body.innerText.includes('Completed')")
        shoot(page, pictures / "5-run.png", 6)
        page.wait(within("!!clickable('Artifacts')"))
        page.run(within("clickable('Artifacts').click()"))
        page.wait("document.body.innerText.includes('sample-4')")
        page.look(1400, 1900)
        shoot(page, pictures / "6-artifacts.png", 3)
        shown = artifacts(station, page, pictures, run.id)
    return {"completed_s": round(done, 1), "artifacts": shown}


def artifacts(station: Station, page: Page, pictures: Path, run: object) -> int:
    """Take a picture of each artifact's page; return how many there are."""
    found = station.client.read_artifacts(limit=200)
    mine = {one.key: one.id for one in found if one.flow_run_id == run}
    for key, artifact in sorted(mine.items()):
        page.look(1200, 900 if key.startswith("sample") else 1500)
        page.open(f"{station.place.page}/artifacts/artifact/{artifact}")
        page.wait(f"document.body.innerText.includes('{key}')")
        shoot(page, pictures / f"artifact-{key}.png", 2)
    return len(mine)


def shoot(page: Page, file: Path, settle: float = 2.0) -> None:
    """Write a picture once transitions are over."""
    time.sleep(settle)
    file.write_bytes(page.picture())
