// The address after `#` names what is shown: the server has one page, and a link can be kept or sent.
import { Value } from './value';

export interface Route {
  /** The parts of the path, decoded. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

export function parsed(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { parts: path.split('/').filter(Boolean).map(decodePart), query: new URLSearchParams(query) };
}

/** An address typed by hand may hold a lone per cent sign. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function link(...parts: readonly string[]): string {
  return '#/' + parts.map(encodeURIComponent).join('/');
}

export const route = new Value<Route>(parsed(location.hash));
addEventListener('hashchange', () => route.set(parsed(location.hash)));

export function go(address: string): void {
  location.hash = address;
}

/** Writes the query without a step in the history of the browser. */
export function requery(query: URLSearchParams): void {
  const [path = ''] = location.hash.split('?', 1);
  const text = query.toString();
  history.replaceState(null, '', text ? `${path}?${text}` : path || '#/');
  route.set(parsed(location.hash));
}
