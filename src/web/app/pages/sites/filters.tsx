// Which sites: what stands in the address, so that a list can be kept as a bookmark or sent to a colleague.
import { requery } from '../../router';
import { say } from '../../words/language';
import { STATES, label } from '../../words/coded';
import type { State } from '../../api/types';
import type { Word } from '../../words/words';

const CHECKS: readonly (readonly [name: string, word: Word])[] = [
  ['open', 'filter_open'], ['overdue', 'filter_overdue'], ['kept', 'filter_kept'], ['disputed', 'filter_disputed'],
];
const LISTED: readonly State[] = ['CANDIDATE', 'DISPATCHED', 'REVISIT', 'CONFIRMED', 'ERADICATED', 'CLOSED', 'SCREENED_OUT', 'REFUTED'];

export function Filters({ query, districts, names, crews }: { query: URLSearchParams; districts: readonly string[]; names: ReadonlyMap<string, string> | null; crews: readonly string[] }) {
  const set = (name: string, value: string): void => {
    const next = new URLSearchParams(query);
    if (value) next.set(name, value);
    else next.delete(name);
    requery(next);
  };
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <input type="search" value={query.get('text') ?? ''} placeholder={say('search')} aria-label={say('search_label')}
        onInput={(event) => set('text', event.currentTarget.value.trim())} />
      <select aria-label={say('filter_state')} value={query.get('state') ?? ''} onChange={(event) => set('state', event.currentTarget.value)}>
        <option value="">{say('filter_state')}: {say('all')}</option>
        {LISTED.map((state) => <option key={state} value={state}>{label(STATES, state)}</option>)}
      </select>
      {CHECKS.map(([name, word]) => (
        <label key={name} class="check">
          <input type="checkbox" checked={query.get(name) === 'true'} onChange={(event) => set(name, event.currentTarget.checked ? 'true' : '')} />{say(word)}
        </label>
      ))}
      <Picked name="district" word="filter_district" query={query} options={districts} names={names} set={set} />
      <Picked name="crew" word="filter_crew" query={query} options={crews} set={set} />
    </form>
  );
}

function Picked({ name, word, query, options, names, set }: { name: string; word: Word; query: URLSearchParams; options: readonly string[]; names?: ReadonlyMap<string, string> | null; set: (name: string, value: string) => void }) {
  const current = query.get(name) ?? '';
  const all = current && !options.includes(current) ? [current, ...options] : options;
  if (all.length === 0) return null;
  return (
    <select aria-label={say(word)} value={current} onChange={(event) => set(name, event.currentTarget.value)}>
      <option value="">{say(word)}: {say('all')}</option>
      {all.map((one) => <option key={one} value={one}>{names?.get(one) ?? one}</option>)}
    </select>
  );
}
