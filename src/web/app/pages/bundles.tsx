// What other offices send: dropped in, looked at, then applied. Nothing changes before somebody has seen what would.
import { useState } from 'preact/hooks';
import { applyBundle, previewBundle, reportAddress } from '../api/endpoints';
import type { BundleShown, BundleTaken, SessionNow } from '../api/types';
import { Drop } from '../parts/drop';
import { Failure } from '../parts/failure';
import { Field } from '../parts/field';
import { tell } from '../parts/notice';
import { OpenLink } from '../parts/open_link';
import { bytes } from '../words/figures';
import { language, say, sentences } from '../words/language';
import { Taken, WouldChange } from './bundle_facts';
import { useNames } from './ledger/parts';

interface Dropped {
  readonly key: number;
  readonly file: File;
  readonly preview: BundleShown | null;
  readonly error: Error | null;
  readonly done: BundleTaken | null;
}

let keys = 0;

export function BundlesPage({ who }: { who: SessionNow }) {
  const [passphrase, setPassphrase] = useState('');
  const [dropped, setDropped] = useState<readonly Dropped[]>([]);
  const names = useNames(who.registry);
  const change = (key: number, by: Partial<Dropped>): void =>
    setDropped((before) => before.map((one) => (one.key === key ? { ...one, ...by } : one)));
  const take = (files: File[]): void => {
    for (const file of files) {
      const key = (keys += 1);
      setDropped((before) => [...before, { key, file, preview: null, error: null, done: null }]);
      previewBundle(who.registry, file, passphrase).then((preview) => change(key, { preview }), (error: Error) => change(key, { error }));
    }
  };
  const apply = (one: Dropped): void => {
    if (!one.preview) return;
    applyBundle(who.registry, one.preview.token, one.file.name, passphrase).then((done) => {
      change(one.key, { done, error: null });
      tell(say('bundle_applied', { name: one.file.name }));
    }, (error: Error) => change(one.key, { error }));
  };
  return (
    <>
      <section>
        <h1>{say('province')}</h1>
        <p>{sentences('bundle_help', 'bundle_order')}</p>
        <Field label={say('bundle_passphrase')} help={say('bundle_passphrase_help')}>
          {(id, help) => <input id={id} type="password" autocomplete="off" value={passphrase} aria-describedby={help} onInput={(event) => setPassphrase(event.currentTarget.value)} />}
        </Field>
        <Drop label={say('bundle_drop')} take={take} />
      </section>
      {dropped.map((one) => (
        <section key={one.key} class="card">
          <h2>{one.done ? say('bundle_applied', { name: one.file.name }) : one.preview ? say('bundle_would', { name: one.file.name }) : one.error ? one.file.name : say('bundle_reading', { name: one.file.name })}</h2>
          <p class="soft">{bytes(one.file.size)}</p>
          {one.error && <Failure error={one.error} />}
          {one.done ? <Taken of={one.done} name={one.file.name} /> : one.preview && <WouldChange of={one.preview.preview} names={names} />}
          {one.preview && !one.done && (
            <p class="row">
              <button type="button" class="primary" onClick={() => apply(one)}>{say('bundle_apply')}</button>
              <button type="button" onClick={() => setDropped((before) => before.filter((other) => other.key !== one.key))}>{say('bundle_leave')}</button>
            </p>
          )}
        </section>
      ))}
      <section>
        <h2>{say('reports')}</h2>
        <OpenLink class="button" href={reportAddress(who.registry, 'province', language.get())}>{say('report_province')}</OpenLink>
      </section>
    </>
  );
}
