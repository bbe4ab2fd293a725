// A long list or grid of which only what is seen is drawn: fifty thousand rows cost no more than fifty.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface CellsOf {
  count: number;
  /** The height of a cell and, for a grid, its width; a list has one column. */
  height: number;
  width?: number;
  label: string;
  /** The cell that is kept in sight. */
  follow?: number | undefined;
  render: (index: number) => ComponentChildren;
}

const SPARE_ROWS = 3;

export function Cells({ count, height, width, label, follow, render }: CellsOf) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, high: 600, columns: 1 });
  const measure = (): void => {
    const element = box.current;
    if (!element) return;
    const columns = width ? Math.max(1, Math.floor(element.clientWidth / width)) : 1;
    setSeen((before) => before.top === element.scrollTop && before.high === element.clientHeight && before.columns === columns
      ? before : { top: element.scrollTop, high: element.clientHeight, columns });
  };
  useLayoutEffect(measure, [width]);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [width]);
  useEffect(() => {
    if (follow !== undefined && box.current) show(box.current, Math.floor(follow / seen.columns) * height, height);
  }, [follow, seen.columns]);
  const rows = Math.ceil(count / seen.columns);
  const first = Math.max(0, Math.floor(seen.top / height) - SPARE_ROWS);
  const last = Math.min(rows, Math.ceil((seen.top + seen.high) / height) + SPARE_ROWS);
  const cells = [];
  for (let index = first * seen.columns; index < Math.min(count, last * seen.columns); index += 1) {
    const left = (index % seen.columns) * (100 / seen.columns);
    const style = { top: `${Math.floor(index / seen.columns) * height}px`, left: `${left}%`, width: `${100 / seen.columns}%`, height: `${height}px` };
    cells.push(<div key={index} class="cell" role="listitem" aria-posinset={index + 1} aria-setsize={count} style={style}>{render(index)}</div>);
  }
  return (
    <div ref={box} class="cells" role="region" tabIndex={0} aria-label={label} onScroll={measure}>
      <div class="space" role="list" style={{ height: `${rows * height}px` }}>{cells}</div>
    </div>
  );
}

function show(box: HTMLElement, top: number, height: number): void {
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + height > box.scrollTop + box.clientHeight) box.scrollTop = top + height - box.clientHeight;
}
