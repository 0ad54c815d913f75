import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signature } from '../../src/engine/alarms/webhook.ts';
import {
  type AlarmKind,
  type AlarmRules,
  type AlarmSettings,
  DEFAULT_ALARM_SETTINGS,
} from '../../src/shared/domain/alarm.ts';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import type { SourceId } from '../../src/shared/units.ts';
import { type VirtualCards, startVirtualCards } from '../support/pulse.ts';
import { TestStudio } from '../support/studio.ts';
import { SwitchedStream } from '../support/switchedStream.ts';
import { WebhookReceiver } from '../support/webhookReceiver.ts';

const RATE = 48_000;
const CARD = 'studio_a';

/** Only these kinds are looked at, with short times. */
function settingsFor(rules: Partial<AlarmRules>, more: Partial<AlarmSettings> = {}): AlarmSettings {
  const off = Object.fromEntries(
    Object.entries(DEFAULT_ALARM_SETTINGS.rules).map(([kind, rule]) => [kind, { ...rule, enabled: false }]),
  ) as AlarmRules;
  return { ...DEFAULT_ALARM_SETTINGS, rules: { ...off, ...rules }, clearSeconds: 1, ...more };
}

const card: SourceDraft = {
  kind: 'soundcard',
  name: 'Studio A',
  device: CARD,
  sampleRate: RATE,
  bitDepth: 16,
  channels: 2,
};

