// Verdicts on their way to the server, one after another and in order. Nobody waits for them: they are kept in the browser
// until the server has them, across a closed window and a stopped server.
import { giveVerdict, undoVerdict } from '../../api/endpoints';
import { Refused } from '../../api/request';
import type { VerdictSent, VerdictTaken } from '../../api/types';
import { Value } from '../../value';

export type Letter =
  | { readonly kind: 'verdict'; readonly verdict: VerdictSent }
  | { readonly kind: 'undo'; readonly candidate: string };

export interface Told {
  taken: (letter: Letter, answer: VerdictTaken) => void;
  refused: (letter: Letter, error: Refused) => void;
}

const LONGEST_WAIT = 15_000;
/** Answers that may be another one later: not logged in, too many requests, trouble of the server. */
const LATER = new Set([401, 408, 425, 429]);

export class Outbox {
  readonly waiting = new Value(0);
  readonly stuck = new Value(false);
  private letters: Letter[];
  private sending = false;
  private closed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waked: (() => void) | undefined;
  private readonly kept: string;

  constructor(private readonly registry: string, private readonly survey: string, person: string, private readonly told: Told) {
    this.kept = `papaver.verdicts.${registry}.${survey}.${person}`;
    this.letters = this.read();
    this.waiting.set(this.letters.length);
    void this.send();
  }

  put(...letters: readonly Letter[]): void {
    this.letters.push(...letters);
    this.keep([...this.read(), ...letters]);
    void this.send();
  }

  /** Verdicts that an earlier window did not send. */
  unsent(): readonly Letter[] {
    return this.letters;
  }

  /** Tries again at once: somebody has logged in anew. */
  wake(): void {
    clearTimeout(this.timer);
    this.waked?.();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async send(): Promise<void> {
    if (this.sending || this.closed) return;
    this.sending = true;
    let wait = 500;
    for (let letter = this.letters[0]; letter && !this.closed; letter = this.letters[0]) {
      const answer = await this.delivered(letter);
      if (answer === 'later') {
        this.stuck.set(true);
        await new Promise<void>((resolve) => {
          this.waked = resolve;
          this.timer = setTimeout(resolve, wait);
        });
        wait = Math.min(wait * 2, LONGEST_WAIT);
        continue;
      }
      wait = 500;
      this.stuck.set(false);
      this.letters.shift();
      this.keep(without(this.read(), letter));
    }
    this.sending = false;
  }

  private async delivered(letter: Letter): Promise<'done' | 'later'> {
    try {
      const answer = letter.kind === 'verdict'
        ? await giveVerdict(this.registry, this.survey, letter.verdict)
        : await undoVerdict(this.registry, this.survey, letter.candidate);
      this.told.taken(letter, answer);
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500 || LATER.has(error.status)) return 'later';
      this.told.refused(letter, error);
    }
    return 'done';
  }

  /** What the browser keeps is of all windows: another one's letters stay in it, and so do those of the box that follows a closed one. */
  private keep(letters: readonly Letter[]): void {
    this.waiting.set(this.letters.length);
    try {
      if (letters.length) localStorage.setItem(this.kept, JSON.stringify(letters));
      else localStorage.removeItem(this.kept);
    } catch {
      // A browser that keeps nothing: the page warns before it is closed.
    }
  }

  private read(): Letter[] {
    try {
      return JSON.parse(localStorage.getItem(this.kept) ?? '[]') as Letter[];
    } catch {
      return [];
    }
  }
}

/** Letters without the first that is this one. */
function without(letters: readonly Letter[], gone: Letter): Letter[] {
  const at = letters.findIndex((letter) => JSON.stringify(letter) === JSON.stringify(gone));
  return letters.filter((_, index) => index !== at);
}
