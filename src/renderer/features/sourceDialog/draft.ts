import { assertNever } from '../../../shared/assertNever.ts';
import {
  type Device,
  type DeviceIdentity,
  type GeneratorConfig,
  OFFERED_SAMPLE_RATES,
  type SourceConfig,
  type SourceDraft,
  sourceDraftSchema,
  type SourceKind,
  type SoundcardConfig,
  type StreamConfig,
  type StreamHop,
  type StreamReport,
} from '../../../shared/domain/source.ts';
import { DEFAULT_DEVICE } from '../../../shared/domain/sourceDefaults.ts';

/** What the dialog holds: the fields of every kind, so that changing the kind and back loses nothing. */
export interface Form {
  readonly kind: SourceKind;
  readonly name: string;
  readonly soundcard: Pick<
    SoundcardConfig,
    'device' | 'sampleRate' | 'bitDepth' | 'float' | 'channels' | 'pick' | 'container' | 'backend' | 'identity'
  >;
  readonly stream: Pick<StreamConfig, 'url' | 'username' | 'format'> & {
    /** As typed; empty takes what is usual. */
    readonly stallSeconds: string;
    readonly cue: boolean;
    readonly tags: Tags;
  };
  /** Typed text; empty keeps a stored password. */
  readonly password: string;
  /** The stored password is to be removed. */
  readonly removePassword: boolean;
  readonly generator: Pick<GeneratorConfig, 'programme' | 'sampleRate' | 'bitDepth' | 'channels' | 'container'>;
  /** As typed. */
  readonly seed: string;
  /** What the source says of its own recordings. */
  readonly plan: Pick<
    SourceConfig,
    'splitSeconds' | 'filenamePattern' | 'maxLengthSeconds' | 'alarms' | 'detection' | 'targets'
  >;
}

/** Whether files of MP3 and AAC have tags. */
export type Tags = 'as set' | 'yes' | 'no';

export function emptyForm(kind: SourceKind): Form {
  return {
    kind,
    name: '',
    soundcard: { device: DEFAULT_DEVICE, sampleRate: 48_000, bitDepth: 24, channels: 2 },
    stream: { url: '', username: '', format: 'auto', stallSeconds: '', cue: false, tags: 'as set' },
    password: '',
    removePassword: false,
    generator: { programme: 'mixed', sampleRate: 48_000, bitDepth: 16, channels: 2 },
    seed: '1',
    plan: {},
  };
}

export function formOf(config: SourceConfig): Form {
  const { splitSeconds, filenamePattern, maxLengthSeconds, alarms, detection, targets } = config;
  const plan = {
    ...(splitSeconds === undefined ? {} : { splitSeconds }),
    ...(filenamePattern === undefined ? {} : { filenamePattern }),
    ...(maxLengthSeconds === undefined ? {} : { maxLengthSeconds }),
    ...(alarms === undefined ? {} : { alarms }),
    ...(detection === undefined ? {} : { detection }),
    ...(targets === undefined ? {} : { targets }),
  };
  const form = { ...emptyForm(config.kind), name: config.name, plan };
  switch (config.kind) {
    case 'soundcard': {
      const { id: _id, name: _name, kind: _kind, alarms: _alarms, detection: _detection, ...rest } = config;
      const {
        splitSeconds: _split,
        filenamePattern: _pattern,
        maxLengthSeconds: _length,
        targets: _to,
        ...soundcard
      } = rest;
      return { ...form, soundcard };
    }
    case 'stream': {
      const { url, username, format, stallSeconds, cue = false, tagStreams } = config;
      const tags = tagStreams === undefined ? 'as set' : tagStreams ? 'yes' : 'no';
      return { ...form, stream: { url, username, format, stallSeconds: String(stallSeconds ?? ''), cue, tags } };
    }
    case 'generator': {
      const { programme, seed, sampleRate, bitDepth, channels, container } = config;
      const kept = container === undefined ? {} : { container };
      return { ...form, generator: { programme, sampleRate, bitDepth, channels, ...kept }, seed: String(seed) };
    }
    default:
      return assertNever(config);
  }
}

/** The plan with another value, or without one: then the settings hold. */
export function withPlan<Key extends keyof Form['plan']>(
  plan: Form['plan'],
  key: Key,
  value: Form['plan'][Key] | undefined,
): Form['plan'] {
  const { [key]: _, ...rest } = plan;
  return value === undefined ? rest : { ...rest, [key]: value };
}

/** The plan with other rules for alarms; without any, the general ones hold. */
export function withAlarms(plan: Form['plan'], alarms: Form['plan']['alarms']): Form['plan'] {
  const { alarms: _, ...rest } = plan;
  return alarms === undefined ? rest : { ...rest, alarms };
}

/** What would be sent; not checked yet. */
function rawDraft(form: Form, name: string): unknown {
  switch (form.kind) {
    case 'soundcard':
      return { kind: form.kind, name, ...form.soundcard, ...form.plan };
    case 'stream': {
      const password = form.removePassword ? '' : form.password === '' ? undefined : form.password;
      // The field has it once it is left; whoever tests or saves by a key has not left it.
      const url = withScheme(form.stream.url).trim();
      const stallSeconds = form.stream.stallSeconds.trim();
      return {
        kind: form.kind,
        name,
        username: form.stream.username,
        format: form.stream.format,
        ...(stallSeconds === '' ? {} : { stallSeconds: Number(stallSeconds) }),
        ...(form.stream.cue ? { cue: true } : {}),
        ...(form.stream.tags === 'as set' ? {} : { tagStreams: form.stream.tags === 'yes' }),
        ...form.plan,
        url,
        ...(password === undefined ? {} : { password }),
      };
    }
    case 'generator':
      return {
        kind: form.kind,
        name,
        ...form.generator,
        ...form.plan,
        seed: form.seed.trim() === '' ? Number.NaN : Number(form.seed),
      };
    default:
      return assertNever(form.kind);
  }
}

