// What the lists of an office's work share: the way between them, the season, districts, who recorded an entry, its buttons.
import type { ComponentChildren } from 'preact';
import { districtNames } from '../../api/districts';
import type { Act, Line, Listed } from '../../api/ledger';
import { useLoaded } from '../../loading';
import { ChoiceField, Field, TextField } from '../../parts/field';
import { link } from '../../router';
import { moment } from '../../words/figures';
import { say } from '../../words/language';
import type { Word } from '../../words/words';

const LISTS: readonly (readonly [part: string, word: Word])[] = [['', 'standing_tab'], ['duties', 'duties_tab'], ['patrols', 'patrols'], ['tips', 'tips'], ['supervision', 'supervision']];

/** The lists of the section, one beside the other. */
export function Lists({ now }: { now: string }) {
  return (
    <nav class="lists" aria-label={say('tab_campaign')}>
      {LISTS.map(([part, word]) => <a key={part} href={link('progress', ...(part ? [part] : []))} aria-current={part === now ? 'page' : undefined}>{say(word)}</a>)}
    </nav>
  );
}

/** What is listed, of which season, and what can be recorded anew. */
export function Head({ title, listed, choose, children }: { title: Word; listed: Listed; choose: (season: number) => void; children: ComponentChildren }) {
  return (
    <header class="list-head">
      <h1>{say(title)}</h1>
      <label class="check"><span class="unseen">{say('fact_season')}</span>
        <select value={String(listed.season)} onChange={(event) => choose(Number(event.currentTarget.value))}>
          {listed.seasons.map((season) => <option key={season} value={String(season)}>{say('season_n', { n: season })}</option>)}
        </select>
      </label>
      <span class="row news">{children}</span>
    </header>
  );
}

export type Names = ReadonlyMap<string, string> | null;

/** The names of the registry's districts. */
export function useNames(registry: string): Names {
  return useLoaded(() => districtNames(registry), [registry]).data;
}

export function called(names: Names, code: string): string {
  return names?.get(code) ?? code;
}

/** What a unit's code begins with where its own ground is meant. */
function stem(unit: string): string {
  return unit.length === 6 ? unit.replace(/(00){1,2}$/, '') : unit;
}

/** The districts of a unit, and of these those below it alone. */
export function districtsOf(names: Names, unit: string, below: boolean): [code: string, text: string][] {
  const own = [...(names ?? [])].filter(([code]) => code.startsWith(stem(unit)) && (!below || code !== unit));
  return own.sort(([one], [other]) => one.localeCompare(other)).map(([code, name]) => [code, `${name}  ${code}`]);
}

interface DistrictFieldOf {
  names: Names;
  unit: string;
  label?: string;
  below?: boolean;
  required?: boolean;
  value?: string;
  /** What an empty choice means. */
  none?: string;
}

/** A district by its name, where the registry knows them; else by its code. */
export function DistrictField({ names, unit, label = say('district'), below = false, required = false, value, none = '' }: DistrictFieldOf) {
  const known = districtsOf(names, unit, below);
  if (known.length === 0) {
    return <TextField name="district" label={label} required={required} value={value ?? (below ? '' : unit)} help={say('district_code_help')} />;
  }
  const chosen = value !== undefined && known.some(([code]) => code === value) ? known.filter(([code]) => code === value) : [];
  const others = known.filter(([code]) => code !== value);
  const empty: [string, string][] = chosen.length > 0 && required ? [] : [['', required ? say('choose') : none]];
  return <ChoiceField name="district" label={label} required={required} options={chosen.length > 0 ? [...chosen, ...others, ...empty] : [...empty, ...others]} />;
}

export function NoteField({ name = 'note', label = say('note'), required = false, rows = 2, help }: { name?: string; label?: string; required?: boolean; rows?: number; help?: string }) {
  return (
    <Field label={label} help={help}>
      {(id, helpId) => <textarea id={id} name={name} rows={rows} maxLength={1300} required={required} aria-describedby={helpId} />}
    </Field>
  );
}

/** Who recorded it when, and its number. */
export function By({ line }: { line: Line }) {
  return <p class="soft by">{line.person} · {moment(line.at)} · <code>{line.entry.slice(0, 8)}</code>{!line.signed && ` · ${say('no_own_key')}`}</p>;
}

/** A fact of an entry, where there is one. */
export function Fact({ word, children }: { word: Word; children: ComponentChildren }) {
  if (children === null || children === undefined || children === '') return null;
  return <div><dt>{say(word)}</dt><dd>{children}</dd></div>;
}

export function Sites({ codes }: { codes: readonly string[] }) {
  return <>{codes.map((code, index) => <span key={code}>{index > 0 && ' '}<a class="num" href={link('sites', code)}>{code}</a></span>)}</>;
}

const ACTS: Readonly<Record<Act, Word>> = {
  site: 'act_site', close: 'act_close', reward: 'act_reward', settle: 'act_settle', measure: 'act_measure', void: 'act_void',
};

/** The buttons of what may be done about an entry; `about` is what it is, for those who hear it. */
export function Buttons({ line, about, act, children }: { line: Line; about: string; act: (act: Act) => void; children?: ComponentChildren }) {
  if (line.offers.length === 0 && !children) return null;
  return (
    <p class="row acts">
      {line.offers.map((offer) => (
        <button key={offer} type="button" class={offer === 'void' ? 'plain' : ''} aria-label={`${say(ACTS[offer])}${say('colon')}${about}`} onClick={() => act(offer)}>{say(ACTS[offer])}</button>
      ))}
      {children}
    </p>
  );
}
