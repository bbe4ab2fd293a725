// A map in the page: it draws on Canvas 2D, needs no graphics card, and is moved by hand, wheel, fingers and keys.
import 'ol/ol.css';
import Map from 'ol/Map';
import View from 'ol/View';
import type BaseLayer from 'ol/layer/Base';
import ScaleLine from 'ol/control/ScaleLine';
import Attribution from 'ol/control/Attribution';
import { boundingExtent, type Extent } from 'ol/extent';
import { transformExtent } from 'ol/proj';
import { useEffect, useRef } from 'preact/hooks';
import { say } from '../words/language';
import { OnlineGround } from './online_ground';

/** Mainland China, for a map on which there is nothing yet. */
const EVERYTHING: Extent = transformExtent([98, 20, 124, 46], 'EPSG:4326', 'EPSG:3857');
const CLOSEST = 24;

export function newMap(layers: BaseLayer[]): Map {
  const map = new Map({
    layers,
    controls: [new ScaleLine(), new Attribution({ collapsible: false })],
    view: new View({ maxZoom: CLOSEST, enableRotation: false }),
  });
  map.getView().fit(EVERYTHING, { size: [600, 400] });
  return map;
}

export function fit(map: Map, extent: Extent | null | undefined, closest = 20): void {
  if (!extent || !Number.isFinite(extent[0] ?? NaN)) return;
  const size = map.getSize();
  if (size && size[0] && size[1]) map.getView().fit(extent, { padding: [40, 40, 40, 40], maxZoom: closest, duration: 0 });
  // A map that is folded away has no size yet.
  else map.once('change:size', () => fit(map, extent, closest));
}

export function extentOf(lonlats: readonly (readonly [number, number])[]): Extent {
  return transformExtent(boundingExtent(lonlats.map(([lon, lat]) => [lon, lat])), 'EPSG:4326', 'EPSG:3857');
}

export function MapView({ map, label, all }: { map: Map; label: string; all?: (() => void) | undefined }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (element.current) map.setTarget(element.current);
    return () => map.setTarget(undefined);
  }, [map]);
  const zoom = (by: number): void => {
    const view = map.getView();
    view.animate({ zoom: (view.getZoom() ?? 0) + by, duration: 150 });
  };
  return (
    <div class="map">
      <div ref={element} class="canvas" tabIndex={0} role="application" aria-label={label} />
      <div class="map-buttons">
        <button type="button" aria-label={say('zoom_in')} onClick={() => zoom(1)}>+</button>
        <button type="button" aria-label={say('zoom_out')} onClick={() => zoom(-1)}>−</button>
        {all && <button type="button" aria-label={say('zoom_to_all')} title={say('zoom_to_all')} onClick={all}>⤢</button>}
      </div>
      <OnlineGround map={map} />
    </div>
  );
}
