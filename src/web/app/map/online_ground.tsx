// Which map of a service on a network lies lowest, at the edge of each map, and what is wrong with the service. Nothing where there is none.
import type Map from 'ol/Map';
import { useEffect } from 'preact/hooks';
import { Said } from '../parts/failure';
import { useValue } from '../value';
import { say } from '../words/language';
import type { Word } from '../words/words';
import { NONE, askAgain, choose, online, showChosen } from './online';

const NAMES: Readonly<Record<string, Word>> = { 'tianditu-imagery': 'tianditu_imagery', 'tianditu-streets': 'tianditu_streets' };

export function OnlineGround({ map }: { map: Map }) {
  const { maps, chosen, trouble } = useValue(online);
  useEffect(() => showChosen(map, chosen), [map, chosen]);
  if (maps.length === 0) return null;
  return (
    <div class="online">
      <div aria-live="polite">
        {trouble && chosen !== NONE && (
          <div class="hint"><Said of={trouble} /><button type="button" class="small" onClick={() => askAgain(map)}>{say('again')}</button></div>
        )}
      </div>
      <select aria-label={say('online_ground')} title={say('online_told', { host: maps[0]?.host ?? '' })} value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        {maps.map((one) => {
          const name = NAMES[one.id];
          return <option key={one.id} value={one.id}>{name ? say(name) : one.title}</option>;
        })}
        <option value={NONE}>{say('online_none')}</option>
      </select>
    </div>
  );
}
