// Screening: a candidate before one's eyes, one key for the verdict, and the next one.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { library, queue, recordScan } from '../../api/endpoints';
import type { Queue, SessionNow, SurveyEntry } from '../../api/types';
import { useLoaded } from '../../loading';
import { isBefore } from '../../map/flights';
import { Failure } from '../../parts/failure';
import { Ready } from '../../parts/loaded';
import { link } from '../../router';
import { period } from '../../words/figures';
import { say, sentences } from '../../words/language';
import { Decoded } from './decoded';
import { onKey } from './hands';
import { Keys } from './keys';
import { ahead } from './list';
import { Pictures, type Looking } from './pictures';
import { ProgressLine } from './progress';
import { ContactSheet } from './sheet';
import { useDeciding, type Hands } from './use';
import { VerdictPanel } from './verdict';

const AHEAD = 20;

export function ScreeningPage({ who, survey }: { who: SessionNow; survey: string }) {
  if (!who.roles.includes('analyst')) return <p class="empty">{say('not_allowed')}</p>;
  return survey ? <OfSurvey who={who} survey={survey} /> : <WhichSurvey registry={who.registry} />;
}

function WhichSurvey({ registry }: { registry: string }) {
  const loaded = useLoaded(library, [registry]);
  return (
    <section>
      <h1>{say('screening')}</h1>
      <Ready loaded={loaded}>
        {({ surveys }) => {
          if (surveys.length === 0) return <p class="empty">{sentences('nothing_to_screen', 'nothing_to_screen_help')}</p>;
          return (
            <ul class="cards">
              {surveys.map((one) => (
                <li key={one.id}>
                  <a class="card" href={link('screening', one.id)}>
                    <h2>{one.title}</h2>
                    <p class="soft">{[period(one.date), say('candidates_n', { n: one.candidates })].filter(Boolean).join(' · ')}</p>
                  </a>
                </li>
              ))}
            </ul>
          );
        }}
      </Ready>
    </section>
  );
}

function OfSurvey({ who, survey }: { who: SessionNow; survey: string }) {
  // Once an audit is drawn the list comes in another order, and is laid anew.
  const [round, setRound] = useState(0);
  const loaded = useLoaded(async () => {
    const [found, all] = await Promise.all([queue(who.registry, survey), library()]);
    const entry = all.surveys.find((one) => one.id === survey) ?? null;
    return { round, found, entry, has_earlier: all.surveys.some((one) => isBefore(one.date, entry?.date ?? null)) };
  }, [who.registry, survey, round]);
  return (
    <Ready loaded={loaded}>
      {({ round: laid, found, entry, has_earlier }) => found.queue.length === 0
        ? <Unrecorded registry={who.registry} survey={survey} found={found} again={loaded.again} />
        : <Desk key={laid} drawn={() => setRound((before) => before + 1)} who={who} survey={survey} queue={found} entry={entry} has_earlier={has_earlier} />}
    </Ready>
  );
}

/** Candidates are screened as sites of the registry: a scan is recorded there first. */
function Unrecorded({ registry, survey, found, again }: { registry: string; survey: string; found: Queue; again: () => void }) {
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const record = (): void => {
    setBusy(true);
    recordScan(registry, survey).then(again, (failure: Error) => {
      setError(failure);
      setBusy(false);
    });
  };
  if (found.unrecorded === 0) return <p class="empty">{say('nothing_to_screen')}</p>;
  return (
    <div class="empty">
      <p>{say('unrecorded_n', { n: found.unrecorded })} {say('nothing_to_screen_help')}</p>
      {error && <Failure error={error} />}
      <button type="button" class="primary" disabled={busy} onClick={record}>{say('record_scan')}</button>
    </div>
  );
}

interface DeskOf {
  drawn: () => void;
  who: SessionNow;
  survey: string;
  queue: Queue;
  entry: SurveyEntry | null;
  has_earlier: boolean;
}

function Desk({ drawn, who, survey, queue: found, entry, has_earlier }: DeskOf) {
  const deciding = useDeciding(who.registry, survey, who.name, found);
  const { state } = deciding;
  const [looking, setLooking] = useState<Looking>({ outline: true, before: false, zoom: 0 });
  const [sheet, setSheet] = useState(false);
  const [keys, setKeys] = useState(false);
  const note = useRef<HTMLTextAreaElement>(null);
  const decoded = useMemo(() => new Decoded(), []);
  const item = state.items[state.current] ?? null;
  const written = (): string | null => {
    const text = note.current?.value.trim() || null;
    if (note.current) note.current.value = '';
    return text;
  };
  const hands: Hands = {
    keep: () => deciding.decide('keep', null, written()),
    unsure: () => deciding.decide('unsure', null, written()),
    discard: (reason) => deciding.decide('discard', reason, written()),
    undo: deciding.undo,
    step: deciding.step,
    outline: () => setLooking((before) => ({ ...before, outline: !before.outline })),
    zoom: () => setLooking((before) => ({ ...before, zoom: before.zoom + 1 })),
    before: () => setLooking((before) => ({ ...before, before: !before.before })),
    sheet: () => setSheet((before) => !before),
    note: () => note.current?.focus(),
    help: () => setKeys(true),
  };
  const now = useRef(hands);
  now.current = hands;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => { if (onKey(event, now.current, found.reasons)) event.preventDefault(); };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
  useEffect(() => {
    const next = ahead(state, AHEAD).map(({ pictures }) => [looking.outline ? pictures.outline : pictures.plain, pictures.wide]);
    const also = item ? [looking.outline ? item.pictures.plain : item.pictures.outline] : [];
    decoded.ahead([...(next[0] ?? []), ...also, ...next.slice(1).flat()].filter((address) => address !== null));
  }, [state.current, state.list, looking.outline]);
  return (
    <div class="desk">
      <ProgressLine deciding={deciding} registry={who.registry} title={entry?.title ?? ''} season={found.season ?? null} drawn={drawn} others={found.others} square_kilometres={entry?.hectares == null ? null : entry.hectares / 100} before={found.minutes_per_km2} sheet={sheet} toggleSheet={hands.sheet} help={hands.help} />
      {sheet && <ContactSheet deciding={deciding} reasons={found.reasons} open={(index) => { deciding.open(index); setSheet(false); }} />}
      {!sheet && item && <Pictures key={item.candidate} survey={survey} has_earlier={has_earlier} item={item} decoded={decoded} looking={looking} change={setLooking} />}
      {!sheet && item && <VerdictPanel item={item} deciding={deciding} reasons={found.reasons} hands={hands} note={note} person={who.name} />}
      {!sheet && !item && <Finished />}
      {keys && <Keys reasons={found.reasons} close={() => setKeys(false)} />}
    </div>
  );
}

function Finished() {
  return (
    <div class="empty">
      <p><strong>{say('everything_decided')}</strong></p>
      <p><a class="button primary" href={link('sites') + '?kept=true&state=CANDIDATE'}>{say('go_to_sites')}</a></p>
    </div>
  );
}
