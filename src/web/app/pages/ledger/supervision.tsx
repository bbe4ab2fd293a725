// Supervision: rounds, what they found wanting, and the ladder on which districts stand until they are better.
import { useState } from 'preact/hooks';
import { useChanges } from '../../api/events';
import { paperAddress, supervision, type Act, type FindingLine, type Line, type MeasureLine, type RoundLine, type Rung, type SettledLine, type Supervision } from '../../api/ledger';
import type { SessionNow } from '../../api/types';
import { useLoaded } from '../../loading';
import { Ready } from '../../parts/loaded';
import { OpenLink } from '../../parts/open_link';
import { count, moment } from '../../words/figures';
import { language, say } from '../../words/language';
import { RUNGS, label } from '../../words/coded';
import { FollowUp } from './follow_up';
import { Buttons, By, Fact, Head, Lists, Sites, called, useNames, type Names } from './parts';
import { FindingDialog, MeasureDialog, RoundDialog } from './supervision_forms';

export function SupervisionPage({ who }: { who: SessionNow }) {
  const [season, setSeason] = useState<number | null>(null);
  const loaded = useLoaded(() => supervision(who.registry, season), [who.registry, season]);
  useChanges('registry', who.registry, loaded.again);
  return <><Lists now="supervision" /><Ready loaded={loaded}>{(found) => <Board found={found} who={who} choose={setSeason} again={loaded.again} />}</Ready></>;
}

type Open =
  | { what: 'round' } | { what: 'finding' } | { what: 'measure'; finding: FindingLine | null }
  | { what: 'follow'; line: Line; act: Exclude<Act, 'measure'>; about: string };

function Board({ found, who, choose, again }: { found: Supervision; who: SessionNow; choose: (season: number) => void; again: () => void }) {
  const [open, setOpen] = useState<Open | null>(null);
  const names = useNames(who.registry);
  const follow = (line: Line, act: Act, about: string): void => { if (act !== 'measure') setOpen({ what: 'follow', line, act, about }); };
  const forms = { found, who, names, choose, close: () => setOpen(null), done: again };
  return (
    <>
      <Head title="supervision" listed={found} choose={choose}>
        {found.may.includes('round') && <button type="button" class="primary" onClick={() => setOpen({ what: 'round' })}>{say('new_round')}</button>}
        {found.may.includes('finding') && <button type="button" onClick={() => setOpen({ what: 'finding' })}>{say('new_finding')}</button>}
        {found.may.includes('measure') && <button type="button" onClick={() => setOpen({ what: 'measure', finding: null })}>{say('act_measure')}</button>}
      </Head>
      <Ladder measures={found.measures} names={names} />
      <section>
        <h2>{say('measures')}</h2>
        {found.measures.length === 0 ? <p class="soft">{say('no_measures')}</p> : (
          <ul class="cards entries">{found.measures.map((line) => <li key={line.entry} class="card"><Measure registry={who.registry} line={line} names={names} act={follow} /></li>)}</ul>
        )}
      </section>
      <section>
        <h2>{say('findings')}</h2>
        {found.findings.length === 0 ? <p class="soft">{say('no_findings')}</p> : (
          <ul class="cards entries">
            {found.findings.map((line) => <li key={line.entry} class="card"><Finding registry={who.registry} line={line} names={names} act={(on, act, about) => (act === 'measure' ? setOpen({ what: 'measure', finding: line }) : follow(on, act, about))} /></li>)}
          </ul>
        )}
      </section>
      <section>
        <h2>{say('rounds')}</h2>
        {found.rounds.length === 0 ? <p class="soft">{say('no_rounds')}</p> : (
          <ul class="cards entries">{found.rounds.map((line) => <li key={line.entry} class="card"><Round line={line} names={names} act={follow} /></li>)}</ul>
        )}
      </section>
      {open?.what === 'round' && <RoundDialog {...forms} />}
      {open?.what === 'finding' && <FindingDialog {...forms} />}
      {open?.what === 'measure' && <MeasureDialog {...forms} finding={open.finding} />}
      {open?.what === 'follow' && <FollowUp registry={who.registry} line={open.line} act={open.act} about={open.about} close={() => setOpen(null)} done={again} />}
    </>
  );
}

