import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../test/support/silentLog.ts';
import { TurnedClock } from '../../../test/support/turnedClock.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { LONGEST_WAIT_MS, MOST_WAITING, Outbox, type OutboxStore, type WaitingDelivery } from './outbox.ts';
import type { WebhookTarget } from './webhook.ts';

let clock: TurnedClock;
let kept: Map<string, WaitingDelivery>;
let sent: string[];
let pauses: number[];
/** What the receiver does with each message. */
let receive: (id: string) => Promise<void>;
let target: WebhookTarget | undefined;
/** Pauses last until this resolves. */
let held: Promise<void>;

const store: OutboxStore = {
  list: () => [...kept.values()],
  save: (delivery) => void kept.set(delivery.id, delivery),
  remove: (id) => void kept.delete(id),
};

beforeEach(() => {
  clock = new TurnedClock('2026-11-21T12:00:00Z');
  kept = new Map();
  sent = [];
  pauses = [];
  held = Promise.resolve();
  receive = () => Promise.resolve();
  target = { url: 'http://127.0.0.1:9/' };
});

function open(): Outbox {
  return new Outbox({
    clock,
    log: silentLog,
    store,
    target: () => Promise.resolve(target),
    post: async (_, { id }) => {
      await receive(id);
      sent.push(id);
    },
    pause: async (ms, signal) => {
      pauses.push(ms);
      clock.advance(ms);
      const ended = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await Promise.race([held, ended]);
    },
  });
}

const message = (id: string): WaitingDelivery => ({ id, madeAt: clock.now(), body: '{}' });
const refuse = (final: boolean): Promise<void> =>
  Promise.reject(new LongtakeError('WEBHOOK_FAILED', 'No.', { details: { final } }));
const empty = (outbox: Outbox): Promise<unknown> => expect.poll(() => outbox.waiting).toBe(0);

describe('the outbox', () => {
  it('sends in order and forgets what was taken', async () => {
    const outbox = open();
    for (const id of ['a', 'b', 'c']) outbox.add(message(id));
    expect([...kept.keys()]).toEqual(['a', 'b', 'c']);
    await empty(outbox);
    expect(sent).toEqual(['a', 'b', 'c']);
    expect(kept.size).toBe(0);
  });
  it('tries again, ever more rarely, until the receiver is back', async () => {
    let tries = 0;
    let release: () => void = () => undefined;
    held = new Promise((resolve) => {
      release = resolve;
    });
    receive = () => (++tries < 15 ? refuse(false) : Promise.resolve());
    const outbox = open();
    outbox.add(message('a'));
    outbox.add(message('b'));
    await expect.poll(() => pauses.length).toBeGreaterThan(0);
    expect(outbox.problem).toBe('No.');
    release();
    await empty(outbox);
    expect(sent).toEqual(['a', 'b']);
    expect(outbox.problem).toBeUndefined();
    expect(pauses).toHaveLength(14);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(300_000);
    expect(pauses.at(-1)).toBeGreaterThan(30_000);
  });
  it('drops what the receiver will never take, and goes on with the next', async () => {
    receive = (id) => (id === 'a' ? refuse(true) : Promise.resolve());
    const outbox = open();
    outbox.add(message('a'));
    outbox.add(message('b'));
    await empty(outbox);
    expect(sent).toEqual(['b']);
    expect(pauses).toEqual([]);
  });
  it('goes on after a restart with what was not sent', async () => {
    receive = () => refuse(false);
    held = new Promise(() => undefined);
    const first = open();
    first.add(message('a'));
    await expect.poll(() => pauses.length).toBeGreaterThan(0);
    await first.stop();
    receive = () => Promise.resolve();
    const second = open();
    second.start();
    second.add(message('b'));
    await empty(second);
    expect(sent).toEqual(['a', 'b']);
  });
  it('is bounded in number and age', async () => {
    let isAsked = false;
    receive = () => {
      isAsked = true;
      return new Promise(() => undefined);
    };
    const outbox = open();
    for (let id = 0; id < MOST_WAITING + 5; id += 1) outbox.add(message(String(id)));
    expect(outbox.waiting).toBe(MOST_WAITING);
    expect(kept.size).toBe(MOST_WAITING);
    await expect.poll(() => isAsked).toBe(true);
    kept = new Map([['old', message('old')]]);
    clock.advance(LONGEST_WAIT_MS + 1);
    receive = () => Promise.resolve();
    const later = open();
    later.start();
    await empty(later);
    expect(sent).toEqual([]);
    expect(kept.size).toBe(0);
  });
  it('drops the least important when there is no room, alarms last, and counts it', async () => {
    let release: () => void = () => undefined;
    const away = new Promise<void>((resolve) => {
      release = resolve;
    });
    receive = () => away;
    const of = (type: string, id: string): WaitingDelivery => ({ ...message(id), body: JSON.stringify({ type }) });
    kept = new Map([['left', of('raised', 'left')]]);
    const outbox = open();
    outbox.start();
    outbox.add(of('raised', 'alarm'));
    outbox.add(of('closed', 'closed'));
    outbox.add(of('opened', 'opened'));
    for (let id = outbox.waiting; id < MOST_WAITING; id += 1) outbox.add(of('section', `section ${id}`));
    expect(outbox.dropped).toBe(0);
    outbox.add(of('cleared', 'last'));
    expect([...kept.keys()]).not.toContain('opened');
    outbox.add(of('raised', 'one more'));
    expect([...kept.keys()]).not.toContain('section 4');
    for (let id = 0; id < MOST_WAITING; id += 1) outbox.add(of('cleared', `cleared ${id}`));
    expect(outbox).toMatchObject({ waiting: MOST_WAITING, dropped: MOST_WAITING + 2 });
    release();
    await empty(outbox);
    // The one that is on its way, and every alarm that was raised.
    expect(sent.slice(0, 3)).toEqual(['left', 'alarm', 'one more']);
    expect(sent.filter((id) => !id.startsWith('cleared'))).toEqual(['left', 'alarm', 'one more']);
  });
  it('empties itself when there is no webhook any more', async () => {
    target = undefined;
    const outbox = open();
    outbox.add(message('a'));
    await empty(outbox);
    expect(sent).toEqual([]);
  });
});
