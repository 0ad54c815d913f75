import { describe, expect, test } from 'vitest';
import type { SourceConfig, SourceDraft } from '../../shared/domain/source.ts';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings.ts';
import type { StoredState } from '../../shared/ports/settingsStore.ts';
import { millis, sourceId } from '../../shared/units.ts';
import { Sources } from './sources.ts';

function make(stored: readonly SourceConfig[] = []) {
  const secrets = new Map<string, string>();
  let state: StoredState = { settings: { ...DEFAULT_SETTINGS, recordingsFolder: '/r' }, sources: stored, armed: [] };
  const sources = new Sources({
    clock: { now: () => millis(0), monotonic: () => millis(0), offsetMinutes: () => 0, zone: () => 'UTC' },
    secrets: {
      protection: 'memory',
      get: (key) => Promise.resolve(secrets.get(key)),
      set: (key, secret) => Promise.resolve(void secrets.set(key, secret)),
      delete: (key) => Promise.resolve(void secrets.delete(key)),
    },
    settingsStore: {
      read: () => state,
      write: (next) => {
        state = next;
      },
    },
    emit: () => undefined,
  });
  return { sources, text: () => JSON.stringify(state) };
}

const draft = (url: string, more: object = {}): SourceDraft => ({
  kind: 'stream',
  name: 'Radio',
  url,
  username: '',
  format: 'auto',
  ...more,
});

describe('user and password in the address of a stream', () => {
  test('are moved to the other secrets', async () => {
    const { sources, text } = make();
    const config = await sources.add(draft('https://me:s%26cret@radio.example/live?x=1'));
    expect(config).toMatchObject({ url: 'https://radio.example/live?x=1', username: 'me' });
    expect(await sources.password(config)).toBe('s&cret');
    expect(text()).not.toMatch(/s%26cret|s&cret/);
  });

  test('give way to those that were typed', async () => {
    const { sources, text } = make();
    const typed = { username: 'you', password: 'other' };
    const config = await sources.add(draft('http://me:secret@radio.example/', typed));
    expect(config).toMatchObject({ url: 'http://radio.example/', username: 'you' });
    expect(await sources.password(config)).toBe('other');
    expect(text()).not.toContain('secret');
  });

  test('of which there is only a user leave the stored password alone', async () => {
    const { sources } = make();
    const { id } = await sources.add(draft('http://radio.example/', { password: 'kept' }));
    const config = await sources.update(id, draft('http://me@radio.example/'));
    expect(config).toMatchObject({ url: 'http://radio.example/', username: 'me' });
    expect(await sources.password(config)).toBe('kept');
  });

  test('that are in the settings already are moved, too', async () => {
    const id = sourceId('7b1f6e8e-6f0a-4a0e-9a0e-2f4f3b1f0a11');
    const old = { ...draft('http://me:secret@radio.example/'), id } as SourceConfig;
    const { sources, text } = make([old]);
    await sources.moveLogins();
    const config = sources.config(id);
    expect(config).toMatchObject({ url: 'http://radio.example/', username: 'me' });
    expect(await sources.password(config)).toBe('secret');
    expect(text()).not.toContain('secret');
  });
});
