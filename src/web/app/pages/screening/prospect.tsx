// Whether screening of a season may stop, and how many of what nobody has decided on will be real; asked when the list is opened and when
// it is done: who asks after every verdict until the answer suits is less sure than it says.
import { useState } from 'preact/hooks';
import { drawAudit, outlook } from '../../api/endpoints';
import type { Outlook } from '../../api/types';
import { useLoaded } from '../../loading';
import { explained } from '../../parts/failure';
import { tell } from '../../parts/notice';
import { decimal } from '../../words/figures';
import { say } from '../../words/language';

interface ProspectOf {
  registry: string;
  season: number;
  none_left: boolean;
  drawn: () => void;
}

export function Prospect({ registry, season, none_left, drawn }: ProspectOf) {
  const [busy, setBusy] = useState(false);
  const { data } = useLoaded(() => outlook(registry, season), [registry, season, none_left]);
  if (!data) return null;
  const draw = (): void => {
    setBusy(true);
    drawAudit(registry, season).then(drawn, (error: Error) => {
      setBusy(false);
      tell(explained(error).what, 'bad');
    });
  };
  const undrawn = data.word === 'no_audit' || data.word === 'changed';
  return (
    <span class="prospect soft" role="status">
      <b>{say('season_n', { n: season })}</b> {[stopping(data), expected(data)].filter(Boolean).join(' · ')}
      {undrawn && <>{' '}<button type="button" class="plain small" disabled={busy} title={say('draw_audit_help')} onClick={draw}>{say('draw_audit')}</button></>}
    </span>
  );
}

function share(of: number): string {
  return decimal(of * 100, of < 0.1 ? 1 : 0);
}

function stopping({ word, audit, may_miss, open }: Outlook): string {
  switch (word) {
    case 'may_stop': return open === 0 ? say('none_open') : say('may_stop', { share: share(may_miss) });
    case 'go_on': return audit?.most_missed == null ? say('go_on_plain', { share: share(may_miss) }) : say('go_on', { share: share(audit.most_missed) });
    case 'no_audit': return say('stop_no_audit');
    case 'changed': return say('stop_changed');
  }
}

function expected({ prospects: { undecided } }: Outlook): string {
  const { of, kept, real } = undecided;
  if (of === 0) return '';
  if (real) return say('will_be_real', { of, low: real.low, high: real.high });
  return kept ? say('will_be_kept', { of, low: kept.low, high: kept.high }) : say('will_be_unknown', { of });
}
