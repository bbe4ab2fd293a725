// The keys, to be looked up.
import type { ReasonEntry } from '../../api/types';
import { Dialog } from '../../parts/dialog';
import { pick, say } from '../../words/language';
import type { Word } from '../../words/words';

const KEYS: readonly (readonly [keys: string, word: Word])[] = [
  ['K', 'key_keep'], ['J', 'key_unsure'], ['U', 'key_undo'], ['← →', 'key_step'], ['O', 'key_outline'],
  ['Z', 'key_zoom'], ['B', 'key_before'], ['G', 'key_sheet'], ['N', 'key_note'], ['?', 'key_help'],
];

export function Keys({ reasons, close }: { reasons: readonly ReasonEntry[]; close: () => void }) {
  return (
    <Dialog title={say('keys')} close={close}>
      <dl class="keys">
        {KEYS.map(([keys, word]) => <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{say(word)}</dd></div>)}
        {reasons.map((reason) => <div key={reason.code}><dt><kbd>{reason.key}</kbd></dt><dd>{say('key_discard')} · {pick(reason)}</dd></div>)}
      </dl>
    </Dialog>
  );
}
