import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import type { SourceId } from '../../src/shared/units.ts';
import { Icecast } from '../support/icecast.ts';
import { Servers } from '../support/servers.ts';
import { TestStudio } from '../support/studio.ts';

describe('titles of a stream', () => {
  const servers = new Servers();
  let icecast: Icecast;
  let studio: TestStudio | undefined;

  beforeAll(async () => {
    icecast = await Icecast.start();
    await icecast.play('/live.mp3');
  });
  afterEach(async () => {
    await studio?.dispose();
    studio = undefined;
    await servers.close();
  });
  afterAll(() => icecast.dispose());

  const draft = (url: string, more: object = {}): SourceDraft => ({
    kind: 'stream',
    name: 'Radio',
    url,
    username: '',
    format: 'auto',
    cue: true,
    ...more,
  });
  const titlesOf = async (from: TestStudio, { id }: Recording) =>
    (await from.studio.handlers['recordings.titles']({ id })).map(({ title, position }) => ({ title, position }));
  const sheetOf = (from: TestStudio, recording: Recording) =>
    readFile(from.file(recording).replace(/\.\w+$/, '.cue'), 'utf8');
  const hears = (from: TestStudio, id: SourceId, title: string) =>
    from.until(`the title ${title}`, () => from.statuses.get(id)?.title === title);

  test('are in the library, beside the files, and back after a rescan', async () => {
    const started = await TestStudio.start();
    studio = started;
    await icecast.setTitle('/live.mp3', 'Erste Überraschung');
    const id = await started.addAndArm(draft(icecast.url('/live.mp3.xspf')));
    await hears(started, id, 'Erste Überraschung');
    await icecast.setTitle('/live.mp3', 'Zweite "Runde"');
    await hears(started, id, 'Zweite "Runde"');
    const count = started.closed(id).length;
    await started.until('the next file', () => started.closed(id).length > count);
    await started.studio.handlers['sources.disarm']({});
    const found = await started.studio.handlers['library.findTitles']({ text: 'uberraschung', limit: 10 });
    expect(found.map(({ title }) => title)).toContain('Erste Überraschung');
    const all = await Promise.all(started.closed(id).map((recording) => titlesOf(started, recording)));
    expect(all.flat().map(({ title }) => title)).toContain('Zweite "Runde"');
    for (const [index, recording] of started.closed(id).entries()) {
      // What was on air when it opened is its title at zero: of the file before, or one that came with its first frame.
      const before = all.slice(0, index).flat().at(-1);
      const first = all[index]?.[0];
      if (before) expect(first?.position).toBe(0);
      if (before && first?.title !== before.title) {
        expect([before.title, first?.title]).toEqual(['Erste Überraschung', 'Zweite "Runde"']);
      }
      for (const { position } of all[index] ?? []) expect(position % 1152).toBe(0);
      if (all[index]?.length === 0) continue;
      expect(await sheetOf(started, recording)).toContain(`TITLE "${all[index]?.[0]?.title.replaceAll('"', "'")}"`);
    }
    await started.stop();
    await rm(join(started.folder, 'data'), { recursive: true });
    const again = await TestStudio.start({ folder: started.folder, state: started.state });
    studio = again;
    await again.until('the scan', () => again.rescanned);
    const kept = await Promise.all(started.closed(id).map((recording) => titlesOf(again, recording)));
    expect(kept).toEqual(all);
    expect(await again.studio.handlers['library.findTitles']({ text: 'RUNDE', limit: 1 })).toHaveLength(1);
  });

  test('are written anew when a recorder was killed and its file is mended', async () => {
    const started = await TestStudio.start({ settings: { splitSeconds: 86_400 } });
    studio = started;
    await icecast.setTitle('/live.mp3', 'Before the crash');
    const id = await started.addAndArm(draft(icecast.url('/live.mp3')));
    await hears(started, id, 'Before the crash');
    await started.until('audio of it on disk', () => (started.statuses.get(id)?.recording?.bytes ?? 0) > 20_000);
    const { pid } = started.child('recorder');
    if (pid === undefined) throw new Error('The recorder should run.');
    process.kill(pid, 'SIGKILL');
    const mended = () => [...started.recordings.values()].find(({ state }) => state === 'repaired');
    await started.until('the mended recording', () => mended() !== undefined);
    const recording = mended();
    if (!recording) throw new Error('There should be a mended recording.');
    await expect.poll(() => sheetOf(started, recording).catch(() => '')).toContain('TITLE "Before the crash"');
  });

  test('that change all the time are bounded, and the last one is known', async () => {
    const started = await TestStudio.start({ settings: { splitSeconds: 86_400 } });
    studio = started;
    const frame = Buffer.alloc(417, 0x11);
    frame.set([0xff, 0xfb, 0x90, 0x64]);
    let count = 0;
    const url = await servers.serve((_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'icy-metaint': '417' });
      const timer = setInterval(() => {
        count += 1;
        const text = Buffer.from(`\u0002StreamTitle='t${count}';`.padEnd(33, '\0'), 'latin1');
        response.write(Buffer.concat([frame, text]));
        if (count === 400) response.end();
      }, 10);
      response.on('close', () => clearInterval(timer));
    });
    const id = await started.addAndArm(draft(url));
    await started.until('the end', () => started.closed(id).length > 0);
    const [recording] = started.closed(id);
    if (!recording) throw new Error('There should be a recording.');
    const titles = await titlesOf(started, recording);
    expect(titles.length).toBeGreaterThan(7);
    expect(titles.length).toBeLessThan(20);
    expect(titles.at(-1)?.title).toBe(recording.title);
  });
});

