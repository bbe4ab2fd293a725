// What an office's use case answers, as a person can read it: counts first, lists folded. Members of a later program are
// shown by their names.
import { count } from '../words/figures';
import { language, say } from '../words/language';

const MEMBERS: Readonly<Record<string, readonly [string, string]>> = {
  events: ['entries', '记录'],
  new: ['new entries', '新记录'],
  new_events: ['new entries', '新记录'],
  known: ['known already', '已有记录'],
  known_before: ['known already', '已有记录'],
  sites: ['sites', '图斑'],
  new_sites: ['new sites', '新增图斑'],
  changed_sites: ['changed sites', '有变化的图斑'],
  evidence: ['files of evidence', '证据文件'],
  missing: ['missing', '缺少'],
  gaps: ['gaps in numbers', '缺号'],
  refused: ['not followed', '未予采信'],
  forks: ['devices whose chain parts', '链条分叉的设备'],
  disputes: ['new disputes', '新增争议'],
  disputed: ['in dispute', '争议'],
  from: ['from', '来自'],
  unit: ['unit', '单位'],
  device: ['device', '设备'],
  created_at: ['made on', '生成时间'],
  bytes: ['bytes', '字节'],
  part: ['part', '分卷'],
  encrypted: ['encrypted', '已加密'],
  files: ['files of evidence', '证据文件'],
  known_events: ['known already', '已有记录'],
  new_by_type: ['new, by type', '新记录（按类型）'],
  missing_files: ['files that are missing', '缺少的文件'],
  whole: ['everything is followed', '全部采信'],
};

function word(member: string): string {
  const both = MEMBERS[member];
  return both ? both[language.get() === 'zh' ? 1 : 0] : member.replaceAll('_', ' ');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function Shown({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <>–</>;
  if (typeof value === 'number') return <>{count(value)}</>;
  if (typeof value === 'boolean') return <>{say(value ? 'yes' : 'no')}</>;
  if (Array.isArray(value)) {
    if (value.length === 0) return <>0</>;
    return <details><summary>{value.length}</summary><ul>{value.slice(0, 200).map((one, index) => <li key={index}><Shown value={one} /></li>)}</ul></details>;
  }
  if (isRecord(value)) return <Outcome of={value} />;
  return <>{String(value)}</>;
}

export function Outcome({ of }: { of: Readonly<Record<string, unknown>> }) {
  const members = Object.entries(of).filter(([name]) => !/signature|^format$|^v$|^receipt$/.test(name));
  if (members.length === 0) return <p class="soft">{say('bundle_nothing')}</p>;
  return (
    <dl class="facts">
      {members.map(([name, value]) => <div key={name}><dt>{word(name)}</dt><dd><Shown value={value} /></dd></div>)}
    </dl>
  );
}
