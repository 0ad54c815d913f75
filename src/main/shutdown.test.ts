import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../test/support/silentLog.ts';
import { Shutdown } from './shutdown.ts';

const setUp = (armed: number, options: { readonly stop?: () => Promise<void> } = {}) => {
  const happened: string[] = [];
  let answer: (quit: boolean) => void = () => undefined;
  const shutdown = new Shutdown({
    armedCount: () => armed,
    confirm: (count) => {
      happened.push(`asked about ${count}`);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    stop: async () => {
      happened.push('stopping');
      await options.stop?.();
      happened.push('stopped');
    },
    exit: (code) => happened.push(`exit ${code}`),
    log: silentLog,
  });
  return { shutdown, happened, answer: (quit: boolean) => answer(quit) };
};

describe('Shutdown', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('ends without a question when nothing is armed', async () => {
    const { shutdown, happened } = setUp(0);
    await shutdown.request();
    expect(happened).toEqual(['stopping', 'stopped', 'exit 0']);
  });

  it('goes on when the person wants it to, and asks again the next time', async () => {
    const { shutdown, happened, answer } = setUp(2);
    for (const _ of [1, 2]) {
      const request = shutdown.request();
      await shutdown.request();
      answer(false);
      await request;
    }
    expect(happened).toEqual(['asked about 2', 'asked about 2']);
  });

  it('closes files before it ends when the person quits', async () => {
    const { shutdown, happened, answer } = setUp(1);
    const request = shutdown.request();
    answer(true);
    await request;
    expect(happened).toEqual(['asked about 1', 'stopping', 'stopped', 'exit 0']);
  });

  it('asks nobody when the system ends it, even while a question is open', async () => {
    const { shutdown, happened } = setUp(1);
    void shutdown.request();
    await shutdown.end('SIGTERM.');
    expect(happened).toEqual(['asked about 1', 'stopping', 'stopped', 'exit 0']);
  });

  it('ends once, however often it is asked to', async () => {
    const { shutdown, happened } = setUp(0);
    await Promise.all([shutdown.end('a'), shutdown.request(), shutdown.end('b')]);
    expect(happened).toEqual(['stopping', 'stopped', 'exit 0']);
  });

  it('ends all the same when the studio fails or hangs, and says so by its code', async () => {
    const failing = setUp(0, { stop: () => Promise.reject(new Error('disk')) });
    await failing.shutdown.end('test');
    expect(failing.happened).toEqual(['stopping', 'exit 1']);

    const hanging = setUp(0, { stop: () => new Promise(() => undefined) });
    const ending = hanging.shutdown.end('test');
    await vi.advanceTimersByTimeAsync(5400);
    expect(hanging.happened).toEqual(['stopping']);
    await vi.advanceTimersByTimeAsync(200);
    await ending;
    expect(hanging.happened).toEqual(['stopping', 'exit 1']);
  });
});