/** Fields in which anything can be typed, and what is wanted there. */
const NUMBERS: Readonly<Record<string, string>> = {
  seed: 'Enter a whole number from 0 to 4294967295.',
  stallSeconds: 'Enter whole seconds, from 2 to 600.',
};

/** A form that was checked: what to send, or a sentence for each field that is not right. */
export type Checked =
  | { readonly ok: true; readonly draft: SourceDraft }
  | { readonly ok: false; readonly errors: ReadonlyMap<string, string> };

/** Checks with the contract's own schema. `name` stands in for the form's where that does not matter. */
export function check(form: Form, name = form.name): Checked {
  const parsed = sourceDraftSchema.safeParse(rawDraft(form, name));
  if (parsed.success) return { ok: true, draft: parsed.data };
  const errors = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const field = String(issue.path[0] ?? '');
    if (errors.has(field)) continue;
    errors.set(field, NUMBERS[field] ?? issue.message);
  }
  return { ok: false, errors };
}

/** Saving a draft for a source that is armed begins a new recording; a change of its alarms, detection or targets alone does not. */
export function beginsNewRecording(config: SourceConfig, draft: SourceDraft): boolean {
  const captured = (source: SourceConfig | SourceDraft): string =>
    JSON.stringify({ ...source, id: undefined, alarms: undefined, detection: undefined, targets: undefined });
  return captured(config) !== captured(draft);
}

/** An address as people say it, `radio.example.org:8000/live`, with the scheme that it most likely has. */
export function withScheme(address: string): string {
  const text = address.trim();
  if (!/^[\w.-]+\.[a-z\d-]+(?::\d+)?(?:[/?]|$)/i.test(text)) return address;
  // Stations on a port of their own seldom have TLS.
  return `${/^[^/?]*:(?!443\b)\d/.test(text) ? 'http' : 'https'}://${text}`;
}

/** `wanted`, or with a number behind it if that name is taken. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.toLocaleLowerCase()));
  let name = wanted;
  for (let number = 2; used.has(name.toLocaleLowerCase()); number += 1) name = `${wanted} ${number}`;
  return name;
}

/** The name to offer for what the form describes; empty when nothing speaks for itself. */
export function offeredName(form: Form, devices: readonly Device[], stationName: string | undefined): string {
  switch (form.kind) {
    case 'soundcard':
      if (form.soundcard.device !== DEFAULT_DEVICE) return form.soundcard.device;
      return devices.find(({ isDefault }) => isDefault)?.name ?? 'Microphone';
    case 'stream':
      return stationName ?? hostOf(form.stream.url);
    case 'generator':
      return 'Test signal';
    default:
      return assertNever(form.kind);
  }
}

const HOPS: Readonly<Record<StreamHop['is'], string>> = {
  redirect: 'Redirect',
  m3u: 'M3U playlist',
  pls: 'PLS playlist',
  xspf: 'XSPF playlist',
  stream: 'Recorded from',
};

/** The way from the address that was asked to the one that answered; nothing where that is the same. */
export function routeRows(
  report: Pick<StreamReport, 'finalUrl' | 'route'>,
  asked: string,
): readonly { readonly term: string; readonly url: string }[] {
  const { route = [], finalUrl } = report;
  if (route.length > 1) return route.map(({ is, url }) => ({ term: HOPS[is], url }));
  return bare(asked) === bare(finalUrl) ? [] : [{ term: HOPS.stream, url: finalUrl }];
}

function bare(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.username = '';
  url.password = '';
  url.hash = '';
  return url.href;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

/** The settings to begin with for a device: its own rate where it can be recorded, and at most two channels. */
export function settingsFor(device: Device | undefined, now: Form['soundcard'], name: string): Form['soundcard'] {
  const { identity: _identity, pick: _pick, ...kept } = now;
  if (!device) return { ...kept, device: name };
  const sampleRate = OFFERED_SAMPLE_RATES.find((rate) => rate === device.defaultSampleRate) ?? now.sampleRate;
  const channels = Math.max(1, Math.min(device.maxChannels, 2));
  // The default may be another device tomorrow.
  const identity = name === DEFAULT_DEVICE ? undefined : device.identity;
  return { ...kept, device: name, sampleRate, channels, ...(identity ? { identity } : {}) };
}

export const depthNames = { 16: '16 bit', 24: '24 bit', 32: '32 bit', float: '32 bit float' } as const;
/** A bit depth as it is chosen: with the kind of number. */
export type DepthName = `${keyof typeof depthNames}`;

export function depthOf({ bitDepth, float }: Pick<SoundcardConfig, 'bitDepth' | 'float'>): DepthName {
  return float === true ? 'float' : `${bitDepth}`;
}

export function withDepth(card: Form['soundcard'], depth: DepthName): Form['soundcard'] {
  const { float: _, ...rest } = card;
  return depth === 'float' ? { ...rest, bitDepth: 32, float: true } : { ...rest, bitDepth: bits[depth] };
}

const bits = { 16: 16, 24: 24, 32: 32 } as const;

/** What a card is found again by, for people: pairs of a term and its value. */
export function cardDetails(identity: DeviceIdentity | undefined): readonly (readonly [string, string])[] {
  if (!identity) return [];
  const { hostApi, name, port, serial, usbId } = identity;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Name', `${name}, ${hostApi}`],
    ['Plugged in at', port],
    ['Serial number', serial],
    ['USB id', usbId],
  ];
  return rows.flatMap(([term, value]) => (value === undefined ? [] : [[term, value] as const]));
}
