// A dialog of the browser's own kind: it keeps the focus, Esc closes it, and the focus goes back to where it was opened.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { say } from '../words/language';

export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={element} aria-labelledby={heading} onClose={close} onCancel={close}>
      <header>
        <h2 id={heading}>{title}</h2>
        <button type="button" class="plain" aria-label={say('close')} onClick={close}>×</button>
      </header>
      {children}
    </dialog>
  );
}
