// A scan under way: how far, how fast, how long still; it can be stopped and taken up again.
import { useState } from 'preact/hooks';
import { cancelRun, run as askRun, startSurvey } from '../../api/endpoints';
import { concerns, useEvents } from '../../api/events';
import type { Run } from '../../api/types';
import { useLoaded } from '../../loading';
import { Failure } from '../../parts/failure';
import { Ready } from '../../parts/loaded';
import { link } from '../../router';
import { count, decimal, duration } from '../../words/figures';
import { pick, say } from '../../words/language';
import { PHASES, isGoingOn } from '../library';
import { Outcome } from '../outcome';
import { orderOf } from './order';

export function RunPage({ id }: { id: string }) {
  const loaded = useLoaded(() => askRun(id), [id]);
  const [told, setTold] = useState<Run | null>(null);
  useEvents((event) => {
    if (event.kind === 'run' && event.run?.run === id) setTold(event.run);
    else if (concerns(event, 'run', id)) loaded.again();
  }, [id]);
  return <Ready loaded={loaded}>{(found) => <Shown run={told ?? found} become={setTold} />}</Ready>;
}

function Shown({ run, become }: { run: Run; become: (run: Run) => void }) {
  const [error, setError] = useState<Error | null>(null);
  const active = isGoingOn(run);
  const order = orderOf(run.run);
  const parts = [
    run.tiles === 0 ? null : say('run_tiles', { done: count(run.tiles_done), total: count(run.tiles) }),
    run.per_second === null ? null : say('run_rate', { n: decimal(run.per_second, 1) }),
    run.seconds_left === null || !active ? null : say('run_left', { time: duration(run.seconds_left) }),
    say('run_found', { n: run.candidates }),
  ].filter(Boolean);
  return (
    <section class="narrow card">
      <h1>{say('run', { title: run.name })}</h1>
      <p role="status"><b>{say(PHASES[run.phase])}</b></p>
      <progress class="wide" aria-label={say('run', { title: run.name })} value={run.tiles === 0 && active ? undefined : run.tiles_done} max={run.tiles || undefined} />
      <p class="num">{parts.join(' · ')}</p>
      {run.error && <div class="warning"><p>{pick(run.error.message)}</p>{run.error.remedy && <p>{pick(run.error.remedy)}</p>}</div>}
      {run.remarks.length > 0 && <details><summary>{say('run_remarks')}: {run.remarks.length}</summary><Outcome of={{ ...run.remarks }} /></details>}
      {error && <Failure error={error} />}
      <p class="row">
        {active && <button type="button" onClick={() => { cancelRun(run.run).then(become, setError); }}>{say('run_cancel')}</button>}
        {!active && run.phase !== 'done' && order && <button type="button" class="primary" onClick={() => { startSurvey(order).then(become, setError); }}>{say('run_resume')}</button>}
        {run.survey && !active && <a class="button primary" href={link('surveys', run.survey)}>{say('run_result')}</a>}
      </p>
      {!active && run.phase !== 'done' && !order && <p class="soft">{say('run_order_gone')}</p>}
    </section>
  );
}
