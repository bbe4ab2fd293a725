// Map and list of the sites in step: what is filtered, selected or looked at in one is so in the other.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { districtNames } from '../../api/districts';
import { crews, sites } from '../../api/endpoints';
import { useChanges } from '../../api/events';
import type { SessionNow, SiteRow } from '../../api/types';
import { useLoaded } from '../../loading';
import { Cells } from '../../parts/cells';
import { Ready } from '../../parts/loaded';
import { go, link, route } from '../../router';
import { useValue } from '../../value';
import { say } from '../../words/language';
import { STATES, label } from '../../words/coded';
import { shapeOf } from '../../map/shapes';
import { AssignDialog } from './assign';
import { Filters } from './filters';
import { SitesMap } from './map';

/** How long somebody stops typing before the list is asked for. */
const PAUSE = 250;

export function SitesPage({ who }: { who: SessionNow }) {
  const { query } = useValue(route);
  const asked = useDelayed(query.toString());
  const loaded = useLoaded(() => sites(who.registry, new URLSearchParams(asked)), [who.registry, asked]);
  useChanges('registry', who.registry, loaded.again);
  return (
    <div class="sites">
      <h1 class="unseen">{say('tab_sites')}</h1>
      <Ready loaded={loaded}>{(found) => <Both rows={found} query={query} who={who} again={loaded.again} />}</Ready>
    </div>
  );
}

function useDelayed(value: string): string {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return late;
}

/** What was ever listed here: a choice that was made leaves the others to choose from. */
function useEver(now: readonly string[], of: string): readonly string[] {
  const ever = useRef({ of, all: new Set<string>() });
  if (ever.current.of !== of) ever.current = { of, all: new Set() };
  for (const one of now) ever.current.all.add(one);
  return [...ever.current.all].sort();
}

function known(rows: readonly SiteRow[], of: (row: SiteRow) => string | null | undefined): string[] {
  return [...new Set(rows.map(of).filter((value): value is string => Boolean(value)))].sort().slice(0, 500);
}

function Both({ rows, query, who, again }: { rows: readonly SiteRow[]; query: URLSearchParams; who: SessionNow; again: () => void }) {
  const [codes, setCodes] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState<number | null>(null);
  const [assigning, setAssigning] = useState(false);
  const [view, setView] = useState<'map' | 'list'>('list');
  useEffect(() => setCurrent(null), [rows]);
  // What is selected stays so when somebody else changes a site and the list comes anew.
  const selected = useMemo(() => new Set(codes.size ? [...rows.keys()].filter((index) => codes.has(rows[index]?.id ?? '')) : []), [rows, codes]);
  const setSelected = (indices: ReadonlySet<number>): void => setCodes(new Set([...indices].map((index) => rows[index]?.id ?? '')));
  const names = useLoaded(() => districtNames(who.registry), [who.registry]).data;
  const teams = useLoaded(() => crews(who.registry), [who.registry]);
  const districts = useEver(known(rows, (row) => row.district), who.registry);
  const seasons = useEver(known(rows, (row) => String(row.season)), who.registry);
  const may = who.roles.includes('analyst') || who.roles.includes('supervisor');
  const toggle = (index: number): void => {
    const next = new Set(selected);
    if (!next.delete(index)) next.add(index);
    setSelected(next);
  };
  return (
    <>
      <Filters query={query} districts={districts} names={names} crews={teams.data ?? []} seasons={[...seasons].reverse()} />
      <div class="site-bar">
        <b class="num">{say('sites_n', { n: rows.length })}</b>
        {selected.size > 0 && <span>{say('selected_n', { n: selected.size })}</span>}
        {may && selected.size > 0 && <button type="button" class="primary" onClick={() => setAssigning(true)}>{say('assign_selected')}</button>}
        {selected.size > 0 && <button type="button" onClick={() => setSelected(new Set())}>{say('select_none')}</button>}
        <button type="button" class="switch" onClick={() => setView(view === 'map' ? 'list' : 'map')}>{say(view === 'map' ? 'show_list' : 'show_map')}</button>
      </div>
      <div class={`map-and-list show-${view}`}>
        <SitesMap registry={who.registry} rows={rows} selected={selected} current={current} pick={setCurrent} open={(index) => go(link('sites', rows[index]?.id ?? ''))} select={setSelected} drawing={may} />
        {rows.length === 0 ? <p class="empty">{say('no_sites')}</p>
          : <Cells count={rows.length} height={64} label={say('sites_list')} follow={current ?? undefined}
            render={(index) => <Row row={rows[index] as SiteRow} names={names} current={index === current} selected={selected.has(index)} toggle={may ? () => toggle(index) : null} point={() => setCurrent(index)} />} />}
      </div>
      {assigning && <AssignDialog registry={who.registry} codes={[...selected].map((index) => rows[index]?.id ?? '')} dated={[...selected].some((index) => rows[index]?.due)} close={() => setAssigning(false)} done={() => { setCodes(new Set()); teams.again(); again(); }} />}
    </>
  );
}

function Row({ row, names, current, selected, toggle, point }: { row: SiteRow; names: ReadonlyMap<string, string> | null; current: boolean; selected: boolean; toggle: (() => void) | null; point: () => void }) {
  const shape = shapeOf(row);
  const line = [
    row.name, row.district && (names?.get(row.district) ?? row.district), row.crew,
    row.overdue_days !== null && row.overdue_days > 0 ? null : row.due && say('due_on', { due: row.due }),
  ].filter(Boolean).join(' · ');
  return (
    <div class={current ? 'site-row current' : 'site-row'} onMouseEnter={point}>
      {toggle && <input type="checkbox" checked={selected} aria-label={say('select_site', { code: row.id })} onChange={toggle} />}
      <a href={link('sites', row.id)} onFocus={point}>
        <span class={`mark ${shape.form}`} style={{ '--mark': shape.colour }} aria-hidden="true" />
        <span class="text">
          <b class="num">{row.id}</b> {label(STATES, row.state)}
          {row.disputed && <span class="tag bad">{say('disputed')}</span>}
          {row.overdue_days !== null && row.overdue_days > 0 && <span class="tag bad">{say('overdue_n', { n: row.overdue_days })}</span>}
          <small>{line || say('no_crew')}</small>
        </span>
      </a>
    </div>
  );
}
