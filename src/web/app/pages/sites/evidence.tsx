// What shows a site: chips of each flight, photographs from the ground, and before beside after.
import { useState } from 'preact/hooks';
import type { EvidenceRole, Picture, SitePage } from '../../api/types';
import { Compare } from '../../parts/compare';
import { Dialog } from '../../parts/dialog';
import { OpenLink } from '../../parts/open_link';
import { moment } from '../../words/figures';
import { pick, say } from '../../words/language';
import { EVIDENCE, label } from '../../words/coded';
import type { Word } from '../../words/words';

export function Evidence({ found }: { found: SitePage }) {
  const of = (...roles: readonly EvidenceRole[]): Picture[] => found.pictures.filter((one) => roles.includes(one.role));
  const papers = of('document', 'coverage');
  return (
    <>
      <BeforeAfter found={found} />
      <Flights chips={of('chip')} />
      <Pictures word="chips" files={of('chip', 'context', 'reflight')} />
      <Pictures word="photographs" files={of('scene', 'count', 'after')} />
      {papers.length > 0 && (
        <section class="card">
          <h2>{say('evidence')}</h2>
          <ul>{papers.map((one) => <li key={one.url}><OpenLink href={one.url}>{one.name}</OpenLink> <small>{label(EVIDENCE, one.role)}</small></li>)}</ul>
        </section>
      )}
      {found.pictures.length === 0 && <section class="card"><h2>{say('evidence')}</h2><p class="soft">{say('evidence_none')}</p></section>}
    </>
  );
}

/** What the site looked like before its eradication and after it; nothing where there was none. */
export function BeforeAfter({ found }: { found: SitePage }) {
  const of = (...roles: readonly EvidenceRole[]): Picture[] => found.pictures.filter((one) => roles.includes(one.role));
  const [first, last] = [of('scene')[0]?.url, of('after', 'reflight').at(-1)?.url];
  if (found.eradications.length === 0 && !last) return null;
  return (
    <section class="card">
      <h2>{say('before_after')}</h2>
      {first && last
        ? <Compare before={first} after={last} beforeLabel={say('before_eradication')} afterLabel={say('after_eradication')} label={say('before_after_slider')} />
        : <p class="soft">{say('no_after')}</p>}
    </section>
  );
}

/** The site as the first and as the last flight saw it. */
function Flights({ chips }: { chips: readonly Picture[] }) {
  const [first, last] = [chips[0], chips.at(-1)];
  if (!first || !last || first.url === last.url) return null;
  return (
    <section class="card">
      <h2>{say('flights_compared')}</h2>
      <Compare before={first.url} after={last.url} beforeLabel={flight('earlier_flight', first)} afterLabel={flight('later_flight', last)} label={say('flights_slider')} />
    </section>
  );
}

function flight(word: Word, chip: Picture): string {
  return chip.taken_at ? `${say(word)} ${moment(chip.taken_at)}` : say(word);
}

function Pictures({ word, files }: { word: Word; files: readonly Picture[] }) {
  const [open, setOpen] = useState<Picture | null>(null);
  if (files.length === 0) return null;
  return (
    <section class="card">
      <h2>{say(word)}</h2>
      <ul class="thumbs">
        {files.map((one) => (
          <li key={one.url}>
            <button type="button" class="plain" onClick={() => setOpen(one)}><img src={one.url} alt={label(EVIDENCE, one.role)} loading="lazy" /></button>
            <small>{label(EVIDENCE, one.role)}{one.taken_at && ` · ${moment(one.taken_at)}`}{one.marks.length > 0 && ` · ${say('file_marks', { marks: one.marks.map(pick).join(pick({ en: '; ', zh: '；' })) })}`}</small>
          </li>
        ))}
      </ul>
      {open && (
        <Dialog title={`${label(EVIDENCE, open.role)} · ${open.name}`} close={() => setOpen(null)}>
          <img class="large" src={open.url} alt={label(EVIDENCE, open.role)} />
          <p class="soft digest">SHA-256 {open.url.split('/').at(-1)}</p>
        </Dialog>
      )}
    </section>
  );
}
