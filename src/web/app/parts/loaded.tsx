// A part of the page that waits for the server: busy, failed, or there.
import type { ComponentChildren } from 'preact';
import type { Loaded } from '../loading';
import { say } from '../words/language';
import { Failure } from './failure';

export function Ready<T>({ loaded, children }: { loaded: Loaded<T>; children: (data: T) => ComponentChildren }) {
  if (loaded.error && loaded.data === null) return <Failure error={loaded.error} again={loaded.again} />;
  if (loaded.data === null) return <p class="busy" role="status">{say('loading')}</p>;
  return (
    <>
      {loaded.error && <Failure error={loaded.error} again={loaded.again} />}
      {children(loaded.data)}
    </>
  );
}
