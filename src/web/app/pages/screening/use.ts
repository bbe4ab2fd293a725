// The state of the screening page, and what hands can do to it.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { standing } from '../../api/endpoints';
import { useCandidates } from '../../api/events';
import type { Queue, QueueItem, Verdict, VerdictSent } from '../../api/types';
import { tell } from '../../parts/notice';
import { renewed } from '../../session';
import { say } from '../../words/language';
import { explained } from '../../parts/failure';
import { LookingClock } from './clock';
import * as lists from './list';
import { Outbox, type Letter } from './outbox';

export interface Hands {
  keep: () => void;
  unsure: () => void;
  discard: (reason: string) => void;
  undo: () => void;
  step: (by: number) => void;
  outline: () => void;
  zoom: () => void;
  before: () => void;
  sheet: () => void;
  note: () => void;
  help: () => void;
}

export interface Deciding {
  readonly state: lists.Screening;
  readonly outbox: Outbox;
  /** Seconds looked and verdicts given since the page was opened. */
  readonly pace: { readonly seconds: number; readonly verdicts: number };
  readonly decide: (verdict: Verdict, reason: string | null, note: string | null) => void;
  readonly discardAll: (which: readonly number[], reason: string) => void;
  readonly undo: () => void;
  readonly step: (by: number) => void;
  readonly choose: (choice: lists.Choice) => void;
  readonly open: (index: number) => void;
}

export function useDeciding(registry: string, survey: string, person: string, queue: Queue): Deciding {
  const [state, setState] = useState(() => lists.begun(queue.queue, person, queue.seat));
  const [pace, setPace] = useState({ seconds: 0, verdicts: 0 });
  // What a key changes has to be there for the next key, which may come before the page is drawn.
  const latest = useRef(state);
  const become = (next: lists.Screening): void => {
    latest.current = next;
    setState(next);
  };
  const clock = useMemo(() => new LookingClock(), []);
  const outbox = useMemo(() => new Outbox(registry, survey, person, {
    taken: (letter, answer) => become(lists.disagreed(latest.current, answer.candidate, letter.kind === 'verdict' && answer.disagreement)),
    refused: (letter, error) => {
      const candidate = candidateOf(letter);
      const rank = latest.current.items.find((item) => item.candidate === candidate)?.rank ?? 0;
      become(lists.refused(latest.current, candidate));
      tell(say('verdict_refused', { rank, what: explained(error).what }), 'bad');
    },
  }), []);
  useEffect(() => {
    become(withUnsent(latest.current, outbox.unsent()));
    const guard = (event: BeforeUnloadEvent): void => { if (outbox.waiting.get() > 0) event.preventDefault(); };
    addEventListener('beforeunload', guard);
    const unfollow = renewed.follow(() => outbox.wake());
    return () => {
      unfollow();
      removeEventListener('beforeunload', guard);
      outbox.close();
      clock.close();
    };
  }, []);
  useEffect(() => clock.restart(), [state.current]);
  useCandidates(registry, (candidates) => {
    standing(registry, survey, candidates).then((now) => become(lists.heard(latest.current, now)), () => undefined);
  });
  const give = (which: readonly number[], verdict: Verdict, reason: string | null, note: string | null): void => {
    if (which.length === 0) return;
    const seconds = clock.seconds() / which.length;
    clock.restart();
    const letters = which.flatMap((index) => lettersOf(latest.current, latest.current.items[index] as QueueItem, verdict, reason, note, seconds));
    become(lists.decided(latest.current, which, { verdict, reason }));
    outbox.put(...letters);
    setPace((before) => ({ seconds: before.seconds + seconds * which.length, verdicts: before.verdicts + which.length }));
  };
  return {
    state, outbox, pace,
    decide: (verdict, reason, note) => {
      const { current, overtaken } = latest.current;
      // The finger was on its way before the eye could read that another had decided it.
      if (overtaken !== null) {
        become(lists.passed(latest.current));
        tell(say('overtaken_passed'));
      } else if (current >= 0) give([current], verdict, reason, note);
    },
    discardAll: (which, reason) => give(which, 'discard', reason, null),
    undo: () => {
      const back = lists.undone(latest.current);
      if (!back) return;
      become(back.state);
      outbox.put({ kind: 'undo', candidate: back.candidate });
    },
    step: (by) => become(lists.stepped(latest.current, by)),
    choose: (choice) => become(lists.chosen(latest.current, choice)),
    open: (index) => become(lists.at(latest.current, index)),
  };
}

function candidateOf(letter: Letter): string {
  return letter.kind === 'verdict' ? letter.verdict.candidate : letter.candidate;
}

/** What was put aside is taken up before it is judged anew. */
function lettersOf(state: lists.Screening, item: QueueItem, verdict: Verdict, reason: string | null, note: string | null, seconds: number): Letter[] {
  const sent: VerdictSent = {
    candidate: item.candidate, verdict, seconds: Math.round(seconds * 10) / 10,
    ...(reason ? { reason } : {}), ...(note ? { note } : {}),
  };
  const again: Letter[] = state.own.get(item.candidate)?.verdict === 'discard' ? [{ kind: 'undo', candidate: item.candidate }] : [];
  return [...again, { kind: 'verdict', verdict: sent }];
}

/** What an earlier window decided and could not send counts as decided. */
function withUnsent(state: lists.Screening, letters: readonly Letter[]): lists.Screening {
  const own = new Map(state.own);
  for (const letter of letters) {
    if (letter.kind === 'undo') own.delete(letter.candidate);
    else own.set(letter.verdict.candidate, { verdict: letter.verdict.verdict, reason: letter.verdict.reason ?? null });
  }
  return letters.length ? lists.chosen({ ...state, own }, state.choice) : state;
}
