// The boundary of a survey: a file of the served folder, one that is sent, or corners drawn on a map that shows where the imagery
// lies.
import { useRef } from 'preact/hooks';
import { boundaries, extentOfImagery } from '../../api/endpoints';
import { useLoaded } from '../../loading';
import { Field } from '../../parts/field';
import { PlaceField, placesOf } from '../../parts/place_field';
import { say } from '../../words/language';

/** The value of the choice that stands for corners on a map. */
export const DRAWN = '#drawn';

const ACCEPTED = '.geojson,.gpkg,.shp,.dbf,.shx,.prj,.cpg,.kml,.kmz,.ovkml,.ovkmz,.zip';

interface BoundaryOf {
  registry: string | null;
  /** What is to be scanned. */
  imagery: readonly string[];
  chosen: string;
  choose: (boundary: string) => void;
  send: (files: File[]) => void;
  /** Changes when files have arrived. */
  arrived: number;
}

export function BoundaryField({ registry, imagery, chosen, choose, send, arrived }: BoundaryOf) {
  const known = useLoaded(boundaries, [arrived]);
  const input = useRef<HTMLInputElement>(null);
  const listed = (known.data ?? []).map((one) => one.path);
  const all = chosen === '' || chosen === DRAWN || listed.includes(chosen) ? listed : [chosen, ...listed];
  return (
    <>
      <Field label={say('option_within')} help={say('option_within_help')}>
        {(id, help) => (
          <div class="boundary">
            <select id={id} name="within" value={chosen} aria-describedby={help} onChange={(event) => choose(event.currentTarget.value)}>
              <option value="">{say('within_all')}</option>
              <option value={DRAWN}>{say('draw_on_map')}</option>
              {all.map((path) => <option key={path} value={path}>{path}</option>)}
            </select>
            <button type="button" onClick={() => input.current?.click()}>{say('within_send')}</button>
            <input ref={input} class="boundary-file" type="file" multiple hidden accept={ACCEPTED}
              onChange={(event) => { send([...(event.currentTarget.files ?? [])]); event.currentTarget.value = ''; }} />
          </div>
        )}
      </Field>
      {chosen === DRAWN && <Drawn key={imagery.join('\n')} registry={registry} imagery={imagery} />}
    </>
  );
}

/** Corners, on a map that begins where the imagery lies. */
function Drawn({ registry, imagery }: { registry: string | null; imagery: readonly string[] }) {
  const { data } = useLoaded(async () => (await Promise.all(imagery.map((path) => extentOfImagery(path).catch(() => null)))).filter((one) => one !== null), []);
  if (data === null) return <p class="busy" role="status">{say('loading')}</p>;
  return <PlaceField registry={registry} label={say('within_corners')} name="drawn" area around={data} />;
}

/** Corners as a file; nothing where they enclose no ground. */
export function drawn(text: string, name: string): File | null {
  const corners = placesOf(text);
  const first = corners[0];
  if (corners.length < 3 || !first) return null;
  const geometry = { type: 'Polygon', coordinates: [[...corners, first]] };
  const features = { type: 'FeatureCollection', features: [{ type: 'Feature', properties: { name }, geometry }] };
  return new File([JSON.stringify(features)], `${name.replace(/[/\\:*?"<>|]/g, '_').replace(/^\.+/, '').trim() || 'boundary'}.geojson`, { type: 'application/geo+json' });
}
