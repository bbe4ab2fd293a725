// The candidate, its surroundings, and the previous flight over it where there is one.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { QueueItem } from '../../api/types';
import { useEarlier, useOutline, type Earlier } from '../../map/flights';
import { period } from '../../words/figures';
import { say } from '../../words/language';
import type { Decoded } from './decoded';
import { CloseUp } from './closeup';

export interface Looking {
  readonly outline: boolean;
  readonly before: boolean;
  /** Counts the presses of the zoom key. */
  readonly zoom: number;
}

/** Metres of ground beside one another where the scan does not say how large a candidate is. */
const USUAL_M = 20;

interface PicturesOf {
  survey: string;
  /** Whether any earlier flight is known. */
  has_earlier: boolean;
  item: QueueItem;
  decoded: Decoded;
  looking: Looking;
  change: (by: (before: Looking) => Looking) => void;
}

export function Pictures({ survey, has_earlier, item, decoded, looking, change }: PicturesOf) {
  const { pictures, lon, lat, ground_m } = item;
  const compares = looking.before && has_earlier;
  const square = { lon, lat, metres: ground_m ?? USUAL_M };
  const earlier = useEarlier(survey, square, compares);
  const outline = useOutline(survey, item.candidate, square, compares && looking.outline);
  const main = (looking.outline ? pictures.outline : pictures.plain) ?? pictures.outline ?? '';
  const both = compares && earlier.kind === 'shown' ? earlier : null;
  return (
    <div class="pictures">
      {compares && <Told earlier={earlier} />}
      <div class="panes" role="group" tabIndex={0} aria-label={say('picture_candidate')}>
        {both
          ? <Pane key={both.now} address={both.now} before={{ address: both.before, label: named('before', both.flight.captured) }} label={named('this_flight', both.own.captured)} outline={looking.outline ? outline : ''} none={say('no_ground')} decoded={decoded} presses={looking.zoom} />
          : <Pane address={main} before={null} label={say(looking.outline ? 'picture_candidate' : 'picture_plain')} decoded={decoded} presses={looking.zoom} />}
        {pictures.wide && <Pane address={pictures.wide} before={null} label={say('picture_wide')} decoded={decoded} presses={looking.zoom} />}
      </div>
      <div class="tools" role="group" aria-label={say('zoom')}>
        <button type="button" aria-pressed={looking.outline} onClick={() => change((now) => ({ ...now, outline: !now.outline }))}><kbd>O</kbd>{say('outline')}</button>
        <button type="button" onClick={() => change((now) => ({ ...now, zoom: now.zoom + 1 }))}><kbd>Z</kbd>{say('zoom')}</button>
        {has_earlier && (
          <button type="button" aria-pressed={looking.before} onClick={() => change((now) => ({ ...now, before: !now.before }))}><kbd>B</kbd>{say('before')}</button>
        )}
      </div>
    </div>
  );
}

function named(word: 'before' | 'this_flight', captured: Parameters<typeof period>[0]): string {
  return [say(word), period(captured)].filter(Boolean).join(' ');
}

/** Why nothing is laid beside it, where that is so. */
function Told({ earlier }: { earlier: Earlier }) {
  switch (earlier.kind) {
    case 'asked': case 'shown': return null;
    case 'none': return <p class="hint" role="status">{say('no_earlier')}</p>;
    case 'failed': return <p class="hint" role="status">{say('unreachable')}</p>;
    case 'lost': return <p class="hint" role="status">{say('flight_lost', { title: [earlier.flight.title, period(earlier.flight.captured)].filter(Boolean).join(' · ') })}</p>;
  }
}

interface PaneOf {
  address: string;
  before: { readonly address: string; readonly label: string } | null;
  label: string;
  /** A path that is drawn over both pictures, in a square of side 1. */
  outline?: string;
  /** What is said where there is no picture. */
  none?: string;
  decoded: Decoded;
  presses: number;
}

function Pane({ address, before, label, outline = '', none, decoded, presses }: PaneOf) {
  const frame = useRef<HTMLDivElement>(null);
  const now = useRef<HTMLDivElement>(null);
  const then = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const closeUp = useRef<CloseUp | null>(null);
  const scale = useRef(1);
  const [shown, setShown] = useState(50);
  const first = useRef(presses);
  useLayoutEffect(() => put(now.current, decoded.get(address), label, none), [address, label]);
  useLayoutEffect(() => { if (before) put(then.current, decoded.get(before.address), before.label, none); }, [before?.address]);
  useEffect(() => {
    if (frame.current && inner.current) closeUp.current = new CloseUp(frame.current, inner.current, (to) => { scale.current = to; });
  }, []);
  useEffect(() => {
    if (presses !== first.current) closeUp.current?.zoom(scale.current >= 8 ? 1 : scale.current * 2);
  }, [presses]);
  return (
    <figure class="pane">
      <div class="frame" ref={frame}>
        <div class="inner" ref={inner}>
          <div ref={now} />
          {before && <div ref={then} class="then" style={{ clipPath: `inset(0 ${100 - shown}% 0 0)` }} />}
          {outline && <svg class="outline" viewBox="0 0 1 1" aria-hidden="true"><path d={outline} /></svg>}
        </div>
      </div>
      {before && (
        <input type="range" min={0} max={100} value={shown} aria-label={say('before_slider')}
          onInput={(event) => setShown(Number(event.currentTarget.value))} />
      )}
      <figcaption>{before ? <><span>{before.label}</span><span>{label}</span></> : label}</figcaption>
    </figure>
  );
}

/** The decoded picture itself goes into the page: a new element of the same address might be decoded again. */
function put(place: HTMLElement | null, picture: HTMLImageElement, label: string, none = say('picture_missing')): void {
  picture.alt = label;
  place?.replaceChildren(picture);
  picture.onerror = () => place?.replaceChildren(missing(none));
  if (picture.dataset['missing']) place?.replaceChildren(missing(none));
}

function missing(why: string): HTMLElement {
  const element = document.createElement('p');
  element.className = 'missing';
  element.textContent = why;
  return element;
}
