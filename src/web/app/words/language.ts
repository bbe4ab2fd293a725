// The language of the pages: as switched, else the browser's.
import { Value } from '../value';
import { WORDS, type Word } from './words';

export type Language = 'en' | 'zh';

const KEPT = 'papaver.language';

function first(): Language {
  const kept = read();
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** A browser may be set to keep nothing. */
function read(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

export const language = new Value<Language>(first());

function announce(now: Language): void {
  document.documentElement.lang = now === 'zh' ? 'zh-CN' : 'en';
  document.title = say('product');
}

language.follow((now) => {
  announce(now);
  try {
    localStorage.setItem(KEPT, now);
  } catch {
    // Then it lasts as long as the page.
  }
});
announce(language.get());

export type Values = Readonly<Record<string, string | number>>;

/** A sentence in the language of the page. `{n}` is a value; `{n|site|sites}` is the English word for one and for several. */
export function say(word: Word, values: Values = {}): string {
  const [english, chinese] = WORDS[word];
  return filled(language.get() === 'zh' ? chinese : english, values);
}

/** Sentences one after the other: Chinese ones without a space between them. */
export function sentences(...words: readonly Word[]): string {
  return words.map((word) => say(word)).join(language.get() === 'zh' ? '' : ' ');
}

export function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, several?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return one === undefined ? String(value) : `${value} ${Number(value) === 1 ? one : (several ?? one)}`;
  });
}

/** One of two values that the server gives in both languages. */
export function pick<T>(both: { readonly en: T; readonly zh: T }): T {
  return both[language.get()];
}
