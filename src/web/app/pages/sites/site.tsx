// One site: where it stands, what is known of it, what happened, what shows it, and what can be done now.
import { useEffect, useMemo } from 'preact/hooks';
import GeoJSON from 'ol/format/GeoJSON';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import { Fill, Stroke, Style } from 'ol/style';
import { site } from '../../api/endpoints';
import { useChanges } from '../../api/events';
import type { SessionNow, SitePage } from '../../api/types';
import { useLoaded } from '../../loading';
import { districts, ground } from '../../map/layers';
import { MapView, fit, newMap } from '../../map/map';
import { SitePoints } from '../../map/points';
import { copy } from '../../parts/copy';
import { Ready } from '../../parts/loaded';
import { link } from '../../router';
import { area, count, moment, place } from '../../words/figures';
import { say } from '../../words/language';
import { HABITATS, SOURCES, STATES, label } from '../../words/coded';
import { Evidence } from './evidence';
import { History } from './history';
import { Moves } from './moves';

export function SitePageView({ who, code }: { who: SessionNow; code: string }) {
  const loaded = useLoaded(() => site(who.registry, code), [who.registry, code]);
  useChanges('registry', who.registry, loaded.again);
  return (
    <article class="site">
      <p class="crumbs"><a href={link('sites')}>← {say('tab_sites')}</a></p>
      <Ready loaded={loaded}>{(found) => <Shown found={found} who={who} again={loaded.again} />}</Ready>
    </article>
  );
}

function Shown({ found, who, again }: { found: SitePage; who: SessionNow; again: () => void }) {
  return (
    <>
      <header>
        <h1>{say('site', { code: found.id })}</h1>
        <p>
          <span class={`state-tag ${found.state}`}>{label(STATES, found.state)}</span>
          {found.overdue_days !== null && found.overdue_days > 0 && <span class="tag bad">{say('overdue_n', { n: found.overdue_days })}</span>}
          {found.disputed && <span class="tag bad">{say('disputed')}</span>}
          {found.residue && <span class="tag bad">{say('residue')}</span>}
        </p>
        {found.disputed && <Dispute found={found} />}
        {found.waits_for_second > 0 && <p class="hint">{say('waits_for_second')}</p>}
      </header>
      <div class="columns">
        <div>
          <Moves found={found} who={who} again={again} />
          <Evidence found={found} />
        </div>
        <div>
          <Facts found={found} />
          <Place found={found} registry={who.registry} />
          <History found={found} />
        </div>
      </div>
    </>
  );
}

/** The moves that contradict each other, and that somebody has to decide. */
function Dispute({ found }: { found: SitePage }) {
  return (
    <div class="warning">
      <p>{say('dispute_open')}</p>
      {found.dispute.length > 0 && (
        <ul aria-label={say('dispute_moves')}>
          {found.dispute.map((one, index) => (
            <li key={index}><b>{label(STATES, one.state)}</b> · {say('dispute_move', { name: one.stamp.actor.name, unit: one.stamp.actor.unit, at: moment(one.stamp.at) })}{!one.stamp.own_key && ` · ${say('no_own_key')}`}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Facts({ found }: { found: SitePage }) {
  const facts: readonly (readonly [string, string | null])[] = [
    [say('fact_name'), found.name],
    [say('fact_district'), [...(found.district?.names ?? []).map(([, name]) => name), found.district?.code].filter(Boolean).join(' ') || null],
    [say('fact_area'), area(found.area_m2)],
    [say('fact_plants'), found.plants === null ? null : count(found.plants)],
    [say('fact_habitat'), found.habitat && label(HABITATS, found.habitat)],
    [say('fact_source'), label(SOURCES, found.source)],
    [say('fact_season'), String(found.season)],
    [say('fact_crew'), found.crew],
    [say('fact_due'), found.due],
    [say('fact_candidate'), found.candidate],
    [say('fact_unit'), found.unit],
  ];
  return (
    <section class="card">
      <h2>{say('facts')}</h2>
      <dl class="facts">
        <div>
          <dt>{say('fact_place')}</dt>
          <dd><span class="num" title={say('datum')}>{place(found.lon, found.lat)}</span> <button type="button" class="plain small" onClick={() => void copy(`${found.lon.toFixed(7)},${found.lat.toFixed(7)}`)}>{say('copy_place')}</button></dd>
        </div>
        {facts.map(([name, value]) => value && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
    </section>
  );
}

const OUTLINE = new Style({ stroke: new Stroke({ color: '#d0342c', width: 2 }), fill: new Fill({ color: 'rgba(208, 52, 44, 0.15)' }) });

function Place({ found, registry }: { found: SitePage; registry: string }) {
  const points = useMemo(() => new SitePoints(), []);
  const shape = useMemo(() => new VectorSource(), []);
  const map = useMemo(() => newMap([districts(registry), new VectorLayer({ source: shape, style: OUTLINE }), points.layer]), []);
  useEffect(() => void ground(map), []);
  useEffect(() => {
    points.show([{ ...found, district: found.district?.code ?? null }]);
    shape.clear();
    shape.addFeatures(outlineOf(found));
    fit(map, points.extent(), 20);
  }, [found]);
  return <div class="small-map"><MapView map={map} label={say('fact_place')} all={() => fit(map, points.extent(), 20)} /></div>;
}

function outlineOf(found: SitePage) {
  return new GeoJSON({ featureProjection: 'EPSG:3857', dataProjection: 'EPSG:4326' })
    .readFeatures({ type: 'Feature', geometry: found.geometry, properties: {} });
}
