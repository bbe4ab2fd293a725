// What was typed into a move's form, as the server takes it.
import type { MoveName } from '../../api/types';

type Values = Readonly<Record<string, string>>;

function names(text: string | undefined): string[] {
  return (text ?? '').split(/[,，、;；]/).map((name) => name.trim()).filter(Boolean);
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** The plants in each quadrat, typed as `4,6,5`; what is no number goes as it is, so that the server says so. */
function counts(text: string | undefined): unknown[] | undefined {
  const listed = text?.split(/[,，、;；\s]+/).filter(Boolean);
  return listed?.map((one) => (/^\d+$/.test(one) ? Number(one) : one));
}

/** Places typed one a line as `longitude,latitude`. */
function places(text: string | undefined): [number, number][] {
  const lines = (text ?? '').split('\n').map((line) => line.split(/[,，\s]+/).filter(Boolean).map(Number));
  return lines.filter((pair) => pair.length === 2 && pair.every(Number.isFinite)).map(([lon = 0, lat = 0]) => [lon, lat]);
}

const FIELDS: Readonly<Record<MoveName, (values: Values) => Record<string, unknown>>> = {
  screen: (values) => (values['reason'] === 'keep' ? { keep: true } : { keep: false, reason: values['reason'] }),
  assign: () => ({}),
  visit: (values) => ({
    outcome: values['outcome'], officers: names(values['officers']), not_there: values['not_there'] === 'true', plants: number(values['plants']),
    quadrats: counts(values['quadrats']), quadrat_m2: number(values['quadrat']), area_m2: number(values['area']), stage: values['stage'], habitat: values['habitat'],
    species: values['species'], witness: values['witness'], sap_cut: values['sap'] === undefined ? undefined : values['sap'] === 'yes',
  }),
  eradicate: (values) => ({ percent: number(values['percent']), method: values['method'], officers: names(values['officers']) }),
  accept: (values) => (values['passed'] === 'passed' ? { passed: true } : { passed: false, reason: values['passed'] }),
  reopen: (values) => ({ reason: values['reason'] }),
  resolve: (values) => ({ state: values['state'], reason: values['reason'] }),
  merge: (values) => ({ into: values['into'], reason: values['reason'] }),
  split: (values) => ({ places: places(values['places']), reason: values['reason'] }),
  note: (values) => ({ text: values['note'] }),
};

/** Of a moment that was typed the zone is the registry's, whatever this computer's clock is set to: it goes as it is. */
export function body(move: MoveName, values: Values, uploads: readonly string[]): Record<string, unknown> {
  const { note, when, force } = values;
  const all = {
    move, ...FIELDS[move](values), note: move === 'note' ? undefined : note, when, force,
    files: uploads.length ? uploads.map((upload, at) => ({ upload, role: values[roleOf(at)] ?? 'document' })) : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** The name of the field that says what a file shows. */
export function roleOf(at: number): string {
  return `role ${at}`;
}
