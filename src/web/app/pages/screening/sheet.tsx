// The contact sheet: many candidates at once, and one reason for all that are selected.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ReasonEntry } from '../../api/types';
import { Cells } from '../../parts/cells';
import { tell } from '../../parts/notice';
import { pick, say } from '../../words/language';
import { BANDS, label } from '../../words/coded';
import { waits } from './list';
import type { Deciding } from './use';
import { VERDICTS } from './verdict';

const WIDTH = 152;
const HEIGHT = 184;

export function ContactSheet({ deciding, reasons, open }: { deciding: Deciding; reasons: readonly ReasonEntry[]; open: (index: number) => void }) {
  const { state } = deciding;
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const last = useRef<number | null>(null);
  useEffect(() => setSelected((before) => new Set([...before].filter((index) => state.list.includes(index)))), [state.list]);
  const toggle = (position: number, extend: boolean): void => {
    const from = extend && last.current !== null ? last.current : position;
    const range = state.list.slice(Math.min(from, position), Math.max(from, position) + 1);
    const index = state.list[position];
    setSelected((before) => {
      const next = new Set(before);
      const add = extend || (index !== undefined && !before.has(index));
      for (const one of range) if (add) next.add(one); else next.delete(one);
      return next;
    });
    last.current = position;
  };
  const discard = (reason: string): void => {
    const which = state.list.filter((index) => selected.has(index));
    if (which.length === 0) return;
    deciding.discardAll(which, reason);
    setSelected(new Set());
    last.current = null;
    tell(say('bulk_done', { n: which.length }));
  };
  return (
    <div class="contact">
      <Actions selected={selected.size} reasons={reasons} discard={discard} all={() => setSelected(new Set(state.list))} none={() => setSelected(new Set())} />
      <Cells count={state.list.length} height={HEIGHT} width={WIDTH} label={say('contact_sheet')} follow={Math.max(0, state.list.indexOf(state.current))}
        render={(position) => <Cell deciding={deciding} index={state.list[position] ?? 0} selected={selected.has(state.list[position] ?? -1)}
          toggle={(extend) => toggle(position, extend)} open={open} />} />
    </div>
  );
}

function Actions({ selected, reasons, discard, all, none }: { selected: number; reasons: readonly ReasonEntry[]; discard: (reason: string) => void; all: () => void; none: () => void }) {
  return (
    <div class="sheet-actions">
      <p><b>{say('selected_n', { n: selected })}</b> <span class="soft">{say('sheet_help')}</span></p>
      <p class="row">
        <button type="button" onClick={all}>{say('select_shown')}</button>
        <button type="button" onClick={none} disabled={selected === 0}>{say('select_none')}</button>
        <span class="lead">{say('discard_selected', { n: selected })}</span>
        {reasons.map((reason) => <button key={reason.code} type="button" disabled={selected === 0} onClick={() => discard(reason.code)}>{pick(reason)}</button>)}
      </p>
    </div>
  );
}

function Cell({ deciding, index, selected, toggle, open }: { deciding: Deciding; index: number; selected: boolean; toggle: (extend: boolean) => void; open: (index: number) => void }) {
  const item = deciding.state.items[index];
  if (!item) return null;
  const own = deciding.state.own.get(item.candidate);
  const name = [say('rank_of', { rank: item.rank ?? '–', all: deciding.state.items.length }), label(BANDS, item.band), own ? say(VERDICTS[own.verdict]) : say(waits(deciding.state, item) ? 'only_second' : item.done ? 'decided_by_another' : 'undecided')].join(say('list_separator'));
  return (
    <div class={`thumb ${own?.verdict ?? 'open'}`}>
      <button type="button" class="pick" aria-pressed={selected} aria-label={name} onClick={(event) => toggle(event.shiftKey)}>
        <img src={item.pictures.outline ?? ''} alt="" loading="lazy" decoding="async" draggable={false} />
      </button>
      <div class="foot"><b>{item.rank}</b><span>{own ? say(VERDICTS[own.verdict]) : waits(deciding.state, item) ? say('only_second') : label(BANDS, item.band)}</span>
        <button type="button" class="plain small" aria-label={`${say('one_by_one')} ${item.rank ?? item.candidate}`} onClick={() => open(index)}>⤢</button></div>
    </div>
  );
}
