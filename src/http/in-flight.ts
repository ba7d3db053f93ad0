export type InFlight = {
  begin(): void;
  end(): void;
  /** Resolves when no request is being answered. */
  idle(): Promise<void>;
};

/** Counts the requests that are being answered. */
export function inFlightCount(): InFlight {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    begin() {
      count++;
    },
    end() {
      if (--count > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))),
  };
}
