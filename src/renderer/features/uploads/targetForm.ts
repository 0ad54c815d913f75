import { assertNever } from '../../../shared/assertNever.ts';
import { type Target, type TargetDraft, targetDraftSchema, type TargetKind } from '../../../shared/domain/target.ts';

/** What the dialog holds, as typed: the fields of every kind, so that changing the kind and back loses nothing. */
export interface TargetForm {
  readonly kind: TargetKind;
  readonly name: string;
  readonly enabled: boolean;
  readonly insecure: boolean;
  readonly required: boolean;
  readonly chunkSeconds: string;
  /** Empty keeps what is stored. */
  readonly secret: string;
  readonly url: string;
  readonly title: string;
  readonly auth: 'token' | 'login';
  readonly email: string;
  readonly folderId: string;
  readonly language: string;
  readonly tagIds: string;
  readonly flacAs: 'opus' | 'wav';
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly pathStyle: boolean;
  readonly accessKeyId: string;
  readonly form: 'cmaf' | 'slices';
  /** kbit/s. */
  readonly bitrate: string;
  readonly wholeFile: boolean;
}

export const EMPTY_TARGET: TargetForm = {
  kind: 'longtake-server',
  name: '',
  enabled: true,
  insecure: false,
  required: true,
  chunkSeconds: '',
  secret: '',
  url: '',
  title: '',
  auth: 'token',
  email: '',
  folderId: '',
  language: '',
  tagIds: '',
  flacAs: 'opus',
  endpoint: '',
  region: 'us-east-1',
  bucket: '',
  prefix: '{source}',
  pathStyle: true,
  accessKeyId: '',
  form: 'cmaf',
  bitrate: '96',
  wholeFile: true,
};

const typed = (value: number | undefined): string => (value === undefined ? '' : String(value));

export function formOfTarget(target: Target): TargetForm {
  const common: TargetForm = {
    ...EMPTY_TARGET,
    kind: target.kind,
    name: target.name,
    enabled: target.enabled,
    insecure: target.insecure ?? false,
    required: target.required ?? true,
    chunkSeconds: typed(target.chunkSeconds),
  };
  switch (target.kind) {
    case 'speakr': {
      const { url, title = '', auth, email = '', folderId, language = '', tagIds = [], flacAs } = target;
      return {
        ...common,
        url,
        title,
        auth,
        email,
        folderId: typed(folderId),
        language,
        tagIds: tagIds.join(', '),
        flacAs,
      };
    }
    case 'longtake-server':
      return { ...common, url: target.url, title: target.title ?? '' };
    case 's3': {
      const { endpoint = '', region, bucket, prefix, pathStyle, accessKeyId, form, bitrate, wholeFile } = target;
      return {
        ...common,
        endpoint,
        region,
        bucket,
        prefix,
        pathStyle,
        accessKeyId,
        form,
        wholeFile,
        bitrate: String(bitrate / 1000),
      };
    }
    default:
      return assertNever(target);
  }
}

/** The same target as a draft: its secret stays as it is stored. */
export function draftOfTarget(target: Target): TargetDraft {
  const { id: _id, ...draft } = target;
  return draft;
}

/** Empty is left out; what is no number is refused by the schema. */
function optional<Key extends string>(key: Key, text: string): { readonly [K in Key]?: string } {
  return text.trim() === '' ? {} : ({ [key]: text.trim() } as { readonly [K in Key]?: string });
}

function optionalNumber(key: string, text: string): Readonly<Record<string, number>> {
  return text.trim() === '' ? {} : { [key]: Number(text.trim().replace(',', '.')) };
}

