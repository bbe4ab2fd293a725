// The maps of a service on a network, where the server was started with one: which of them lies lowest, and what is wrong with the
// service. It learns which places are looked at; so it can be switched off, and the browser keeps what was chosen.
import type Map from 'ol/Map';
import type TileLayer from 'ol/layer/Tile';
import XYZ from 'ol/source/XYZ';
import { basemapAddress, basemaps } from '../api/endpoints';
import type { Explained, TileLayerEntry } from '../api/types';
import { Value } from '../value';

/** What is chosen where none is to be shown. */
export const NONE = 'none';
const KEPT = 'papaver.online';
/** The property of a layer that says which of the maps it is. */
const OF = 'online';
/** Milliseconds between two looks at how the service does. */
const EVERY = 10_000;

interface OnlineNow {
  readonly maps: readonly TileLayerEntry[];
  readonly chosen: string;
  readonly trouble: Explained | null;
}

/** A browser may be set to keep nothing. */
function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

export const online = new Value<OnlineNow>({ maps: [], chosen: NONE, trouble: null });

/** Takes what the server says of its base maps. */
export function take(entries: readonly TileLayerEntry[]): void {
  const maps = entries.filter((entry) => entry.host);
  const known = kept();
  const isThere = known === NONE || maps.some((entry) => entry.id === known);
  const chosen = (isThere ? known : maps[0]?.id) ?? NONE;
  online.set({ maps, chosen, trouble: maps.find((entry) => entry.trouble)?.trouble ?? null });
}

/** Shows one of the maps, or none. */
export function choose(chosen: string): void {
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    // Then it lasts as long as the page.
  }
  online.set({ ...online.get(), chosen });
}

let last = -EVERY;
let waits = false;

/** Asks how the service does, now or a little later, and once for all tiles that come meanwhile. */
function look(): void {
  if (waits) return;
  waits = true;
  setTimeout(() => {
    waits = false;
    last = performance.now();
    void basemaps().then(take, () => undefined);
  }, Math.max(0, last + EVERY - performance.now()));
}

/** Makes a layer one that is shown while it is chosen. */
export function lowest(layer: TileLayer<XYZ>, entry: TileLayerEntry): TileLayer<XYZ> {
  layer.set(OF, entry.id);
  layer.setVisible(online.get().chosen === entry.id);
  layer.getSource()?.on('tileloadend', look);
  return layer;
}

/** Shows on a map what is chosen. */
export function showChosen(map: Map, chosen: string): void {
  for (const layer of map.getLayers().getArray()) {
    const id: unknown = layer.get(OF);
    if (typeof id === 'string') layer.setVisible(id === chosen);
  }
}

let tries = 0;

/** Asks anew for the tiles of a map. */
export function askAgain(map: Map): void {
  tries += 1;
  last = -EVERY;
  const { maps, chosen } = online.get();
  const entry = maps.find((one) => one.id === chosen);
  const layer = map.getLayers().getArray().find((one) => one.get(OF) === chosen) as TileLayer<XYZ> | undefined;
  if (!entry || !layer) return;
  const address = basemapAddress(entry);
  // Another address, since a page may keep what it was given for one.
  layer.getSource()?.setUrl(`${address}${address.includes('?') ? '&' : '?'}again=${tries}`);
}
