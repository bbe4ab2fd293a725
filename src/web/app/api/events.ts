// What happens on the server while a page is open: one stream for all parts of it.
import type { ServerEvent } from './types';
import { useEffect } from 'preact/hooks';

type Listener = (event: ServerEvent) => void;

/** How long a refused stream is left alone. */
const PAUSE = 5000;

const listeners = new Set<Listener>();
let stream: EventSource | null = null;

function opened(): EventSource {
  const source = new EventSource('/api/events');
  const told = (message: MessageEvent<string>): void => {
    let event: ServerEvent;
    try {
      event = JSON.parse(message.data) as ServerEvent;
    } catch {
      return;
    }
    for (const listener of [...listeners]) listener(event);
  };
  source.onmessage = told;
  // The browser tries again by itself where the connection breaks, and not where the server refused it: before login.
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED && source === stream) setTimeout(reopen, PAUSE, source);
  };
  return source;
}

function reopen(source: EventSource): void {
  if (source === stream && listeners.size > 0) stream = opened();
}

/** Whether it is about this registry, this run, or about everything. */
export function concerns(event: ServerEvent, kind: ServerEvent['kind'], id: string): boolean {
  if (event.kind === 'all') return true;
  const about = typeof event.run === 'string' ? event.run : event.registry;
  return event.kind === kind && (about === undefined || about === id);
}

export function listen(listener: Listener): () => void {
  listeners.add(listener);
  stream ??= opened();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      stream?.close();
      stream = null;
    }
  };
}

export function useEvents(listener: Listener, depends: readonly unknown[]): void {
  useEffect(() => listen(listener), depends);
}
