// What lies in the served folder: surveys, registries, scans under way.
import { library } from '../api/endpoints';
import { useEvents } from '../api/events';
import type { Run, SessionNow, SurveyEntry } from '../api/types';
import { useLoaded } from '../loading';
import { Ready } from '../parts/loaded';
import { link } from '../router';
import { decimal, period } from '../words/figures';
import { mayScan } from '../session';
import { say } from '../words/language';
import type { Word } from '../words/words';
import { NoRegistry } from './login';

export function LibraryPage({ who }: { who: SessionNow | null }) {
  const loaded = useLoaded(library, [who?.registry]);
  useEvents((event) => { if (event.kind !== 'upload') loaded.again(); }, []);
  return (
    <Ready loaded={loaded}>
      {(found) => (
        <>
          <Runs runs={(found.runs ?? []).filter((run) => run.phase !== 'done')} />
          <section>
            <div class="heading"><h1>{say('surveys')}</h1>{mayScan(who) && <a class="button" href={link('scan')}>{say('new_survey')}</a>}</div>
            {found.surveys.length === 0
              ? <p class="empty">{say(found.login_needed && !who ? 'surveys_need_login' : 'no_surveys')}</p>
              : <ul class="cards">{found.surveys.map((survey) => <li key={survey.id}><SurveyCard survey={survey} who={who} /></li>)}</ul>}
          </section>
          <section>
            <h2>{say('registries')}</h2>
            {found.registries.length === 0 && <NoRegistry library={found} />}
            <ul class="cards">
              {found.registries.map((registry) => (
                <li key={registry.id} class="card">
                  <h3>{registry.title ?? registry.name}</h3>
                  <p class="soft">{registry.unit}</p>
                  <p>{who?.registry === registry.id
                    ? <a class="button" href={link('sites')}>{say('tab_sites')}</a>
                    : <a class="button" href={link('login')}>{say('log_in')}</a>}</p>
                </li>
              ))}
            </ul>
          </section>
          <p class="soft"><a href="./licences.txt">{say('licences')}</a></p>
        </>
      )}
    </Ready>
  );
}

function Runs({ runs }: { runs: readonly Run[] }) {
  if (runs.length === 0) return null;
  return (
    <section>
      <h2>{say('runs')}</h2>
      <ul class="cards">{runs.map((run) => <li key={run.run}><RunCard run={run} /></li>)}</ul>
    </section>
  );
}

function SurveyCard({ survey, who }: { survey: SurveyEntry; who: SessionNow | null }) {
  const facts = [
    period(survey.date),
    say('candidates_n', { n: survey.candidates }),
    survey.hectares === null ? null : say('hectares_n', { n: decimal(survey.hectares, survey.hectares < 10 ? 2 : 0) }),
    say('sources_n', { n: survey.sources.length }),
  ].filter(Boolean);
  return (
    <article class="card">
      <h3>{survey.title}</h3>
      <p class="soft">{facts.join(' · ')}</p>
      <p class="row">
        <a class="button" href={link('surveys', survey.id)}>{say('open_map')}</a>
        {who?.roles.includes('analyst') && <a class="button primary" href={link('screening', survey.id)}>{say('open_screening')}</a>}
      </p>
    </article>
  );
}

export const PHASES: Readonly<Record<Run['phase'], Word>> = {
  opening: 'run_opening', scoring: 'run_running', verifying: 'run_verifying', writing: 'run_writing',
  done: 'run_done', partly: 'run_partly', stopped: 'run_cancelled', failed: 'run_failed',
};

export function isGoingOn(run: Run): boolean {
  return ['opening', 'scoring', 'verifying', 'writing'].includes(run.phase);
}

function RunCard({ run }: { run: Run }) {
  return (
    <article class="card">
      <h3><a href={link('runs', run.run)}>{run.name}</a></h3>
      <p class="soft">{say(PHASES[run.phase])}</p>
      {isGoingOn(run) && <progress aria-label={run.name} value={run.tiles ? run.tiles_done : undefined} max={run.tiles || undefined} />}
    </article>
  );
}
