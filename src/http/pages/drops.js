// A place where files are chosen or dropped.

/** Calls with the files that are chosen in a box's chooser or dropped on the box. */
export function drops(box, take) {
  const chooser = box.querySelector("input[type=file]");
  chooser.addEventListener("change", () => {
    const files = [...chooser.files];
    // The same file may be chosen once more.
    chooser.value = "";
    if (files.length) take(files);
  });
  box.addEventListener("dragover", (event) => {
    event.preventDefault();
    box.classList.add("over");
  });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("over");
    const files = [...event.dataTransfer.files];
    if (files.length) take(files);
  });
}

// A file that is dropped beside its place must not be opened instead of this page.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