describe('a stream that stands still', () => {
  test('is a gap from its last audio on, after the time that its source is set to', async () => {
    const servers = new Servers();
    const started = await TestStudio.start();
    try {
      const frame = Buffer.alloc(417, 0x11);
      frame.set([0xff, 0xfb, 0x90, 0x64]);
      let connections = 0;
      const url = await servers.serve((_, response) => {
        connections += 1;
        response.writeHead(200, { 'content-type': 'audio/mpeg' });
        let sent = 0;
        const startedAt = performance.now();
        const timer = setInterval(() => {
          const due = Math.floor(((performance.now() - startedAt) / 1000) * (44_100 / 1152));
          for (; sent < due; sent += 1) response.write(frame);
          if (connections === 1 && sent > 100) {
            clearInterval(timer);
          }
        }, 20);
        response.on('close', () => clearInterval(timer));
      });
      const id = await started.addAndArm({
        kind: 'stream',
        name: 'Radio',
        url,
        username: '',
        format: 'auto',
        stallSeconds: 2,
      });
      await started.until('the loss', () => started.gapsOf(id).length > 0);
      const seenAt = Date.now();
      const [gap] = started.gapsOf(id);
      expect(gap).toMatchObject({ cause: 'stream lost', detail: expect.stringMatching(/2 s/) });
      // It is known 2 s after the last audio or, on a busy machine, later; and it begins with that audio.
      expect(seenAt - (gap?.from ?? Number.NaN)).toBeGreaterThan(1900);
      await started.until('the file to be closed', () => started.closed(id).length > 0);
      const [held] = started.closed(id);
      if (!held) throw new Error('There should be a recording.');
      const lastAudio = held.startedAt + (held.samples * 1000) / held.format.sampleRate;
      expect((gap?.from ?? Number.NaN) - lastAudio).toBeGreaterThan(-1500);
      await started.until('its end', () => started.gapsOf(id)[0]?.to !== undefined);
      const ended = started.gapsOf(id)[0];
      expect((ended?.to ?? 0) - (ended?.from ?? 0)).toBeGreaterThan(1900);
    } finally {
      await started.dispose();
      await servers.close();
    }
  });
});
