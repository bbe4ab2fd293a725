// What went wrong, and what can be done about it.
import { Refused, Unreachable } from '../api/request';
import { say } from '../words/language';

export function explained(error: Error): { what: string; help: string | null } {
  if (error instanceof Refused) return { what: error.what(), help: error.remedy() };
  if (error instanceof Unreachable) return { what: say('unreachable'), help: say('unreachable_help') };
  return { what: say('failed'), help: error.message };
}

export function Failure({ error, again }: { error: Error; again?: () => void }) {
  const { what, help } = explained(error);
  return (
    <div class="failure" role="alert">
      <p><strong>{what}</strong></p>
      {help && <p>{help}</p>}
      {again && <button type="button" onClick={again}>{say('again')}</button>}
    </div>
  );
}
