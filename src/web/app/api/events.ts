// What happens on the server while a page is open: one stream for all parts of it, as long as the page is seen. A browser has six connections
// to a server for all of its windows: a stream in each that nobody looks at would leave none to ask with.
import type { ServerEvent } from './types';
import { useEffect, useRef } from 'preact/hooks';

type Listener = (event: ServerEvent) => void;

/** How long a refused stream is left alone. */
const PAUSE = 5000;

const listeners = new Set<Listener>();
let stream: EventSource | null = null;
/** Whether something may have been told that was not heard. */
let missed = false;

function tell(event: ServerEvent): void {
  for (const listener of [...listeners]) listener(event);
}

function opened(): EventSource {
  const source = new EventSource('/api/events');
  const told = (message: MessageEvent<string>): void => {
    let event: ServerEvent;
    try {
      event = JSON.parse(message.data) as ServerEvent;
    } catch {
      return;
    }
    tell(event);
  };
  source.onmessage = told;
  source.onopen = () => {
    if (missed) tell({ kind: 'all' });
    missed = false;
  };
  // The browser tries again by itself where the connection breaks, and not where the server refused it: before login.
  source.onerror = () => {
    missed = true;
    if (source.readyState === EventSource.CLOSED && source === stream) setTimeout(reopen, PAUSE, source);
  };
  return source;
}

function reopen(source: EventSource): void {
  if (source === stream && listeners.size > 0) stream = opened();
}

/** Listens where somebody wants to know and the page is seen. */
function attend(): void {
  if (listeners.size > 0 && !document.hidden) {
    stream ??= opened();
    return;
  }
  missed = listeners.size > 0;
  stream?.close();
  stream = null;
}

document.addEventListener('visibilitychange', attend);

/** Whether it is about this registry, this run, or about everything. */
export function concerns(event: ServerEvent, kind: ServerEvent['kind'], id: string): boolean {
  if (event.kind === 'all') return true;
  const about = event.run?.run ?? event.registry;
  return event.kind === kind && (about === undefined || about === id);
}

export function listen(listener: Listener): () => void {
  listeners.add(listener);
  attend();
  return () => {
    listeners.delete(listener);
    attend();
  };
}

/** How often at most a page asks anew because somebody changed something. */
const RARELY = 8000;

/** Calls `again` soon after something changed, and no more often than every few seconds: colleagues give sixty verdicts a minute. */
export function useChanges(kind: ServerEvent['kind'], id: string, again: () => void, counts: (event: ServerEvent) => boolean = () => true): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = 0;
    const stop = listen((event) => {
      if (!concerns(event, kind, id) || !counts(event) || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        last = Date.now();
        again();
      }, Math.max(500, RARELY - (Date.now() - last)));
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [kind, id]);
}

/** How long candidates are gathered before they are asked for together. */
const TOGETHER = 250;

/** Calls `changed` with the candidates of which something was said, soon after it was; with none where it is not known of which. */
export function useCandidates(registry: string, changed: (candidates: readonly string[]) => void): void {
  const latest = useRef(changed);
  latest.current = changed;
  useEffect(() => {
    const waiting = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = listen((event) => {
      if (event.kind !== 'registry' || event.registry !== registry || event.candidate === undefined) return;
      waiting.add(event.candidate);
      timer ??= setTimeout(() => {
        timer = undefined;
        latest.current([...waiting]);
        waiting.clear();
      }, TOGETHER);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [registry]);
  useChanges('registry', registry, () => latest.current([]), (event) => event.candidate === undefined);
}

export function useEvents(listener: Listener, depends: readonly unknown[]): void {
  useEffect(() => listen(listener), depends);
}
