// What each move asks for.
import type { MoveName, SitePage } from '../../api/types';
import { ChoiceField, Field, TextField } from '../../parts/field';
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
      <ChoiceField name="outcome" label={say('field_outcome')} options={options(OUTCOMES)} required />
      <TextField name="officers" label={say('field_officers')} help={say('field_officers_help')} />
      <p><label class="check"><input type="checkbox" name="not_there" value="true" />{say('field_not_there')}</label></p>
      <div class="pair">
        <TextField name="plants" label={say('field_plants')} type="number" min={0} />
        <TextField name="area" label={say('field_area')} type="number" min={0} />
      </div>
      <div class="pair">
        <ChoiceField name="stage" label={say('field_stage')} options={options(STAGES, true)} />
        <ChoiceField name="habitat" label={say('field_habitat')} options={options(HABITATS, true)} />
      </div>
    </>
  );
}

/** The states that a dispute may end in: the law refuses one that nobody claimed. */
function claimed(found: SitePage): Options {
  return [...new Set([found.state, ...found.dispute.map((one): State => one.state)])].map((state) => [state, label(STATES, state)]);
}

export function FieldsOf({ move, found }: { move: MoveName; found: SitePage }) {
  switch (move) {
    case 'screen':
      return <><ChoiceField name="reason" label={say('screen_reason')} options={[['keep', say('screen_keep')], ...options(REJECTIONS)]} /><Note /></>;
    case 'assign':
      return <><TextField name="crew" label={say('assign_crew')} value={found.crew ?? ''} required /><TextField name="due" label={say('assign_due')} type="date" value={day(7)} /></>;
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
