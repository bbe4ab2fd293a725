// Beside the pictures: what is known of the candidate, what others said of it, and the verdict.
import type { RefObject } from 'preact';
import type { QueueItem, ReasonEntry, Verdict } from '../../api/types';
import { area, decimal, moment, place } from '../../words/figures';
import { language, pick, say } from '../../words/language';
import { BANDS, label } from '../../words/coded';
import type { Word } from '../../words/words';
import { copy } from '../../parts/copy';
import { nameOf, type Own } from './list';
import type { Deciding, Hands } from './use';

export const VERDICTS: Readonly<Record<Verdict, Word>> = { keep: 'kept', discard: 'discarded', unsure: 'said_unsure' };

type Drawn = 'uncertain' | 'random' | 'audit';
const WHY: Readonly<Record<Drawn, Word>> = { uncertain: 'why_uncertain', random: 'why_random', audit: 'why_audit' };
const WHY_HELP: Readonly<Record<Drawn, Word>> = { uncertain: 'why_uncertain_help', random: 'why_random_help', audit: 'why_audit_help' };

interface VerdictPanelOf {
  item: QueueItem;
  deciding: Deciding;
  reasons: readonly ReasonEntry[];
  hands: Hands;
  note: RefObject<HTMLTextAreaElement | null>;
  person: string;
}

export function VerdictPanel({ item, deciding, reasons, hands, note, person }: VerdictPanelOf) {
  const own = deciding.state.own.get(item.candidate) ?? null;
  return (
    <section class="verdict" aria-label={say('screening')}>
      <Title item={item} all={deciding.state.items.length} own={own} reasons={reasons} />
      {deciding.state.overtaken === item.candidate && <Overtaken item={item} person={person} reasons={reasons} />}
      {item.audit && !own && <p class="hint">{say(item.waits_for_second > 0 ? 'is_second' : 'audit_blind')}</p>}
      {item.audit && own && own.verdict !== 'unsure' && item.waits_for_second === 0 && item.verdicts.length === 0 && <p class="hint">{say('awaits_second')}</p>}
      <Others item={item} own={own} person={person} reasons={reasons} disagreement={deciding.state.disagreements.has(item.candidate)} />
      <div class="main-verdicts">
        <button type="button" class="keep" aria-keyshortcuts="k" aria-pressed={own?.verdict === 'keep'} onClick={hands.keep}><kbd>K</kbd>{say('keep')}</button>
        <button type="button" aria-keyshortcuts="j" aria-pressed={own?.verdict === 'unsure'} onClick={hands.unsure}><kbd>J</kbd>{say('unsure')}</button>
        <button type="button" aria-keyshortcuts="u" disabled={deciding.state.past.length === 0} onClick={hands.undo}><kbd>U</kbd>{say('undo')}</button>
      </div>
      <p class="lead">{say('discard_because')}</p>
      <div class="reasons" role="group" aria-label={say('discard')}>
        {reasons.map((reason) => (
          <button key={reason.code} type="button" aria-keyshortcuts={String(reason.key)} aria-pressed={own?.verdict === 'discard' && own.reason === reason.code}
            onClick={() => hands.discard(reason.code)}><kbd>{reason.key}</kbd>{pick(reason)}</button>
        ))}
      </div>
      <label class="note"><span>{say('note_verdict')}</span><textarea ref={note} rows={1} maxLength={500} /></label>
      <div class="step">
        <button type="button" aria-keyshortcuts="ArrowLeft" onClick={() => hands.step(-1)}><kbd>←</kbd>{say('previous')}</button>
        <button type="button" aria-keyshortcuts="ArrowRight" onClick={() => hands.step(1)}><kbd>→</kbd>{say('next')}</button>
      </div>
      <Facts item={item} />
    </section>
  );
}

/** Another decided it while this person looked. */
function Overtaken({ item, person, reasons }: { item: QueueItem; person: string; reasons: readonly ReasonEntry[] }) {
  const said = item.verdicts.filter((one) => nameOf(one.person) !== person).at(-1);
  const what = said ? say('overtaken', { name: nameOf(said.person), verdict: verdictWords(said.verdict, said.reason, reasons) }) : say('overtaken_plain');
  return <p class="hint overtaken" role="status">{[what, say('overtaken_help')].join(language.get() === 'zh' ? '' : ' ')}</p>;
}

function Title({ item, all, own, reasons }: { item: QueueItem; all: number; own: Own | null; reasons: readonly ReasonEntry[] }) {
  return (
    <header>
      <h2>{say('rank_of', { rank: item.rank ?? '–', all })}</h2>
      <p>
        {item.band && <span class={`band ${item.band}`}>{label(BANDS, item.band)}</span>}
        {item.rank_learnt != null && <span class="num">{say('rank_learnt', { rank: item.rank_learnt })}</span>}
        {item.why && item.why !== 'best' && <span class="why" title={say(WHY_HELP[item.why])}>{say(WHY[item.why])}</span>}
        {item.area_m2 !== undefined && <span class="num">{area(item.area_m2)}</span>}
        <span class={own ? `state ${own.verdict}` : 'state'}>{own ? verdictWords(own.verdict, own.reason, reasons) : say(item.done ? 'decided_by_another' : 'undecided')}</span>
      </p>
    </header>
  );
}

function verdictWords(verdict: Verdict, reason: string | null, reasons: readonly ReasonEntry[]): string {
  const known = reasons.find((one) => one.code === reason);
  return say(VERDICTS[verdict]) + (reason ? ` · ${known ? pick(known) : reason}` : '');
}

/** What others said is shown once the own verdict of an audited one is given. */
function Others({ item, own, person, reasons, disagreement }: { item: QueueItem; own: Own | null; person: string; reasons: readonly ReasonEntry[]; disagreement: boolean }) {
  const others = item.audit && !own ? [] : item.verdicts.filter((said) => nameOf(said.person) !== person);
  const against = disagreement ? others.find((said) => said.verdict !== own?.verdict) : undefined;
  return (
    <>
      {disagreement && <p class="warning" role="status">{against ? say('disagreement', { name: nameOf(against.person), verdict: verdictWords(against.verdict, against.reason, reasons) }) : say('disagreement_plain')}</p>}
      {others.length > 0 && (
        <ul class="others" aria-label={say('others_said')}>
          {others.map((said) => <li key={said.person + said.at}><b>{nameOf(said.person)}</b> {verdictWords(said.verdict, said.reason, reasons)} <small>{moment(said.at)}</small></li>)}
        </ul>
      )}
    </>
  );
}

function Facts({ item }: { item: QueueItem }) {
  return (
    <p class="soft facts-line">
      {item.score !== null && <span>{say('score_is', { score: decimal(item.score, 2) })}</span>}
      {item.captured && <span>{item.captured}</span>}
      <span class="num" title={say('datum')}>{place(item.lon, item.lat)} WGS 84</span>
      <button type="button" class="plain small" onClick={() => void copy(`${item.lon.toFixed(7)},${item.lat.toFixed(7)}`)}>{say('copy_place')}</button>
      <span>{item.code ?? item.candidate}</span>
    </p>
  );
}
