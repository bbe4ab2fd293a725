// The districts by their rate, each with its interval: where little was searched there is no rank, and it is said why.
import type { Province, RankedDistrict } from '../../api/types';
import { count, decimal } from '../../words/figures';
import { say } from '../../words/language';

interface RanksOf {
  ranks: Province['ranks'];
  current: string | null;
  pick: (code: string) => void;
}

export function Ranks({ ranks, current, pick }: RanksOf) {
  const most = scale(ranks);
  return (
    <section>
      <h2>{say('ranks')}</h2>
      {ranks.why_none && <p class="hint">{ranks.why_none}</p>}
      <p class="soft">{say('ranks_help', { cover: Math.round(ranks.least_cover * 100) })}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label={say('ranks')}>
        <table class="numbers ranks">
          <thead>
            <tr>
              <th scope="col">{say('district')}</th><th scope="col">{say('rank')}</th><th scope="col">{say('confirmed_sites')}</th><th scope="col">{say('fair_ground')}</th>
              <th scope="col">{say('per_100')}</th><th scope="col" class="words">{say('interval')}</th><th scope="col">{say('smoothed')}</th><th scope="col" class="words">{say('reasons')}</th>
            </tr>
          </thead>
          <tbody>
            {ranks.districts.map((one) => <Row key={one.code} one={one} most={most} mean={ranks.mean} current={one.code === current} pick={() => pick(one.code)} />)}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The end of the scale: the widest interval of those that have a rank, so that one on little ground does not squeeze them all. */
function scale(ranks: Province['ranks']): number {
  const highs = ranks.districts.filter((one) => one.standing !== 'insufficient').map((one) => one.rate?.high ?? 0);
  return Math.max(1e-9, ranks.mean ?? 0, ...highs);
}

function Row({ one, most, mean, current, pick }: { one: RankedDistrict; most: number; mean: number | null; current: boolean; pick: () => void }) {
  const known = one.standing === 'insufficient' ? null : one.rate;
  return (
    <tr class={current ? 'current' : undefined}>
      <th scope="row"><button type="button" class="plain" aria-pressed={current} title={say('show_on_map')} onClick={pick}>{one.name || one.code}</button></th>
      <td>{one.place ?? '–'}</td>
      <td>{count(one.counted.count)}{one.elsewhere > 0 && <small> + {count(one.elsewhere)}</small>}</td>
      <td>{decimal(one.counted.km2, one.counted.km2 < 10 ? 2 : 0)} km²<small> / {decimal(one.cover * 100, 0)} %</small></td>
      {known ? <td>{decimal(known.rate, 1)}<small> {decimal(known.low, 1)}–{decimal(known.high, 1)}</small></td> : <td><span class="tag">{say('not_enough_data')}</span></td>}
      <td class="words">{known && <Interval of={known} most={most} mean={mean} standing={one.standing} />}</td>
      <td>{known && one.shrunk !== null ? decimal(one.shrunk, 1) : '–'}</td>
      <td class="sentence">{one.reasons}</td>
    </tr>
  );
}

const WIDE = 140;

/** The interval as a bar, the rate as a mark on it, the rate of all as a line through all rows. */
function Interval({ of, most, mean, standing }: { of: { rate: number; low: number; high: number }; most: number; mean: number | null; standing: string }) {
  const at = (value: number): number => 2 + (Math.min(value, most) / most) * (WIDE - 4);
  return (
    <svg class={`interval ${standing}`} width={WIDE} height={18} viewBox={`0 0 ${WIDE} 18`} role="img" aria-label={say('interval_is', { low: decimal(of.low, 1), high: decimal(of.high, 1) })}>
      {mean !== null && <line class="mean" x1={at(mean)} x2={at(mean)} y1={0} y2={18} />}
      <line class="range" x1={at(of.low)} x2={at(of.high)} y1={9} y2={9} />
      <circle cx={at(of.rate)} cy={9} r={4} />
    </svg>
  );
}
