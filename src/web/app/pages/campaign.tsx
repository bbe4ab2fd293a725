// Where the season stands today, by district; every count beside what it is a count of.
import { campaign, reportAddress } from '../api/endpoints';
import { concerns, useEvents } from '../api/events';
import type { Campaign, CampaignRow, SessionNow, Share } from '../api/types';
import { useLoaded } from '../loading';
import { Ready } from '../parts/loaded';
import { count, decimal, percent } from '../words/figures';
import { language, say } from '../words/language';
import type { Word } from '../words/words';

type ShareName = 'screened' | 'dispatched' | 'verified' | 'confirmed' | 'eradicated' | 'accepted' | 'overdue' | 'disputed';

const SHARES: readonly ShareName[] = ['screened', 'dispatched', 'verified', 'confirmed', 'eradicated', 'accepted', 'overdue'];

export function CampaignPage({ who }: { who: SessionNow }) {
  const loaded = useLoaded(() => campaign(who.registry), [who.registry]);
  useEvents((event) => { if (concerns(event, 'registry', who.registry)) loaded.again(); }, [who.registry]);
  return <Ready loaded={loaded}>{(found) => <Standing found={found} registry={who.registry} />}</Ready>;
}

function Standing({ found, registry }: { found: Campaign; registry: string }) {
  return (
    <>
      <section>
        <h1>{say('campaign', { season: found.season })}</h1>
        <dl class="figures">
          <Ground row={found.all} />
          {SHARES.map((name) => <Figure key={name} word={name} share={found.all[name]} bad={name === 'overdue'} />)}
          <Beside found={found} />
        </dl>
      </section>
      {found.districts.length > 0 && <Districts rows={found.districts} />}
      <section>
        <h2>{say('reports')}</h2>
        <p class="row">
          <a class="button" target="_blank" rel="noopener" href={reportAddress(registry, 'county', language.get())}>{say('report_county')}</a>
          <a class="button" target="_blank" rel="noopener" href={reportAddress(registry, 'province', language.get())}>{say('report_province')}</a>
        </p>
      </section>
    </>
  );
}

function Ground({ row }: { row: CampaignRow }) {
  return (
    <>
      <div class="figure">
        <dt>{say('searched')}</dt>
        <dd><b>{decimal(row.searched_km2, 2)}</b> km²<small>{row.area_km2 === null ? '' : say('of_area', { area: decimal(row.area_km2, 0) })}</small></dd>
      </div>
      <div class="figure">
        <dt>{say('in_window')}</dt>
        <dd><b>{decimal(row.in_window_km2, 2)}</b> km²<small>{row.searched_km2 === null ? '' : say('of_searched', { area: decimal(row.searched_km2, 2) })}</small></dd>
      </div>
      <div class="figure"><dt>{say('candidates')}</dt><dd><b>{count(row.candidates)}</b></dd></div>
    </>
  );
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

function Beside({ found }: { found: Campaign }) {
  const plain: readonly (readonly [Word, number | null | undefined, number])[] = [
    ['patrols', found.patrols, 0], ['rounds', found.rounds, 0], ['screening_minutes', found.screening_minutes_per_km2, 1],
  ];
  return (
    <>
      {plain.map(([word, value, digits]) => value === null || value === undefined ? null
        : <div key={word} class="figure"><dt>{say(word)}</dt><dd><b>{decimal(value, digits)}</b></dd></div>)}
      {found.tip_offs && <Figure word="tip_offs" share={found.tip_offs} />}
    </>
  );
}

function Districts({ rows }: { rows: readonly CampaignRow[] }) {
  return (
    <section>
      <h2>{say('by_district')}</h2>
      <p class="soft">{say('raw_numbers_warning')}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label={say('by_district')}>
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">{say('district')}</th><th scope="col">{say('searched')} km²</th><th scope="col">{say('in_window')} km²</th>
              <th scope="col">{say('candidates')}</th>
              {SHARES.map((name) => <th key={name} scope="col">{say(name)}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.code}>
                <th scope="row">{row.name ?? row.code}{row.name && <small> {row.code}</small>}</th>
                <td>{decimal(row.searched_km2, 2)}</td><td>{decimal(row.in_window_km2, 2)}</td><td>{count(row.candidates)}</td>
                {SHARES.map((name) => (
                  <td key={name} class={name === 'overdue' && row[name].count > 0 ? 'bad' : undefined}>
                    {count(row[name].count)}<small> / {count(row[name].of)}</small>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
