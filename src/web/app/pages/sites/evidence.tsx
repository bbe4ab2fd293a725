// What shows a site: chips of each flight, photographs from the ground, and before beside after.
import { useState } from 'preact/hooks';
import type { EvidenceFile, SitePage } from '../../api/types';
import { Compare } from '../../parts/compare';
import { Dialog } from '../../parts/dialog';
import { bytes, moment } from '../../words/figures';
import { say } from '../../words/language';
import { EVIDENCE, label } from '../../words/coded';
import type { Word } from '../../words/words';

interface Shown {
  readonly file: EvidenceFile;
  readonly address: string | null;
}

/** Where a file is read from: as it says itself, else the address that ends with its digest or its name. */
function address(found: SitePage, file: EvidenceFile): string | null {
  if (file.url) return file.url;
  const digest = found.pictures.find((one) => one.includes(file.sha256));
  return digest ?? found.pictures.find((one) => decodeURIComponent(one).endsWith(`/${file.name}`)) ?? null;
}

export function Evidence({ found }: { found: SitePage }) {
  const files = found.evidence.map((file): Shown => ({ file, address: address(found, file) }));
  const of = (...roles: readonly EvidenceFile['role'][]): Shown[] => files.filter((one) => roles.includes(one.file.role));
  const chips = of('chip', 'context', 'reflight');
  const ground = of('scene', 'count', 'after');
  const papers = of('document', 'coverage');
  return (
    <>
      <BeforeAfter before={of('scene')} after={of('after', 'reflight')} wanted={found.eradications.length > 0} />
      <Pictures word="chips" files={chips} />
      <Pictures word="photographs" files={ground} />
      {papers.length > 0 && (
        <section class="card">
          <h2>{say('evidence')}</h2>
          <ul>{papers.map((one) => <li key={one.file.sha256}>{one.address ? <a href={one.address} target="_blank" rel="noopener">{one.file.name}</a> : one.file.name} <small>{label(EVIDENCE, one.file.role)} · {bytes(one.file.bytes)}</small></li>)}</ul>
        </section>
      )}
      {files.length === 0 && <section class="card"><h2>{say('evidence')}</h2><p class="soft">{say('evidence_none')}</p></section>}
    </>
  );
}

function BeforeAfter({ before, after, wanted }: { before: readonly Shown[]; after: readonly Shown[]; wanted: boolean }) {
  const [first, last] = [before[0]?.address, after.at(-1)?.address];
  if (!wanted && !last) return null;
  return (
    <section class="card">
      <h2>{say('before_after')}</h2>
      {first && last
        ? <Compare before={first} after={last} beforeLabel={say('before_eradication')} afterLabel={say('after_eradication')} label={say('before_after_slider')} />
        : <p class="soft">{say('no_after')}</p>}
    </section>
  );
}

function Pictures({ word, files }: { word: Word; files: readonly Shown[] }) {
  const [open, setOpen] = useState<Shown | null>(null);
  if (files.length === 0) return null;
  return (
    <section class="card">
      <h2>{say(word)}</h2>
      <ul class="thumbs">
        {files.map((one) => (
          <li key={one.file.sha256}>
            {one.address
              ? <button type="button" class="plain" onClick={() => setOpen(one)}><img src={one.address} alt={label(EVIDENCE, one.file.role)} loading="lazy" /></button>
              : <span class="missing">{say('picture_missing')}</span>}
            <small>{label(EVIDENCE, one.file.role)}{one.file.taken && ` · ${moment(one.file.taken)}`}{one.file.marks?.length ? ` · ${say('file_marks', { marks: one.file.marks.join(' ') })}` : ''}</small>
          </li>
        ))}
      </ul>
      {open?.address && (
        <Dialog title={`${label(EVIDENCE, open.file.role)} · ${open.file.name}`} close={() => setOpen(null)}>
          <img class="large" src={open.address} alt={label(EVIDENCE, open.file.role)} />
          <p class="soft digest">{bytes(open.file.bytes)} · SHA-256 {open.file.sha256}</p>
        </Dialog>
      )}
    </section>
  );
}
