// What lies under and over the sites: base maps of the office, imagery of a survey, districts, ground not searched.
import type BaseLayer from 'ol/layer/Base';
import TileLayer from 'ol/layer/Tile';
import VectorLayer from 'ol/layer/Vector';
import XYZ from 'ol/source/XYZ';
import VectorSource from 'ol/source/Vector';
import GeoJSON from 'ol/format/GeoJSON';
import { Fill, Stroke, Style, Text } from 'ol/style';
import { transformExtent } from 'ol/proj';
import type Map from 'ol/Map';
import Feature, { type FeatureLike } from 'ol/Feature';
import { fromExtent } from 'ol/geom/Polygon';
import { basemapAddress, basemaps, candidatesAddress, coverageAddress, imageryOf, library, setAsideAddress, tileAddress } from '../api/endpoints';
import { districtsOf } from '../api/districts';
import { walked } from '../api/ledger';
import { get } from '../api/request';
import type { TileLayerEntry } from '../api/types';
import { hatch } from './hatch';
import { lowest, take } from './online';
import { visible } from '../parts/visible';

const dark = matchMedia('(prefers-color-scheme: dark)');
const format = new GeoJSON({ featureProjection: 'EPSG:3857', dataProjection: 'EPSG:4326' });

/** A layer of GeoJSON that is read once; what cannot be read leaves it empty, and the map usable. */
function geojson(asked: Promise<object>, style: (feature: FeatureLike, resolution: number) => Style | Style[] | undefined): VectorLayer<VectorSource> {
  const source = new VectorSource();
  void asked.then((data) => source.addFeatures(format.readFeatures(data)), () => undefined);
  return new VectorLayer({ source, style, updateWhileInteracting: false });
}

/** Surveys whose imagery lies under the sites at once: more would ask for too many tiles. */
const MOST_SURVEYS = 12;
/** Imagery of a drone says nothing from so far away that a survey is smaller than a tile. */
const FURTHEST = 12;

function tiled(entry: TileLayerEntry, address: string, minZoom?: number): TileLayer<XYZ> {
  const source = new XYZ({ url: address, transition: 0, ...(entry.max_zoom === null ? {} : { maxZoom: entry.max_zoom }), ...(entry.attribution ? { attributions: escaped(entry.attribution) } : {}) });
  const extent = entry.extent && transformExtent([...entry.extent], 'EPSG:4326', 'EPSG:3857');
  return new TileLayer({ source, ...(extent ? { extent } : {}), ...(minZoom === undefined ? {} : { minZoom }) });
}

/** Base maps of the office, and below them those of a service on a network. A server without any leaves the ground bare. */
async function baseLayers(): Promise<BaseLayer[]> {
  const entries = await basemaps().catch(() => []);
  take(entries);
  const layer = (entry: TileLayerEntry): TileLayer<XYZ> => tiled(entry, basemapAddress(entry));
  return entries.map((entry) => (entry.host ? lowest(layer(entry), entry) : layer(entry)));
}

async function imagery(survey: string): Promise<BaseLayer[]> {
  const entries = await imageryOf(survey).catch(() => []);
  return entries.map((entry) => tiled(entry, tileAddress(survey, entry), FURTHEST));
}

/** Lays base maps and the imagery of surveys, of all where none is named, under what is on a map. */
export async function ground(map: Map, survey?: string): Promise<void> {
  const surveys = survey === undefined ? (await library().catch(() => null))?.surveys.map((one) => one.id).slice(-MOST_SURVEYS) ?? [] : [survey];
  const layers = (await Promise.all([baseLayers(), ...surveys.map(imagery)])).flat();
  layers.forEach((layer, index) => map.getLayers().insertAt(index, layer));
}

/** The library writes attributions as markup; an office's file may hold anything. */
function escaped(text: string): string {
  const element = document.createElement('i');
  element.textContent = text;
  return element.innerHTML;
}

/** Boxes of ground by their outlines: west, south, east, north. */
export function outlines(boxes: readonly (readonly [number, number, number, number])[]): VectorLayer<VectorSource> {
  const source = new VectorSource({ features: boxes.map((box) => new Feature({ geometry: fromExtent(transformExtent([...box], 'EPSG:4326', 'EPSG:3857')) })) });
  return new VectorLayer({ source, style: new Style({ stroke: new Stroke({ color: dark.matches ? '#e8b23f' : '#8a5a00', width: 2, lineDash: [8, 4] }) }) });
}

