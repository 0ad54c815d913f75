import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../shared/domain/settings.ts';
import { sourceConfigSchema } from '../../../shared/domain/source.ts';
import { targetSchema } from '../../../shared/domain/target.ts';
import { reportText } from './report.ts';

const PASSWORD = 'pa&ss "wörd" 1';
const SECRETS = [PASSWORD, 'tok-0815-abc', 'hook-secret', 'AKIA+/secret='];
/** Everything that must not be found, in every way in which it is written below. */
const PLANTED = [
  ...SECRETS,
  encodeURIComponent(PASSWORD),
  Buffer.from(PASSWORD).toString('base64'),
  JSON.stringify(PASSWORD).slice(1, -1),
  'alice',
  'queryTokenXY',
  'T0KEN/in/path',
  'bearerXY',
  'AKIAUSER',
];
const source = sourceConfigSchema.parse({
  id: '1b7c1b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d',
  name: 'Radio 1',
  kind: 'stream',
  url: `http://alice:${encodeURIComponent(PASSWORD)}@radio.example:8000/live?token=queryTokenXY`,
  username: 'alice',
  format: 'auto',
});
const target = targetSchema.parse({
  id: '2b7c1b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d',
  kind: 's3',
  name: 'Bucket',
  enabled: true,
  endpoint: 'https://s3.example',
  region: 'eu',
  bucket: 'b',
  prefix: '',
  pathStyle: true,
  accessKeyId: 'AKIAUSER',
  form: 'slices',
  bitrate: 64_000,
  wholeFile: false,
});

const line = (text: string) => ({ at: '2026-11-21T14:00:00.000Z', level: 'warn' as const, part: 'studio', text });
const report = (secrets: readonly string[]): string =>
  reportText({
    at: 0,
    appInfo: { version: '1.2.3', platform: 'linux', runtime: 'Electron 33' },
    secretsProtection: 'keychain',
    decoderAvailable: true,
    settings: {
      ...DEFAULT_SETTINGS,
      recordingsFolder: '/music',
      alarms: { ...DEFAULT_SETTINGS.alarms, webhookUrl: 'https://hooks.example/T0KEN/in/path?sig=queryTokenXY' },
    },
    sources: [
      {
        config: source,
        status: {
          sourceId: source.id,
          state: 'failed',
          since: 0,
          address: 'http://alice:x@radio.example/live?token=queryTokenXY',
          problem: { code: 'STREAM_REFUSED', message: `The password ${PASSWORD} was refused.` },
        },
      },
    ],
    targets: [target],
    ledger: ['2026-11-21: 24 recordings, 1 gap'],
    log: [
      line(`GET http://alice:${encodeURIComponent(PASSWORD)}@radio.example/live?key=queryTokenXY failed`),
      line(`Authorization: Basic ${Buffer.from(PASSWORD).toString('base64')}`),
      line('authorization: Bearer bearerXY'),
      line(`{"secret":"${JSON.stringify(PASSWORD).slice(1, -1)}"} tok-0815-abc and hook-secret and AKIA+/secret=`),
    ],
    secrets,
  });

describe('the report', () => {
  it('has no secret that was planted, however it is written', () => {
    const text = report(SECRETS);
    for (const secret of PLANTED) expect(text).not.toContain(secret);
  });

  it('would have them without the list of secrets, so that the list is needed', () => {
    expect(report([])).toContain('tok-0815-abc');
  });

  it('still says what is needed to help', () => {
    const text = report(SECRETS);
    for (const part of [
      'Longtake 1.2.3',
      'Radio 1',
      'radio.example:8000/live',
      'STREAM_REFUSED',
      'splitSeconds',
      '24 recordings',
      'hooks.example/***',
      'Bucket',
    ])
      expect(text).toContain(part);
  });
});
