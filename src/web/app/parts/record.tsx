// A dialog that records something: a form, what went wrong with it, and what was done.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { say } from '../words/language';
import { Dialog } from './dialog';
import { Failure } from './failure';
import { typed } from './field';
import { tell } from './notice';

interface RecordOf {
  title: string;
  /** Records what was typed; answers what is told of it. */
  save: (values: Readonly<Record<string, string>>, form: HTMLFormElement) => Promise<string | void>;
  close: () => void;
  done: () => void;
  children: ComponentChildren;
}

export function RecordDialog({ title, save, close, done, children }: RecordOf) {
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setError(null);
    save(typed(form), form).then((told) => {
      tell(told ?? say('move_done'));
      close();
      done();
    }, (failure: Error) => {
      setError(failure);
      setBusy(false);
    });
  };
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={submit}>
        {children}
        {error && <Failure error={error} />}
        <p class="row end"><button type="button" onClick={close}>{say('cancel')}</button><button type="submit" class="primary" disabled={busy}>{say('save')}</button></p>
      </form>
    </Dialog>
  );
}
