// Tip-offs and what became of each. Who told is asked for nowhere.
import { useState } from 'preact/hooks';
import { useChanges } from '../../api/events';
import { record, tips, type Act, type Line, type TipLine, type Tips } from '../../api/ledger';
import type { SessionNow } from '../../api/types';
import { useLoaded } from '../../loading';
import { ChoiceField, TextField } from '../../parts/field';
import { Ready } from '../../parts/loaded';
import { PlaceField, placesOf } from '../../parts/place_field';
import { RecordDialog } from '../../parts/record';
import { count, decimal, moment, place } from '../../words/figures';
import { language, say } from '../../words/language';
import { CHANNELS, NO_YIELD, label } from '../../words/coded';
import { FollowUp } from './follow_up';
import { Buttons, By, DistrictField, Fact, Head, Lists, NoteField, Sites, called, useNames, type Names } from './parts';

export function TipsPage({ who }: { who: SessionNow }) {
  const [season, setSeason] = useState<number | null>(null);
  const loaded = useLoaded(() => tips(who.registry, season), [who.registry, season]);
  useChanges('registry', who.registry, loaded.again);
  return <><Lists now="tips" /><Ready loaded={loaded}>{(found) => <List found={found} who={who} choose={setSeason} again={loaded.again} />}</Ready></>;
}

interface Opened {
  line: Line;
  act: Exclude<Act, 'measure'>;
  tip: TipLine;
}

function List({ found, who, choose, again }: { found: Tips; who: SessionNow; choose: (season: number) => void; again: () => void }) {
  const [recording, setRecording] = useState(false);
  const [open, setOpen] = useState<Opened | null>(null);
  const names = useNames(who.registry);
  return (
    <>
      <Head title="tips" listed={found} choose={choose}>
        {found.may.includes('tip') && <button type="button" class="primary" onClick={() => setRecording(true)}>{say('new_tip')}</button>}
      </Head>
      {found.tips.length === 0 ? <p class="empty">{say('no_tips')}</p> : (
        <ul class="cards entries">
          {found.tips.map((tip) => <li key={tip.entry} class="card"><Tip tip={tip} names={names} act={(line, act) => act !== 'measure' && setOpen({ line, act, tip })} /></li>)}
        </ul>
      )}
      {found.total > found.tips.length && <p class="hint">{say('latest_of', { n: found.tips.length, all: found.total })}</p>}
      {recording && <TipDialog who={who} names={names} choose={choose} close={() => setRecording(false)} done={again} />}
      {open && <FollowUp registry={who.registry} line={open.line} act={open.act} about={about(open.tip)} place={at(open.tip)} close={() => setOpen(null)} done={again} />}
    </>
  );
}

function at(tip: TipLine): readonly [number, number] | null {
  return tip.lon === null || tip.lat === null ? null : [tip.lon, tip.lat];
}

function about(tip: TipLine): string {
  return [moment(tip.at), label(CHANNELS, tip.channel), tip.text].filter(Boolean).join(' · ');
}

function Tip({ tip, names, act }: { tip: TipLine; names: Names; act: (line: Line, act: Act) => void }) {
  const is_open = tip.sites.length === 0 && tip.closed === null;
  const where = at(tip);
  return (
    <>
      <h2><time>{moment(tip.at)}</time> {label(CHANNELS, tip.channel)}<span class={is_open ? 'tag bad' : 'tag'}>{say(tip.sites.length > 0 ? 'became_site' : tip.closed ? 'closed' : 'not_closed')}</span></h2>
      {tip.text && <p class="said">{tip.text}</p>}
      <dl class="facts">
        <Fact word="district">{tip.district && called(names, tip.district)}</Fact>
        <Fact word="fact_place">{where && <span class="num">{place(...where)}</span>}</Fact>
        <Fact word="sealed">{tip.sealed}</Fact>
        <Fact word="led_to">{tip.sites.length > 0 ? <Sites codes={tip.sites} /> : null}</Fact>
        <Fact word="closed">{tip.closed && <Closed tip={tip} act={act} />}</Fact>
        {tip.rewards.map((reward) => (
          <Fact key={reward.entry} word={reward.paid ? 'reward_paid' : 'reward_decided'}>
            {say('yuan_n', { n: reward.fen % 100 === 0 ? count(reward.fen / 100) : decimal(reward.fen / 100, 2) })}
            {reward.offers.includes('void') && <button type="button" class="small plain" aria-label={`${say('act_void')}${say('colon')}${say(reward.paid ? 'reward_paid' : 'reward_decided')}`} onClick={() => act(reward, 'void')}>{say('act_void')}</button>}
          </Fact>
        ))}
      </dl>
      <By line={tip} />
      <Buttons line={tip} about={about(tip)} act={(one) => act(tip, one)} />
    </>
  );
}

function Closed({ tip: { closed }, act }: { tip: TipLine; act: (line: Line, act: Act) => void }) {
  if (!closed) return null;
  return (
    <>
      {moment(closed.at).slice(0, 10)} {label(NO_YIELD, closed.reason)}{closed.note && `${say('colon')}${closed.note}`}
      {closed.offers.includes('void') && <button type="button" class="small plain" aria-label={`${say('act_void')}${say('colon')}${label(NO_YIELD, closed.reason)}`} onClick={() => act(closed, 'void')}>{say('act_void')}</button>}
    </>
  );
}

function TipDialog({ who, names, choose, close, done }: { who: SessionNow; names: Names; choose: (season: number) => void; close: () => void; done: () => void }) {
  const options = Object.entries(CHANNELS).map(([code, both]) => [code, both[language.get() === 'zh' ? 1 : 0]] as const);
  const save = async ({ channel, when, place: where, district, text, sealed }: Readonly<Record<string, string>>): Promise<void> => {
    const [first] = placesOf(where ?? '');
    // What is typed and is no place is sent as none that can be, so that it is not lost unsaid.
    const { season } = await record(who.registry, 'tips', { channel, when, place: where ? first ?? [0, 91] : undefined, district, text, sealed });
    choose(season);
  };
  return (
    <RecordDialog title={say('new_tip')} close={close} done={done} save={save}>
      <p class="hint">{say('never_who')}</p>
      <div class="pair">
        <ChoiceField name="channel" label={say('channel')} options={options} required />
        <TextField name="when" label={say('tip_when')} help={say('happened_help')} type="datetime-local" />
      </div>
      <NoteField name="text" label={say('tip_text')} rows={3} help={say('tip_text_help')} />
      <PlaceField registry={who.registry} name="place" label={say('tip_place')} />
      <DistrictField names={names} unit={who.unit} none={say('not_known')} />
      <TextField name="sealed" label={say('sealed')} help={say('sealed_help')} placeholder="2026-017" />
    </RecordDialog>
  );
}
