// Who is logged in. What they may do is asked of the server each time; here is only what to show.
import type { SessionNow } from './api/types';
import { Value } from './value';

/** `undefined` while it is not known yet; `null` for nobody. */
export const session = new Value<SessionNow | null | undefined>(undefined);
/** Whose session has ended while the page was open: the page stays as it is until they log in again. */
export const lapsed = new Value<SessionNow | null>(null);
/** How often somebody has logged in again on a page that had stayed. */
export const renewed = new Value(0);
/** Whether surveys are seen and scanned without a login; `undefined` while it is not known. */
export const open = new Value<boolean | undefined>(undefined);

export function enter(now: SessionNow): void {
  session.set(now);
  if (!lapsed.get()) return;
  lapsed.set(null);
  renewed.set(renewed.get() + 1);
}

export function leave(): void {
  lapsed.set(null);
  session.set(null);
}

/** The server knows nobody here. */
export function lapse(): void {
  const who = session.get();
  if (who) return lapsed.set(who);
  open.set(false);
  session.set(null);
}

/** Whether they may scan: nobody where that takes no login. */
export function mayScan(who: SessionNow | null): boolean {
  return who === null ? open.get() === true : who.roles.includes('analyst') || who.roles.includes('supervisor');
}
