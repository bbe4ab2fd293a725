// Patrols: what people on foot covered, and reports that nothing was found.
import { useState } from 'preact/hooks';
import { crews, upload } from '../../api/endpoints';
import { useChanges } from '../../api/events';
import { patrols, record, type Act, type PatrolLine, type Patrols } from '../../api/ledger';
import type { SessionNow } from '../../api/types';
import { useLoaded } from '../../loading';
import { Field, TextField } from '../../parts/field';
import { Ready } from '../../parts/loaded';
import { PlaceField, placesOf } from '../../parts/place_field';
import { RecordDialog } from '../../parts/record';
import { area, count, day } from '../../words/figures';
import { say } from '../../words/language';
import { FollowUp } from './follow_up';
import { Buttons, By, DistrictField, Fact, Head, Lists, NoteField, Sites, called, useNames, type Names } from './parts';

const SQUARE_METRES_OF_A_MU = 2000 / 3;

export function PatrolsPage({ who }: { who: SessionNow }) {
  const [season, setSeason] = useState<number | null>(null);
  const loaded = useLoaded(() => patrols(who.registry, season), [who.registry, season]);
  useChanges('registry', who.registry, loaded.again);
  return <><Lists now="patrols" /><Ready loaded={loaded}>{(found) => <List found={found} who={who} choose={setSeason} again={loaded.again} />}</Ready></>;
}

function List({ found, who, choose, again }: { found: Patrols; who: SessionNow; choose: (season: number) => void; again: () => void }) {
  const [recording, setRecording] = useState(false);
  const [open, setOpen] = useState<{ line: PatrolLine; act: Exclude<Act, 'measure'> } | null>(null);
  const names = useNames(who.registry);
  return (
    <>
      <Head title="patrols" listed={found} choose={choose}>
        {found.may.includes('patrol') && <button type="button" class="primary" onClick={() => setRecording(true)}>{say('new_patrol')}</button>}
      </Head>
      {found.patrols.length === 0 ? <p class="empty">{say('no_patrols')}</p> : (
        <ul class="cards entries">
          {found.patrols.map((line) => <li key={line.entry} class="card"><Patrol line={line} names={names} act={(act) => act !== 'measure' && setOpen({ line, act })} /></li>)}
        </ul>
      )}
      {found.total > found.patrols.length && <p class="hint">{say('latest_of', { n: found.patrols.length, all: found.total })}</p>}
      {recording && <PatrolDialog who={who} names={names} choose={choose} close={() => setRecording(false)} done={again} />}
      {open && <FollowUp registry={who.registry} line={open.line} act={open.act} about={about(open.line, names)} on={open.line.on === day(0) ? undefined : open.line.on} close={() => setOpen(null)} done={again} />}
    </>
  );
}

function about(line: PatrolLine, names: Names): string {
  return [line.on, line.crew, line.district && called(names, line.district)].filter(Boolean).join(' · ');
}

function Patrol({ line, names, act }: { line: PatrolLine; names: Names; act: (act: Act) => void }) {
  return (
    <>
      <h2><time>{line.on}</time> {line.district && called(names, line.district)}{line.zero && <span class="tag">{say('zero_reports')}</span>}</h2>
      <dl class="facts">
        <Fact word="crew">{line.crew}</Fact>
        <Fact word="went">{say('people_vehicles', { people: count(line.people), vehicles: count(line.vehicles) })}</Fact>
        <Fact word="patrolled">{line.walked_m2 !== null ? area(line.walked_m2) : line.area_m2 !== null ? area(line.area_m2) : null}</Fact>
        <Fact word="track">{line.track_m !== null ? say('metres_n', { n: count(line.track_m) }) : null}</Fact>
        <Fact word="led_to">{line.sites.length > 0 ? <Sites codes={line.sites} /> : null}</Fact>
        <Fact word="seeds">{line.seeds}</Fact>
        <Fact word="publicity">{line.publicity}</Fact>
        <Fact word="note">{line.note}</Fact>
      </dl>
      <By line={line} />
      <Buttons line={line} about={about(line, names)} act={act} />
    </>
  );
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function PatrolDialog({ who, names, choose, close, done }: { who: SessionNow; names: Names; choose: (season: number) => void; close: () => void; done: () => void }) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [on, setOn] = useState(day(0));
  // A track has its own day: today's is said of it by nobody.
  const tracked = (chosen: readonly File[]): void => {
    setFiles(chosen);
    if (chosen.length > 0 && on === day(0)) setOn('');
    if (chosen.length === 0 && on === '') setOn(day(0));
  };
  const teams = useLoaded(() => crews(who.registry), [who.registry]).data ?? [];
  const save = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const tracks: string[] = [];
    for (const file of files) tracks.push((await upload(file)).upload);
    const mu = number(values['mu']);
    const { season } = await record(who.registry, 'patrols', {
      on: values['on'], crew: values['crew'], district: values['district'], people: number(values['people']) ?? 0, vehicles: number(values['vehicles']) ?? 0,
      area_m2: mu === undefined ? undefined : mu * SQUARE_METRES_OF_A_MU, drawn: tracks.length > 0 ? [] : placesOf(values['drawn'] ?? ''), tracks,
      clock_wrong: values['clock_wrong'] === 'true', zero: values['zero'] === 'true', note: values['note'], seeds: values['seeds'], publicity: values['publicity'],
    });
    choose(season);
  };
  return (
    <RecordDialog title={say('new_patrol')} close={close} done={done} save={save}>
      <div class="pair">
        <Field label={say('patrol_day')} help={files.length > 0 ? say('day_of_track') : undefined}>
          {(id, help) => <input id={id} name="on" type="date" value={on} max={day(0)} required={files.length === 0} aria-describedby={help} onInput={(event) => setOn(event.currentTarget.value)} />}
        </Field>
        <TextField name="crew" label={say('crew')} list={teams} />
      </div>
      <div class="pair">
        <TextField name="people" label={say('people_number')} type="number" min={0} step={1} />
        <TextField name="vehicles" label={say('vehicles_number')} type="number" min={0} step={1} />
      </div>
      <DistrictField names={names} unit={who.unit} none={say('district_of_ground')} />
      <Field label={say('track_file')} help={say('track_help')}>
        {(id, help) => <input id={id} type="file" multiple accept=".gpx,.kml,.kmz,application/gpx+xml" aria-describedby={help} onChange={(event) => tracked([...(event.currentTarget.files ?? [])])} />}
      </Field>
      {files.length > 0
        ? <p><label class="check"><input type="checkbox" name="clock_wrong" value="true" />{say('clock_wrong')}</label></p>
        : (
          <>
            <PlaceField registry={who.registry} name="drawn" label={say('ground_drawn')} area />
            <TextField name="mu" label={say('ground_mu')} type="number" min={0} help={say('ground_mu_help')} />
          </>
        )}
      <p><label class="check"><input type="checkbox" name="zero" value="true" />{say('zero_report')}</label></p>
      <NoteField />
      <details>
        <summary>{say('seeds_publicity')}</summary>
        <TextField name="seeds" label={say('seeds')} />
        <TextField name="publicity" label={say('publicity')} />
      </details>
    </RecordDialog>
  );
}
