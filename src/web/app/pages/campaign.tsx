// Where the season stands today, by district; every count beside what it is a count of.
import { campaign, reportAddress, work } from '../api/endpoints';
import { useChanges } from '../api/events';
import type { Campaign, DistrictStands, Process, SessionNow, Share } from '../api/types';
import { useLoaded } from '../loading';
import { Lists } from './ledger/parts';
import { Figures } from '../parts/figure_table';
import { Ready } from '../parts/loaded';
import { OpenLink } from '../parts/open_link';
import { link, requery, route } from '../router';
import { useValue } from '../value';
import { count, decimal, percent } from '../words/figures';
import { language, say } from '../words/language';
import type { Word } from '../words/words';

type ShareName = Exclude<keyof Process, 'sites'>;

const SHARES: readonly ShareName[] = ['candidates', 'screened', 'screened_out', 'dispatched', 'verified', 'confirmed', 'eradicated', 'accepted', 'recurring', 'disputed'];

/** What a share is called where it heads a column. */
function heading(name: ShareName): Word {
  return name === 'disputed' ? 'filter_disputed' : name === 'candidates' ? 'by_scan' : name;
}

export function CampaignPage({ who }: { who: SessionNow }) {
  const season = useValue(route).query.get('season');
  const loaded = useLoaded(() => campaign(who.registry, season), [who.registry, season]);
  useChanges('registry', who.registry, loaded.again);
  return <><Lists now="" /><Ready loaded={loaded}>{(found) => <Standing found={found} registry={who.registry} />}</Ready></>;
}

function Standing({ found, registry }: { found: Campaign; registry: string }) {
  return (
    <>
      <section>
        <header class="list-head">
          <h1>{say('campaign', { season: found.season })} <small class="soft">{found.on}</small></h1>
          <label class="check"><span class="unseen">{say('fact_season')}</span>
            <select value={String(found.season)} onChange={(event) => requery(new URLSearchParams({ season: event.currentTarget.value }))}>
              {found.seasons.map((season) => <option key={season} value={String(season)}>{say('season_n', { n: season })}</option>)}
            </select>
          </label>
        </header>
        <dl class="figures">
          <Ground districts={found.districts} />
          <Plain word="flights" value={found.flights} /><Plain word="patrols" value={found.patrols} />
          <Plain word="sites_found" value={found.process.sites} />
          {SHARES.map((name) => <Figure key={name} word={heading(name)} share={found.process[name]} />)}
          <Figure word="overdue" share={{ count: found.overdue, of: found.open }} bad />
        </dl>
        {found.overdue_elsewhen > 0 && <p class="hint">{say('overdue_elsewhen', { n: found.overdue_elsewhen })} <a href={`${link('sites')}?overdue=true`}>{say('show_overdue')}</a></p>}
      </section>
      {found.districts.length > 0 ? <Districts rows={found.districts} />
        : <p class="hint">{say('no_districts')}<code>papaver registry districts districts.gpkg</code></p>}
      {found.districts.some((row) => row.patrols > 0) && <Patrols rows={found.districts} />}
      <Work registry={registry} season={found.season} />
      <section>
        <h2>{say('reports')}</h2>
        <div class="row">
          <OpenLink class="button" href={reportAddress(registry, 'county', language.get(), found.season)}>{say('report_county')}</OpenLink>
          <OpenLink class="button" href={reportAddress(registry, 'province', language.get(), found.season)}>{say('report_province')}</OpenLink>
        </div>
      </section>
    </>
  );
}

const SQUARE_KILOMETRE = 1e6;

