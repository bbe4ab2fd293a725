// A survey to be scanned: which imagery, within which boundary, and the options that matter, each with what is taken when nothing
// is said. What is scanned is what somebody chose or dropped, and nothing else.
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { folders, startSurvey, upload } from '../../api/endpoints';
import type { SessionNow } from '../../api/types';
import { useLoaded } from '../../loading';
import { Drop } from '../../parts/drop';
import { Failure } from '../../parts/failure';
import { Field, TextField, typed } from '../../parts/field';
import { tell } from '../../parts/notice';
import { go, link, route } from '../../router';
import { bytes } from '../../words/figures';
import { language, say } from '../../words/language';
import { BoundaryField, DRAWN, drawn } from './boundary';
import { given, send, sorted, type Sent } from './dropped';
import { ImageryField } from './imagery';
import { keepOrder, type Order } from './order';

export function NewSurveyPage({ who }: { who: SessionNow | null }) {
  const known = useLoaded(folders, []);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [boundary, setBoundary] = useState('');
  const [sent, setSent] = useState<readonly Sent[]>([]);
  const [arrived, setArrived] = useState(0);
  // What arrives is put together from what is known by then.
  const latest = useRef<readonly Sent[]>([]);
  const become = (next: readonly Sent[]): void => {
    latest.current = next;
    setSent(next);
  };
  const bring = (files: readonly Sent[], drop: number): void => {
    void send(files, (file, by) => become(latest.current.map((one) => (one.file === file ? { ...one, ...by } : one)))).then(() => {
      const { imagery, boundaries } = given(latest.current.filter((one) => one.drop === drop));
      setChosen((before) => [...new Set([...before, ...imagery])]);
      if (boundaries.length === 1) setBoundary(boundaries[0] ?? '');
      else if (boundaries.length > 1) tell(say('within_several', { n: boundaries.length }), 'bad');
      setArrived((before) => before + 1);
      known.again();
    });
  };
  const take = (files: File[]): void => {
    const drop = latest.current.length;
    const new_ones = sorted(files, drop);
    become([...latest.current, ...new_ones]);
    bring(new_ones, drop);
  };
  const on_the_way = sent.some((one) => one.state === 'waiting' || one.state === 'sending');
  return (
    <section class="narrow">
      <h1>{say('survey_new')}</h1>
      <Drop label={say('survey_drop')} folder={say('survey_drop_folder')} take={take} />
      <OnTheirWay sent={sent} again={(one) => bring([one], one.drop)} />
      <OrderForm who={who} chosen={chosen} boundary={boundary} busy={on_the_way}
        fields={(
          <>
            <ImageryField known={known} chosen={chosen} choose={setChosen} />
            <BoundaryField registry={who?.registry ?? null} imagery={chosen} chosen={boundary} choose={setBoundary} send={take} arrived={arrived} />
          </>
        )} />
    </section>
  );
}

/** Files that are named one by one at most; of more it is said how many there are. */
const MOST_NAMED = 8;

function OnTheirWay({ sent, again }: { sent: readonly Sent[]; again: (one: Sent) => void }) {
  if (sent.length === 0) return null;
  const there = sent.filter((one) => one.state === 'received');
  const failed = sent.filter((one) => one.state instanceof Error);
  const named = sent.length <= MOST_NAMED ? sent.filter((one) => !(one.state instanceof Error)) : sent.filter((one) => one.state === 'sending');
  const size = (all: readonly Sent[]): number => all.reduce((sum, one) => sum + one.file.size, 0);
  return (
    <>
      <ul class="sent" role="status">
        {sent.length > 1 && <li><b>{say('survey_sent_of', { n: there.length, all: sent.length })}</b> · {bytes(size(there))} / {bytes(size(sent))}</li>}
        {named.map((one, index) => <li key={index}>{say(one.state === 'received' ? 'survey_uploaded' : 'survey_uploading', { name: one.file.name })} · {bytes(one.file.size)}</li>)}
      </ul>
      {failed.map((one, index) => <div key={index}><b>{one.file.name}</b><Failure error={one.state as Error} again={() => again(one)} /></div>)}
    </>
  );
}

interface OrderFormOf {
  who: SessionNow | null;
  chosen: readonly string[];
  boundary: string;
  /** Whether files are still on their way. */
  busy: boolean;
  fields: ComponentChildren;
}

function OrderForm({ who, chosen, boundary, busy, fields }: OrderFormOf) {
  const [error, setError] = useState<Error | null>(null);
  const [lacks, setLacks] = useState<'survey_none_chosen' | 'within_too_few' | null>(null);
  const [begins, setBegins] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const values = typed(event.currentTarget as HTMLFormElement);
    const corners = boundary === DRAWN ? drawn(values['drawn'] ?? '', values['name'] ?? '') : null;
    const lack = chosen.length === 0 ? 'survey_none_chosen' : boundary === DRAWN && !corners ? 'within_too_few' : null;
    setLacks(lack);
    setError(null);
    if (lack) return;
    setBegins(true);
    begin(ordered(values, chosen), corners, boundary).then(({ run, order }) => {
      keepOrder(run, order);
      go(link('runs', run));
    }, (failure: Error) => {
      setError(failure);
      setBegins(false);
    });
  };
  return (
    <form class="card" onSubmit={submit}>
      {fields}
      <TextField name="name" label={say('option_survey')} required value={route.get().query.get('name') ?? ''} />
      <div class="pair">
        <TextField name="captured" label={say('option_captured')} help={say('option_captured_help')} placeholder="2026-05-03" />
        <TextField name="unit" label={say('option_unit')} value={who?.unit ?? ''} />
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
      {lacks && <p class="failure" role="alert">{say(lacks)}</p>}
      {busy && <p class="soft" role="status">{say('survey_wait')}</p>}
      <button type="submit" class="primary wide" disabled={begins || busy}>{say('survey_start')}</button>
    </form>
  );
}

/** Sends what was drawn, and begins. */
async function begin(order: Order, corners: File | null, boundary: string): Promise<{ run: string; order: Order }> {
  const within = corners ? (await upload(corners)).path : boundary;
  const whole = { ...order, ...(within ? { boundary: within } : {}) };
  return { run: (await startSurvey(whole)).run, order: whole };
}

function ordered(values: Readonly<Record<string, string>>, inputs: readonly string[]): Order {
  const { name = '', threshold, site_radius_m, allow_coarse, captured, unit } = values;
  const options = {
    lang: language.get(), ...(captured ? { captured } : {}), ...(unit ? { unit } : {}), ...(allow_coarse ? { allow_coarse: true } : {}),
    ...(threshold ? { threshold: Number(threshold) } : {}), ...(site_radius_m ? { site_radius_m: Number(site_radius_m) } : {}),
  };
  return { inputs, name, options };
}