describe('alarms of real cards and streams', () => {
  let folder: string;
  let virtual: VirtualCards;
  let studio: TestStudio;
  let playing: AbortController;
  let played: Promise<void>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-alarms-'));
    virtual = await startVirtualCards({ [CARD]: {} });
  });
  afterAll(async () => {
    await virtual.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    playing = new AbortController();
    played = Promise.resolve();
  });
  afterEach(async () => {
    await hush();
    await studio.dispose();
  });

  const start = async (alarms: AlarmSettings): Promise<void> => {
    studio = await TestStudio.start({ env: virtual.env, settings: { splitSeconds: 86_400, alarms } });
  };

  /** Plays so many seconds of `value(frame, channel)` (-1 to 1) into the card, until {@link hush}. */
  async function play(seconds: number, value: (frame: number, channel: number) => number): Promise<void> {
    const bytes = Buffer.alloc(RATE * seconds * 4);
    for (let index = 0; index < bytes.length / 2; index += 1) {
      bytes.writeInt16LE(Math.round(value(Math.floor(index / 2), index % 2) * 32_767), index * 2);
    }
    const file = join(folder, 'signal.pcm');
    await writeFile(file, bytes);
    const { signal } = playing;
    played = virtual
      .card(CARD)
      .play(file, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
  }

  async function hush(): Promise<void> {
    playing.abort();
    await played;
    playing = new AbortController();
  }

  const tone = (frame: number): number => 0.3 * Math.sin((2 * Math.PI * 441.3 * frame) / RATE);
  const changes = (kind: AlarmKind): string[] =>
    studio.alarms
      .filter((alarm) => alarm.kind === kind)
      .map(({ clearedAt }) => (clearedAt === undefined ? 'raised' : 'cleared'));
  const raised = (kind: AlarmKind): Promise<void> =>
    studio.until(`${kind} is raised`, () => changes(kind).at(-1) === 'raised');
  const cleared = (kind: AlarmKind): Promise<void> =>
    studio.until(`${kind} is cleared`, () => changes(kind).at(-1) === 'cleared');
  const isRecording = (id: SourceId): boolean => studio.statuses.get(id)?.state === 'recording';

  it('raises silence, and clears it when something is played', async () => {
    await start(settingsFor({ silence: { enabled: true, levelDbfs: -60, seconds: 2 } }));
    await studio.addAndArm(card);
    await raised('silence');
    expect(await studio.studio.handlers['alarms.active']({})).toMatchObject([
      { kind: 'silence', sourceName: 'Studio A', unit: 'dBFS', threshold: -60, value: -150 },
    ]);
    await studio.until('the notification', () => studio.notices.length > 0);
    expect(studio.notices).toMatchObject([{ title: 'Alarm: Studio A', urgent: true }]);
    await play(60, tone);
    await cleared('silence');
    expect(changes('silence')).toEqual(['raised', 'cleared']);
    expect(await studio.studio.handlers['alarms.active']({})).toEqual([]);
    expect(await studio.studio.handlers['alarms.history']({ limit: 10 })).toMatchObject([
      { kind: 'silence', end: 'over' },
    ]);
  });

  it('tells a dead channel from a quiet card', async () => {
    await start(settingsFor({ deadChannel: { enabled: true, silentDbfs: -70, liveDbfs: -50, seconds: 2 } }));
    await studio.addAndArm(card);
    await play(60, (frame, channel) => (channel === 0 ? tone(frame) : 0));
    await raised('deadChannel');
    expect(studio.alarms[0]?.message).toContain('the right one');
    await hush();
    await play(60, tone);
    await cleared('deadChannel');
    expect(changes('deadChannel')).toEqual(['raised', 'cleared']);
  });

  it('hears clipping', async () => {
    await start(settingsFor({ clipping: { enabled: true, windows: 5 } }));
    await studio.addAndArm(card);
    await play(60, (frame) => (frame % 100 < 50 ? 1 : -1));
    await raised('clipping');
    await hush();
    await cleared('clipping');
    expect(changes('clipping')).toEqual(['raised', 'cleared']);
  });

  it('notices a signal that is frozen, and takes no tone for one', async () => {
    await start(settingsFor({ frozen: { enabled: true, seconds: 3 } }));
    const id = await studio.addAndArm(card);
    const recorded = (): number => studio.statuses.get(id)?.recording?.durationMs ?? 0;
    await play(60, (frame) => 0.3 * Math.sin((2 * Math.PI * 441 * frame) / RATE));
    await studio.until('the card records', () => recorded() > 0);
    const from = recorded();
    await studio.until('eight seconds of tone', () => recorded() > from + 8000);
    expect(studio.alarms).toEqual([]);
    await hush();
    const passage = Array.from({ length: 9001 }, (_, index) => 0.2 * Math.sin(index ** 2 * 0.37));
    await play(60, (frame) => passage[frame % passage.length] ?? 0);
    await raised('frozen');
    await hush();
    await cleared('frozen');
  });

  it('knows a source that is down, and lets go of it when it is disarmed', async () => {
    await start(settingsFor({ sourceDown: { enabled: true, seconds: 2 } }));
    const id = await studio.addAndArm(card);
    await studio.until('the card records', () => isRecording(id));
    await virtual.card(CARD).unplug();
    try {
      await raised('sourceDown');
      const [alarm] = await studio.studio.handlers['alarms.active']({});
      if (!alarm) throw new Error('No alarm.');
      await studio.studio.handlers['alarms.acknowledge']({ id: alarm.id });
      expect(await studio.studio.handlers['alarms.active']({})).toMatchObject([{ acknowledgedAt: expect.any(Number) }]);
    } finally {
      await virtual.card(CARD).plugIn();
    }
    await cleared('sourceDown');
    await virtual.card(CARD).unplug();
    try {
      await raised('sourceDown');
      await studio.studio.handlers['sources.disarm']({ ids: [id] });
      await cleared('sourceDown');
      expect(studio.alarms.at(-1)).toMatchObject({ end: 'dropped' });
    } finally {
      await virtual.card(CARD).plugIn();
    }
  });

  it('counts what is missing of the last hour', async () => {
    await start(settingsFor({ lowCoverage: { enabled: true, percent: 99.9, hours: 1 } }));
    const id = await studio.addAndArm(card);
    await studio.until('the card records', () => isRecording(id));
    await virtual.card(CARD).unplug();
    try {
      await raised('lowCoverage');
      expect(studio.alarms[0]).toMatchObject({ unit: '%', threshold: 99.9 });
      // The hour allows 3.6 s.
      expect(studio.alarms[0]?.value).toBeLessThan(99.9);
      expect(studio.alarms[0]?.value).toBeGreaterThan(95);
    } finally {
      await virtual.card(CARD).plugIn();
    }
  });

  it('does not cut a recording for a change of its alarms', async () => {
    await start(settingsFor({}));
    const id = await studio.addAndArm(card);
    await studio.until('the card records', () => isRecording(id) && studio.statuses.get(id)?.recording !== undefined);
    const before = studio.statuses.get(id)?.recording?.id;
    const rule = { enabled: true, levelDbfs: -40, seconds: 1 };
    await studio.studio.handlers['sources.update']({ id, draft: { ...card, alarms: { silence: rule } } });
    await raised('silence');
    expect(studio.statuses.get(id)?.recording?.id).toBe(before);
  });

  it('listens to a stream now and then, and sees that it hangs without listening', async () => {
    const station = await SwitchedStream.start();
    try {
      await start(
        settingsFor({
          silence: { enabled: true, levelDbfs: -60, seconds: 3 },
          frozen: { enabled: true, seconds: 3 },
        }),
      );
      await station.play('anullsrc=r=48000:cl=stereo');
      await studio.addAndArm({ kind: 'stream', name: 'Radio 1', url: station.url, username: '', format: 'auto' });
      await raised('silence');
      await station.play('anoisesrc=r=48000:a=0.3');
      await cleared('silence');
      expect(changes('frozen')).toEqual([]);
      await station.hang();
      await raised('frozen');
      await station.play('anoisesrc=r=48000:a=0.2');
      await cleared('frozen');
    } finally {
      await station.dispose();
    }
  });

  it('tells a webhook, signed, also what happened while it was away', async () => {
    const receiver = await WebhookReceiver.start();
    try {
      await start(
        settingsFor(
          { silence: { enabled: true, levelDbfs: -60, seconds: 1 } },
          { webhookUrl: receiver.url, notify: false },
        ),
      );
      const { handlers } = studio.studio;
      await handlers['alarms.setWebhookSecret']({ secret: 'hidden' });
      await handlers['alarms.testWebhook']({ url: receiver.url });
      await receiver.leave();
      await expect(handlers['alarms.testWebhook']({ url: receiver.url })).rejects.toThrow(/takes no connection/);
      await studio.addAndArm(card);
      await raised('silence');
      await expect.poll(async () => (await handlers['alarms.webhook']({})).problem).toMatch(/takes no connection/);
      receiver.answers.push(503);
      await receiver.listen();
      await studio.studio.handlers['sources.disarm']({});
      await expect.poll(() => receiver.messages.length).toBe(3);
      // It hears the answer after the message was heard.
      await expect.poll(async () => handlers['alarms.webhook']({})).toEqual({ hasSecret: true, waiting: 0 });
      const bodies = receiver.messages.map(({ body }) => JSON.parse(body) as unknown);
      expect(bodies).toMatchObject([
        { type: 'test', host: expect.any(String) },
        { type: 'raised', alarm: { kind: 'silence', sourceName: 'Studio A', threshold: -60 } },
        { type: 'cleared', alarm: { kind: 'silence', end: 'dropped' } },
      ]);
      for (const { headers, body } of receiver.messages) {
        const expected = signature('hidden', String(headers['x-longtake-timestamp']), body);
        expect(headers['x-longtake-signature']).toBe(expected);
      }
      expect(studio.notices).toEqual([]);
    } finally {
      await receiver.leave();
    }
  });
});
