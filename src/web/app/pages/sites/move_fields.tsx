// What each move asks for.
import { crews } from '../../api/endpoints';
import type { MoveName, SitePage } from '../../api/types';
import { ChoiceField, Field, TextField } from '../../parts/field';
import { useLoaded } from '../../loading';
import { day } from '../../words/figures';
import { language, say } from '../../words/language';
import { EVIDENCE, HABITATS, OUTCOMES, REJECTIONS, STAGES, STATES, label } from '../../words/coded';
import type { State } from '../../api/types';

type Options = readonly (readonly [value: string, text: string])[];

function options(labels: Readonly<Record<string, readonly [string, string]>>, empty = false): Options {
  const all = Object.entries(labels).map(([code, both]) => [code, both[language.get() === 'zh' ? 1 : 0]] as const);
  return empty ? [['', ''], ...all] : all;
}

function roles(...codes: readonly string[]): Options {
  return codes.map((code) => [code, label(EVIDENCE, code)]);
}

/** Days that a crew has when nothing else is said. */
export const USUAL = 7;

/** The moves that files go with, and what the files can show. */
export const WITH_FILES: Partial<Record<MoveName, Options>> = {
  get visit() { return roles('scene', 'document'); },
  get eradicate() { return roles('scene', 'after', 'document'); },
  get accept() { return roles('after', 'reflight', 'document'); },
  get note() { return roles('document', 'scene', 'after'); },
};

function Note() {
  return <Field label={say('note')}>{(id) => <textarea id={id} name="note" rows={2} maxLength={2000} />}</Field>;
}

function ReasonText() {
  return <TextField name="reason" label={say('field_reason')} required />;
}

function VisitFields() {
  return (
    <>
      <ChoiceField name="outcome" label={say('field_outcome')} options={options(OUTCOMES, true)} required />
      <TextField name="species" label={say('field_species')} />
      <TextField name="officers" label={say('field_officers')} help={say('field_officers_help')} />
      <p><label class="check"><input type="checkbox" name="not_there" value="true" />{say('field_not_there')}</label></p>
      <div class="pair">
        <TextField name="plants" label={say('field_plants')} type="number" min={0} />
        <TextField name="area" label={say('field_area')} type="number" min={0} />
      </div>
      <details>
        <summary>{say('field_sampled')}</summary>
        <div class="pair">
          <TextField name="quadrats" label={say('field_quadrats')} help={say('field_quadrats_help')} />
          <TextField name="quadrat" label={say('field_quadrat')} type="number" min={0} />
        </div>
      </details>
      <div class="pair">
        <ChoiceField name="stage" label={say('field_stage')} options={options(STAGES, true)} />
        <ChoiceField name="habitat" label={say('field_habitat')} options={options(HABITATS, true)} />
      </div>
      <div class="pair">
        <ChoiceField name="sap" label={say('field_sap')} options={[['', ''], ['yes', say('yes')], ['no', say('no')]]} />
        <TextField name="witness" label={say('field_witness')} />
      </div>
    </>
  );
}

/** The states that a dispute may end in: the law refuses one that nobody claimed. */
function claimed(found: SitePage): Options {
  return [...new Set([found.state, ...found.dispute.map((one): State => one.state)])].map((state) => [state, label(STATES, state)]);
}

/** The crew, one of those that are known or a new one, and the day by which it is to be there. */
export function AssignFields({ registry, crew = null, due }: { registry: string; crew?: string | null; due: string }) {
  const { data } = useLoaded(() => crews(registry), [registry]);
  return (
    <>
      <TextField name="crew" label={say('assign_crew')} value={crew ?? ''} required list={data ?? []} />
      {(data ?? []).length > 0 && <p><label class="check"><input type="checkbox" name="new_crew" value="true" />{say('crew_is_new')}</label></p>}
      <TextField name="due" label={say('assign_due')} help={say('assign_due_help')} type="date" value={due} />
    </>
  );
}

export function FieldsOf({ registry, move, found }: { registry: string; move: MoveName; found: SitePage }) {
  switch (move) {
    case 'screen':
      return <><ChoiceField name="reason" label={say('screen_reason')} options={[['keep', say('screen_keep')], ...options(REJECTIONS)]} /><Note /></>;
    case 'assign':
      return <AssignFields registry={registry} crew={found.crew} due={found.due ?? day(USUAL)} />;
    case 'visit':
      return <><VisitFields /><Note /></>;
    case 'eradicate':
      return (
        <>
          <TextField name="percent" label={say('field_percent')} type="number" value="100" min={1} max={100} required />
          <TextField name="method" label={say('field_method')} />
          <TextField name="officers" label={say('field_eradicators')} />
          <Note />
        </>
      );
    case 'accept':
      return <><ChoiceField name="passed" label={say('field_passed')} options={[['passed', say('passed')], ['residue', say('failed_residue')], ['regrowth', say('failed_regrowth')]]} /><Note /></>;
    case 'resolve':
      return <><ChoiceField name="state" label={say('field_state')} options={claimed(found)} required /><ReasonText /></>;
    case 'merge':
      return <><TextField name="into" label={say('field_into')} required /><ReasonText /></>;
    case 'reopen':
      return <ReasonText />;
    case 'split':
      return (
        <>
          <Field label={say('field_places')} help={say('field_places_help')}>{(id, help) => <textarea id={id} name="places" rows={3} required aria-describedby={help} />}</Field>
          <ReasonText />
        </>
      );
    case 'note':
      return <Field label={say('note')}>{(id) => <textarea id={id} name="note" rows={3} maxLength={2000} required />}</Field>;
  }
}
