// Keys of the screening page. A key that is held down decides once.
import type { ReasonEntry } from '../../api/types';
import type { Hands } from './use';

const TYPING = /^(INPUT|TEXTAREA|SELECT)$/;

function action(key: string, hands: Hands, reasons: readonly ReasonEntry[]): (() => void) | null {
  switch (key) {
    case 'k': case 'Enter': return hands.keep;
    case 'j': return hands.unsure;
    case 'u': case 'Backspace': return hands.undo;
    case 'ArrowLeft': return () => hands.step(-1);
    case 'ArrowRight': return () => hands.step(1);
    case 'o': return hands.outline;
    case 'z': return hands.zoom;
    case 'b': return hands.before;
    case 'g': return hands.sheet;
    case 'n': return hands.note;
    case '?': return hands.help;
    default: {
      const reason = reasons.find((one) => String(one.key) === key);
      return reason ? () => hands.discard(reason.code) : null;
    }
  }
}

/** Answers whether the key meant something. With the Chinese input method on, the place of a key tells which it is. */
export function onKey(event: KeyboardEvent, hands: Hands, reasons: readonly ReasonEntry[]): boolean {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (document.querySelector('dialog[open]')) return false;
  if (target && TYPING.test(target.tagName)) {
    if (event.key === 'Escape') target.blur();
    return false;
  }
  if (event.altKey || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== 'z') return false;
    hands.undo();
    return true;
  }
  // Enter on a button or a link is that button's.
  if (event.key === 'Enter' && target && /^(BUTTON|A|SUMMARY)$/.test(target.tagName)) return false;
  const key = event.key.length === 1 && event.key !== '?' && /^(Key|Digit|Numpad)/.test(event.code)
    ? event.code.replace(/^Key|^Digit|^Numpad/, '').toLowerCase() : event.key;
  const found = action(key, hands, reasons);
  if (!found) return false;
  if (!event.repeat || /^Arrow/.test(key)) found();
  return true;
}
