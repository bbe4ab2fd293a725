// One line at the foot of the window that says what was just done; it goes by itself, and is read aloud.
import { useEffect } from 'preact/hooks';
import { Value, useValue } from '../value';
import { say } from '../words/language';

interface NoticeNow {
  readonly text: string;
  readonly kind: 'good' | 'bad';
}

const notice = new Value<NoticeNow | null>(null);

export function tell(text: string, kind: NoticeNow['kind'] = 'good'): void {
  notice.set({ text, kind });
}

export function Notice() {
  const now = useValue(notice);
  useEffect(() => {
    if (now?.kind !== 'good') return;
    const timer = setTimeout(() => notice.set(null), 6000);
    return () => clearTimeout(timer);
  }, [now]);
  return (
    <div class="notices" aria-live="polite">
      {now && (
        <div class={`notice ${now.kind}`}>
          <span>{now.text}</span>
          <button type="button" class="plain" aria-label={say('close')} onClick={() => notice.set(null)}>×</button>
        </div>
      )}
    </div>
  );
}
