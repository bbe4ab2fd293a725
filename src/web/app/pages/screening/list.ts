// The list that is screened, and where in it somebody is: pure, so that each key gives a new state.
import type { CandidateNow, QueueItem, Verdict } from '../../api/types';

export interface Own {
  readonly verdict: Verdict;
  readonly reason: string | null;
}

export type Choice = 'open' | 'all' | 'lots' | 'disagreement' | 'audit' | 'second';

export interface Screening {
  /** In the order in which the server laid them: learnt ranks, lots and uncertain ones between the best. */
  readonly items: readonly QueueItem[];
  readonly own: ReadonlyMap<string, Own>;
  readonly disagreements: ReadonlySet<string>;
  /** Candidates whose verdict was taken back here. */
  readonly reopened: ReadonlySet<string>;
  readonly choice: Choice;
  /** Positions in `items`, in the order of the list that is chosen. */
  readonly list: readonly number[];
  /** A position in `items`; −1 where the list is empty. */
  readonly current: number;
  /** Positions that were decided here, last one last. */
  readonly past: readonly number[];
  /** The candidate that another decided while it was before one's eyes, until one goes on. */
  readonly overtaken: string | null;
}

/** The name of a person who may be told with their unit. */
export function nameOf(person: string): string {
  return person.split('/').at(-1) ?? person;
}

/** Where in a list somebody begins: the first at its head, the second in the middle, others in the middle of what is left between. */
function share(seat: number): number {
  let [share, step] = [0, 0.5];
  for (let rest = seat; rest > 0; rest >>= 1) {
    if (rest & 1) share += step;
    step /= 2;
  }
  return share;
}

/** The list of somebody who sits down at it as one of several. */
export function begun(queue: readonly QueueItem[], person: string, seat: number): Screening {
  const own = new Map<string, Own>();
  const disagreements = new Set<string>();
  for (const item of queue) {
    const reason = item.verdicts.find((said) => nameOf(said.person) === person)?.reason ?? null;
    if (item.mine && item.mine !== 'withdrawn' && (item.done || item.mine === 'unsure')) own.set(item.candidate, { verdict: item.mine, reason });
    if (item.disagreement) disagreements.add(item.candidate);
  }
  const start: Screening = { items: queue, own, disagreements, reopened: new Set(), choice: 'open', list: [], current: -1, past: [], overtaken: null };
  const list = chosen(start, left(start) === 0 ? 'all' : 'open');
  // Those of which somebody was unsure lie at the end of it, and are no place to begin at.
  const fresh = list.list.filter((index) => isUntouched(list, queue[index] as QueueItem));
  return { ...list, current: fresh[Math.floor(share(seat) * fresh.length)] ?? list.current };
}

/** Whether nothing was said of it yet: a verdict that was taken back leaves it so, also where it was done. */
function isUntouched(state: Screening, item: QueueItem): boolean {
  return !state.own.has(item.candidate) && (!item.done || state.reopened.has(item.candidate));
}

/** Whether it is still to be decided: who is unsure has decided nothing, and another may decide it meanwhile. */
function isOpen(state: Screening, item: QueueItem): boolean {
  return isUntouched(state, item) || (!item.done && state.own.get(item.candidate)?.verdict === 'unsure');
}

/** How many are still to be decided by this person. */
export function left(state: Screening): number {
  return state.items.filter((item) => isOpen(state, item)).length;
}

/** Whether another's verdict waits for that of this person. */
export function waits(state: Screening, item: QueueItem): boolean {
  return item.waits_for_second > 0 && isOpen(state, item);
}

function belongs(state: Screening, choice: Choice, item: QueueItem): boolean {
  switch (choice) {
    case 'open': return isOpen(state, item);
    case 'disagreement': return state.disagreements.has(item.candidate);
    case 'audit': return item.audit;
    case 'lots': return item.why === 'audit' || item.why === 'random';
    case 'second': return waits(state, item);
    case 'all': return true;
  }
}

function listed(state: Screening, choice: Choice): number[] {
  const all = [...state.items.keys()].filter((index) => belongs(state, choice, state.items[index] as QueueItem));
  if (choice !== 'open') return all;
  // Those of which somebody was unsure come back after all others.
  const later = (index: number): boolean => state.own.has((state.items[index] as QueueItem).candidate);
  return [...all.filter((index) => !later(index)), ...all.filter(later)];
}

/** Another list, and in it the same candidate where it is there. */
export function chosen(state: Screening, choice: Choice): Screening {
  const list = listed(state, choice);
  const current = list.includes(state.current) ? state.current : (list[0] ?? -1);
  return { ...state, choice, list, current, overtaken: null };
}

export function at(state: Screening, current: number): Screening {
  return { ...state, current, overtaken: null };
}

export function stepped(state: Screening, by: number): Screening {
  const here = state.list.indexOf(state.current);
  const there = state.list[Math.max(0, Math.min(state.list.length - 1, here + by))];
  return there === undefined ? state : at(state, there);
}