function rawDraft(form: TargetForm): unknown {
  const { kind, name, enabled, insecure, required, chunkSeconds, secret } = form;
  const common = {
    kind,
    name,
    enabled,
    ...(insecure ? { insecure } : {}),
    ...(required ? {} : { required }),
    ...optionalNumber('chunkSeconds', chunkSeconds),
    ...(secret === '' ? {} : { secret }),
  };
  switch (kind) {
    case 'speakr': {
      const tagIds = form.tagIds.split(/[\s,;]+/).filter((part) => part !== '');
      return {
        ...common,
        url: form.url.trim(),
        auth: form.auth,
        ...(form.auth === 'login' ? { email: form.email.trim() } : {}),
        ...optional('title', form.title),
        ...optionalNumber('folderId', form.folderId),
        ...optional('language', form.language),
        ...(tagIds.length > 0 ? { tagIds: tagIds.map(Number) } : {}),
        flacAs: form.flacAs,
      };
    }
    case 'longtake-server':
      return { ...common, url: form.url.trim(), auth: 'token', ...optional('title', form.title) };
    case 's3':
      return {
        ...common,
        ...optional('endpoint', form.endpoint),
        region: form.region,
        bucket: form.bucket,
        prefix: form.prefix,
        pathStyle: form.pathStyle,
        accessKeyId: form.accessKeyId,
        form: form.form,
        wholeFile: form.wholeFile,
        bitrate: Math.round(Number(form.bitrate.trim().replace(',', '.')) * 1000),
      };
    default:
      return assertNever(kind);
  }
}

/** Fields in which anything can be typed, and what is wanted there. */
const SENTENCES: Readonly<Record<string, string>> = {
  chunkSeconds: 'Enter a length from 1 to 600 seconds, or nothing.',
  folderId: 'Enter the number of the folder, or nothing.',
  tagIds: 'Enter the numbers of the tags, with commas between them.',
  bitrate: 'Enter 16 to 512 kbit/s.',
  url: 'Enter an address that starts with https://.',
  endpoint: 'Enter an address that starts with https://, or nothing for Amazon’s own.',
};

export type CheckedTarget =
  | { readonly ok: true; readonly draft: TargetDraft }
  | { readonly ok: false; readonly errors: ReadonlyMap<string, string> };

/** Checks with the contract's own schema, and for what cannot work without a secret or a consent. */
export function checkTarget(form: TargetForm, hasSecret: boolean): CheckedTarget {
  const parsed = targetDraftSchema.safeParse(rawDraft(form));
  const errors = new Map<string, string>();
  for (const issue of parsed.error?.issues ?? []) {
    const field = String(issue.path[0] ?? '');
    if (!errors.has(field)) errors.set(field, SENTENCES[field] ?? issue.message);
  }
  if (form.secret === '' && !hasSecret)
    errors.set('secret', `Enter the ${secretName(form).replace(/^[SP]/, (letter) => letter.toLocaleLowerCase())}.`);
  if (form.kind === 'speakr' && form.auth === 'login' && form.email.trim() === '') {
    errors.set('email', 'Enter the e-mail address of the account.');
  }
  if (needsConsent(form) && !form.insecure) {
    errors.set(
      form.kind === 's3' ? 'endpoint' : 'url',
      'Without https:// anybody on the way can listen and read the credentials. Use https://, or consent below.',
    );
  }
  return parsed.success && errors.size === 0 ? { ok: true, draft: parsed.data } : { ok: false, errors };
}

/** The name that a target has when none is typed; empty while nothing speaks for itself. */
export function offeredTargetName({ kind, url, bucket }: Pick<TargetForm, 'kind' | 'url' | 'bucket'>): string {
  if (kind === 's3') return bucket.trim();
  return URL.canParse(url.trim()) ? new URL(url.trim()).hostname : '';
}

/** The connection is not encrypted, and leaves this computer. */
export function needsConsent(form: Pick<TargetForm, 'kind' | 'url' | 'endpoint'>): boolean {
  const address = (form.kind === 's3' ? form.endpoint : form.url).trim();
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

export function secretName({ kind, auth }: Pick<TargetForm, 'kind' | 'auth'>): string {
  if (kind === 's3') return 'Secret key';
  return kind === 'speakr' && auth === 'login' ? 'Password' : 'API token';
}
