import { randomUUID } from 'node:crypto';
import type { ServerConfig } from '../config/config.ts';
import type { Database, OutboxEntry } from '../database/database.ts';
import type { NewDelivery } from '../database/deliveryRows.ts';
import type { Recording, Session } from '../model.ts';
import { expiresAt } from '../recordings/recordings.ts';
import type { Mail } from './mail.ts';

/** With storage events switched on, messages about a recording wait for its event, but no longer than this, ms. */
export const EVENT_WAIT_MS = 3_600_000;

interface Ports {
  readonly config: ServerConfig;
  readonly database: Database;
  /** Address of this server, for links. */
  readonly base: string;
}

/** What one entry of the outbox was about, as far as it is still there. */
interface Subject {
  readonly entry: OutboxEntry;
  readonly email: string | undefined;
  readonly session: Session | undefined;
  readonly recording: Recording | undefined;
}

/** The messages that an entry of the outbox is told by; `now`: ms since 1970 UTC. */
export async function messagesOf(entry: OutboxEntry, ports: Ports, now: number): Promise<readonly NewDelivery[]> {
  const { config, database } = ports;
  const { webhook, mail } = config.face;
  if (!webhook && !mail) return [];
  const subject = await find(entry, database);
  const from = {
    entryId: entry.id,
    recordingId: entry.recordingId,
    createdAt: now,
    nextTryAt: await dueAt(entry, ports, now),
  };
  const made: NewDelivery[] = [];
  if (webhook) {
    const id = randomUUID();
    made.push({ ...from, id, kind: 'webhook', body: JSON.stringify(webhookBody(id, subject, ports)) });
  }
  const letter = mail && mailOf(subject, ports);
  if (letter) made.push({ ...from, id: randomUUID(), kind: 'email', body: JSON.stringify(letter) });
  return made;
}

async function dueAt(entry: OutboxEntry, { config, database }: Ports, now: number): Promise<number> {
  if (!config.storageEvents.enabled || entry.type !== 'recording.ready' || entry.recordingId === undefined) return now;
  return (await database.deliveries.isConfirmed(entry.recordingId)) ? now : entry.at + EVENT_WAIT_MS;
}

async function find(entry: OutboxEntry, { users, sessions, recordings }: Database): Promise<Subject> {
  return {
    entry,
    email: (await users.byId(entry.userId))?.email,
    session: entry.sessionId === undefined ? undefined : await sessions.get(entry.sessionId),
    recording: entry.recordingId === undefined ? undefined : await recordings.get(entry.recordingId),
  };
}

/** Documented in the README. */
function webhookBody(id: string, { entry, email, session, recording }: Subject, ports: Ports) {
  return {
    id,
    type: entry.type,
    at: new Date(entry.at).toISOString(),
    owner: email ?? null,
    session_id: entry.sessionId ?? null,
    recording_id: entry.recordingId ?? null,
    ...(session
      ? {
          session: {
            status: session.status,
            mime_type: session.mimeType,
            bytes: session.bytes,
            source: session.source ?? null,
          },
        }
      : {}),
    ...(recording ? { recording: recordingBody(recording, ports) } : {}),
  };
}

function recordingBody(recording: Recording, ports: Ports) {
  return {
    title: recording.title,
    source: recording.source ?? null,
    date: recording.meetingDate ?? new Date(recording.createdAt).toISOString(),
    status: recording.status,
    error: recording.error ?? null,
    mime_type: recording.file?.mimeType ?? recording.mimeType,
    bytes: recording.file?.bytes ?? null,
    sha256: recording.file?.sha256 ?? null,
    duration_ms: recording.file?.durationMs ?? null,
    link: linkTo(recording, ports),
    expires_at: expiryOf(recording, ports)?.toISOString() ?? null,
  };
}

/** To the owner; undefined where there is nothing to write, or nobody to write to. */
function mailOf({ entry, email, recording }: Subject, ports: Ports): Mail | undefined {
  // The first admin has an address of this computer until somebody gives them another.
  if (!recording || email === undefined || /@localhost$/i.test(email)) return undefined;
  if (entry.type === 'recording.ready') return readyMail(email, recording, ports);
  return entry.type === 'recording.failed' ? failedMail(email, recording, ports) : undefined;
}

function readyMail(to: string, recording: Recording, ports: Ports): Mail {
  const expiry = expiryOf(recording, ports);
  const until = expiry ? [`It is kept until ${dateOf(expiry)}; download it before.`] : [];
  return {
    to,
    subject: `Recording ready: ${recording.title}`,
    text: lines(`“${recording.title}” is ready.`, '', ...facts(recording), '', ...until, linkTo(recording, ports)),
  };
}

function failedMail(to: string, recording: Recording, ports: Ports): Mail {
  return {
    to,
    subject: `Recording failed: ${recording.title}`,
    text: lines(
      `No file could be made of “${recording.title}”. The audio that was received is still on the server.`,
      '',
      ...facts(recording),
      `Reason: ${recording.error ?? 'unknown'}`,
      '',
      linkTo(recording, ports),
    ),
  };
}

function facts({ title, source, meetingDate, createdAt, file }: Recording): readonly string[] {
  return [
    `Title: ${title}`,
    ...(source === undefined ? [] : [`Source: ${source}`]),
    `Date: ${meetingDate ?? dateOf(new Date(createdAt))}`,
    ...(file?.durationMs === undefined ? [] : [`Length: ${lengthOf(file.durationMs)}`]),
  ];
}

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

/** With its zone, for the server's clock may be far from who reads. */
const dateOf = (date: Date): string => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function lengthOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (count: number): string => String(Math.floor(count)).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const linkTo = ({ id }: Recording, { base }: Ports): string => `${base}/recordings/${id}`;

function expiryOf(recording: Recording, { config }: Ports): Date | undefined {
  const at = expiresAt(recording, config);
  return at === undefined ? undefined : new Date(at);
}
