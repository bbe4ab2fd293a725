// A dialog of the browser's own kind: it keeps the focus, Esc closes it, and the focus goes back to where it was opened.
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { say } from '../words/language';

export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // The browser says that it closed a moment later: by then another may be open.
  const shown = useRef(true);
  // At once: a key that is pressed a moment later already is the dialog's.
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      shown.current = false;
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={element} aria-labelledby={heading} onClose={() => shown.current && close()}>
      <header>
        <h2 id={heading}>{title}</h2>
        <button type="button" class="plain" aria-label={say('close')} onClick={close}>×</button>
      </header>
      {children}
    </dialog>
  );
}
