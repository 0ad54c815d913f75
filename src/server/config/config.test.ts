import { describe, expect, it } from 'vitest';
import { readServerConfig } from './config.ts';

/** What is said of a value. */
function problemOf(env: Readonly<Record<string, string>>): string {
  try {
    readServerConfig(env);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('the settings of the session server', () => {
  it('are those of Speakr, Meet and Scope where nothing is set', () => {
    expect(readServerConfig({})).toMatchObject({
      host: '127.0.0.1',
      trustProxy: false,
      sessionsEnabled: true,
      recordingEnabled: true,
      sessionTtlMs: 24 * 3_600_000,
      maxBytesPerUser: 5_368_709_120,
      maxChunkBytes: 16_777_216,
      cleanupIntervalMs: 3_600_000,
      maxDurationMs: 8 * 3_600_000,
      outputFolder: 'recordings',
      expirationDays: undefined,
      startupCleanup: true,
      allowedMimeTypes: [
        'audio/webm',
        'audio/ogg',
        'audio/mp4',
        'audio/mpeg',
        'audio/wav',
        'audio/x-m4a',
        'audio/flac',
      ],
    });
  });

  it('take the shortest of all lengths', () => {
    const lengthOf = (env: Readonly<Record<string, string>>): number => readServerConfig(env).maxDurationMs;
    expect(lengthOf({ RECORDING_MAX_LENGTH: '1h' })).toBe(3_600_000);
    expect(lengthOf({ RECORDING_MAX_LENGTH: '30m' })).toBe(1_800_000);
    expect(lengthOf({ RECORDING_MAX_LENGTH: '120s' })).toBe(120_000);
    expect(lengthOf({ RECORDING_MAX_LENGTH: '90' })).toBe(90_000);
    expect(lengthOf({ RECORDING_MAX_LENGTH: '1h', RECORDING_MAX_DURATION: '5000' })).toBe(5000);
    expect(lengthOf({ RECORDING_MAX_HOURS: '0.5', RECORDING_MAX_LENGTH: '1h' })).toBe(1_800_000);
  });

  it('count an empty value as none', () => {
    expect(readServerConfig({ RECORDING_MAX_LENGTH: ' ', LONGTAKE_SERVER_PORT: '' }).port).toBe(8484);
  });

  it('are refused together, each with a sentence', () => {
    const problem = problemOf({
      RECORDING_MAX_LENGTH: '1 day',
      RECORDING_SESSION_ALLOWED_MIME_TYPES: 'wav',
      LONGTAKE_SERVER_TRUST_PROXY: 'everybody',
      LONGTAKE_SERVER_PUBLIC_URL: 'audio.example.org',
      LONGTAKE_SERVER_STORAGE: 's3',
      RECORDING_OUTPUT_FOLDER: '../elsewhere',
      RECORDING_STORAGE_EVENT_ENABLE: 'true',
    });
    const names = [
      'RECORDING_MAX_LENGTH is "1 day"',
      'RECORDING_SESSION_ALLOWED_MIME_TYPES is "wav"',
      'LONGTAKE_SERVER_TRUST_PROXY is "everybody"',
      'LONGTAKE_SERVER_PUBLIC_URL is "audio.example.org"',
      'LONGTAKE_SERVER_S3_BUCKET is missing',
      'RECORDING_OUTPUT_FOLDER is "../elsewhere"',
      'RECORDING_STORAGE_EVENT_TOKEN is missing',
    ];
    for (const name of names) expect(problem).toContain(name);
  });

  it('are not repeated where they hold a password', () => {
    const problem = problemOf({
      LONGTAKE_SERVER_SMTP_URL: 'smtp://anna:secret@',
      LONGTAKE_SERVER_WEBHOOK_URL: 'https://anna:secret@example.org/?key=secret',
    });
    expect(problem).toContain('LONGTAKE_SERVER_SMTP_URL: ');
    expect(problem).toContain('LONGTAKE_SERVER_WEBHOOK_URL: ');
    expect(problem).not.toContain('secret');
  });
});
