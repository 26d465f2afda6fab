for (const plate of document.querySelectorAll(".plate")) {
  lightUp(plate);
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
