// Pictures that are read and decoded before they are needed, so that the next one is there when the key goes down.

/** Pictures that are kept: those of the next twenty candidates and of the last few. */
const KEPT = 64;
/** A browser opens six connections to a server: one hears events, and verdicts want their own. */
const AT_ONCE = 3;

export class Decoded {
  private readonly pictures = new Map<string, HTMLImageElement>();
  private wanted: string[] = [];
  private under_way = 0;

  /** These come next, the first one first; what was wanted before and is not any more is not read. */
  ahead(addresses: readonly string[]): void {
    this.wanted = addresses.filter((address) => !this.pictures.has(address));
    this.more();
  }

  /** The picture, decoded if it was waited for. */
  get(address: string): HTMLImageElement {
    const known = this.pictures.get(address);
    if (known) {
      // Again as the youngest.
      this.pictures.delete(address);
      this.pictures.set(address, known);
      return known;
    }
    return this.begin(address);
  }

  private begin(address: string): HTMLImageElement {
    const picture = new Image();
    picture.decoding = 'async';
    picture.draggable = false;
    picture.src = address;
    this.pictures.set(address, picture);
    for (const oldest of this.pictures.keys()) {
      if (this.pictures.size <= KEPT) break;
      this.pictures.delete(oldest);
    }
    this.under_way += 1;
    const ended = (): void => {
      this.under_way -= 1;
      this.more();
    };
    picture.decode().then(ended, () => {
      picture.dataset['missing'] = 'yes';
      ended();
    });
    return picture;
  }

  private more(): void {
    while (this.under_way < AT_ONCE) {
      const next = this.wanted.shift();
      if (next === undefined) return;
      if (!this.pictures.has(next)) this.begin(next);
    }
  }
}
