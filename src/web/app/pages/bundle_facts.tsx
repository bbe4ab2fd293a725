// What a bundle would change, site by site; and what taking it did, with the receipt that goes back.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { BundlePreview, BundleTaken, KindCount, SiteChange } from '../api/types';
import { STATES, label } from '../words/coded';
import { count, moment } from '../words/figures';
import { language, pick, say } from '../words/language';
import type { Word } from '../words/words';
import type { Names } from './ledger/parts';

/** Sites that are shown before somebody asks for all. */
const FIRST = 50;

function Fact({ word, children }: { word: Word; children: ComponentChildren }) {
  return <div><dt>{say(word)}</dt><dd>{children}</dd></div>;
}

function inWords(kinds: readonly KindCount[]): string {
  return kinds.map(({ kind, count: n }) => `${pick(kind)} ${count(n)}`).join(language.get() === 'zh' ? '、' : ', ');
}

export function WouldChange({ of, names }: { of: BundlePreview; names: Names }) {
  const [part, parts] = of.part;
  return (
    <>
      <dl class="facts">
        <Fact word="bundle_from">{names?.get(of.unit) ?? of.unit}</Fact>
        <Fact word="bundle_made">{moment(of.created_at)}</Fact>
        {parts > 1 && <Fact word="bundle_part">{say('bundle_part_n', { part, parts })}</Fact>}
        <Fact word="bundle_new">{count(of.new_events)}{of.kinds.length > 0 && <small> {inWords(of.kinds)}</small>}</Fact>
        <Fact word="bundle_known">{count(of.known_events)}</Fact>
        {of.refused > 0 && <Fact word="bundle_refused">{count(of.refused)}</Fact>}
        {of.overturned > 0 && <Fact word="bundle_overturned"><b class="bad">{count(of.overturned)}</b></Fact>}
        <Fact word="bundle_files">{count(of.files)}</Fact>
        <Fact word="bundle_sites">{say('bundle_sites_n', { added: count(of.new_sites), changed: count(of.changed_sites) })}</Fact>
      </dl>
      {of.new_events === 0 && <p class="soft">{say('bundle_nothing')}</p>}
      {of.sites.length > 0 && <Changes of={of} names={names} />}
    </>
  );
}

function Changes({ of, names }: { of: BundlePreview; names: Names }) {
  const [all, setAll] = useState(false);
  const shown = all ? of.sites : of.sites.slice(0, FIRST);
  const more = of.new_sites + of.changed_sites - of.sites.length;
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={say('bundle_sites')}>
        <table>
          <thead><tr><th scope="col" class="words">{say('site_one')}</th><th scope="col" class="words">{say('district')}</th><th scope="col" class="words">{say('bundle_state')}</th><th scope="col" class="words">{say('bundle_new')}</th></tr></thead>
          <tbody>{shown.map((site) => <Change key={site.code} site={site} names={names} />)}</tbody>
        </table>
      </div>
      {shown.length < of.sites.length && <button type="button" onClick={() => setAll(true)}>{say('bundle_show_all', { n: of.sites.length })}</button>}
      {more > 0 && (all || of.sites.length <= FIRST) && <p class="soft">{say('bundle_more', { n: more })}</p>}
    </>
  );
}

function Change({ site, names }: { site: SiteChange; names: Names }) {
  const state = (of: SiteChange['after']): string => (of === null ? '–' : label(STATES, of));
  const same = site.before === site.after;
  return (
    <tr>
      <th scope="row" class="words"><span class="num">{site.code}</span>{site.name && <small> {site.name}</small>}</th>
      <td class="words">{site.district ? names?.get(site.district) ?? site.district : '–'}</td>
      <td class="words">
        {site.before === null ? say('site_new') : state(site.before)}{!same && ` → ${state(site.after)}`}
        {site.new_dispute && <b class="bad"> {say('filter_disputed')}</b>}
      </td>
      <td class="words">{inWords(site.kinds)}</td>
    </tr>
  );
}

export function Taken({ of, name }: { of: BundleTaken; name: string }) {
  return (
    <>
      <dl class="facts">
        <Fact word="bundle_new">{count(of.new_events)}</Fact>
        <Fact word="bundle_known">{count(of.known_events)}</Fact>
        {of.refused > 0 && <Fact word="bundle_refused">{count(of.refused)}</Fact>}
        {of.overturned > 0 && <Fact word="bundle_overturned"><b class="bad">{count(of.overturned)}</b></Fact>}
        {of.gaps > 0 && <Fact word="bundle_gaps">{count(of.gaps)}</Fact>}
        {of.forks > 0 && <Fact word="bundle_forks">{count(of.forks)}</Fact>}
        {of.missing_files > 0 && <Fact word="bundle_missing">{count(of.missing_files)}</Fact>}
        <Fact word="bundle_whole">{say(of.whole ? 'yes' : 'no')}</Fact>
      </dl>
      <p class="hint">{say('bundle_receipt_help')}</p>
      <p><button type="button" class="primary" onClick={() => save(of.receipt, `${name}.receipt.json`)}>{say('bundle_receipt')}</button></p>
    </>
  );
}

/** Saves what the server signed, as a file. */
function save(receipt: object, name: string): void {
  const address = URL.createObjectURL(new Blob([`${JSON.stringify(receipt, null, 2)}\n`], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
