// The sites on the map: a click looks at one, a double click opens it, a drawn area selects.
import Draw from 'ol/interaction/Draw';
import DoubleClickZoom from 'ol/interaction/DoubleClickZoom';
import type Polygon from 'ol/geom/Polygon';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { SiteRow } from '../../api/types';
import { Walked, districts, ground } from '../../map/layers';
import { MapView, fit, newMap } from '../../map/map';
import { SitePoints } from '../../map/points';
import { explained } from '../../parts/failure';
import { tell } from '../../parts/notice';
import { say } from '../../words/language';

interface SitesMapOf {
  registry: string;
  rows: readonly SiteRow[];
  selected: ReadonlySet<number>;
  current: number | null;
  pick: (index: number | null) => void;
  open: (index: number) => void;
  select: (indices: ReadonlySet<number>) => void;
  drawing: boolean;
}

export function SitesMap({ registry, rows, selected, current, pick, open, select, drawing }: SitesMapOf) {
  const points = useMemo(() => new SitePoints(), []);
  const walked = useMemo(() => new Walked(registry), []);
  const map = useMemo(() => newMap([walked.layer, districts(registry), points.layer]), []);
  const [draws, setDraws] = useState(false);
  const fitted = useRef(false);
  useEffect(() => void ground(map), []);
  useEffect(() => {
    points.show(rows);
    if (!fitted.current && rows.length) {
      fitted.current = true;
      fit(map, points.extent(), 20);
    }
  }, [rows]);
  useEffect(() => points.select(current === null ? selected : new Set([...selected, current])), [selected, current, rows]);
  useHands(map, points, draws, pick, open);
  useDrawing(map, points, draws, (indices) => {
    setDraws(false);
    select(indices);
  }, () => setDraws(false));
  return (
    <div class="map-box">
      <MapView map={map} label={say('sites_map')} all={() => fit(map, points.extent(), 20)} />
      <div class="map-tools">
        {drawing && <button type="button" aria-pressed={draws} onClick={() => setDraws(!draws)}>{say('draw_to_select')}</button>}
        <WalkedSwitch walked={walked} />
        {draws && <span class="hint">{say('draw_help')}</span>}
      </div>
    </div>
  );
}

/** Shows the ground that patrols walked, and says how much of it there is. */
function WalkedSwitch({ walked }: { walked: Walked }) {
  const [told, setTold] = useState('');
  const [shown, setShown] = useState(false);
  const show = (wanted: boolean): void => {
    setShown(wanted);
    setTold('');
    if (!wanted) return walked.hide();
    walked.show().then(
      ({ season, n }) => setTold(n === 0 ? say('none_walked') : say('walked_n', { season, n })),
      (error: Error) => {
        setShown(false);
        tell(explained(error).what, 'bad');
      },
    );
  };
  return (
    <>
      <label class="check"><input type="checkbox" checked={shown} onChange={(event) => show(event.currentTarget.checked)} />{say('layer_walked')}</label>
      {shown && told && <span class="hint" role="status">{told}</span>}
    </>
  );
}

type MapOf = ReturnType<typeof newMap>;

function useHands(map: MapOf, points: SitePoints, draws: boolean, pick: (index: number | null) => void, open: (index: number) => void): void {
  const hands = useRef({ pick, open });
  hands.current = { pick, open };
  useEffect(() => {
    if (draws) return;
    const found = (event: { coordinate: number[] }): number | null =>
      points.at(event.coordinate as [number, number], map.getView().getResolution() ?? 1);
    const once = (event: { coordinate: number[] }): void => hands.current.pick(found(event));
    const twice = (event: { coordinate: number[]; stopPropagation: () => void }): void => {
      const index = found(event);
      if (index === null) return;
      event.stopPropagation();
      hands.current.open(index);
    };
    map.on('click', once);
    map.on('dblclick', twice);
    return () => {
      map.un('click', once);
      map.un('dblclick', twice);
    };
  }, [map, draws]);
}

function useDrawing(map: MapOf, points: SitePoints, draws: boolean, drawn: (indices: ReadonlySet<number>) => void, given_up: () => void): void {
  const ends = useRef({ drawn, given_up });
  ends.current = { drawn, given_up };
  useEffect(() => {
    if (!draws) return;
    const draw = new Draw({ type: 'Polygon' });
    const zooming = map.getInteractions().getArray().find((one) => one instanceof DoubleClickZoom);
    zooming?.setActive(false);
    draw.on('drawend', (event) => {
      const polygon = event.feature.getGeometry() as Polygon;
      ends.current.drawn(new Set(points.within((x, y) => polygon.intersectsCoordinate([x, y]))));
    });
    const escape = (event: KeyboardEvent): void => { if (event.key === 'Escape') ends.current.given_up(); };
    document.addEventListener('keydown', escape);
    map.addInteraction(draw);
    return () => {
      document.removeEventListener('keydown', escape);
      map.removeInteraction(draw);
      setTimeout(() => zooming?.setActive(true), 300);
    };
  }, [map, draws]);
}
