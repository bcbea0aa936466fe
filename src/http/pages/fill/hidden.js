// Answers that are not asked now, and so stand in no record: a draft keeps them all the same.

const FIELDS = "input:not([type=file]), textarea, select";

/** Every control outside lists, by its id or its name and value, with what stands in it. */
export function controlsOf(root) {
  const kept = {};
  for (const field of root.querySelectorAll(FIELDS)) {
    const key = keyOf(field);
    if (!key) continue;
    if (isTicked(field)) {
      if (field.checked) kept[key] = true;
    } else if (field.value !== "") {
      kept[key] = field.value;
    }
  }
  return kept;
}

/** Puts back what a record has left empty because it was not asked. */
export function putBack(root, kept) {
  for (const field of root.querySelectorAll(FIELDS)) {
    const key = keyOf(field);
    const value = key && kept[key];
    if (value === undefined || !field.closest("[hidden]")) continue;
    if (isTicked(field)) field.checked = value === true;
    else if (field.setRegion) field.setRegion(value);
    else if (field.value === "") field.value = value;
  }
}

function isTicked(field) {
  return field.type === "checkbox" || field.type === "radio";
}

function keyOf(field) {
  if (field.closest("[data-apart], .grid, .texts")) return null;
  if (field.classList.contains("without")) return null;
  return isTicked(field) ? `${field.name}=${field.value}` : field.id;
}
