// What happens on the server while a page is open: one stream for all parts of it.
import type { ServerEvent } from './types';
import { useEffect } from 'preact/hooks';

type Listener = (event: ServerEvent) => void;

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
  for (const kind of ['run', 'registry', 'bundle', 'upload']) source.addEventListener(kind, told);
  return source;
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
