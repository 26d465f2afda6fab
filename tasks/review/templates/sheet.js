const byId = (id) => document.getElementById(id);
const sheet = JSON.parse(byId("sheet").textContent);
const answers = new Answers(sheet);
const LONGEST_LOOK = 600;  // seconds of one look that count; more is a break
const NAMES = { right: "right", wrong: "wrong", unsure: "cannot tell" };
const MOST_ZOOM = 3;
let since = null;

const ids = sheet.samples.map(({ id }) => id);
const current = () => ids[answers.at];
const buttons = [...document.querySelectorAll("[data-answer]")];
const radios = [...document.querySelectorAll("[name=kind]")];
const ticks = ids.map((id, place) => {
  const tick = document.createElement("i");
  tick.addEventListener("click", () => show(place));
  byId("ticks").append(tick);
  return tick;
});

function show(place) {
  settle();
  answers.at = Math.min(ids.length - 1, Math.max(0, place));
  answers.save();
  const plate = byId(`sample-${current()}`).content.cloneNode(true).firstElementChild;
  plate.querySelector("img").src = document.querySelector(`[data-picture="${plate.dataset.tile}"]`).textContent;
  byId("stage").replaceChildren(plate);
  lightUp(plate);
  plate.querySelector(".frame").addEventListener("dblclick", zoom);
  plate.querySelector("[data-do=zoom]").addEventListener("click", () => zoom());
  plate.querySelector("[data-do=outlines]").addEventListener("click", outlines);
  window.scrollTo(0, 0);
  since = document.hidden ? null : performance.now();
  render();
  const entry = answers.of(current());
  say(`Sample ${answers.at + 1} of ${ids.length}, ${entry.answer ? NAMES[entry.answer] : "not answered"}.`);
}

function render() {
  const entry = answers.of(current());
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.answer === entry.answer));
  byId("kinds").hidden = entry.answer !== "wrong";
  for (const radio of radios) radio.checked = radio.value === entry.kind;
  byId("comment").value = entry.comment;
  byId("count").textContent = counted();
  byId("undo").disabled = !answers.history.length;
  byId("previous").disabled = answers.at === 0;
  byId("download").disabled = !answers.answered;
  ticks.forEach((tick, place) => {
    tick.className = answers.entries[ids[place]]?.answer ?? "";
    tick.classList.toggle("here", place === answers.at);
  });
  byId("alarm").hidden = answers.kept;
  byId("alarm").textContent = answers.kept ? "" : "This browser keeps nothing: download your answers before you close the page.";
}

function counted() {
  const done = answers.answered;
  const place = `${answers.at + 1} of ${ids.length}`;
  const looks = Object.values(answers.entries).filter((entry) => entry.answer).map((entry) => entry.seconds).sort((a, b) => a - b);
  if (looks.length < 5 || done === ids.length) return `${place} · ${done} answered`;
  const minutes = Math.ceil(looks[Math.floor(looks.length / 2)] * (ids.length - done) / 60);
  return `${place} · ${done} answered · about ${minutes} min left`;
}

function say(text) { byId("said").textContent = text; }

function settle() {
  if (since === null) return;
  answers.of(current()).seconds += Math.min(LONGEST_LOOK, (performance.now() - since) / 1000);
  since = document.hidden ? null : performance.now();
}

function pause() { settle(); since = null; }

function answer(said) {
  const again = answers.of(current()).answer === said;
  settle();
  answers.answer(current(), said);
  if (said !== "wrong" || again) { onward(); return; }
  render();
  say("Wrong. W says what is wrong, C comments, J goes on.");
}

function what() { if (!byId("kinds").hidden) (radios.find((radio) => radio.checked) ?? radios[0]).focus(); }

function onward() {
  if (answers.answered === ids.length) { render(); finished(); return; }
  show(answers.at + 1 < ids.length ? answers.at + 1 : ids.findIndex((id) => !answers.entries[id]?.answer));
}

function nextOpen() {
  const order = [...ids.keys()].map((step) => (answers.at + 1 + step) % ids.length);
  const open = order.find((place) => !answers.entries[ids[place]]?.answer);
  if (open === undefined) finished(); else show(open);
}

function undo() {
  const id = answers.undo();
  if (id) { show(ids.indexOf(id)); say(`Undone. Sample ${answers.at + 1} of ${ids.length}.`); }
}

function finished() {
  pause();
  byId("sum").textContent = `${answers.count("right")} right, ${answers.count("wrong")} wrong, ${answers.count("unsure")} cannot tell.`;
  byId("done").showModal();
}

