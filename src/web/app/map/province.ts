// The layers of the province's map: districts by their rank, ground by how it was searched, hot cells, targets. Each is told
// by its colour and by its form or its hatching.
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import GeoJSON from 'ol/format/GeoJSON';
import { Circle, Fill, RegularShape, Stroke, Style, Text } from 'ol/style';
import type { FeatureLike } from 'ol/Feature';
import type { RankedDistrict, Standing } from '../api/types';
import { hatch } from './hatch';
import { visible } from '../parts/visible';

export type Layer = VectorLayer<VectorSource>;

/** What a colour of the map stands for. */
export interface Meaning {
  readonly code: string;
  readonly colour: string;
  /** Its form: what is hatched is ground of which nothing is known. */
  readonly form?: 'hatched' | 'ring' | 'triangle';
}

export const STANDINGS: readonly (Meaning & { readonly code: Standing })[] = [
  { code: 'above', colour: '#c23b33' }, { code: 'as_all', colour: '#e0b400' }, { code: 'below', colour: '#2f8f5b' }, { code: 'insufficient', colour: '#6b756f', form: 'hatched' },
];
export const GROUND: readonly Meaning[] = [
  { code: 'searched_in_window', colour: '#2e7d32' }, { code: 'searched_out_of_window_or_coarse', colour: '#e0a21b' }, { code: 'not_searched', colour: '#6b756f', form: 'hatched' },
];
export const CELLS: readonly Meaning[] = [
  { code: 'hot', colour: '#b22222' }, { code: 'not_hot', colour: '#4f7fae' }, { code: 'masked', colour: '#6b756f', form: 'hatched' },
];
export const TARGETS: readonly Meaning[] = [
  { code: 'matched', colour: '#12683c', form: 'ring' }, { code: 'screened_out', colour: '#d98c2b' }, { code: 'another_season', colour: '#8a4fb0' },
  { code: 'searched_and_nothing', colour: '#145aa0' }, { code: 'searched_badly', colour: '#b0642b' }, { code: 'not_searched', colour: '#a12622', form: 'triangle' },
];

const format = new GeoJSON({ featureProjection: 'EPSG:3857', dataProjection: 'EPSG:4326' });
const dark = matchMedia('(prefers-color-scheme: dark)');

export function features(data: object) {
  return format.readFeatures(data);
}

function meaning(of: readonly Meaning[], code: unknown): Meaning | undefined {
  return of.find((one) => one.code === code);
}

function filled(what: Meaning | undefined, strength: string, width: number): Style {
  if (!what) return new Style({});
  const fill = what.form === 'hatched' ? hatch() : what.colour + strength;
  return new Style({ fill: new Fill({ color: fill }), stroke: new Stroke({ color: what.colour, width }) });
}

export function named(text: string): Text {
  return new Text({
    text: visible(text),
    font: '600 13px system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif',
    fill: new Fill({ color: dark.matches ? '#ffffff' : '#18211c' }),
    stroke: new Stroke({ color: dark.matches ? '#18211c' : '#ffffff', width: 3 }),
    overflow: false,
  });
}

/** Districts by where their rate stands beside that of all. */
export function byRank(ranked: () => ReadonlyMap<string, RankedDistrict>): Layer {
  const style = (feature: FeatureLike): Style => {
    const one = ranked().get(String(feature.get('code')));
    const style = filled(one && meaning(STANDINGS, one.standing), '8c', 1.5);
    if (one) style.setText(named(one.place === null ? one.name : `${one.place} ${one.name}`));
    return style;
  };
  return new VectorLayer({ source: new VectorSource(), style });
}

export function byGround(): Layer {
  return new VectorLayer({ source: new VectorSource(), style: (feature) => filled(meaning(GROUND, feature.get('status')), '99', 0.6) });
}

export function byHeat(): Layer {
  return new VectorLayer({ source: new VectorSource(), style: (feature) => filled(meaning(CELLS, feature.get('class')), feature.get('class') === 'hot' ? 'b0' : '33', 0.8) });
}

/** Met targets are rings; the others are filled, and those that nobody searched stand on a point. */
export function targets(): Layer {
  const style = (feature: FeatureLike): Style => {
    const what = meaning(TARGETS, feature.get('outcome'));
    const fill = new Fill({ color: what?.colour ?? '#6b756f' });
    const white = new Stroke({ color: '#ffffff', width: 1.5 });
    const image = what?.form === 'ring' ? new Circle({ radius: 6, stroke: new Stroke({ color: fill.getColor() as string, width: 3 }), fill: new Fill({ color: '#ffffff' }) })
      : what?.form === 'triangle' ? new RegularShape({ points: 3, radius: 8, fill, stroke: white })
        : new RegularShape({ points: 4, radius: 8, angle: Math.PI / 4, fill, stroke: white });
    return new Style({ image, fill: new Fill({ color: `${what?.colour ?? '#6b756f'}66` }), stroke: new Stroke({ color: what?.colour ?? '#6b756f', width: 2 }) });
  };
  return new VectorLayer({ source: new VectorSource(), style, zIndex: 2 });
}
