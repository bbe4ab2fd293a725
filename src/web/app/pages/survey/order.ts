// What a scan was started with, kept in the browser so that it can be taken up again by one click.

export interface Order {
  readonly inputs: readonly string[];
  readonly name: string;
  readonly boundary?: string;
  readonly options: Readonly<Record<string, unknown>>;
}

const key = (run: string): string => `papaver.order.${run}`;

export function keepOrder(run: string, order: Order): void {
  try {
    localStorage.setItem(key(run), JSON.stringify(order));
  } catch {
    // Then it is taken up again from the scan page.
  }
}

export function orderOf(run: string): Order | null {
  try {
    return JSON.parse(localStorage.getItem(key(run)) ?? 'null') as Order | null;
  } catch {
    return null;
  }
}
