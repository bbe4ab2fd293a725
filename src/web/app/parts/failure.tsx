// What went wrong, and what can be done about it.
import { Refused, Unreachable } from '../api/request';
import type { Explained } from '../api/types';
import { lapsed, session } from '../session';
import { useValue } from '../value';
import { pick, say } from '../words/language';

export function explained(error: Error): { what: string; help: string | null } {
  if (error instanceof Refused) return { what: error.what(), help: error.remedy() };
  if (error instanceof Unreachable) return { what: say('unreachable'), help: say('unreachable_help') };
  return { what: say('failed'), help: error.message };
}

export function Failure({ error, again }: { error: Error; again?: () => void }) {
  const { what, help } = explained(error);
  const [who, gone] = [useValue(session), useValue(lapsed)];
  // Who has logged in again since need not read that they had not.
  if (error instanceof Refused && error.status === 401 && who && !gone) return null;
  return (
    <div class="failure" role="alert">
      <p><strong>{what}</strong></p>
      {help && <p>{help}</p>}
      {again && <button type="button" onClick={again}>{say('again')}</button>}
    </div>
  );
}

/** What the server says of something, with what can be done about it. */
export function Said({ of }: { of: Explained }) {
  return <><p>{pick(of.message)}</p>{of.remedy && <p class="soft">{pick(of.remedy)}</p>}</>;
}
