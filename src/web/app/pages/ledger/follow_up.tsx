// What is done about an entry: a site came of it, a tip-off is closed or rewarded, a finding is put right, an entry was wrong.
import { useState } from 'preact/hooks';
import { upload } from '../../api/endpoints';
import { addSite, followUp, type Act, type Line } from '../../api/ledger';
import type { Place } from '../../map/corners';
import { ChoiceField, Field, TextField } from '../../parts/field';
import { PlaceField, placesOf } from '../../parts/place_field';
import { RecordDialog } from '../../parts/record';
import { language, say } from '../../words/language';
import { NO_YIELD } from '../../words/coded';
import { NoteField } from './parts';

export interface FollowUpOf {
  registry: string;
  line: Line;
  act: Exclude<Act, 'measure'>;
  /** What the entry is, in words. */
  about: string;
  /** Where it is said to be. */
  place?: Place | null;
  /** The day on which what came of it was found, where that is known and not today. */
  on?: string | undefined;
  close: () => void;
  done: () => void;
}

export function FollowUp(of: FollowUpOf) {
  switch (of.act) {
    case 'site': return <SiteDialog {...of} />;
    case 'close': return <CloseDialog {...of} />;
    case 'reward': return <RewardDialog {...of} />;
    case 'settle': return <ReasonDialog {...of} title={say('act_settle')} label={say('settle_reason')} />;
    case 'void': return <ReasonDialog {...of} title={say('act_void')} label={say('field_reason')} help={say('void_help')} />;
  }
}

function CloseDialog({ registry, line, about, close, done }: FollowUpOf) {
  const options = Object.entries(NO_YIELD).map(([code, both]) => [code, both[language.get() === 'zh' ? 1 : 0]] as const);
  return (
    <RecordDialog title={say('act_close')} close={close} done={done}
      save={async ({ reason, note }) => void (await followUp(registry, line.entry, { move: 'close', reason, note }))}>
      <p class="soft">{about}</p>
      <ChoiceField name="reason" label={say('field_reason')} options={options} required />
      <NoteField />
    </RecordDialog>
  );
}

function RewardDialog({ registry, line, about, close, done }: FollowUpOf) {
  return (
    <RecordDialog title={say('act_reward')} close={close} done={done}
      save={async ({ yuan, paid }) => void (await followUp(registry, line.entry, { move: 'reward', yuan: Number(yuan), paid: paid === 'paid' }))}>
      <p class="soft">{about}</p>
      <ChoiceField name="paid" label={say('reward_step')} options={[['decided', say('reward_decided')], ['paid', say('reward_paid')]]} required />
      <TextField name="yuan" label={say('reward_yuan')} type="number" min={0.01} required />
    </RecordDialog>
  );
}

function ReasonDialog({ registry, line, act, about, close, done, title, label, help }: FollowUpOf & { title: string; label: string; help?: string }) {
  return (
    <RecordDialog title={title} close={close} done={done}
      save={async ({ reason }) => void (await followUp(registry, line.entry, { move: act, reason }))}>
      <p class="soft">{about}</p>
      <NoteField name="reason" label={label} required {...(help ? { help } : {})} />
    </RecordDialog>
  );
}

/** A new site, or one that is known already. */
function SiteDialog({ registry, line, about, place, on, close, done }: FollowUpOf) {
  const [known, setKnown] = useState(false);
  const [files, setFiles] = useState<readonly File[]>([]);
  const save = async (values: Readonly<Record<string, string>>): Promise<string> => {
    if (known) {
      await followUp(registry, line.entry, { move: 'site', code: values['code'] });
      return say('move_done');
    }
    const photos: string[] = [];
    for (const file of files) photos.push((await upload(file)).upload);
    const area = values['area'];
    const added = await addSite(registry, { place: placesOf(values['place'] ?? '')[0] ?? [0, 91], of: line.entry, name: values['name'], note: values['note'], area_m2: area ? Number(area) : undefined, when: values['when'], photos });
    const code = added.sites[0]?.id ?? '';
    return added.nearest ? say('site_added_near', { code, near: added.nearest[0], metres: Math.round(added.nearest[1]) }) : say('site_added', { code });
  };
  return (
    <RecordDialog title={say('act_site')} close={close} done={done} save={save}>
      <p class="soft">{about}</p>
      <fieldset class="row choice">
        <legend class="unseen">{say('act_site')}</legend>
        <label class="check"><input type="radio" name="which" checked={!known} onChange={() => setKnown(false)} />{say('site_new')}</label>
        <label class="check"><input type="radio" name="which" checked={known} onChange={() => setKnown(true)} />{say('site_known')}</label>
      </fieldset>
      {known ? <TextField name="code" label={say('site_code')} required placeholder="7K3QF2-V" /> : (
        <>
          <PlaceField registry={registry} name="place" label={say('fact_place')} value={place ?? null} />
          <div class="pair"><TextField name="name" label={say('fact_name')} /><TextField name="area" label={say('field_area')} type="number" min={0} /></div>
          <Field label={say('photos')}>{(id) => <input id={id} type="file" multiple accept="image/*" onChange={(event) => setFiles([...(event.currentTarget.files ?? [])])} />}</Field>
          <TextField name="when" label={say('found_when')} help={say('happened_help')} type="datetime-local" value={on ? `${on}T12:00` : ''} />
          <NoteField />
        </>
      )}
    </RecordDialog>
  );
}
