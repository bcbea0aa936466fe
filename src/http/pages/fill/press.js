// Nothing moves while something is being pressed: what is drawn anew under a pointer would take the press from
// what it was meant for.

let held = false;
const waiting = new Set();

/** Does something as soon as nothing is pressed; the same thing once. */
export function settled(act) {
  if (held) waiting.add(act);
  else act();
}

function release() {
  held = false;
  const acts = [...waiting];
  waiting.clear();
  for (const act of acts) act();
}

// A finger's press comes as one of a mouse once more, after it was lifted.
for (const begin of ["pointerdown", "mousedown"]) addEventListener(begin, () => (held = true), true);
// What a click does finds everything drawn; where no click follows, it is done right after.
addEventListener("click", release, true);
for (const end of ["pointerup", "pointercancel", "mouseup", "dragend"]) addEventListener(end, () => setTimeout(release), true);
