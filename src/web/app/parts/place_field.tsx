// A place, or the corners of some ground, given on a map or typed: a map alone shuts out who cannot point.
import { toLonLat } from 'ol/proj';
import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import { Corners, type Place } from '../map/corners';
import { lookAt } from '../map/home';
import { districts, ground, outlines } from '../map/layers';
import { MapView, extentOf, fit, newMap } from '../map/map';
import { say } from '../words/language';

const DIGITS = 7;

function rounded(at: readonly number[]): Place {
  const [lon = 0, lat = 0] = at;
  return [Number(lon.toFixed(DIGITS)), Number(lat.toFixed(DIGITS))];
}

/** Places as people type or paste them: a longitude and a latitude on a line. */
export function placesOf(text: string): Place[] {
  const lines = text.split(/\n|;|；/).map((line) => line.split(/[,，\s]+/).filter(Boolean).map(Number));
  return lines.filter((pair) => pair.length === 2 && pair.every(Number.isFinite)).map(([lon = 0, lat = 0]) => [lon, lat]);
}

/** West, south, east, north. */
type Box = readonly [number, number, number, number];

interface PlaceFieldOf {
  /** Whose districts and sites a map shows; `null` where there is none. */
  registry: string | null;
  label: string;
  name: string;
  /** Whether the corners of some ground are asked for. */
  area?: boolean;
  value?: Place | null;
  help?: string;
  /** Ground that is outlined, and at which a map begins. */
  around?: readonly Box[];
}

export function PlaceField({ registry, label, name, area = false, value = null, help, around = [] }: PlaceFieldOf) {
  const [text, setText] = useState(value ? value.join(', ') : '');
  const [shown, setShown] = useState(around.length > 0);
  const id = useId();
  const write = (places: readonly Place[]): void => setText(places.map((place) => place.join(', ')).join('\n'));
  const add = (place: Place): void => write(area ? [...placesOf(text), place] : [place]);
  const typed = (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }): void => setText(event.currentTarget.value);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {area
        ? <textarea id={id} name={name} rows={3} value={text} placeholder="113.3000000, 33.7400000" onInput={typed} aria-describedby={`${id}-help`} />
        : <input id={id} name={name} value={text} autocomplete="off" placeholder="113.3000000, 33.7400000" onInput={typed} aria-describedby={`${id}-help`} />}
      <small id={`${id}-help`}>{help ?? say(area ? 'corners_help' : 'place_help')}</small>
      <p class="row place-tools">
        <button type="button" class="small" aria-expanded={shown} onClick={() => setShown(!shown)}>{say(shown ? 'hide_map' : area ? 'draw_on_map' : 'point_on_map')}</button>
        {area && placesOf(text).length > 0 && <button type="button" class="small" onClick={() => write(placesOf(text).slice(0, -1))}>{say('corner_back')}</button>}
        {text !== '' && <button type="button" class="small" onClick={() => setText('')}>{say('clear')}</button>}
      </p>
      {shown && <PointMap registry={registry} places={placesOf(text)} area={area} add={add} around={around} />}
    </div>
  );
}

interface PointMapOf {
  registry: string | null;
  places: readonly Place[];
  area: boolean;
  add: (place: Place) => void;
  around: readonly Box[];
}

function PointMap({ registry, places, area, add, around }: PointMapOf) {
  const corners = useMemo(() => new Corners(), []);
  const map = useMemo(() => newMap([...(registry === null ? [] : [districts(registry)]), outlines(around), corners.layer]), []);
  useEffect(() => {
    void ground(map);
    const known: readonly Place[] = places.length > 0 ? places : around.flatMap(([west, south, east, north]) => [[west, south], [east, north]] as const);
    if (known.length > 0) fit(map, extentOf(known), 21);
    else if (registry !== null) void lookAt(map, registry, places);
  }, []);
  const written = places.map((place) => place.join()).join(';');
  useEffect(() => corners.show(places, area), [written]);
  useEffect(() => {
    const clicked = (event: { coordinate: number[] }): void => add(rounded(toLonLat(event.coordinate)));
    map.on('singleclick', clicked);
    return () => map.un('singleclick', clicked);
  }, [map, written]);
  const middle = (): void => add(rounded(toLonLat(map.getView().getCenter() ?? [0, 0])));
  return (
    <>
      <div class="point-map"><MapView map={map} label={say(area ? 'corners_map' : 'place_map')} /><span class="cross" aria-hidden="true">+</span></div>
      <button type="button" class="small" onClick={middle}>{say(area ? 'corner_at_middle' : 'place_at_middle')}</button>
    </>
  );
}
