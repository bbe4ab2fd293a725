// What happened to a site, the last first, with who said it and how it is signed.
import type { SitePage, Stamp } from '../../api/types';
import { count, moment } from '../../words/figures';
import { say } from '../../words/language';
import { FAILURES, MEANINGS, OUTCOMES, REJECTIONS, SOURCES, STAGES, label } from '../../words/coded';

interface Told {
  readonly at: string;
  readonly what: string;
  readonly detail: string;
  readonly stamp: Stamp | null;
}

function told(stamp: Stamp, what: string, details: readonly (string | null | undefined)[] = []): Told {
  return { at: stamp.at, what, detail: details.filter(Boolean).join(' · '), stamp };
}

const forced = (reason: string | null | undefined): string | null => (reason ? say('forced_because', { reason }) : null);

function events(found: SitePage): Told[] {
  const all: Told[] = [];
  if (found.created) all.push(told(found.created, say('event_created', { source: label(SOURCES, found.source) })));
  if (found.screened) {
    const [kept, reason, stamp] = found.screened;
    all.push(told(stamp, kept ? say('event_kept') : say('event_put_aside', { reason: label(REJECTIONS, reason) })));
  }
  if (found.assigned) {
    const [{ crew, due }, stamp] = found.assigned;
    all.push(told(stamp, say('event_assigned', { crew }), [due && say('due_on', { due })]));
  }
  for (const [visit, stamp] of found.visits) {
    all.push(told(stamp, say('event_visited', { outcome: label(OUTCOMES, visit.outcome) }), [
      visit.officers.join(say('list_separator')), visit.count && say('plants_n', { n: count(visit.count.plants) }),
      visit.stage && label(STAGES, visit.stage), visit.note, forced(visit.forced),
    ]));
  }
  for (const [eradication, stamp] of found.eradications) {
    all.push(told(stamp, say('event_eradicated', { percent: eradication.percent }), [eradication.method, (eradication.officers ?? []).join(say('list_separator')), eradication.note, forced(eradication.forced)]));
  }
  for (const [acceptance, stamp] of found.acceptances) {
    all.push(told(stamp, acceptance.passed ? say('event_accepted') : say('event_failed', { reason: label(FAILURES, acceptance.reason) }), [acceptance.note, forced(acceptance.forced)]));
  }
  for (const [text, stamp] of found.notes) all.push(told(stamp, say('event_noted'), [text]));
  for (const sighting of found.sightings) {
    const at = sighting.at ?? sighting.detection.captured?.[1] ?? '';
    all.push({ at, what: say('event_sighted', { meaning: label(MEANINGS, sighting.meaning) }), detail: '', stamp: null });
  }
  return all.sort((a, b) => b.at.localeCompare(a.at));
}

export function History({ found }: { found: SitePage }) {
  return (
    <section class="card">
      <h2>{say('history')}</h2>
      <ol class="history">
        {events(found).map((event, index) => (
          <li key={index}>
            <p><b>{event.what}</b> <time class="num soft">{moment(event.at)}</time></p>
            {event.detail && <p>{event.detail}</p>}
            {event.stamp && <p class="soft">{signed(event.stamp)}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function signed(stamp: Stamp): string {
  const { actor } = stamp;
  if (actor.recorder) return `${actor.name} · ${say('recorded_by', { name: actor.recorder.name })} · ${actor.recorder.reason}`;
  return stamp.own_key ? actor.name : `${actor.name} · ${say('no_own_key')}`;
}
