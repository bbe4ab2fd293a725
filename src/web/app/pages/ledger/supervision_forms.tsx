// What supervision asks for: a round, a finding, a measure.
import { useState } from 'preact/hooks';
import { record, type FindingLine, type Rung, type Supervision } from '../../api/ledger';
import type { SessionNow } from '../../api/types';
import { ChoiceField, TextField } from '../../parts/field';
import { RecordDialog } from '../../parts/record';
import { day } from '../../words/figures';
import { language, say } from '../../words/language';
import { RUNGS } from '../../words/coded';
import { DistrictField, NoteField, districtsOf, type Names } from './parts';

interface FormOf {
  found: Supervision;
  who: SessionNow;
  names: Names;
  /** Shows the season to which something was recorded. */
  choose: (season: number) => void;
  close: () => void;
  done: () => void;
}

/** Days in which something is to be put right when nothing else is said. */
const USUAL = 15;

function parted(text: string | undefined): string[] {
  return (text ?? '').split(/[,，、;；\s]+/).filter(Boolean);
}

/** Names have spaces in them. */
function people(text: string | undefined): string[] {
  return (text ?? '').split(/[,，、;；\n]+/).map((name) => name.trim()).filter(Boolean);
}

export function RoundDialog({ who, names, choose, close, done }: FormOf) {
  const known = districtsOf(names, who.unit, false);
  const save = async (values: Readonly<Record<string, string>>, form: HTMLFormElement): Promise<void> => {
    const chosen = known.length > 0 ? new FormData(form).getAll('districts').map(String) : parted(values['districts']);
    const { season } = await record(who.registry, 'rounds', {
      name: values['name'] ?? '', on: values['on'] ?? '', until: values['until'], team: people(values['team']), districts: chosen,
      sites: parted(values['sites']), ledgers: Number(values['ledgers'] ?? 0), note: values['note'],
    });
    choose(season);
  };
  return (
    <RecordDialog title={say('new_round')} close={close} done={done} save={save}>
      <TextField name="name" label={say('round_name')} required placeholder={say('round_name_such')} />
      <div class="pair"><TextField name="on" label={say('first_day')} type="date" value={day(0)} required /><TextField name="until" label={say('last_day')} type="date" /></div>
      <TextField name="team" label={say('team')} value={who.name} required help={say('team_help')} />
      {known.length === 0 ? <TextField name="districts" label={say('checked')} value={who.unit} required help={say('district_code_help')} /> : (
        <fieldset class="many">
          <legend>{say('checked')}</legend>
          {known.map(([code, text]) => <label key={code} class="check"><input type="checkbox" name="districts" value={code} />{text}</label>)}
        </fieldset>
      )}
      <div class="pair"><TextField name="ledgers" label={say('ledgers')} type="number" min={0} step={1} /><TextField name="sites" label={say('sites_seen')} help={say('sites_seen_help')} /></div>
      <NoteField />
    </RecordDialog>
  );
}

export function FindingDialog({ found, who, names, choose, close, done }: FormOf) {
  const rounds: [string, string][] = found.rounds.map((round) => [round.entry, `${round.name}  ${round.on}`]);
  const save = async ({ round, district, site, text, due }: Readonly<Record<string, string>>): Promise<void> => {
    choose((await record(who.registry, 'findings', { round, district: district ?? '', site, text: text ?? '', due })).season);
  };
  return (
    <RecordDialog title={say('new_finding')} close={close} done={done} save={save}>
      {rounds.length > 0 && <ChoiceField name="round" label={say('round')} options={[...rounds, ['', say('no_round')]]} />}
      <DistrictField names={names} unit={who.unit} label={say('has_to_mend')} required />
      <NoteField name="text" label={say('finding_text')} rows={3} required />
      <div class="pair"><TextField name="due" label={say('due_day')} type="date" value={day(USUAL)} min={day(0)} /><TextField name="site" label={say('site_code')} placeholder="7K3QF2-V" /></div>
    </RecordDialog>
  );
}

const LADDER = Object.keys(RUNGS) as Rung[];

/** The rung above the one on which a district stands. */
function next(found: Supervision, district: string | undefined): Rung {
  const standing = found.measures.filter((one) => one.settled === null && one.district === district).map((one) => LADDER.indexOf(one.rung));
  return LADDER[Math.min(LADDER.length - 1, Math.max(-1, ...standing) + 1)] ?? 'notice';
}

export function MeasureDialog({ found, who, names, choose, close, done, finding }: FormOf & { finding: FindingLine | null }) {
  const [district, setDistrict] = useState(finding?.district);
  const first = next(found, district);
  const rungs = [first, ...LADDER.filter((rung) => rung !== first)];
  const below = finding && finding.district !== who.unit ? finding.district : undefined;
  const save = async ({ rung, district, reason, due, paper }: Readonly<Record<string, string>>): Promise<void> => {
    choose((await record(who.registry, 'measures', { rung, district: district ?? '', reason: reason ?? '', finding: finding?.entry, due, paper })).season);
  };
  return (
    <RecordDialog title={say('act_measure')} close={close} done={done} save={save}>
      {finding && <p class="soft">{finding.text}</p>}
      <div onChange={(event) => setDistrict((event.target as HTMLInputElement).value)}>
        <DistrictField names={names} unit={who.unit} below required {...(below ? { value: below } : {})} />
      </div>
      <ChoiceField key={first} name="rung" label={say('rung')} help={say('rung_help')} options={rungs.map((rung) => [rung, RUNGS[rung][language.get() === 'zh' ? 1 : 0]])} required />
      <NoteField name="reason" label={say('field_reason')} required />
      <div class="pair"><TextField name="due" label={say('due_day')} type="date" value={day(USUAL)} min={day(0)} /><TextField name="paper" label={say('paper')} placeholder={say('paper_such')} /></div>
    </RecordDialog>
  );
}
