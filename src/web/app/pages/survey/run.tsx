// A scan under way: how far, how fast, how long still; it can be stopped and taken up again.
import { useState } from 'preact/hooks';
import { cancelRun, run as askRun, startSurvey } from '../../api/endpoints';
import { concerns, useEvents } from '../../api/events';
import type { Run } from '../../api/types';
import { useLoaded } from '../../loading';
import { Failure } from '../../parts/failure';
import { Ready } from '../../parts/loaded';
import { go, link } from '../../router';
import { count, decimal, duration } from '../../words/figures';
import { pick, say } from '../../words/language';
import { RUN_STATES } from '../library';

export function RunPage({ id }: { id: string }) {
  const loaded = useLoaded(() => askRun(id), [id]);
  const [told, setTold] = useState<Run | null>(null);
  useEvents((event) => { 
    if (event.kind === 'run' && typeof event.run === 'object' && event.run.id === id) setTold(event.run);
    else if (concerns(event, 'run', id)) loaded.again();
  }, [id]);
  return <Ready loaded={loaded}>{(found) => <Shown run={told ?? found} again={() => { setTold(null); loaded.again(); }} />}</Ready>;
}

function Shown({ run, again }: { run: Run; again: () => void }) {
  const [error, setError] = useState<Error | null>(null);
  const active = run.state === 'running' || run.state === 'waiting';
  const cancel = (): void => { cancelRun(run.id).then(again, setError); };
  const resume = (): void => { startSurvey({ run: run.id }).then((next) => (next.run === run.id ? again() : go(link('runs', next.run))), setError); };
  const parts = [
    run.total === null ? null : say('run_tiles', { done: count(run.done), total: count(run.total) }),
    run.rate === null ? null : say('run_rate', { n: decimal(run.rate, 1) }),
    run.seconds_left === null || !active ? null : say('run_left', { time: duration(run.seconds_left) }),
    run.candidates === null ? null : say('run_found', { n: run.candidates }),
  ].filter(Boolean);
  return (
    <section class="narrow card">
      <h1>{say('run', { title: run.title })}</h1>
      <p role="status"><b>{say(RUN_STATES[run.state])}</b>{run.stage && active && ` · ${run.stage}`}</p>
      {(active || run.state === 'cancelled') && <progress class="wide" aria-label={say('run', { title: run.title })} value={run.total === null ? undefined : run.done} max={run.total ?? undefined} />}
      <p class="num">{parts.join(' · ')}</p>
      {run.message && <p class="warning">{pick(run.message)}</p>}
      {error && <Failure error={error} />}
      <p class="row">
        {active && <button type="button" onClick={cancel}>{say('run_cancel')}</button>}
        {(run.state === 'cancelled' || run.state === 'failed') && <button type="button" class="primary" onClick={resume}>{say('run_resume')}</button>}
        {run.survey && <a class="button primary" href={link('surveys', run.survey)}>{say('run_result')}</a>}
      </p>
    </section>
  );
}
