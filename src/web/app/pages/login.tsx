// Who is it? A person of a registry; the passphrase opens their key on the server for as long as they stay.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { library, login, people } from '../api/endpoints';
import type { Library, Person, SessionNow } from '../api/types';
import { useLoaded } from '../loading';
import { Failure } from '../parts/failure';
import { Field } from '../parts/field';
import { Ready } from '../parts/loaded';
import { go, link, route } from '../router';
import { enter, lapsed, leave } from '../session';
import { say, sentences } from '../words/language';
import { ROLES, label } from '../words/coded';

export function LoginPage({ who }: { who: SessionNow | null }) {
  const loaded = useLoaded(library, []);
  return (
    <section class="narrow card">
      <h1>{say('log_in')}</h1>
      <Ready loaded={loaded}>{(found) => found.registries.length === 0 ? <NoRegistry library={found} /> : <Form library={found} who={who} />}</Ready>
      {loaded.data && !loaded.data.login_needed && <p><a href={link('look')}>{say('look_only')}</a></p>}
    </section>
  );
}

/** Over the page of somebody whose session has ended: it stays as it is, and is seen again once they have logged in. */
export function LoginAgain({ who }: { who: SessionNow }) {
  const loaded = useLoaded(library, []);
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  // A browser may close any dialog at the second Esc.
  const reopen = (): void => { if (lapsed.get()) element.current?.showModal(); };
  return (
    <dialog ref={element} class="login-again" aria-labelledby={heading} onCancel={(event) => event.preventDefault()} onClose={reopen}>
      <h2 id={heading}>{say('session_ended')}</h2>
      <p>{say('session_ended_help')}</p>
      <Ready loaded={loaded}>{(found) => found.registries.length === 0 ? <NoRegistry library={found} /> : <Form library={found} who={who} again />}</Ready>
      <p><button type="button" class="plain small" onClick={leave}>{say('session_give_up')}</button></p>
    </dialog>
  );
}

/** Why there is nothing to log in to: no registry was ever begun there, or the disk on which it lies is gone. */
export function NoRegistry({ library: found = null }: { library?: Library | null }) {
  if (found?.unplugged) return <p class="empty" role="alert">{sentences('unplugged', 'unplugged_help')}</p>;
  return (
    <div class="empty">
      <p>{sentences('no_registries', 'no_registries_help')}</p>
      <pre>papaver init --unit 410423 --unit-name …</pre>
    </div>
  );
}

function Form({ library: found, who, again = false }: { library: Library; who: SessionNow | null; again?: boolean }) {
  const [registry, setRegistry] = useState(who?.registry ?? found.registries[0]?.id ?? '');
  const [picked, setPicked] = useState<string | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const known = useLoaded(() => (registry ? people(registry) : Promise.resolve([])), [registry]);
  // Who logs in again stands there from the first, and whoever is picked stays picked.
  const person = picked ?? known.data?.find((one) => again && one.name === who?.name)?.person ?? '';
  const chosen = known.data?.find((one) => one.person === person);
  const secret = useRef<HTMLInputElement>(null);
  useEffect(() => { if (again) secret.current?.focus(); }, []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    login(registry, person, passphrase)
      .then((now) => {
        enter(now);
        if (route.get().parts[0] === 'login') go('#/');
      }, (failure: Error) => setError(failure))
      .finally(() => {
        setPassphrase('');
        setBusy(false);
      });
  };
  return (
    <form onSubmit={submit}>
      <Field label={say('registry')}>
        {(id) => (
          <select id={id} value={registry} onChange={(event) => { setRegistry(event.currentTarget.value); setPicked(null); }}>
            {found.registries.map((one) => <option key={one.id} value={one.id}>{[one.title ?? one.name, one.unit].filter(Boolean).join(' · ')}</option>)}
          </select>
        )}
      </Field>
      {known.error ? <Failure error={known.error} again={known.again} /> : <People people={known.data ?? []} person={person} choose={setPicked} />}
      <Field label={say('passphrase')} help={say('passphrase_help')}>
        {(id, help) => (
          <input ref={secret} id={id} type="password" autocomplete="current-password" value={passphrase} aria-describedby={help} required
            onInput={(event) => setPassphrase(event.currentTarget.value)} />
        )}
      </Field>
      {chosen && !chosen.has_key && <div class="hint"><p>{say('no_key', { name: chosen.name })}</p><pre>papaver actor key {chosen.name}</pre></div>}
      {error && <Failure error={error} />}
      <button type="submit" class="primary wide" disabled={busy || !person || !passphrase}>{say('log_in')}</button>
      <p class="soft">{say('idle_left')}</p>
    </form>
  );
}

function People({ people: known, person, choose }: { people: readonly Person[]; person: string; choose: (person: string) => void }) {
  return (
    <Field label={say('person')}>
      {(id) => (
        <select id={id} value={person} required onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">{say('choose')}</option>
          {known.map((one) => (
            <option key={one.person} value={one.person}>
              {one.name} · {one.roles.map((role) => label(ROLES, role)).join(say('list_separator'))}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
