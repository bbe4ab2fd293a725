// Sends a crew to the selected sites.
import { useState } from 'preact/hooks';
import { assign } from '../../api/endpoints';
import { Dialog } from '../../parts/dialog';
import { Failure } from '../../parts/failure';
import { typed } from '../../parts/field';
import { tell } from '../../parts/notice';
import { day } from '../../words/figures';
import { say } from '../../words/language';
import { AssignFields, USUAL } from './move_fields';

interface AssignOf {
  registry: string;
  codes: readonly string[];
  /** Whether one of the sites has a day already. */
  dated: boolean;
  close: () => void;
  done: () => void;
}

export function AssignDialog({ registry, codes, dated, close, done }: AssignOf) {
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { crew = '', due, new_crew } = typed(event.currentTarget as HTMLFormElement);
    setBusy(true);
    assign(registry, codes, crew, due ?? null, new_crew === 'true').then(() => {
      tell(say('assigned_n', { n: codes.length, crew }));
      close();
      done();
    }, (failure: Error) => {
      setError(failure);
      setBusy(false);
    });
  };
  return (
    <Dialog title={say('assign_title', { n: codes.length })} close={close}>
      <form onSubmit={submit}>
        <p class="soft codes">{codes.slice(0, 12).join(' ')}{codes.length > 12 && ' …'}</p>
        <AssignFields registry={registry} due={dated ? '' : day(USUAL)} />
        {error && <Failure error={error} />}
        <p class="row end"><button type="button" onClick={close}>{say('cancel')}</button><button type="submit" class="primary" disabled={busy}>{say('assign_do')}</button></p>
      </form>
    </Dialog>
  );
}