function square_kilometres(of: readonly DistrictStands[], name: 'area_m2' | 'searched_m2' | 'in_window_m2'): number | null {
  const known = of.map((row) => row[name]).filter((value): value is number => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / SQUARE_KILOMETRE : null;
}

function Ground({ districts }: { districts: readonly DistrictStands[] }) {
  const searched = square_kilometres(districts, 'searched_m2');
  if (searched === null) return null;
  const area = square_kilometres(districts, 'area_m2');
  return (
    <>
      <div class="figure"><dt>{say('searched')}</dt><dd><b>{decimal(searched, 2)}</b> km²<small>{say('of_area', { area: decimal(area, area !== null && area < 100 ? 2 : 0) })}</small></dd></div>
      <div class="figure"><dt>{say('in_window')}</dt><dd><b>{decimal(square_kilometres(districts, 'in_window_m2'), 2)}</b> km²<small>{say('of_searched', { area: decimal(searched, 2) })}</small></dd></div>
    </>
  );
}

function Plain({ word, value }: { word: Word; value: number }) {
  return <div class="figure"><dt>{say(word)}</dt><dd><b>{count(value)}</b></dd></div>;
}

function Figure({ word, share, bad }: { word: Word; share: Share; bad?: boolean }) {
  return (
    <div class={bad && share.count > 0 ? 'figure bad' : 'figure'}>
      <dt>{say(word)}</dt>
      <dd>
        <b>{count(share.count)}</b> <span class="soft">{say('of_n', { n: count(share.of) })}</span>
        <small>{percent(share)}</small>
        <meter min={0} max={Math.max(share.of, 1)} value={share.count} aria-label={say(word)} />
      </dd>
    </div>
  );
}

function Districts({ rows }: { rows: readonly DistrictStands[] }) {
  return (
    <section>
      <h2>{say('by_district')}</h2>
      <p class="soft">{say('raw_numbers_warning')}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label={say('by_district')}>
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">{say('district')}</th><th scope="col">{say('searched')} km²</th><th scope="col">{say('in_window')} km²</th>
              <th scope="col">{say('sites_found')}</th>
              {SHARES.map((name) => <th key={name} scope="col">{say(heading(name))}</th>)}
              <th scope="col">{say('overdue')}</th>
            </tr>
          </thead>
          <tbody>{rows.map((row) => <Row key={row.code} row={row} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

/** What was walked, beside what there is to walk. */
function Patrols({ rows }: { rows: readonly DistrictStands[] }) {
  const ground = (value: number | null): string => decimal(value === null ? null : value / SQUARE_KILOMETRE, 2);
  return (
    <section>
      <h2>{say('patrols_by_district')}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={say('patrols_by_district')}>
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">{say('district')}</th><th scope="col">{say('patrolled')} km²</th><th scope="col">{say('patrols')}</th><th scope="col">{say('zero_reports')}</th>
              <th scope="col">{say('patrol_people')}</th><th scope="col">{say('patrol_vehicles')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.code}>
                <th scope="row">{row.name || row.code}</th>
                <td>{ground(row.patrolled_m2)}<small> / {ground(row.area_m2)}</small></td><td>{count(row.patrols)}</td>
                <td>{count(row.zero_reports)}<small> / {count(row.patrols)}</small></td><td>{count(row.people)}</td><td>{count(row.vehicles)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Who answers, supervision rounds and measures, tip-offs, what patrols led to. */
function Work({ registry, season }: { registry: string; season: number }) {
  const loaded = useLoaded(() => work(registry, season, language.get()), [registry, season, language.get()]);
  useChanges('registry', registry, loaded.again);
  return <Ready loaded={loaded}>{(tables) => <>{tables.filter((table) => table.rows.length > 0).map((table) => <Figures key={table.id} table={table} />)}</>}</Ready>;
}

function Row({ row }: { row: DistrictStands }) {
  const ground = (value: number | null): string => decimal(value === null ? null : value / SQUARE_KILOMETRE, 2);
  return (
    <tr>
      <th scope="row">{row.name || row.code}{row.name && <small> {row.code}</small>}</th>
      <td>{ground(row.searched_m2)}<small> / {ground(row.area_m2)}</small></td><td>{ground(row.in_window_m2)}</td><td>{count(row.process.sites)}</td>
      {SHARES.map((name) => <td key={name}>{count(row.process[name].count)}<small> / {count(row.process[name].of)}</small></td>)}
      <td class={row.overdue > 0 ? 'bad' : undefined}>{count(row.overdue)}<small> / {count(row.open)}</small></td>
    </tr>
  );
}
