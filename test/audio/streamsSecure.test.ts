import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import { decode } from '../support/ffmpeg.ts';
import { Icecast, LISTENER, PlainListener } from '../support/icecast.ts';
import { TestStudio } from '../support/studio.ts';
import { withoutTag } from '../support/withoutTag.ts';

const MOUNT = '/private/live.aac';
const WAIT_MS = 1500;

describe('a stream over HTTPS with user and password', () => {
  let icecast: Icecast;
  let studio: TestStudio | undefined;

  beforeAll(async () => {
    icecast = await Icecast.start({ tls: true });
    await icecast.play(MOUNT);
  });
  afterAll(() => icecast.dispose());
  afterEach(async () => {
    await studio?.dispose();
    studio = undefined;
  });

  const draft = (password: string): SourceDraft => ({
    kind: 'stream',
    name: 'Private',
    url: icecast.tlsUrl(MOUNT),
    username: LISTENER.username,
    format: 'auto',
    password,
  });

  test('is recorded as a plain listener gets it', async () => {
    const started = await TestStudio.start({ env: { NODE_EXTRA_CA_CERTS: icecast.certificate } });
    studio = started;
    const { username, password } = LISTENER;
    const login = `${username}:${encodeURIComponent(password)}@`;
    const plain = new PlainListener(icecast.url(MOUNT).replace('//', `//${login}`));
    await plain.until((heard) => heard.length > 0);
    const id = await started.addAndArm(draft(password));
    const recorded = () => started.statuses.get(id)?.recording?.durationMs ?? 0;
    await started.until('some audio', () => recorded() > WAIT_MS);
    await started.studio.handlers['sources.disarm']({});
    const [recording] = started.closed(id);
    if (!recording) throw new Error('There should be a recording.');
    const bytes = withoutTag(await readFile(started.file(recording)));
    await plain.until((heard) => heard.includes(bytes.subarray(-400)));
    plain.close();
    expect(plain.bytes.includes(bytes)).toBe(true);
    expect((await decode(started.file(recording))).complaints).toBe('');
    expect(started.logLines.join('\n')).not.toContain(password);
  });

  test('fails with the reason: a wrong password, or a certificate that nobody vouches for', async () => {
    const started = await TestStudio.start({ env: { NODE_EXTRA_CA_CERTS: icecast.certificate } });
    studio = started;
    const id = await started.addAndArm(draft('guess'));
    await started.until('the refusal', () => started.statuses.get(id)?.problem?.code === 'STREAM_REFUSED');
    expect(started.statuses.get(id)).toMatchObject({ state: 'failed' });
    await started.dispose();

    studio = await TestStudio.start();
    const distrustful = studio;
    const other = await distrustful.addAndArm(draft(LISTENER.password));
    const problem = () => distrustful.statuses.get(other)?.problem;
    await distrustful.until('the refusal', () => problem()?.code === 'STREAM_TLS');
    expect(problem()?.message).toMatch(/signed by itself/);
  });
});
