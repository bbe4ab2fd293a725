// Two pictures of one place, one over the other, parted by a slider.
import { useState } from 'preact/hooks';
import { say } from '../words/language';

export function Compare({ before, after, beforeLabel, afterLabel, label, none }: {
  before: string; after: string; beforeLabel: string; afterLabel: string; label: string;
  /** What is said where one of two squares of ground has no picture. */
  none?: string;
}) {
  const [shown, setShown] = useState(50);
  const [missing, setMissing] = useState<string | null>(null);
  if (none && missing) return <p class="soft" role="status">{missing}{say('colon')}{none}</p>;
  const lost = (which: string) => (none ? () => setMissing(which) : undefined);
  return (
    <figure class={none ? 'compare square' : 'compare'}>
      <div class="frame">
        <img src={after} alt={afterLabel} onError={lost(afterLabel)} />
        <img src={before} alt={beforeLabel} style={{ clipPath: `inset(0 ${100 - shown}% 0 0)` }} onError={lost(beforeLabel)} />
      </div>
      <figcaption><span>{beforeLabel}</span><span>{afterLabel}</span></figcaption>
      <input type="range" min={0} max={100} value={shown} aria-label={label}
        onInput={(event) => setShown(Number(event.currentTarget.value))} />
    </figure>
  );
}
