// What shows a site: chips of each flight, photographs from the ground, and before beside after.
import { useState } from 'preact/hooks';
import { flightsAt } from '../../api/endpoints';
import type { EvidenceRole, FlightEntry, Picture, SitePage } from '../../api/types';
import { useLoaded } from '../../loading';
import { groundOf, metresAround } from '../../map/flights';
import { Compare } from '../../parts/compare';
import { Dialog } from '../../parts/dialog';
import { OpenLink } from '../../parts/open_link';
import { moment, period } from '../../words/figures';
import { pick, say } from '../../words/language';
import { EVIDENCE, label } from '../../words/coded';
import type { Word } from '../../words/words';

export function Evidence({ found }: { found: SitePage }) {
  const of = (...roles: readonly EvidenceRole[]): Picture[] => found.pictures.filter((one) => roles.includes(one.role));
  const papers = of('document', 'coverage');
  return (
    <>
      <BeforeAfter found={found} />
      <Flights found={found} />
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

/** The ground of the site as the first and as the last flight show it, whether they found anything there or not. */
function Flights({ found }: { found: SitePage }) {
  const { data } = useLoaded(() => flightsAt(found.lon, found.lat), [found.lon, found.lat]);
  const flown = (data ?? []).filter((one) => one.captured !== null);
  const shown = flown.filter((one) => one.shown);
  const [first, last] = [shown[0], shown.at(-1)];
  const lost = flown.filter((one) => !one.shown);
  if (flown.length < 2) return null;
  const square = { lon: found.lon, lat: found.lat, metres: metresAround(found.geometry, found.lat) };
  return (
    <section class="card flights">
      <h2>{say('flights_compared')}</h2>
      {first && last && first !== last && <Compare key={found.id} before={groundOf(first, square)} after={groundOf(last, square)} beforeLabel={flight('earlier_flight', first)} afterLabel={flight('later_flight', last)} label={say('flights_slider')} none={say('no_ground')} />}
      {lost.map((one) => <p key={one.survey} class="soft">{say('flight_lost', { title: `${one.title} · ${period(one.captured)}` })}</p>)}
    </section>
  );
}

function flight(word: Word, { captured }: FlightEntry): string {
  return [say(word), period(captured)].filter(Boolean).join(' ');
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
            <small>{label(EVIDENCE, one.role)}{one.captured && ` · ${period({ from: one.captured[0], to: one.captured[1] })}`}{one.taken_at && ` · ${moment(one.taken_at)}`}{one.marks.length > 0 && ` · ${say('file_marks', { marks: one.marks.map(pick).join(pick({ en: '; ', zh: '；' })) })}`}</small>
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
