import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Device, SourceConfig, SourceStatus } from '../../shared/domain/source.ts';
import { sourceId } from '../../shared/units.ts';
import { DeviceWatch } from './deviceWatch.ts';

const id = sourceId('3b241101-e2bb-4255-8caf-4136c566a962');
const card: SourceConfig = {
  kind: 'soundcard',
  id,
  name: 'Mic',
  device: 'default',
  sampleRate: 48_000,
  bitDepth: 16,
  channels: 2,
};
const device = (name: string, isDefault = false, hostApi = 'Core Audio'): Device => ({
  name,
  hostApi,
  isDefault,
  maxChannels: 2,
  defaultSampleRate: 48_000,
});

function setUp(platform: string, config: SourceConfig = card) {
  const status: SourceStatus = { sourceId: id, state: 'recording', since: 0, device: 'Built-in' };
  const armed: { config: SourceConfig; status: SourceStatus }[] = [];
  const watches: { tell: (devices: readonly Device[]) => void; end: () => void; signal: AbortSignal }[] = [];
  const recorder = { retry: vi.fn(), reopen: vi.fn() };
  const emit = vi.fn();
  const watch = new DeviceWatch({
    probers: { watchDevices: (tell, end, signal) => watches.push({ tell, end, signal }) },
    recorder,
    emit,
    armed: () => armed,
    platform,
  });
  const arm = (over: Partial<SourceStatus> = {}): void => {
    armed.splice(0, 1, { config, status: { ...status, ...over } });
    watch.heed();
  };
  return { watch, watches, recorder, emit, arm, disarm: () => (armed.pop(), watch.heed()) };
}

describe('DeviceWatch', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('tells of devices while they are shown', () => {
    const { watch, watches, emit } = setUp('linux');
    watch.heed();
    expect(watches).toEqual([]);
    watch.show(true);
    watches[0]?.tell([device('A')]);
    expect(emit).toHaveBeenCalledWith('devices.changed', { devices: [device('A')] });
    watch.show(false);
    expect(watches[0]?.signal.aborted).toBe(true);
    watches[0]?.tell([device('B')]);
    expect(emit).toHaveBeenCalledTimes(1);
  });

  it('goes over to another default input, once the source records', () => {
    const { watches, recorder, arm, disarm } = setUp('darwin');
    arm();
    watches[0]?.tell([device('Built-in', true), device('Headset')]);
    expect(recorder.reopen).not.toHaveBeenCalled();
    arm({ state: 'arming' });
    watches[0]?.tell([device('Built-in'), device('Headset', true)]);
    expect(recorder.reopen).not.toHaveBeenCalled();
    arm();
    watches[0]?.tell([device('Built-in'), device('Headset', true)]);
    expect(recorder.reopen).toHaveBeenCalledExactlyOnceWith(id, expect.stringContaining('"Headset" now'));
    disarm();
    expect(watches[0]?.signal.aborted).toBe(true);
  });

  it('follows nothing on Linux, where the default follows by itself, and no device that was chosen', () => {
    const linux = setUp('linux');
    linux.arm();
    expect(linux.watches).toEqual([]);
    const chosen = setUp('darwin', { ...card, device: 'Built-in' });
    chosen.arm();
    expect(chosen.watches).toEqual([]);
  });

  it('tries a source that waits when a device is new', () => {
    const { watch, watches, recorder, arm } = setUp('linux', { ...card, device: 'Desk' });
    watch.show(true);
    arm({ state: 'reconnecting' });
    watches[0]?.tell([device('A')]);
    expect(recorder.retry).not.toHaveBeenCalled();
    watches[0]?.tell([device('A'), device('Desk')]);
    expect(recorder.retry).toHaveBeenCalledExactlyOnceWith(id);
  });

  it('watches again when its process ended', () => {
    const { watch, watches } = setUp('linux');
    watch.show(true);
    watches[0]?.end();
    vi.advanceTimersByTime(5000);
    expect(watches).toHaveLength(2);
    watch.stop();
    watches[1]?.end();
    vi.advanceTimersByTime(60_000);
    expect(watches).toHaveLength(2);
  });
});
