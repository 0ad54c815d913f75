import { describe, expect, it } from 'vitest';
import { KeyedLock } from './keyedLock.ts';

describe('KeyedLock', () => {
  it('runs work on one key in order, and work on another beside it', async () => {
    const lock = new KeyedLock<string>();
    const steps: string[] = [];
    let release: () => void = () => undefined;
    const first = lock.run('a', async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      steps.push('a1');
    });
    const second = lock.run('a', async () => void steps.push('a2'));
    await lock.run('b', async () => void steps.push('b'));
    expect(steps).toEqual(['b']);
    release();
    await Promise.all([first, second]);
    expect(steps).toEqual(['b', 'a1', 'a2']);
  });

  it('goes on after work that failed, and tells only its caller', async () => {
    const lock = new KeyedLock<string>();
    const failed = lock.run('a', () => Promise.reject(new Error('no')));
    const next = lock.run('a', async () => 'done');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('done');
  });
});
