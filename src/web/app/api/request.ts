// One request to the server of this page: JSON in, JSON out, an error in two languages with its remedy.
import { language } from '../words/language';
import { isAttended } from './presence';
import { lapse } from '../session';

interface Both {
  readonly en: string;
  readonly zh: string;
}

interface ErrorAnswer {
  readonly error: { readonly message: Both; readonly remedy: Both | null; readonly code: string };
}

/** The server answered that it will not. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    private readonly said: Both,
    private readonly help: Both | null,
  ) {
    super(said.en);
  }

  what(): string {
    return this.said[language.get()];
  }

  remedy(): string | null {
    return this.help?.[language.get()] ?? null;
  }
}

/** No answer came: the server is stopped, or the network is gone. */
export class Unreachable extends Error {}

async function refusal(answer: Response): Promise<Refused> {
  const fallback: Both = { en: `the server answered ${answer.status}`, zh: `服务器返回 ${answer.status}` };
  try {
    const { error } = (await answer.json()) as ErrorAnswer;
    return new Refused(answer.status, error.code, error.message, error.remedy);
  } catch {
    return new Refused(answer.status, 'unknown', fallback, null);
  }
}

/** The header that says whether a person asks, or the page by itself. */
const ATTENDED = 'X-Papaver-Attended';

async function ask(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  const headers = { ...(isAttended() ? {} : { [ATTENDED]: 'no' }), ...init.headers };
  try {
    answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...init, headers });
  } catch (cause) {
    throw new Unreachable('no answer from the server', { cause });
  }
  if (answer.ok) return answer;
  const refused = await refusal(answer);
  if (refused.status === 401) lapse();
  throw refused;
}

async function content<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  return (text ? JSON.parse(text) : null) as T;
}

export async function get<T>(path: string): Promise<T> {
  return content<T>(await ask(path, {}));
}

/** Tells the server that somebody is there. */
export async function stay(): Promise<void> {
  await ask('/api/session', { headers: { [ATTENDED]: 'yes' } });
}

export type Method = 'POST' | 'PUT' | 'DELETE';

export async function send<T>(method: Method, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}): Promise<T> {
  const headers: Record<string, string> = { 'X-Papaver': '1', ...more };
  if (body instanceof Blob) {
    headers['Content-Type'] = body.type || 'application/octet-stream';
    return content<T>(await ask(path, { method, headers, body }));
  }
  headers['Content-Type'] = 'application/json';
  return content<T>(await ask(path, { method, headers, body: JSON.stringify(body ?? {}) }));
}
