// A scan under way: how far, how fast, how long still; it can be stopped and taken up again, also after the server was.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { cancelRun, run as askRun, startSurvey } from '../../api/endpoints';
import { concerns, useEvents } from '../../api/events';
import { Refused } from '../../api/request';
import type { Run } from '../../api/types';
import { useLoaded } from '../../loading';
import { Failure, Said } from '../../parts/failure';
import { Ready } from '../../parts/loaded';
import { link } from '../../router';
import { mayScan, open, session } from '../../session';
import { useValue } from '../../value';
import { count, decimal, duration } from '../../words/figures';
import { say } from '../../words/language';
import { PHASES, isGoingOn } from '../library';
import { orderOf } from './order';

export function RunPage({ id }: { id: string }) {
  const loaded = useLoaded(() => askRun(id), [id]);
  const [told, setTold] = useState<Run | null>(null);
  useEvents((event) => {
    if (event.kind === 'run' && event.run?.run === id) setTold(event.run);
    else if (concerns(event, 'run', id)) askRun(id).then(setTold, () => { setTold(null); loaded.again(); });
  }, [id]);
  if (told) return <Shown run={told} become={setTold} />;
  const { error } = loaded;
  if (error instanceof Refused && error.status === 404) return <Unknown id={id} become={setTold} />;
  return <Ready loaded={loaded}>{(found) => <Shown run={found} become={setTold} />}</Ready>;
}

interface GoOnOf {
  run: string;
  /** The scan's name, where it is known. */
  name: string | null;
  become: (run: Run) => void;
  children?: ComponentChildren;
}

/** Takes a scan up again: by one click where this browser began it, else from the scan page. */
function GoOn({ run, name, become, children }: GoOnOf) {
  const [error, setError] = useState<Error | null>(null);
  const order = orderOf(run);
  return (
    <>
      {error && <Failure error={error} />}
      {!order && <p class="soft">{say('run_order_gone')}</p>}
      <p class="row">
        {order ? <button type="button" class="primary" onClick={() => { startSurvey(order).then(become, setError); }}>{say('run_resume')}</button>
          : <a class="button primary" href={link('scan') + (name ? `?name=${encodeURIComponent(name)}` : '')}>{say('run_to_scan')}</a>}
        {children}
      </p>
    </>
  );
}

/** A scan that left nothing behind: it was stopped before anything was searched, or its folder is gone. */
function Unknown({ id, become }: { id: string; become: (run: Run) => void }) {
  const may = useMayScan();
  return (
    <section class="narrow card">
      <h1>{say('run_unknown')}</h1>
      <p>{say('run_unknown_help')}</p>
      {may && <GoOn run={id} name={orderOf(id)?.name ?? null} become={become}><a class="button" href="#/">{say('tab_library')}</a></GoOn>}
    </section>
  );
}

function useMayScan(): boolean {
  const who = useValue(session);
  useValue(open);
  return who !== undefined && mayScan(who);
}

function Shown({ run, become }: { run: Run; become: (run: Run) => void }) {
  const [error, setError] = useState<Error | null>(null);
  const may = useMayScan();
  const active = isGoingOn(run);
  const unfinished = !active && run.phase !== 'done' && run.phase !== 'partly';
  const parts = [
    run.tiles === 0 ? null : say('run_tiles', { done: count(run.tiles_done), total: count(run.tiles) }),
    run.per_second === null ? null : say('run_rate', { n: decimal(run.per_second, 1) }),
    run.seconds_left === null || !active ? null : say('run_left', { time: duration(run.seconds_left) }),
    unfinished && run.tiles === 0 ? null : say('run_found', { n: run.candidates }),
  ].filter(Boolean);
  const result = run.survey && !active && <a class="button primary" href={link('surveys', run.survey)}>{say('run_result')}</a>;
  return (
    <section class="narrow card">
      <h1>{say('run', { title: run.name })}</h1>
      <p role="status"><b>{say(PHASES[run.phase])}</b></p>
      {(active || run.tiles > 0) && <progress class="wide" aria-label={say('run', { title: run.name })} value={run.tiles === 0 && active ? undefined : run.tiles_done} max={run.tiles || undefined} />}
      <p class="num">{parts.join(' · ')}</p>
      {run.error && <div class="warning"><Said of={run.error} /></div>}
      {run.remarks.length > 0 && (
        <details class="remarks-of-run" open={!active}>
          <summary>{say('run_remarks')}{say('colon')}{run.remarks.length}</summary>
          <ul>{run.remarks.map((remark, index) => <li key={index}><Said of={remark} /></li>)}</ul>
        </details>
      )}
      {error && <Failure error={error} />}
      {active && may && <p class="row"><button type="button" onClick={() => { cancelRun(run.run).then(become, setError); }}>{say('run_cancel')}</button></p>}
      {!active && run.phase !== 'done' && may ? <GoOn run={run.run} name={run.name} become={become}>{result}</GoOn> : result && <p class="row">{result}</p>}
    </section>
  );
}
