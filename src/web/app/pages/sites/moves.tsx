// What whoever is logged in can do with the site now. The server says which moves there are, and judges each; this page
// only asks for what a move needs.
import { useState } from 'preact/hooks';
import { assign, move, upload } from '../../api/endpoints';
import type { MoveName, MoveOffer, SessionNow, SitePage } from '../../api/types';
import { Dialog } from '../../parts/dialog';
import { Failure } from '../../parts/failure';
import { ChoiceField, Field, TextField, typed } from '../../parts/field';
import { tell } from '../../parts/notice';
import { say } from '../../words/language';
import { MOVES, label } from '../../words/coded';
import { body, roleOf } from './move_body';
import { BeforeAfter } from './evidence';
import { FieldsOf, WITH_FILES } from './move_fields';

const FORCED: ReadonlySet<MoveName> = new Set(['visit', 'eradicate', 'accept']);
/** Words can be added by anybody of the office, whatever state a site is in. */
const NOTE: MoveOffer = { move: 'note', label: { en: '', zh: '' }, needs: [] };

export function Moves({ found, who, again }: { found: SitePage; who: SessionNow; again: () => void }) {
  const [open, setOpen] = useState<MoveOffer | null>(null);
  const offered = who.roles.length > 0 ? [...found.moves, NOTE] : found.moves;
  return (
    <section class="card moves">
      <h2>{say('moves')}</h2>
      {offered.length === 0 ? <p class="soft">{say('no_moves')}</p> : (
        <p class="row">
          {offered.map((offer, index) => (
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
    record(who, found, offer.move, values, files).then((waits) => {
      tell(say(waits ? 'move_waits' : 'move_done'));
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
        {offer.move === 'accept' && <BeforeAfter found={found} />}
        <FieldsOf registry={who.registry} move={offer.move} found={found} />
        {WITH_FILES[offer.move] && <FilesField roles={WITH_FILES[offer.move] ?? []} files={files} choose={setFiles} />}
        {FORCED.has(offer.move) && <details><summary>{say('field_force')}</summary><TextField name="force" label={say('field_reason')} help={say('field_force_help')} /></details>}
        {offer.move !== 'assign' && <TextField name="when" label={say('happened')} help={say('happened_help')} type="datetime-local" />}
        {error && <Failure error={error} />}
        <p class="row end"><button type="button" onClick={close}>{say('cancel')}</button><button type="submit" class="primary" disabled={busy}>{say('save')}</button></p>
      </form>
    </Dialog>
  );
}

/** Records it; answers whether it is the word of one of two. */
async function record(who: SessionNow, found: SitePage, name: MoveName, values: Readonly<Record<string, string>>, files: readonly File[]): Promise<boolean> {
  if (name === 'assign') {
    await assign(who.registry, [found.id], values['crew'] ?? '', values['due'] ?? null, values['new_crew'] === 'true');
    return false;
  }
  const uploads: string[] = [];
  for (const file of files) uploads.push((await upload(file)).upload);
  return (await move(who.registry, found.id, body(name, values, uploads))).awaits_second;
}

function FilesField({ roles, files, choose }: { roles: readonly (readonly [string, string])[]; files: readonly File[]; choose: (files: readonly File[]) => void }) {
  return (
    <>
      <Field label={say('field_files')}>
        {(id) => <input id={id} type="file" multiple accept="image/*,application/pdf" onChange={(event) => choose([...(event.currentTarget.files ?? [])])} />}
      </Field>
      {files.length > 0 && roles.length > 1 && (
        <fieldset>
          <legend>{say('field_file_role')}</legend>
          {files.map((file, at) => <ChoiceField key={`${at} ${file.name}`} name={roleOf(at)} label={file.name} options={likely(file, roles)} />)}
        </fieldset>
      )}
    </>
  );
}

/** What a file can show, a paper first where it is one. */
function likely(file: File, roles: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  if (file.type !== 'application/pdf') return roles;
  const isPaper = ([code]: readonly [string, string]): boolean => code === 'document';
  return [...roles.filter(isPaper), ...roles.filter((role) => !isPaper(role))];
}
