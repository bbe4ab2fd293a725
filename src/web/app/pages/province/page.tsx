// What an office of several districts looks at: ranks with what they rest on, year on year, hot spots, targets, ground.
import { useState } from 'preact/hooks';
import { districtNames } from '../../api/districts';
import { province, reportAddress } from '../../api/endpoints';
import { useChanges } from '../../api/events';
import type { Province, SessionNow } from '../../api/types';
import { useLoaded } from '../../loading';
import { Figures } from '../../parts/figure_table';
import { Ready } from '../../parts/loaded';
import { OpenLink } from '../../parts/open_link';
import { requery, route } from '../../router';
import { useValue } from '../../value';
import { language, say } from '../../words/language';
import { LEVELS, label } from '../../words/coded';
import { ProvinceMap } from './map';
import { Ranks } from './ranks';

export function ProvincePage({ who }: { who: SessionNow }) {
  const { query } = useValue(route);
  const asked = new URLSearchParams(query);
  asked.set('lang', language.get());
  const loaded = useLoaded(() => province(who.registry, asked), [who.registry, asked.toString()]);
  useChanges('registry', who.registry, loaded.again);
  return <Ready loaded={loaded}>{(found) => <Shown found={found} query={query} registry={who.registry} />}</Ready>;
}

interface ShownOf {
  found: Province;
  query: URLSearchParams;
  registry: string;
}

function Shown({ found, query, registry }: ShownOf) {
  const [current, setCurrent] = useState<string | null>(null);
  return (
    <>
      <div class="heading">
        <h1>{say('analysis', { season: found.season })}</h1>
        <OpenLink class="button" href={reportAddress(registry, 'province', language.get(), found.season)}>{say('report_province')}</OpenLink>
      </div>
      <Choices found={found} query={query} registry={registry} />
      {found.level === null
        ? <p class="hint">{say('no_districts')}<code>papaver registry districts districts.gpkg</code></p>
        : <ProvinceMap key={`${found.season} ${found.level} ${found.within}`} found={found} registry={registry} current={current} pick={setCurrent} />}
      {found.level !== null && <Ranks ranks={found.ranks} current={current} pick={setCurrent} />}
      {found.remarks.length > 0 && <ul class="hint remarks">{found.remarks.map((remark) => <li key={remark}>{remark}</li>)}</ul>}
      {found.tables.map((table) => <Figures key={table.id} table={table} />)}
    </>
  );
}

function Choices({ found, query, registry }: ShownOf) {
  const names = useLoaded(() => districtNames(registry), [registry]).data;
  const set = (changes: Readonly<Record<string, string>>): void => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    requery(next);
  };
  const above = [...(names ?? [])].filter(([code]) => found.level !== null && code.length === 6 && found.level > 6);
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      {found.seasons.length > 0 && (
        <select aria-label={say('fact_season')} value={String(found.season)} onChange={(event) => set({ season: event.currentTarget.value })}>
          {[...new Set([...found.seasons, found.season])].map((season) => <option key={season} value={season}>{say('season_n', { n: season })}</option>)}
        </select>
      )}
      {found.levels.length > 1 && (
        <select aria-label={say('level')} value={String(found.level)} onChange={(event) => set({ level: event.currentTarget.value, within: '' })}>
          {found.levels.map((level) => <option key={level} value={level}>{label(LEVELS, String(level))}</option>)}
        </select>
      )}
      {above.length > 1 && (
        <select aria-label={say('filter_district')} value={found.within} onChange={(event) => set({ within: event.currentTarget.value })}>
          <option value="">{say('filter_district')}: {say('all')}</option>
          {above.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
        </select>
      )}
    </form>
  );
}