export function districts(registry: string): VectorLayer<VectorSource> {
  return geojson(districtsOf(registry), (feature, resolution) => new Style({
    stroke: new Stroke({ color: dark.matches ? '#9aa8a0' : '#6b756f', width: 1.2, lineDash: [6, 3] }),
    ...(resolution < 300 ? { text: name(String(feature.get('name') ?? feature.get('code') ?? '')) } : {}),
  }));
}

function name(text: string): Text {
  return new Text({
    text: visible(text),
    font: '13px system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif',
    fill: new Fill({ color: dark.matches ? '#e8ece9' : '#18211c' }),
    stroke: new Stroke({ color: dark.matches ? '#18211c' : '#ffffff', width: 3 }),
    overflow: false,
  });
}

export function candidates(survey: string, isCurrent: (id: string) => boolean): VectorLayer<VectorSource> {
  return geojson(get<object>(candidatesAddress(survey)), (feature) => {
    const current = isCurrent(String(feature.get('id')));
    return new Style({
      stroke: new Stroke({ color: current ? '#1c3f94' : '#d0342c', width: current ? 4 : 2 }),
      fill: new Fill({ color: 'rgba(208, 52, 44, 0.12)' }),
      text: name(String(feature.get('rank') ?? '')),
      zIndex: current ? 1 : 0,
    });
  });
}

const ASIDE = new Style({ stroke: new Stroke({ color: '#ffb000', width: 3 }), fill: new Fill({ color: 'rgba(255, 176, 0, 0.2)' }) });

/** What the second look of a survey set aside; hidden until it is asked for. */
export function setAside(survey: string): VectorLayer<VectorSource> {
  const layer = geojson(get<object>(setAsideAddress(survey)), () => ASIDE);
  layer.setVisible(false);
  return layer;
}

const WALKED = new Style({ stroke: new Stroke({ color: '#145aa0', width: 1.5 }), fill: new Fill({ color: hatch('#145aa0') }) });

/** Ground that patrols walked, empty until it is asked for. */
export class Walked {
  readonly layer = new VectorLayer({ source: new VectorSource(), style: WALKED, visible: false, updateWhileInteracting: false });

  constructor(private readonly registry: string) {}

  /** Asks for it anew and shows it; answers of which season it is, and of how many patrols. */
  async show(): Promise<{ readonly season: number; readonly n: number }> {
    const found = format.readFeatures(await walked(this.registry));
    this.layer.getSource()?.clear();
    this.layer.getSource()?.addFeatures(found);
    this.layer.setVisible(true);
    return { season: Number(found[0]?.get('season') ?? 0), n: found.length };
  }

  hide(): void {
    this.layer.setVisible(false);
  }
}

/** The colour of each reason for which ground is not searched. */
const GAP_COLOURS: Readonly<Record<string, string>> = {
  outside_boundary: '#5a645f', nodata: '#7a6a58', blank: '#7a6a58', gap: '#8a4fb0', quality: '#145aa0', unreadable: '#c0271f',
  too_coarse: '#b5700d', too_oblique: '#b5700d', no_position: '#c0271f', no_altitude: '#c0271f', not_run: '#145aa0',
};

export function gapColour(reason: string): string {
  return GAP_COLOURS[reason] ?? '#5a645f';
}

/** So little of a colour that the imagery is seen as it is, and the ground can be pointed at. */
const SEARCHED = new Style({ stroke: new Stroke({ color: '#12683c', width: 2 }), fill: new Fill({ color: 'rgba(18, 104, 60, 0.02)' }) });

/** Ground that was not searched is hatched by its reason; what was searched has an outline alone. */
export function coverage(survey: string): VectorLayer<VectorSource> {
  return geojson(get<object>(coverageAddress(survey)), (feature) => {
    if (feature.get('status') === 'searched') return SEARCHED;
    const colour = gapColour(String(feature.get('reason')));
    return new Style({ fill: new Fill({ color: hatch(colour) }), stroke: new Stroke({ color: colour, width: 1.5 }) });
  });
}
