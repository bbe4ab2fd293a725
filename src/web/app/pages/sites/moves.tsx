// What whoever is logged in can do with the site now. The server says which moves there are, and judges each; this page
// only asks for what a move needs.
import { useState } from 'preact/hooks';
import { move, upload } from '../../api/endpoints';
import type { MoveOffer, SessionNow, SitePage } from '../../api/types';
import { Dialog } from '../../parts/dialog';
import { Failure } from '../../parts/failure';
import { Field, TextField, typed } from '../../parts/field';
import { tell } from '../../parts/notice';
import { say } from '../../words/language';
import { MOVES, label } from '../../words/coded';
import { body } from './move_body';
import { FieldsOf, WITH_FILES } from './move_fields';

export function Moves({ found, who, again }: { found: SitePage; who: SessionNow; again: () => void }) {
  const [open, setOpen] = useState<MoveOffer | null>(null);
  return (
    <section class="card moves">
      <h2>{say('moves')}</h2>
      {found.moves.length === 0 ? <p class="soft">{say('no_moves')}</p> : (
        <p class="row">
          {found.moves.map((offer, index) => (
            <button key={offer.move} type="button" class={index === 0 ? 'primary' : ''} onClick={() => setOpen(offer)}>{label(MOVES, offer.move)}</button>
          ))}
        </p>
      )}
      {open && <MoveDialog offer={open} found={found} who={who} close={() => setOpen(null)} done={again} />}
    </section>
  );
}

interface MoveOf {
  offer: MoveOffer;
  found: SitePage;
  who: SessionNow;
  close: () => void;
  done: () => void;
}

function MoveDialog({ offer, found, who, close, done }: MoveOf) {
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const [files, setFiles] = useState<readonly File[]>([]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const values = typed(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setError(null);
    record(who, found, offer, values, files).then(() => {
      tell(say('move_done'));
      close();
      done();
    }, (failure: Error) => {
      setError(failure);
      setBusy(false);
    });
  };
  return (
    <Dialog title={`${label(MOVES, offer.move)} · ${found.id}`} close={close}>
      <form onSubmit={submit}>
        <FieldsOf move={offer.move} found={found} />
        {WITH_FILES[offer.move] && <FilesField roles={WITH_FILES[offer.move] ?? []} choose={setFiles} />}
        <TextField name="when" label={say('happened')} help={say('happened_help')} type="datetime-local" />
        {error && <Failure error={error} />}
        <p class="row end"><button type="button" onClick={close}>{say('cancel')}</button><button type="submit" class="primary" disabled={busy}>{say('save')}</button></p>
      </form>
    </Dialog>
  );
}

async function record(who: SessionNow, found: SitePage, offer: MoveOffer, values: Record<string, string>, files: readonly File[]): Promise<void> {
  for (const file of files) await upload(file);
  await move(who.registry, found.id, body(offer.move, values, files.map((file) => file.name), who.name));
}

function FilesField({ roles, choose }: { roles: readonly (readonly [string, string])[]; choose: (files: readonly File[]) => void }) {
  return (
    <>
      <Field label={say('field_files')}>
        {(id) => <input id={id} type="file" multiple accept="image/*,application/pdf" onChange={(event) => choose([...(event.currentTarget.files ?? [])])} />}
      </Field>
      {roles.length > 1 && (
        <Field label={say('field_file_role')}>
          {(id) => <select id={id} name="role">{roles.map(([code, text]) => <option key={code} value={code}>{text}</option>)}</select>}
        </Field>
      )}
    </>
  );
}
