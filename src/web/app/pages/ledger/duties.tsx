// Letters of responsibility: who answers for which district, and which households signed with their village.
import { useState } from 'preact/hooks';
import { useChanges } from '../../api/events';
import { duties, record, type Duties, type DutyLine } from '../../api/ledger';
import type { SessionNow } from '../../api/types';
import { useLoaded } from '../../loading';
import { TextField } from '../../parts/field';
import { Ready } from '../../parts/loaded';
import { RecordDialog } from '../../parts/record';
import { day } from '../../words/figures';
import { say } from '../../words/language';
import { FollowUp } from './follow_up';
import { Buttons, By, DistrictField, Fact, Head, Lists, called, districtsOf, useNames, type Names } from './parts';

/** Digits of a village's code. */
const VILLAGE = 12;

export function DutiesPage({ who }: { who: SessionNow }) {
  const [season, setSeason] = useState<number | null>(null);
  const [district, setDistrict] = useState('');
  const loaded = useLoaded(() => duties(who.registry, season, district), [who.registry, season, district]);
  useChanges('registry', who.registry, loaded.again);
  return <><Lists now="duties" /><Ready loaded={loaded}>{(found) => <List found={found} who={who} choose={setSeason} district={district} within={setDistrict} again={loaded.again} />}</Ready></>;
}

interface ListOf {
  found: Duties;
  who: SessionNow;
  choose: (season: number) => void;
  district: string;
  within: (district: string) => void;
  again: () => void;
}

function List({ found, who, choose, district, within, again }: ListOf) {
  const [recording, setRecording] = useState(false);
  const [wrong, setWrong] = useState<DutyLine | null>(null);
  const names = useNames(who.registry);
  const known = districtsOf(names, who.unit, false);
  return (
    <>
      <Head title="duties" listed={found} choose={choose}>
        {known.length > 0 && (
          <label class="check"><span class="unseen">{say('district')}</span>
            <select value={district} onChange={(event) => within(event.currentTarget.value)}>
              <option value="">{say('all_districts')}</option>
              {known.map(([code, text]) => <option key={code} value={code}>{text}</option>)}
            </select>
          </label>
        )}
        {found.may.includes('duty') && <button type="button" class="primary" onClick={() => setRecording(true)}>{say('new_duty')}</button>}
      </Head>
      {found.duties.length === 0 ? <p class="empty">{say('no_duties')}</p> : (
        <ul class="cards entries">
          {found.duties.map((line) => <li key={line.entry} class="card"><Duty line={line} names={names} wrong={() => setWrong(line)} /></li>)}
        </ul>
      )}
      {found.total > found.duties.length && <p class="hint">{say('first_of', { n: found.duties.length, all: found.total })}</p>}
      {recording && <DutyDialog found={found} who={who} names={names} choose={choose} close={() => setRecording(false)} done={again} />}
      {wrong && <FollowUp registry={who.registry} line={wrong} act="void" about={about(wrong, names)} close={() => setWrong(null)} done={again} />}
    </>
  );
}

function about(line: DutyLine, names: Names): string {
  return [called(names, line.district), line.household, line.answers].filter(Boolean).join(' · ');
}

function Duty({ line, names, wrong }: { line: DutyLine; names: Names; wrong: () => void }) {
  return (
    <>
      <h2>{called(names, line.district)}{line.household && ` · ${line.household}`}{!line.stands && <span class="tag">{say('replaced')}</span>}</h2>
      <dl class="facts">
        <Fact word="answers">{line.answers}</Fact>
        <Fact word="post">{line.post}</Fact>
        <Fact word="letter">{line.letter}</Fact>
        <Fact word="signed_on">{line.signed_on && <time>{line.signed_on}</time>}</Fact>
      </dl>
      <By line={line} />
      <Buttons line={line} about={about(line, names)} act={wrong} />
    </>
  );
}

function DutyDialog({ found, who, names, choose, close, done }: { found: Duties; who: SessionNow; names: Names; choose: (season: number) => void; close: () => void; done: () => void }) {
  // A boundary file often ends with townships: then a household's village is typed.
  const villages = districtsOf(names, who.unit, false).some(([code]) => code.length === VILLAGE);
  const save = async ({ season, village, district, ...values }: Readonly<Record<string, string>>): Promise<void> => {
    await record(who.registry, 'duties', { ...values, district: (values['household'] && village) || district, season: Number(season) });
    choose(Number(season));
  };
  return (
    <RecordDialog title={say('new_duty')} close={close} done={done} save={save}>
      <DistrictField names={names} unit={who.unit} required />
      <div class="pair"><TextField name="person" label={say('answers')} required /><TextField name="post" label={say('post')} placeholder={say('post_such')} /></div>
      <TextField name="household" label={say('household')} help={say(villages ? 'household_help' : 'household_village_help')} />
      {!villages && <TextField name="village" label={say('village_code')} placeholder="410423001002" />}
      <div class="pair"><TextField name="letter" label={say('letter')} placeholder={say('letter_such')} /><TextField name="signed_on" label={say('signed_on')} type="date" max={day(0)} /></div>
      <TextField name="season" label={say('fact_season')} type="number" min={2000} max={2100} step={1} required value={String(found.seasons[0] ?? found.season)} />
    </RecordDialog>
  );
}
