// A table of the reports: figures to the right, sentences below the row that they explain where there is little room.
import type { FigureTable } from '../api/types';
import { say } from '../words/language';

export function Figures({ table, level = 2 }: { table: FigureTable; level?: 2 | 3 }) {
  const Title: 'h2' | 'h3' = `h${level}`;
  return (
    <section class="figure-table">
      <Title>{table.title}</Title>
      {table.rows.length === 0 ? <p class="hint">{table.note}</p> : (
        <>
          <div class="scroll" tabIndex={0} role="region" aria-label={table.title}>
            <table>
              <thead><tr>{table.columns.map((title, at) => <th key={at} scope="col" class={kind(table, at)}>{title}</th>)}</tr></thead>
              <tbody>{table.rows.map((row, index) => <Row key={index} table={table} row={row} sum={table.summed && index === table.rows.length - 1} />)}</tbody>
            </table>
          </div>
          <details class="soft"><summary>{say('how_counted')}</summary><p>{table.note}</p></details>
        </>
      )}
    </section>
  );
}

function kind(table: FigureTable, at: number): string {
  if (at === 0) return 'words';
  if (at === table.remark) return 'sentence';
  return table.figures[at] ? 'num' : 'words';
}

function Row({ table, row, sum }: { table: FigureTable; row: readonly string[]; sum: boolean }) {
  return (
    <tr class={sum ? 'sum' : undefined}>
      {row.map((cell, at) => (at === 0
        ? <th key={at} scope="row">{cell}</th>
        : <td key={at} class={kind(table, at)}>{cell}</td>))}
    </tr>
  );
}