/** Verdicts on these, and the next one that is undecided, or the next of the list where all are. */
export function decided(state: Screening, which: readonly number[], own: Own): Screening {
  const verdicts = new Map(state.own);
  for (const index of which) verdicts.set((state.items[index] as QueueItem).candidate, own);
  const here = Math.max(...which.map((index) => state.list.indexOf(index)));
  const onward = [...state.list.slice(here + 1), ...state.list.slice(0, here)];
  return onwards({ ...state, own: verdicts, past: [...state.past, ...which] }, here, onward);
}

/** On to the next one without a verdict, from one that another has decided. */
export function passed(state: Screening): Screening {
  const here = state.list.indexOf(state.current);
  return onwards(state, here, [...state.list.slice(here + 1), ...state.list.slice(0, Math.max(0, here))]);
}

function onwards(after: Screening, here: number, onward: readonly number[]): Screening {
  const first = (fits: (state: Screening, item: QueueItem) => boolean): number | undefined => onward.find((index) => fits(after, after.items[index] as QueueItem));
  const next = first(isUntouched) ?? first(isOpen) ?? after.list[here + 1] ?? after.current;
  const list = after.choice === 'open' ? listed(after, 'open') : after.list;
  return { ...after, list, current: list.includes(next) ? next : (list[0] ?? -1), overtaken: null };
}

/** The last verdict taken back, and its candidate before one's eyes again. */
export function undone(state: Screening): { state: Screening; candidate: string } | null {
  const last = state.past.at(-1);
  const item = last === undefined ? undefined : state.items[last];
  if (last === undefined || !item) return null;
  const own = new Map(state.own);
  own.delete(item.candidate);
  const after = { ...state, own, reopened: new Set([...state.reopened, item.candidate]), past: state.past.slice(0, -1), current: last, overtaken: null };
  const list = state.list.includes(last) ? state.list : listed(after, state.choice);
  return { state: list.includes(last) ? { ...after, list } : chosen(after, 'all'), candidate: item.candidate };
}

export function disagreed(state: Screening, candidate: string, disagrees: boolean): Screening {
  const disagreements = new Set(state.disagreements);
  if (disagrees) disagreements.add(candidate);
  else disagreements.delete(candidate);
  return { ...state, disagreements };
}

/** What the server says of candidates by now: what others have decided is done, and left out of what is still to be decided. What is
 * before one's eyes stays there, and is known to be overtaken where nothing is left to say of it. */
export function heard(state: Screening, now: readonly CandidateNow[]): Screening {
  const told = new Map(now.map((one) => [one.candidate, one]));
  const own = new Map(state.own);
  const [reopened, disagreements] = [new Set(state.reopened), new Set(state.disagreements)];
  const items = state.items.map((item) => {
    const one = told.get(item.candidate);
    if (!one) return item;
    if (one.disagreement) disagreements.add(item.candidate);
    else disagreements.delete(item.candidate);
    // Taken back here, and decided by another since.
    if (one.done && (one.mine === null || one.mine === 'withdrawn')) reopened.delete(item.candidate);
    // Said in another window of one's own.
    if (one.done && one.mine && one.mine !== 'withdrawn' && !own.has(item.candidate) && !reopened.has(item.candidate)) own.set(item.candidate, { verdict: one.mine, reason: null });
    return { ...item, ...one };
  });
  const after: Screening = { ...state, items, own, reopened, disagreements };
  const before = state.items[state.current];
  const here = items[state.current];
  const lost = before && here && isOpen(state, before) && !isOpen(after, here) && !own.has(here.candidate) ? here.candidate : state.overtaken;
  if (state.choice !== 'open') {
    // What was there stays, so that one can go back to it.
    const list = [...new Set([...state.list, ...listed(after, state.choice)])].sort((a, b) => a - b);
    return { ...after, list, current: state.current < 0 ? (list[0] ?? -1) : state.current, overtaken: lost };
  }
  const open = listed(after, 'open');
  if (state.current < 0 || open.includes(state.current)) return { ...after, list: open, current: state.current < 0 ? (open[0] ?? -1) : state.current, overtaken: lost };
  // In its old place among those that are left.
  const place = state.list.slice(0, Math.max(0, state.list.indexOf(state.current))).filter((index) => open.includes(index)).length;
  return { ...after, list: [...open.slice(0, place), state.current, ...open.slice(place)], overtaken: lost };
}

/** A verdict that the server did not take is none. */
export function refused(state: Screening, candidate: string): Screening {
  const own = new Map(state.own);
  own.delete(candidate);
  return chosen({ ...state, own }, state.choice);
}

/** The next candidates of the list, the current one first. */
export function ahead(state: Screening, n: number): QueueItem[] {
  const here = Math.max(0, state.list.indexOf(state.current));
  return state.list.slice(here, here + n + 1).map((index) => state.items[index] as QueueItem);
}
