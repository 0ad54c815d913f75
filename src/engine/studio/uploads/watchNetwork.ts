import { networkInterfaces } from 'node:os';
import type { Clock } from '../../../shared/ports/clock.ts';

const LOOK_MS = 3000;
/** A timer that comes so much too late, by the wall clock, was asleep with the computer. */
const ASLEEP_MS = 15_000;

/**
 * Calls `onReturn` when the computer has another address than before, or woke up. Returns a function that ends it.
 * An address that is there does not prove a way to anywhere: it is a reason to try.
 */
export function watchNetwork(clock: Clock, onReturn: () => void): () => void {
  let addresses = presentAddresses();
  let lookedAt = clock.now();
  const timer = setInterval(() => {
    const now = clock.now();
    const found = presentAddresses();
    const woke = now - lookedAt > ASLEEP_MS;
    const isNew = found !== addresses && found !== '';
    lookedAt = now;
    addresses = found;
    if (woke || isNew) onReturn();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function presentAddresses(): string {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .toSorted()
    .join(' ');
}
