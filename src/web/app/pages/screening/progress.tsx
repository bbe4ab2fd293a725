// How far the screening is, whether it may stop, how fast it goes, and whether everything is saved.
import { useValue } from '../../value';
import { decimal } from '../../words/figures';
import { say } from '../../words/language';
import type { Word } from '../../words/words';
import { left, waits, type Choice, type Screening } from './list';
import { Prospect } from './prospect';
import type { Deciding } from './use';

const CHOICES: readonly (readonly [Choice, Word])[] = [['open', 'undecided'], ['all', 'all'], ['lots', 'only_lots'], ['disagreement', 'only_disagreement'], ['audit', 'only_audit'], ['second', 'only_second']];
/** Before so many verdicts a pace says nothing. */
const ENOUGH = 5;

interface ProgressOf {
  deciding: Deciding;
  registry: string;
  title: string;
  /** The season of the list, where it has one. */
  season: number | null;
  /** An audit was drawn: the list comes in another order. */
  drawn: () => void;
  /** Who else screened this list when it was opened. */
  others: readonly string[];
  square_kilometres: number | null;
  /** Minutes of screening for each square kilometre so far, all persons together, where that is known. */
  before: number | null;
  sheet: boolean;
  toggleSheet: () => void;
  help: () => void;
}

export function ProgressLine({ deciding, registry, title, season, drawn, others, square_kilometres, before, sheet, toggleSheet, help }: ProgressOf) {
  const { state } = deciding;
  const all = state.items.length;
  const done = all - left(state);
  return (
    <header class="progress-line">
      <h1>{say('screening')}{title && <small> {title}</small>}</h1>
      <label>{say('filter')}{' '}
        <select value={state.choice} onChange={(event) => deciding.choose(event.currentTarget.value as Choice)}>
          {CHOICES.map(([choice, word]) => <option key={choice} value={choice}>{say(word)}{numbered(state, choice)}</option>)}
        </select>
      </label>
      <progress value={done} max={all} aria-label={say('done_of', { done, all })} />
      <span class="num">{say('done_of', { done, all })}</span>
      {others.length > 0 && <span class="soft also-here">{say('also_here', { names: others.join(say('list_separator')) })}</span>}
      <Pace deciding={deciding} square_kilometres={square_kilometres} before={before} all={all} />
      <Saved deciding={deciding} />
      <span class="end">
        <button type="button" aria-pressed={sheet} aria-keyshortcuts="g" onClick={toggleSheet}><kbd>G</kbd>{say(sheet ? 'one_by_one' : 'contact_sheet')}</button>
        <button type="button" aria-keyshortcuts="?" aria-label={say('keys')} onClick={help}>?</button>
      </span>
      {season !== null && <Prospect registry={registry} season={season} none_left={left(state) === 0} drawn={drawn} />}
    </header>
  );
}

/** How many there are of what somebody should look at. */
function numbered(state: Screening, choice: Choice): string {
  const n = choice === 'disagreement' ? state.disagreements.size : choice === 'second' ? state.items.filter((item) => waits(state, item)).length : 0;
  return n > 0 ? ` (${n})` : '';
}

/** Verdicts a minute; and what the whole list takes at this pace for each square kilometre that was searched. */
function Pace({ deciding, square_kilometres, before, all }: { deciding: Deciding; square_kilometres: number | null; before: number | null; all: number }) {
  const { seconds, verdicts } = deciding.pace;
  if (verdicts < ENOUGH || seconds === 0) return before === null ? null : <span class="soft num">{say('per_km2', { n: decimal(before, 1) })}</span>;
  const minutes = ((seconds / verdicts) * all) / 60;
  return (
    <span class="soft num">
      {say('pace', { n: decimal((verdicts / seconds) * 60, 0) })}
      {square_kilometres !== null && square_kilometres >= 0.1 && ` · ${say('per_km2', { n: decimal(minutes / square_kilometres, 1) })}`}
    </span>
  );
}

function Saved({ deciding }: { deciding: Deciding }) {
  const waiting = useValue(deciding.outbox.waiting);
  const stuck = useValue(deciding.outbox.stuck);
  if (stuck && waiting > 0) return <span class="warning" role="alert">{say('unsent_stuck', { n: waiting })}</span>;
  return <span class="soft" role="status">{waiting > 0 ? say('unsent', { n: waiting }) : say('all_saved')}</span>;
}
