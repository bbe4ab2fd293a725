// A labelled field of a form, with what helps to fill it in.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface FieldOf {
  label: string;
  help?: string | undefined;
  children: (id: string, helpId: string | undefined) => ComponentChildren;
}

export function Field({ label, help, children }: FieldOf) {
  const id = useId();
  const helpId = help ? `${id}-help` : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id, helpId)}
      {help && <small id={helpId}>{help}</small>}
    </div>
  );
}

interface TextFieldOf {
  label: string;
  name: string;
  value?: string;
  help?: string;
  type?: 'text' | 'number' | 'date' | 'datetime-local';
  required?: boolean;
  list?: readonly string[];
  placeholder?: string;
  max?: number | string;
  min?: number | string;
  /** Between the numbers that can be typed; any number where it is left out. */
  step?: number;
}

export function TextField({ label, name, value = '', help, type = 'text', required = false, list, placeholder, max, min, step }: TextFieldOf) {
  return (
    <Field label={label} help={help}>
      {(id, helpId) => (
        <>
          <input id={id} name={name} type={type} defaultValue={value} required={required} autocomplete="off" placeholder={placeholder}
            min={min} max={max} step={type === 'number' ? step ?? 'any' : undefined} aria-describedby={helpId} list={list ? `${id}-list` : undefined} />
          {list && <datalist id={`${id}-list`}>{list.map((entry) => <option key={entry} value={entry} />)}</datalist>}
        </>
      )}
    </Field>
  );
}

export function ChoiceField({ label, name, options, required = false, help }: {
  label: string; name: string; options: readonly (readonly [value: string, text: string])[]; required?: boolean; help?: string;
}) {
  return (
    <Field label={label} help={help}>
      {(id, helpId) => (
        <select id={id} name={name} required={required} aria-describedby={helpId}>
          {options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
        </select>
      )}
    </Field>
  );
}

/** What was typed into a form, without what was left empty. */
export function typed(form: HTMLFormElement): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && value.trim()) values[name] = value.trim();
  }
  return values;
}
