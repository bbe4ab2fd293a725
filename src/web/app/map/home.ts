// Where a map of an office begins: at what was given, at its districts, else at its sites.
import { isEmpty } from 'ol/extent';
import GeoJSON from 'ol/format/GeoJSON';
import type Map from 'ol/Map';
import VectorSource from 'ol/source/Vector';
import { districtsOf } from '../api/districts';
import { someSites } from '../api/endpoints';
import { extentOf, fit } from './map';

export async function lookAt(map: Map, registry: string, places: readonly (readonly [number, number])[]): Promise<void> {
  if (places.length > 0) return fit(map, extentOf(places), 16);
  const outlines = await districtsOf(registry).catch(() => null);
  if (outlines && outlines.features.length > 0) {
    const source = new VectorSource({ features: new GeoJSON({ featureProjection: 'EPSG:3857' }).readFeatures(outlines) });
    const extent = source.getExtent();
    if (extent && !isEmpty(extent)) return fit(map, extent);
  }
  const known = await someSites(registry).catch(() => []);
  if (known.length > 0) fit(map, extentOf(known), 15);
}
