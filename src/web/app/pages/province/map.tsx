// The map of a province: one theme of areas at a time, targets over it, and what was pointed at in words.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type OlMap from 'ol/Map';
import type { Extent } from 'ol/extent';
import { districtsOf } from '../../api/districts';
import { provinceLayer, type ProvinceLayer } from '../../api/endpoints';
import type { Province } from '../../api/types';
import { Failure } from '../../parts/failure';
import { districts, ground } from '../../map/layers';
import { MapView, fit, newMap } from '../../map/map';
import { CELLS, GROUND, STANDINGS, TARGETS, byGround, byHeat, byRank, features, targets, type Layer, type Meaning } from '../../map/province';
import { link } from '../../router';
import { count, decimal } from '../../words/figures';
import { say } from '../../words/language';
import { CELL_WORDS, GROUND_WORDS, OUTCOMES_OF_TARGETS, STANDING_WORDS, label } from '../../words/coded';
import type { Word } from '../../words/words';

type Theme = 'ranks' | 'ground' | 'hot_spots';
type Words = Readonly<Record<string, readonly [string, string]>>;

const THEMES: readonly (readonly [Theme, Word, readonly Meaning[], Words])[] = [
  ['ranks', 'theme_ranks', STANDINGS, STANDING_WORDS], ['ground', 'theme_ground', GROUND, GROUND_WORDS], ['hot_spots', 'theme_hot', CELLS, CELL_WORDS],
];

interface MapOf {
  found: Province;
  registry: string;
  current: string | null;
  pick: (code: string) => void;
}

export function ProvinceMap({ found, registry, current, pick }: MapOf) {
  const [theme, setTheme] = useState<Theme>('ranks');
  const [withTargets, setWithTargets] = useState(true);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const ranked = useRef(new Map(found.ranks.districts.map((one) => [one.code, one])));
  ranked.current = new Map(found.ranks.districts.map((one) => [one.code, one]));
  const layers = useMemo(() => ({ ranks: byRank(() => ranked.current), ground: byGround(), hot_spots: byHeat(), targets: targets(), outlines: districts(registry) }), []);
  const map = useMemo(() => newMap([layers.ranks, layers.ground, layers.hot_spots, layers.outlines, layers.targets]), []);
  const failed = useFilled(layers, found, registry, theme, withTargets);
  const extents = useRef(new Map<string, Extent>());
  const all = (): void => fit(map, layers.ranks.getSource()?.getExtent());
  useEffect(() => {
    void ground(map);
    void districtsOf(registry).then((data) => {
      const own = features(data).filter((one) => ranked.current.has(String(one.get('code'))));
      for (const one of own) extents.current.set(String(one.get('code')), one.getGeometry()?.getExtent() ?? []);
      layers.ranks.getSource()?.addFeatures(own);
      all();
    }, () => undefined);
  }, []);
  useEffect(() => layers.ranks.changed(), [found]);
  useEffect(() => {
    for (const name of ['ranks', 'ground', 'hot_spots'] as const) layers[name].setVisible(name === theme);
    layers.outlines.setVisible(theme !== 'ranks');
    layers.targets.setVisible(withTargets);
    setPointed(null);
  }, [theme, withTargets]);
  useEffect(() => { if (current) fit(map, extents.current.get(current), 16); }, [current]);
  usePointing(map, layers, setPointed, pick);
  const [, , meanings, words] = THEMES.find(([name]) => name === theme) ?? THEMES[0]!;
  return (
    <section class="province-map">
      <div class="row themes" role="group" aria-label={say('theme')}>
        {THEMES.map(([name, word]) => (
          <button key={name} type="button" aria-pressed={theme === name} disabled={name === 'hot_spots' && !found.has_hot_spots}
            title={name === 'hot_spots' && !found.has_hot_spots ? say('not_enough_data') : undefined} onClick={() => setTheme(name)}>{say(word)}</button>
        ))}
        <label class="check"><input type="checkbox" checked={withTargets} onChange={(event) => setWithTargets(event.currentTarget.checked)} />{say('theme_targets')}</label>
      </div>
      {failed && <Failure error={failed} />}
      <div class="map-box"><MapView map={map} label={say('province_map')} all={all} /></div>
      <p class="pointed" role="status">{pointed ? <PointedAt of={pointed} found={found} /> : <span class="soft">{say('point_at_map')}</span>}</p>
      <Legend meanings={meanings} words={words} />
      {withTargets && (layers.targets.getSource()?.getFeatures().length ?? 0) > 0 && <Legend meanings={TARGETS} words={OUTCOMES_OF_TARGETS} title={say('theme_targets')} />}
    </section>
  );
}

