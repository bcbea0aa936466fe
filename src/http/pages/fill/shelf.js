// Attached files kept in this browser between visits, by the key of their draft.

const NAME = "chengwen-files";
const DAYS = 7;

function opened() {
  return new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("files");
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

async function within(mode, work) {
  const base = await opened();
  try {
    return await new Promise((done, fail) => {
      const step = base.transaction("files", mode);
      const request = work(step.objectStore("files"));
      step.oncomplete = () => done(request?.result);
      step.onerror = step.onabort = () => fail(step.error);
    });
  } finally {
    base.close();
  }
}

/** Keeps a file under an id; false if the browser would not. */
export async function keep(id, name, blob) {
  try {
    await within("readwrite", (files) => files.put({ name, blob, saved: Date.now() }, id));
    return true;
  } catch {
    return false;
  }
}

/** The file of an id; undefined if it is there no more. */
export async function fetchKept(id) {
  try {
    return await within("readonly", (files) => files.get(id));
  } catch {
    return undefined;
  }
}

export async function forget(id) {
  await within("readwrite", (files) => files.delete(id)).catch(() => {});
}

/** Removes what is older than it may become. */
export async function sweep() {
  const oldest = Date.now() - DAYS * 24 * 60 * 60 * 1000;
  await within("readwrite", (files) => {
    files.openCursor().onsuccess = ({ target }) => {
      const cursor = target.result;
      if (!cursor) return;
      if (cursor.value.saved < oldest) cursor.delete();
      cursor.continue();
    };
  }).catch(() => {});
}
