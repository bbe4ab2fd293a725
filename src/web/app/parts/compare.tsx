// Two pictures of one place, one over the other, parted by a slider.
import { useState } from 'preact/hooks';

export function Compare({ before, after, beforeLabel, afterLabel, label }: {
  before: string; after: string; beforeLabel: string; afterLabel: string; label: string;
}) {
  const [shown, setShown] = useState(50);
  return (
    <figure class="compare">
      <div class="frame">
        <img src={after} alt={afterLabel} />
        <img src={before} alt={beforeLabel} style={{ clipPath: `inset(0 ${100 - shown}% 0 0)` }} />
      </div>
      <figcaption><span>{beforeLabel}</span><span>{afterLabel}</span></figcaption>
      <input type="range" min={0} max={100} value={shown} aria-label={label}
        onInput={(event) => setShown(Number(event.currentTarget.value))} />
    </figure>
  );
}
