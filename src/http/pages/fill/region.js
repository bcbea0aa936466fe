// Two lists for a region: the city, then the county; a zone is written by its own name.

import { brought, make } from "/assets/ask.js";

/** Fills the lists of every region that a form asks for. */
export function drawRegions(root) {
  const cities = brought("regions");
  for (const box of root.querySelectorAll(".region")) {
    const city = box.querySelector(".city");
    const county = box.querySelector(".county");
    for (const one of cities) city.append(make("option", { value: one.name }, one.name));
    const offer = (name) => {
      const known = cities.find((it) => it.name === name);
      const first = make("option", { value: "" }, known ? "请选县（市、区）" : "请先选市");
      const counties = (known?.counties ?? []).map((it) => make("option", { value: it.full }, it.name));
      county.replaceChildren(first, ...counties);
    };
    city.addEventListener("change", () => {
      offer(city.value);
      county.dispatchEvent(new Event("input", { bubbles: true }));
    });
    county.setRegion = (text) => {
      const known = cities.find((it) => it.counties.some((own) => own.full === text));
      city.value = known?.name ?? "";
      offer(city.value);
      // What is in no list is kept as it was written: the check tells how it should be.
      if (text && !known) county.append(make("option", { value: text }, `${text}（不在名单中）`));
      county.value = text;
    };
  }
}
