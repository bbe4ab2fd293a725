// Which sites: what stands in the address, so that a list can be kept as a bookmark or sent to a colleague.
import { useId, useState } from 'preact/hooks';
import { requery } from '../../router';
import { say } from '../../words/language';
import { STATES, label } from '../../words/coded';
import type { State } from '../../api/types';
import type { Word } from '../../words/words';

const CHECKS: readonly (readonly [name: string, word: Word])[] = [
  ['open', 'filter_open'], ['overdue', 'filter_overdue'], ['kept', 'filter_kept'], ['disputed', 'filter_disputed'],
];
/** What is chosen beside words and states. */
const FURTHER: readonly string[] = [...CHECKS.map(([name]) => name), 'due_within', 'season', 'district', 'crew'];
/** Days within which a site is due. */
const DUE: readonly number[] = [0, 3, 7, 14, 30];
const LISTED: readonly State[] = ['CANDIDATE', 'DISPATCHED', 'REVISIT', 'CONFIRMED', 'ERADICATED', 'CLOSED', 'SCREENED_OUT', 'REFUTED'];

interface FiltersOf {
  query: URLSearchParams;
  districts: readonly string[];
  names: ReadonlyMap<string, string> | null;
  crews: readonly string[];
  /** The seasons of the sites that were listed. */
  seasons: readonly string[];
}

export function Filters({ query, districts, names, crews, seasons }: FiltersOf) {
  const set = (name: string, value: string): void => {
    const next = new URLSearchParams(query);
    if (value) next.set(name, value);
    else next.delete(name);
    requery(next);
  };
  const [open, setOpen] = useState(false);
  // A phone has no room for all of them: what is chosen is seen, the rest when it is asked for.
  const [further, setFurther] = useState(() => FURTHER.some((name) => query.get(name)));
  const id = useId();
  const chosen = (query.get('state') ?? '').split(',').filter(Boolean);
  return (
    <>
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <input type="search" value={query.get('text') ?? ''} placeholder={say('search')} aria-label={say('search_label')}
          onInput={(event) => set('text', event.currentTarget.value.trim())} />
        <button type="button" class="dropping" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>{say('filter_state')}{say('colon')}{inWords(chosen)}</button>
        <button type="button" class="more" aria-expanded={further} aria-controls={`${id}-further`} onClick={() => setFurther(!further)}>{say('more_filters')}</button>
        <div id={`${id}-further`} class={further ? 'further shown' : 'further'}>
          {CHECKS.map(([name, word]) => (
            <label key={name} class="check">
              <input type="checkbox" checked={query.get(name) === 'true'} onChange={(event) => set(name, event.currentTarget.checked ? 'true' : '')} />{say(word)}
            </label>
          ))}
          <select aria-label={say('filter_due')} value={query.get('due_within') ?? ''} onChange={(event) => set('due_within', event.currentTarget.value)}>
            <option value="">{say('filter_due')}{say('colon')}{say('all')}</option>
            {DUE.map((days) => <option key={days} value={String(days)}>{say(days === 0 ? 'due_today' : 'due_within_n', { n: days })}</option>)}
          </select>
          <Picked name="season" word="fact_season" query={query} options={seasons} text={(season) => say('season_n', { n: season })} set={set} />
          <Picked name="district" word="filter_district" query={query} options={districts} text={(code) => names?.get(code) ?? code} set={set} />
          <Picked name="crew" word="filter_crew" query={query} options={crews} set={set} />
        </div>
      </form>
      {open && <States id={id} chosen={chosen} choose={(states) => set('state', states.join(','))} />}
    </>
  );
}

interface StatesOf {
  id: string;
  chosen: readonly string[];
  choose: (states: readonly string[]) => void;
}

/** Several states at once, each a box to tick. */
function States({ id, chosen, choose }: StatesOf) {
  const all = [...LISTED, ...(chosen.filter((one) => !LISTED.includes(one as State)) as State[])];
  const toggle = (state: State): void => choose(all.filter((one) => chosen.includes(one) !== (one === state)));
  return (
    <fieldset id={id} class="states">
      <legend class="unseen">{say('filter_state')}</legend>
      {all.map((state) => (
        <label key={state} class="check"><input type="checkbox" checked={chosen.includes(state)} onChange={() => toggle(state)} />{label(STATES, state)}</label>
      ))}
      {chosen.length > 0 && <button type="button" class="plain" onClick={() => choose([])}>{say('clear')}</button>}
    </fieldset>
  );
}

/** Which states are chosen, in a few words. */
function inWords(chosen: readonly string[]): string {
  if (chosen.length > 1) return say('states_n', { n: chosen.length });
  return chosen.length === 1 ? label(STATES, chosen[0] as State) : say('all');
}

function Picked({ name, word, query, options, text = (value) => value, set }: { name: string; word: Word; query: URLSearchParams; options: readonly string[]; text?: (value: string) => string; set: (name: string, value: string) => void }) {
  const current = query.get(name) ?? '';
  const all = current && !options.includes(current) ? [current, ...options] : options;
  if (all.length === 0) return null;
  return (
    <select aria-label={say(word)} value={current} onChange={(event) => set(name, event.currentTarget.value)}>
      <option value="">{say(word)}{say('colon')}{say('all')}</option>
      {all.map((one) => <option key={one} value={one}>{text(one)}</option>)}
    </select>
  );
}
