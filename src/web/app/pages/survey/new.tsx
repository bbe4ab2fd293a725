// A survey to be scanned: which imagery, and the options that matter, each with what is taken when nothing is said.
import { useState } from 'preact/hooks';
import { folders, startSurvey, upload } from '../../api/endpoints';
import type { FolderEntry, SessionNow } from '../../api/types';
import { useLoaded } from '../../loading';
import { Drop } from '../../parts/drop';
import { Failure } from '../../parts/failure';
import { Field, TextField, typed } from '../../parts/field';
import { go, link } from '../../router';
import { bytes, day } from '../../words/figures';
import { language, say } from '../../words/language';
import { keepOrder, type Order } from './order';

interface Sent {
  readonly file: File;
  readonly state: 'sending' | 'received' | Error;
}

export function NewSurveyPage({ who }: { who: SessionNow }) {
  const known = useLoaded(folders, []);
  const [chosen, setChosen] = useState<string | null>(null);
  const [sent, setSent] = useState<readonly Sent[]>([]);
  const change = (file: File, state: Sent['state']): void => setSent((before) => before.map((one) => (one.file === file ? { file, state } : one)));
  const take = (files: File[]): void => {
    setSent((before) => [...before, ...files.map((file): Sent => ({ file, state: 'sending' }))]);
    // Several files are one flight: they go into a folder of their own, which is then scanned as one.
    const folder = files.length > 1 ? `flight-${day(0)}-${Date.now() % 100_000}` : undefined;
    void (async () => {
      for (const file of files) {
        await upload(file, folder).then(({ path }) => {
          change(file, 'received');
          if (path) setChosen(folder ? path.slice(0, path.lastIndexOf('/')) : path);
        }, (error: Error) => change(file, error));
      }
      known.again();
    })();
  };
  return (
    <section class="narrow">
      <h1>{say('survey_new')}</h1>
      <Drop label={say('survey_drop')} take={take} />
      <ul class="sent" role="status">
        {sent.map((one) => (
          <li key={one.file.name}>
            {one.state instanceof Error ? <>{one.file.name}<Failure error={one.state} /></>
              : <>{say(one.state === 'sending' ? 'survey_uploading' : 'survey_uploaded', { name: one.file.name })} · {bytes(one.file.size)}</>}
          </li>
        ))}
      </ul>
      <OrderForm folders={known.data ?? []} chosen={chosen} who={who} />
    </section>
  );
}

function OrderForm({ folders: known, chosen, who }: { folders: readonly FolderEntry[]; chosen: string | null; who: SessionNow }) {
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const values = typed(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setError(null);
    const order = ordered(values);
    startSurvey(order).then(({ run }) => {
      keepOrder(run, order);
      go(link('runs', run));
    }, (failure: Error) => {
      setError(failure);
      setBusy(false);
    });
  };
  return (
    <form class="card" onSubmit={submit}>
      <Folder key={chosen} known={known} chosen={chosen} />
      <TextField name="name" label={say('option_survey')} required />
      <TextField name="within" label={say('option_within')} help={say('option_within_help')} placeholder="township.gpkg" />
      <div class="pair">
        <TextField name="captured" label={say('option_captured')} help={say('option_captured_help')} placeholder="2026-05-03" />
        <TextField name="unit" label={say('option_unit')} value={who.unit} />
      </div>
      <details>
        <summary>{say('more_options')}</summary>
        <TextField name="threshold" label={say('option_threshold')} help={say('option_threshold_help')} type="number" min={0} max={1} />
        <TextField name="site_radius_m" label={say('option_site_radius')} help={say('option_site_radius_help')} type="number" min={0} placeholder="3" />
        <Field label={say('option_allow_coarse')} help={say('option_allow_coarse_help')}>
          {(id, help) => <input id={id} name="allow_coarse" type="checkbox" value="true" aria-describedby={help} />}
        </Field>
      </details>
      {error && <Failure error={error} />}
      <button type="submit" class="primary wide" disabled={busy}>{say('survey_start')}</button>
    </form>
  );
}

function Folder({ known, chosen }: { known: readonly FolderEntry[]; chosen: string | null }) {
  if (known.length === 0) return <TextField name="path" label={say('survey_folder')} help={say('survey_folder_help')} required placeholder="flights/2026-05-03" />;
  return (
    <Field label={say('survey_folder')} help={say('survey_folder_help')}>
      {(id, help) => (
        <select id={id} name="path" required aria-describedby={help}>
          {known.map((one) => (
            <option key={one.path} value={one.path} selected={one.path === chosen}>{[one.path, one.folder ? say('images_n', { n: one.files }) : null, bytes(one.bytes)].filter(Boolean).join(' · ')}</option>
          ))}
        </select>
      )}
    </Field>
  );
}

function ordered(values: Readonly<Record<string, string>>): Order {
  const { path = '', name = '', within, threshold, site_radius_m, allow_coarse, captured, unit } = values;
  const options = {
    lang: language.get(), ...(captured ? { captured } : {}), ...(unit ? { unit } : {}), ...(allow_coarse ? { allow_coarse: true } : {}),
    ...(threshold ? { threshold: Number(threshold) } : {}), ...(site_radius_m ? { site_radius_m: Number(site_radius_m) } : {}),
  };
  return { inputs: [path], name, options, ...(within ? { boundary: within } : {}) };
}
