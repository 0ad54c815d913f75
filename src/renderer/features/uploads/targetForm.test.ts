import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../../shared/domain/target.ts';
import { targetId } from '../../../shared/units.ts';
import {
  checkTarget,
  draftOfTarget,
  EMPTY_TARGET,
  formOfTarget,
  needsConsent,
  secretName,
  type TargetForm,
} from './targetForm.ts';

const form = (more: Partial<TargetForm>): TargetForm => ({ ...EMPTY_TARGET, name: 'Archive', secret: 'x', ...more });
const errorsOf = (checked: ReturnType<typeof checkTarget>): string[] => (checked.ok ? [] : [...checked.errors.keys()]);

const id = targetId('11111111-1111-4111-8111-111111111111');
const TARGETS: readonly Target[] = [
  { id, kind: 'longtake-server', name: 'A', enabled: true, url: 'https://a.example', auth: 'token', title: '{source}' },
  {
    id,
    kind: 'speakr',
    name: 'B',
    enabled: false,
    required: false,
    chunkSeconds: 20,
    url: 'https://b.example',
    auth: 'login',
    email: 'me@b.example',
    folderId: 3,
    language: 'de',
    tagIds: [1, 2],
    flacAs: 'wav',
  },
  {
    id,
    kind: 's3',
    name: 'C',
    enabled: true,
    insecure: true,
    endpoint: 'http://c.example',
    region: 'eu-1',
    bucket: 'b',
    prefix: '{source}/%Y',
    pathStyle: true,
    accessKeyId: 'k',
    form: 'slices',
    bitrate: 128_000,
    wholeFile: false,
  },
];

describe('the form of a target', () => {
  it('gives back every target as it was', () => {
    for (const target of TARGETS) {
      expect(checkTarget(formOfTarget(target), true)).toEqual({ ok: true, draft: draftOfTarget(target) });
    }
  });
  it('wants a secret unless one is kept', () => {
    const fields = form({ url: 'https://a.example', secret: '' });
    expect(errorsOf(checkTarget(fields, false))).toEqual(['secret']);
    expect(checkTarget(fields, true).ok).toBe(true);
    expect(secretName(form({ kind: 'speakr', auth: 'login' }))).toBe('Password');
  });
  it('wants consent to http, but not on this computer', () => {
    expect(errorsOf(checkTarget(form({ url: 'http://a.example' }), true))).toEqual(['url']);
    expect(checkTarget(form({ url: 'http://a.example', insecure: true }), true).ok).toBe(true);
    for (const url of ['http://127.0.0.1:8080', 'http://localhost/', 'http://[::1]:1', 'https://a.example']) {
      expect(needsConsent({ kind: 'speakr', url, endpoint: '' })).toBe(false);
    }
    expect(needsConsent({ kind: 'speakr', url: 'http://127.0.0.1.example', endpoint: '' })).toBe(true);
  });
  it('names the field that is wrong, whatever is typed', () => {
    expect(
      errorsOf(checkTarget(form({ kind: 'speakr', url: 'x', folderId: 'y', auth: 'login' }), true)).toSorted(),
    ).toEqual(['email', 'folderId', 'url']);
    expect(
      errorsOf(checkTarget(form({ kind: 's3', bucket: '', accessKeyId: '', bitrate: 'much' }), true)).toSorted(),
    ).toEqual(['accessKeyId', 'bitrate', 'bucket']);
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom('speakr', 'longtake-server', 's3'),
        (url, chunkSeconds, kind) => {
          const checked = checkTarget(form({ kind, url, endpoint: url, chunkSeconds, tagIds: url }), true);
          return checked.ok || checked.errors.size > 0;
        },
      ),
    );
  });
});
