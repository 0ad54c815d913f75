import { callbackify } from 'node:util';
import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import type { RateStore } from './database/rateRows.ts';

type Told = Parameters<FastifyRateLimitStore['incr']>[1];

/** Has Fastify count requests in the database, so that they count for every process and survive a restart. */
export function sharedRates(rates: RateStore, now: () => number): FastifyRateLimitStoreCtor {
  const hit = callbackify((key: string, windowMs: number) => {
    const at = now();
    return rates
      .hit(`${windowMs} ${key}`, windowMs, at)
      .then(({ count, until }) => ({ current: count, ttl: until - at }));
  });
  return class SharedRates implements FastifyRateLimitStore {
    incr(key: string, callback: Told, timeWindow: number): void {
      hit(key, timeWindow, callback);
    }

    child(): FastifyRateLimitStore {
      return new SharedRates();
    }
  };
}
