"use strict";
for (const plate of document.querySelectorAll(".plate")) {
  const shapes = [...plate.querySelectorAll("polygon")];
  const phrases = [...plate.querySelectorAll("[data-refs]")];
  const label = plate.querySelector(".lit-label");
  let pinned = null;
  const refsOf = (element) => element.dataset.ref ? [element.dataset.ref] : element.dataset.refs.split(" ");
  const say = (lit) => {
    const counts = new Map();
    for (const shape of lit) counts.set(shape.dataset.category, (counts.get(shape.dataset.category) ?? 0) + 1);
    return [...counts].map(([name, count]) => count > 1 ? `${count} × ${name}` : name).join(", ");
  };
  const light = (element) => {
    const refs = new Set(element ? refsOf(element) : []);
    const lit = shapes.filter((shape) => refs.has(shape.dataset.ref));
    for (const shape of shapes) shape.classList.toggle("lit", refs.has(shape.dataset.ref));
    for (const phrase of phrases) {
      const meant = element && (phrase === element || (element.dataset.ref && refsOf(phrase).includes(element.dataset.ref)));
      phrase.classList.toggle("lit", Boolean(meant));
    }
    plate.classList.toggle("lighting", lit.length > 0);
    label.textContent = say(lit);
  };
  for (const element of [...shapes, ...phrases]) {
    element.addEventListener("pointerenter", () => light(element));
    element.addEventListener("pointerleave", () => light(pinned));
    element.addEventListener("focus", () => light(element));
    element.addEventListener("blur", () => light(pinned));
    element.addEventListener("click", (event) => {
      pinned = pinned === element ? null : element;
      light(pinned);
      event.stopPropagation();
    });
  }
  plate.addEventListener("click", () => { pinned = null; light(null); });
  plate.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { pinned = null; light(null); }
    if (event.key === "Enter" && event.target.matches(".ref")) event.target.click();
  });
  tabs(plate);
}

function tabs(plate) {
  const panels = [...plate.querySelectorAll(".panel")];
  if (panels.length < 2) return;
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", "Kind of text");
  const show = (chosen) => panels.forEach((panel, place) => {
    panel.hidden = panel !== chosen;
    list.children[place].setAttribute("aria-pressed", String(panel === chosen));
  });
  for (const panel of panels) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = panel.dataset.tab;
    button.addEventListener("click", () => show(panel));
    list.append(button);
  }
  plate.querySelector(".texts").prepend(list);
  plate.classList.add("tabbed");
  show(panels[0]);
}

const plates = [...document.querySelectorAll(".plate")];
const strip = document.querySelector(".strip");
if (plates.length > 1) {
  const show = (chosen) => {
    plates.forEach((plate, place) => {
      plate.hidden = chosen !== null && place !== chosen;
      strip.children[place].setAttribute("aria-pressed", String(place === chosen));
    });
    strip.lastChild.setAttribute("aria-pressed", String(chosen === null));
  };
  plates.forEach((plate, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `Show ${plate.dataset.name}`);
    const picture = document.createElement("img");
    picture.src = plate.querySelector("img").src;
    picture.alt = "";
    button.append(picture);
    button.addEventListener("click", () => show(place));
    strip.append(button);
  });
  const all = document.createElement("button");
  all.type = "button";
  all.className = "all";
  all.textContent = "All";
  all.addEventListener("click", () => show(null));
  strip.append(all);
  strip.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = strip.children[[...strip.children].indexOf(document.activeElement) + step];
    if (next) { next.focus(); next.click(); event.preventDefault(); }
  });
  strip.hidden = false;
  const wanted = plates.findIndex((plate) => `#${plate.id}` === location.hash);
  show(Math.max(0, wanted));
}
