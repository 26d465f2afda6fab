"use strict";
// Lights up the objects that a phrase means, and the phrases that mean an object.
function lightUp(plate) {
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
}
