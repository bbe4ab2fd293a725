// Who is logged in. What they may do is asked of the server each time; here is only what to show.
import type { SessionNow } from './api/types';
import { Value } from './value';

/** `undefined` while it is not known yet; `null` for nobody. */
export const session = new Value<SessionNow | null | undefined>(undefined);

export function leave(): void {
  session.set(null);
}
