// A value that changes, and the parts of the page that follow it.
import { useEffect, useState } from 'preact/hooks';

export class Value<T> {
  private readonly followers = new Set<(value: T) => void>();
  constructor(private current: T) {}

  get(): T {
    return this.current;
  }

  set(value: T): void {
    if (value === this.current) return;
    this.current = value;
    for (const follower of [...this.followers]) follower(value);
  }

  /** Calls `follower` at each change, until what is returned is called. */
  follow(follower: (value: T) => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }
}

export function useValue<T>(value: Value<T>): T {
  const [now, setNow] = useState(value.get());
  useEffect(() => {
    setNow(() => value.get());
    return value.follow((next) => setNow(() => next));
  }, [value]);
  return now;
}
