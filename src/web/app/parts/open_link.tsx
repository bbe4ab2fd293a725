// A link to what the server makes (a report, a paper, a file): it opens beside the page, and what goes wrong is said here.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { answers } from '../api/endpoints';
import { say } from '../words/language';
import { Failure } from './failure';

export function OpenLink({ href, class: look, children }: { href: string; class?: string; children: ComponentChildren }) {
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => setError(null), [href]);
  const open = (event: MouseEvent): void => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    answers(href).then(() => {
      const beside = window.open(href, '_blank');
      // Where a browser opens nothing by itself, it is shown in place of the page.
      if (beside) beside.opener = null;
      else location.assign(href);
    }, (cause: Error) => setError(cause)).finally(() => setBusy(false));
  };
  return (
    <span class="open-link">
      <a class={look} href={href} target="_blank" rel="noopener" aria-busy={busy} onClick={open}>{children}</a>
      {busy && <small role="status">{say('being_made')}</small>}
      {error && <Failure error={error} />}
    </span>
  );
}