function download() {
  if (!answers.answered) return;
  settle();
  answers.save();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([answers.lines().join("\n") + "\n"], { type: "application/x-ndjson" }));
  const who = answers.reviewer.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  link.download = `review-${sheet.version}-${who || "reviewer"}.jsonl`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`${answers.answered} answers downloaded.`);
}

function zoom(event) {
  const frame = byId("stage").querySelector(".frame");
  const zoomed = frame.classList.toggle("zoomed");
  frame.style.setProperty("--zoom", zoomed ? MOST_ZOOM : 1);
  if (!zoomed) { frame.removeAttribute("tabindex"); return; }
  frame.tabIndex = 0;
  const box = frame.getBoundingClientRect();
  const [x, y] = event?.clientX ? [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height] : middle(frame);
  frame.scrollTo(x * frame.scrollWidth - box.width / 2, y * frame.scrollHeight - box.height / 2);
  frame.focus({ preventScroll: true });
}

function middle(frame) {
  const shapes = ["lit", "written", "meant"].map((mark) => [...frame.querySelectorAll(`polygon.${mark}`)]).find((found) => found.length) ?? [];
  const points = shapes.flatMap((shape) => [...shape.points]);
  const { width, height } = frame.querySelector("svg").viewBox.baseVal;
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return points.length ? [mean(points.map(({ x }) => x)) / width, mean(points.map(({ y }) => y)) / height] : [0.5, 0.5];
}

function outlines() { document.body.classList.toggle("bare"); }

function about() {
  pause();
  byId("reviewer").value = answers.reviewer;
  byId("start").textContent = answers.answered ? "Go on" : "Start";
  byId("anew").hidden = !answers.answered;
  byId("about").showModal();
  if (!answers.reviewer) byId("reviewer").focus();
}

const KEYS = {
  1: () => answer("right"), 2: () => answer("wrong"), 3: () => answer("unsure"),
  j: () => show(answers.at + 1), k: () => show(answers.at - 1),
  ArrowRight: () => show(answers.at + 1), ArrowLeft: () => show(answers.at - 1),
  Home: () => show(0), End: () => show(ids.length - 1),
  n: nextOpen, u: undo, w: what, z: () => zoom(), b: outlines, d: download, "?": about,
  c: () => byId("comment").focus(), Enter: onward,
};

function typed(event, target) {
  if (event.key === "Enter") { event.preventDefault(); target.blur(); onward(); }
  if (event.key === "Escape") target.blur();
}

function chosen(event, target) {
  if (event.key === "Escape") { target.blur(); return true; }
  if (event.key.startsWith("Arrow") || event.key === " ") return true;
  if (!/^[a-z]$/i.test(event.key)) return false;
  const fitting = radios.filter((radio) => radio.value.startsWith(event.key.toLowerCase()));
  const next = fitting[(fitting.indexOf(radios.find((radio) => radio.checked)) + 1) % fitting.length];
  next?.focus();
  next?.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || !answers.reviewer || document.querySelector("dialog[open]")) return;
  if (target.id === "comment") { typed(event, target); return; }
  if (target.name === "kind" && chosen(event, target)) return;
  if (event.key === "Enter" && target.closest("button, .ref")) return;
  if (target.closest(".zoomed") && event.key.startsWith("Arrow")) return;
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || event.repeat && "123u".includes(event.key)) return;
  event.preventDefault();
  act();
});

for (const button of buttons) button.addEventListener("click", () => answer(button.dataset.answer));
for (const radio of radios) radio.addEventListener("change", () => { answers.of(current()).kind = radio.value; answers.save(); });
byId("comment").addEventListener("input", (event) => { answers.of(current()).comment = event.target.value; answers.save(); });
byId("previous").addEventListener("click", () => show(answers.at - 1));
byId("next").addEventListener("click", () => show(answers.at + 1));
byId("undo").addEventListener("click", undo);
byId("download").addEventListener("click", download);
byId("hand-in").addEventListener("click", download);
byId("help").addEventListener("click", about);
for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", () => { since = performance.now(); });
byId("about").addEventListener("close", () => { if (!answers.reviewer) about(); });
byId("about").addEventListener("submit", () => {
  answers.reviewer = byId("reviewer").value.trim();
  answers.save();
  show(answers.at);
});
byId("anew").addEventListener("click", () => {
  if (!confirm(`Forget all ${answers.answered} answers in this browser?`)) return;
  answers.clear();
  answers.save();
  show(0);
  about();
});
document.addEventListener("visibilitychange", () => {
  settle();
  since = document.hidden ? null : performance.now();
  answers.save();
});
addEventListener("pagehide", () => { settle(); answers.save(); });

show(answers.at);
about();
