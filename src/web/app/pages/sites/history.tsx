// What happened to a site, the last first, with who said it and how it is signed.
import type { SitePage } from '../../api/types';
import { moment } from '../../words/figures';
import { pick, say } from '../../words/language';

export function History({ found }: { found: SitePage }) {
  return (
    <section class="card">
      <h2>{say('history')}</h2>
      <ol class="history">
        {[...found.history].reverse().map((line) => (
          <li key={line.entry}>
            <p><b>{pick(line.kind)}</b> <time class="num soft">{moment(line.at)}</time></p>
            <p>{pick(line.text)}</p>
            <p class="soft">{line.person}{line.unit !== found.unit && ` · ${line.unit}`}{!line.signed && ` · ${say('no_own_key')}`} · <span class="num">{line.entry.slice(0, 8)}</span></p>
          </li>
        ))}
      </ol>
    </section>
  );
}
