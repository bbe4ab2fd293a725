// The candidate, its surroundings, and the previous flight over it where there is one.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { QueueItem } from '../../api/types';
import { say } from '../../words/language';
import type { Decoded } from './decoded';
import { CloseUp } from './closeup';

export interface Looking {
  readonly outline: boolean;
  readonly before: boolean;
  /** Counts the presses of the zoom key. */
  readonly zoom: number;
}

interface PicturesOf {
  item: QueueItem;
  decoded: Decoded;
  looking: Looking;
  change: (by: (before: Looking) => Looking) => void;
}

export function Pictures({ item, decoded, looking, change }: PicturesOf) {
  const { pictures } = item;
  const before = looking.before ? pictures.before : null;
  const main = (looking.outline ? pictures.outline : pictures.plain) ?? pictures.outline ?? '';
  return (
    <div class="pictures">
      <div class="panes" role="group" tabIndex={0} aria-label={say('picture_candidate')}>
        <Pane address={main} before={before ?? null} label={say(looking.outline ? 'picture_candidate' : 'picture_plain')} decoded={decoded} presses={looking.zoom} />
        {pictures.wide && <Pane address={pictures.wide} before={null} label={say('picture_wide')} decoded={decoded} presses={looking.zoom} />}
      </div>
      <div class="tools" role="group" aria-label={say('zoom')}>
        <button type="button" aria-pressed={looking.outline} onClick={() => change((now) => ({ ...now, outline: !now.outline }))}><kbd>O</kbd>{say('outline')}</button>
        <button type="button" onClick={() => change((now) => ({ ...now, zoom: now.zoom + 1 }))}><kbd>Z</kbd>{say('zoom')}</button>
        {pictures.before && (
          <button type="button" aria-pressed={looking.before} onClick={() => change((now) => ({ ...now, before: !now.before }))}><kbd>B</kbd>{say('before')}</button>
        )}
      </div>
    </div>
  );
}

function Pane({ address, before, label, decoded, presses }: { address: string; before: string | null; label: string; decoded: Decoded; presses: number }) {
  const frame = useRef<HTMLDivElement>(null);
  const now = useRef<HTMLDivElement>(null);
  const then = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const closeUp = useRef<CloseUp | null>(null);
  const scale = useRef(1);
  const [shown, setShown] = useState(50);
  const first = useRef(presses);
  useLayoutEffect(() => put(now.current, decoded.get(address), label), [address, label]);
  useLayoutEffect(() => { if (before) put(then.current, decoded.get(before), say('before')); }, [before]);
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
        </div>
      </div>
      {before && (
        <input type="range" min={0} max={100} value={shown} aria-label={say('before_slider')}
          onInput={(event) => setShown(Number(event.currentTarget.value))} />
      )}
      <figcaption>{before ? <><span>{say('before')}</span><span>{label}</span></> : label}</figcaption>
    </figure>
  );
}

/** The decoded picture itself goes into the page: a new element of the same address might be decoded again. */
function put(place: HTMLElement | null, picture: HTMLImageElement, label: string): void {
  picture.alt = label;
  place?.replaceChildren(picture);
  picture.onerror = () => place?.replaceChildren(missing());
  if (picture.dataset['missing']) place?.replaceChildren(missing());
}

function missing(): HTMLElement {
  const element = document.createElement('p');
  element.className = 'missing';
  element.textContent = say('picture_missing');
  return element;
}
