import { assertNever } from '../../../shared/assertNever.ts';
import type { SourceConfig, SourceKind, SourceStatus } from '../../../shared/domain/source.ts';
import { channelNames, formatName, rateName } from '../../format/audio.ts';
import { ordinal } from '../../format/quantity.ts';
import { countdown } from '../../format/time.ts';

/** The word for a state, as the badge shows it. */
export function stateWord(state: SourceStatus['state']): string {
  switch (state) {
    case 'disarmed':
      return 'Off';
    case 'arming':
      return 'Opening';
    case 'recording':
      return 'REC';
    case 'paused':
      return 'Paused';
    case 'reconnecting':
      return 'Retrying';
    case 'failed':
      return 'Failed';
    default:
      return assertNever(state);
  }
}

/** What captures a soundcard, and why; nothing for other sources. */
export function backendWords({ backend }: SourceStatus): string | undefined {
  if (!backend) return undefined;
  return `Captured with ${backend.name === 'arecord' ? 'arecord' : 'PortAudio'}. ${backend.reason}`;
}

interface CardFact {
  readonly text: string;
  readonly detail: string;
}

/** What is worth knowing of a soundcard that is recorded: another back end than usual, and the drift of its clock. */
export function cardFacts(status: SourceStatus): readonly CardFact[] {
  const { state, backend, driftPpm, driftUncertaintyPpm } = status;
  if (state !== 'recording') return [];
  const facts: CardFact[] = [];
  if (backend?.name === 'arecord') facts.push({ text: 'with arecord', detail: backendWords(status) ?? '' });
  if (driftPpm !== undefined) {
    facts.push({
      text: `clock ${signed(driftPpm)} ppm`,
      detail:
        `The clock of the card runs ${signed(driftPpm)} ppm against the clock of the system, ` +
        `give or take ${(driftUncertaintyPpm ?? 0).toFixed(1)} ppm: ${secondsPerDay(driftPpm)} s a day.`,
    });
  }
  return facts;
}

/** Millionths, with a true minus. */
const signed = (ppm: number): string => `${ppm < -0.05 ? '−' : ppm > 0.05 ? '+' : ''}${Math.abs(ppm).toFixed(1)}`;

const secondsPerDay = (ppm: number): string => ((Math.abs(ppm) / 1e6) * 86_400).toFixed(2);

/** When a source that lost its input is tried again: `Trying again in 5 s (3rd try).` */
export function retryWords({ nextTryAt, attempt }: SourceStatus, now: number): string {
  const which = attempt === undefined ? '' : ` (${ordinal(attempt)} try)`;
  if (nextTryAt === undefined || nextTryAt <= now) return `Trying now${which}.`;
  const left = nextTryAt - now;
  const wait = left < 100_000 ? `${Math.ceil(left / 1000)} s` : countdown(left);
  return `Trying again in ${wait}${which}.`;
}

/** What a source is asked to record, before anything is known of what it delivers. */
export function configuredFormat(config: SourceConfig): string {
  if (config.kind === 'stream') return config.format === 'auto' ? 'Stream' : config.format.toUpperCase();
  const float = config.kind === 'soundcard' && config.float === true ? ' float' : '';
  return `${rateName(config.sampleRate)} ${config.bitDepth} bit${float} ${channelNames(config.channels)}`;
}

/** Why a source that records may show no level, and that the recording does not suffer. */
export function noLevelWords(kind: SourceKind, decoderAvailable: boolean): string {
  if (kind !== 'stream') return 'No level has come from the recorder for more than 3 s.';
  return decoderAvailable
    ? 'The level comes as soon as the stream can be decoded. The recording does not depend on it.'
    : 'The level of a stream needs ffmpeg, which was not found. The recording does not depend on it.';
}

/** The format that is recorded, or the one that is asked for. */
export function sourceFormat(config: SourceConfig, status: SourceStatus): string {
  const known = status.format ? formatName(status.format) : '';
  return known === '' ? configuredFormat(config) : known;
}

export function channelsOf(config: SourceConfig, status: SourceStatus): number {
  if (status.format && status.format.channels > 0) return status.format.channels;
  return config.kind === 'stream' ? 2 : config.channels;
}

/**
 * Length of the open recording, ms. It runs with the clock between two reports of the recorder, which come once
 * a second, but never far ahead of what is known to be captured.
 */
export function openLength(recording: NonNullable<SourceStatus['recording']>, now: number): number {
  const MOST_AHEAD_MS = 1500;
  const byClock = now - recording.startedAt;
  return Math.max(recording.durationMs, Math.min(byClock, recording.durationMs + MOST_AHEAD_MS));
}

/** Last part of a path with `/`. */
export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The server in an address, with its port where it has one of its own. */
export function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : address;
}
