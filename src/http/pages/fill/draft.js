// Drafts in this browser: kept for a week under the address of the page and the name of who is signed in,
// and cleared when asked; office computers are shared.

const PREFIX = "chengwen-draft:";
const DAYS = 7;

/** The draft of one page. */
export class Draft {
  constructor(owner) {
    this.key = `${PREFIX}${owner}:${location.pathname}`;
    sweep();
  }

  /** The draft that is there: { record, more, saved }; null if there is none. */
  found() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  /** Keeps a record; false if the browser would not. */
  keep(record, more) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ record, more, saved: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }

  clear() {
    localStorage.removeItem(this.key);
  }

  /** Calls when another window writes the same draft. */
  whenOthersWrite(tell) {
    addEventListener("storage", (event) => event.key === this.key && event.newValue && tell());
  }
}

/** A day and a time as people say them. */
export function spoken(time) {
  const day = new Date(time);
  const two = (number) => String(number).padStart(2, "0");
  return `${day.getMonth() + 1}月${day.getDate()}日 ${two(day.getHours())}:${two(day.getMinutes())}`;
}

/** A record handed on from another page of this window, once. */
export function handed() {
  const key = `chengwen-handed:${location.pathname}`;
  try {
    const given = JSON.parse(sessionStorage.getItem(key));
    sessionStorage.removeItem(key);
    return given;
  } catch {
    return null;
  }
}

/** Hands a record on to the page at an address, and goes there; false if the browser would not take it. */
export function handOn(address, record) {
  try {
    sessionStorage.setItem(`chengwen-handed:${address}`, JSON.stringify(record));
  } catch {
    return false;
  }
  location.assign(address);
  return true;
}

/** Removes what is older than it may become. */
function sweep() {
  const oldest = Date.now() - DAYS * 24 * 60 * 60 * 1000;
  for (const key of Object.keys(localStorage).filter((it) => it.startsWith(PREFIX))) {
    try {
      if (JSON.parse(localStorage.getItem(key)).saved >= oldest) continue;
    } catch {
      // What cannot be read is of no use to anyone.
    }
    localStorage.removeItem(key);
  }
}
