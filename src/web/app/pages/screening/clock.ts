// How long somebody looks at a candidate before they decide. A page that is not seen, and a coffee, are no screening.

const LONGEST = 120;

export class LookingClock {
  private began = performance.now();
  private before = 0;

  constructor() {
    document.addEventListener('visibilitychange', this.seen);
  }

  restart(): void {
    this.before = 0;
    this.began = performance.now();
  }

  seconds(): number {
    const looking = document.hidden ? 0 : performance.now() - this.began;
    return Math.min(LONGEST, Math.round((this.before + looking) / 100) / 10);
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.seen);
  }

  private readonly seen = (): void => {
    if (document.hidden) this.before += performance.now() - this.began;
    else this.began = performance.now();
  };
}
