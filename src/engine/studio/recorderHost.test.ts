import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeProcessHost } from '../../../test/support/fakeProcessHost.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { GeneratorConfig } from '../../shared/domain/source.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { type SourceId, sourceId } from '../../shared/units.ts';
import { RecorderHost } from './recorderHost.ts';

const A = sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11');
const B = sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c22');

function config(id: SourceId): GeneratorConfig {
  const signal = { programme: 'tone', seed: 1, sampleRate: 48_000, bitDepth: 16, channels: 1 } as const;
  return { id, name: id, kind: 'generator', ...signal };
}

describe('RecorderHost', () => {
  let processes: FakeProcessHost;
  let armed: SourceId[];
  let locked: Set<SourceId>;
  let failed: SourceId[];
  let crashes: number;
  let host: RecorderHost;

  beforeEach(() => {
    vi.useFakeTimers();
    processes = new FakeProcessHost();
    armed = [A, B];
    locked = new Set();
    failed = [];
    crashes = 0;
    host = new RecorderHost({
      processHost: processes,
      log: silentLog,
      plan: () => ({ recordingsFolder: '/r', splitSeconds: 60, filenamePattern: '{source}' }),
      interrupted: () => ({ recordings: [], gaps: [], left: [], resumed: armed }),
      armed: () => armed,
      armedSource: async (id) => {
        if (locked.has(id)) throw new LongtakeError('SECRETS_UNAVAILABLE', 'The keychain is locked.');
        return armed.includes(id) ? { source: { config: config(id) }, armedAt: 0 } : undefined;
      },
      onArmFailed: (id) => failed.push(id),
      onEvent: () => undefined,
      onCrash: () => {
        crashes += 1;
      },
    });
  });
  afterEach(() => vi.useRealTimers());

  const armedNow = (): string[] =>
    processes.child.sent.flatMap((message) => {
      const command = message as { type: string; source?: { config: GeneratorConfig } };
      return command.type === 'arm' && command.source ? [command.source.config.id] : [];
    });
  const start = async (): Promise<void> => {
    const started = host.start();
    processes.child.say({ type: 'ready' });
    await started;
  };

  it('arms the others when the password of one cannot be had, and that one once it can', async () => {
    locked.add(A);
    await start();
    expect(armedNow()).toEqual([B]);
    expect(failed).toEqual([A]);
    locked.clear();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(armedNow()).toEqual([B, A]);
  });

  it('does not arm later what was disarmed meanwhile', async () => {
    locked.add(A);
    await start();
    armed = [B];
    locked.clear();
    // Less than the silence after which a recorder is taken for one that hangs.
    await vi.advanceTimersByTimeAsync(30_000);
    expect(armedNow()).toEqual([B]);
  });

  it('ends a recorder that hangs, and starts another', async () => {
    await start();
    for (let second = 0; second < 100; second += 1) {
      processes.child.say({ type: 'alive' });
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(processes.children.length).toBe(1);
    await vi.advanceTimersByTimeAsync(58_000);
    expect(processes.child.killed).toBe(false);
    await vi.advanceTimersByTimeAsync(3000);
    expect(crashes).toBe(1);
    expect(processes.children.length).toBe(2);
  });

  it('ends a recorder that never gets ready, too', async () => {
    const started = host.start();
    await vi.advanceTimersByTimeAsync(61_000);
    await started;
    expect(processes.children.length).toBe(2);
  });

  it('starts a recorder that crashes again and again at most every 10 s', async () => {
    await start();
    for (let crash = 0; crash < 20; crash += 1) {
      processes.child.exit(1);
      await vi.advanceTimersByTimeAsync(10_000);
    }
    expect(processes.children.length).toBe(21);
    processes.child.exit(1);
    await vi.advanceTimersByTimeAsync(9000);
    expect(processes.children.length).toBe(21);
  });

  it('starts nothing any more once it was told to stop, not even between a crash and the next start', async () => {
    await start();
    processes.child.exit(1);
    await host.stop('quit');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(processes.children.length).toBe(1);
  });

  it('ends a recorder that does not close its files within 5 s', async () => {
    await start();
    const stopped = host.stop('quit');
    await vi.advanceTimersByTimeAsync(5000);
    await stopped;
    expect(processes.child.killed).toBe(true);
  });

  it('settles a disarm that a hung disk holds up when it stops', async () => {
    await start();
    let disarmed = false;
    void host.disarm(A, 'person').then(() => {
      disarmed = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    const stopped = host.stop('quit');
    await vi.advanceTimersByTimeAsync(5000);
    await stopped;
    await vi.advanceTimersByTimeAsync(0);
    expect(disarmed).toBe(true);
  });

  it('settles a disarm when the recorder is gone', async () => {
    await start();
    const disarmed = host.disarm(A, 'person');
    await vi.advanceTimersByTimeAsync(0);
    processes.child.exit(1);
    await disarmed;
    expect(processes.children[0]?.commands).toContain('disarm');
  });
});