type Layers = Readonly<Record<Theme | 'targets' | 'outlines', Layer>>;

/** Each layer is asked for when it is first shown. What could not be read is told, and asked for again at the next turn. */
function useFilled(layers: Layers, found: Province, registry: string, theme: Theme, withTargets: boolean): Error | null {
  const [failed, setFailed] = useState<Error | null>(null);
  const [, redraw] = useState(0);
  const asked = useRef(new Set<ProvinceLayer>());
  const query = new URLSearchParams({ season: String(found.season), level: String(found.level ?? ''), within: found.within });
  const fill = (name: ProvinceLayer): void => {
    if (asked.current.has(name)) return;
    asked.current.add(name);
    provinceLayer(registry, name, query).then((data) => {
      layers[name].getSource()?.addFeatures(features(data));
      redraw((before) => before + 1);
    }, (error: Error) => {
      asked.current.delete(name);
      setFailed(error);
    });
  };
  useEffect(() => {
    setFailed(null);
    if (theme !== 'ranks') fill(theme);
    if (withTargets) fill('targets');
  }, [theme, withTargets]);
  return failed;
}

interface Pointed {
  readonly layer: Theme | 'targets';
  readonly properties: Readonly<Record<string, unknown>>;
}

function usePointing(map: OlMap, layers: Layers, point: (at: Pointed | null) => void, pick: (code: string) => void): void {
  const hands = useRef({ point, pick });
  hands.current = { point, pick };
  useEffect(() => {
    const clicked = (event: { pixel: number[] }): void => {
      let found: Pointed | null = null;
      for (const layer of ['targets', 'hot_spots', 'ground', 'ranks'] as const) {
        const properties = map.forEachFeatureAtPixel(event.pixel, (one) => one.getProperties(), { hitTolerance: layer === 'targets' ? 6 : 0, layerFilter: (one) => one === layers[layer] });
        if (properties) {
          found = { layer, properties };
          break;
        }
      }
      hands.current.point(found);
      if (found?.layer === 'ranks') hands.current.pick(String(found.properties['code']));
    };
    map.on('click', clicked);
    return () => map.un('click', clicked);
  }, [map]);
}

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);

function PointedAt({ of: { layer, properties }, found }: { of: Pointed; found: Province }) {
  const text = (name: string): string => String(properties[name] ?? '');
  switch (layer) {
    case 'targets':
      return (
        <>
          <b>{text('target')}</b> {text('list')} · {label(OUTCOMES_OF_TARGETS, text('outcome'))}
          {properties['metres'] !== null && ` · ${say('metres_away', { n: decimal(number(properties['metres']), 0) })}`}
          {properties['site'] !== null && <> · <a href={link('sites', text('site'))}>{text('site')}</a></>}
        </>
      );
    case 'hot_spots':
      return (
        <>
          <b>{label(CELL_WORDS, text('class'))}</b> {text('cell')} · {say('cell_sites', { n: count(number(properties['sites'])), km2: decimal(number(properties['searched_km2']), 2) })}
          {number(properties['q']) !== null && ` · ${say('cell_around', { n: count(number(properties['sites_around'])), km2: decimal(number(properties['searched_km2_around']), 1), q: (number(properties['q']) ?? 0).toPrecision(2) })}`}
        </>
      );
    case 'ground':
      return <><b>{text('name')}</b> {label(GROUND_WORDS, text('status'))} · {decimal((number(properties['ground_m2']) ?? 0) / 1e6, 2)} km²</>;
    case 'ranks': {
      const one = found.ranks.districts.find((district) => district.code === text('code'));
      return <><b>{one?.name}</b> {one?.reasons}</>;
    }
  }
}

export function Legend({ meanings, words, title }: { meanings: readonly Meaning[]; words: Words; title?: string }) {
  return (
    <ul class="legend" aria-label={title}>
      {title && <li><b>{title}</b></li>}
      {meanings.map((one) => <li key={one.code}><span class={`swatch ${one.form ?? ''}`} style={{ '--swatch': one.colour }} aria-hidden="true" />{label(words, one.code)}</li>)}
    </ul>
  );
}
