// Whether somebody is at the page. What it asks by itself, since something has changed on the server, keeps nobody logged in who has gone;
// who is there stays logged in, though all they do is move a map or write a long note.

/** How long nobody touches a page until it is by itself. */
const GONE = 60_000;
/** How often the server is told that somebody is there. */
const TOLD = 5 * 60_000;

let last = Date.now();
let told = Date.now();
let place = '';
let tell: (() => void) | null = null;

function touched(event: Event): void {
  // A browser moves a mouse that lies still where the page under it changes.
  if (event instanceof MouseEvent && event.type === 'mousemove') {
    const now = `${event.screenX} ${event.screenY}`;
    if (now === place) return;
    place = now;
  }
  last = Date.now();
  if (last - told < TOLD) return;
  told = last;
  tell?.();
}

for (const kind of ['mousedown', 'mousemove', 'keydown', 'wheel', 'touchstart', 'touchmove', 'input']) addEventListener(kind, touched, { capture: true, passive: true });

export const isAttended = (): boolean => Date.now() - last < GONE;

/** Calls this now and then as long as somebody is there. */
export function whileAttended(call: () => void): void {
  tell = call;
}