/** Which districts stand on which rung, from the least to the gravest. */
function Ladder({ measures, names }: { measures: readonly MeasureLine[]; names: Names }) {
  const standing = measures.filter((one) => one.settled === null);
  return (
    <ol class="ladder" aria-label={say('ladder')}>
      {(Object.keys(RUNGS) as Rung[]).map((rung) => {
        const on = [...new Set(standing.filter((one) => one.rung === rung).map((one) => called(names, one.district)))];
        return (
          <li key={rung} class={on.length > 0 ? 'stands' : ''}>
            <b>{label(RUNGS, rung)}</b> <span class="num">{count(on.length)}</span>
            <small>{on.join(say('list_separator'))}</small>
          </li>
        );
      })}
    </ol>
  );
}

type Follow = (line: Line, act: Act, about: string) => void;

function Due({ due, late }: { due: string; late: number | null }) {
  return <>{due}{late !== null && <span class="tag bad">{say('overdue_n', { n: late })}</span>}</>;
}

function Settled({ settled, act }: { settled: SettledLine; act: Follow }) {
  return (
    <>
      {moment(settled.at).slice(0, 10)} {settled.reason}
      {settled.offers.includes('void') && <button type="button" class="small plain" aria-label={`${say('act_void')}${say('colon')}${settled.reason}`} onClick={() => act(settled, 'void', settled.reason)}>{say('act_void')}</button>}
    </>
  );
}

/** The paper that goes with it. */
function Paper({ registry, line }: { registry: string; line: Line }) {
  return <OpenLink class="button plain" href={paperAddress(registry, line.entry, language.get())}>{say('print_paper')}</OpenLink>;
}

function Measure({ registry, line, names, act }: { registry: string; line: MeasureLine; names: Names; act: Follow }) {
  const about = `${label(RUNGS, line.rung)} · ${called(names, line.district)}`;
  return (
    <>
      <h3>{called(names, line.district)}<span class={line.settled ? 'tag' : 'tag bad'}>{label(RUNGS, line.rung)}</span></h3>
      <p class="said">{line.reason}</p>
      <dl class="facts">
        <Fact word="due_day">{line.due && <Due due={line.due} late={line.overdue_days} />}</Fact>
        <Fact word="paper">{line.paper}</Fact>
        <Fact word="settled">{line.settled && <Settled settled={line.settled} act={act} />}</Fact>
      </dl>
      <By line={line} />
      <Buttons line={line} about={about} act={(one) => act(line, one, about)}><Paper registry={registry} line={line} /></Buttons>
    </>
  );
}

function Finding({ registry, line, names, act }: { registry: string; line: FindingLine; names: Names; act: Follow }) {
  const about = `${called(names, line.district)} · ${line.text}`;
  return (
    <>
      <h3>{called(names, line.district)}<span class={line.settled ? 'tag' : 'tag bad'}>{say(line.settled ? 'settled' : 'not_settled')}</span></h3>
      <p class="said">{line.text}</p>
      <dl class="facts">
        <Fact word="round">{line.round_name}</Fact>
        <Fact word="site_one">{line.site && <Sites codes={[line.site]} />}</Fact>
        <Fact word="due_day">{line.due && <Due due={line.due} late={line.overdue_days} />}</Fact>
        <Fact word="settled">{line.settled && <Settled settled={line.settled} act={act} />}</Fact>
      </dl>
      <By line={line} />
      <Buttons line={line} about={about} act={(one) => act(line, one, about)}><Paper registry={registry} line={line} /></Buttons>
    </>
  );
}

function Round({ line, names, act }: { line: RoundLine; names: Names; act: Follow }) {
  const days = line.until && line.until !== line.on ? `${line.on} – ${line.until}` : line.on;
  return (
    <>
      <h3>{line.name} <small class="soft"><time>{days}</time></small></h3>
      <dl class="facts">
        <Fact word="team">{line.team.join(say('list_separator'))}</Fact>
        <Fact word="checked">{line.districts.map((code) => called(names, code)).join(say('list_separator'))}</Fact>
        <Fact word="ledgers">{count(line.ledgers)}</Fact>
        <Fact word="sites_seen">{line.sites.length > 0 ? <Sites codes={line.sites} /> : null}</Fact>
        <Fact word="findings">{say('findings_open', { n: line.findings, open: line.open })}</Fact>
        <Fact word="note">{line.note}</Fact>
      </dl>
      <By line={line} />
      <Buttons line={line} about={line.name} act={(one) => act(line, one, line.name)} />
    </>
  );
}
