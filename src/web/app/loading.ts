// What is asked of the server for a part of the page, and asked anew when what it depends on changes.
import { useCallback, useEffect, useState } from 'preact/hooks';
import { Refused } from './api/request';
import { renewed } from './session';

export interface Loaded<T> {
  readonly data: T | null;
  readonly error: Error | null;
  readonly busy: boolean;
  readonly again: () => void;
}

export function useLoaded<T>(ask: () => Promise<T>, depends: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ data: T | null; error: Error | null; busy: boolean }>({ data: null, error: null, busy: true });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    let current = true;
    setState((before) => ({ ...before, busy: true }));
    ask().then(
      (data) => current && setState({ data, error: null, busy: false }),
      (error: unknown) => current && setState((before) => ({ data: before.data, error: error instanceof Error ? error : new Error(String(error)), busy: false })),
    );
    return () => {
      current = false;
    };
  }, [...depends, round]);
  // What was refused because the session had ended is asked for again after the next login.
  useEffect(() => renewed.follow(() => setState((now) => {
    if (now.error instanceof Refused && now.error.status === 401) again();
    return now;
  })), []);
  return { ...state, again };
}
