import { type RecordingId, recordingId } from '../units.ts';

/** A place in a recording, as it can be sent to somebody: `longtake://recording/<id>?t=<seconds>`. */
export interface RecordingLink {
  readonly id: RecordingId;
  /** From the start of the recording, to the millisecond. */
  readonly atSeconds?: number;
}

export const LINK_SCHEME = 'longtake';

/** Nothing else is a link: it comes from any page or message that a person clicked in. */
const LINK = new RegExp(
  String.raw`^${LINK_SCHEME}://recording/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?(?:\?t=(\d{1,7}(?:\.\d{1,3})?))?$`,
  'i',
);

export function recordingLink({ id, atSeconds }: RecordingLink): string {
  // Browsers and chat programs make a link of it as it stands: nothing needs to be encoded.
  const at = atSeconds === undefined ? '' : `?t=${Number(atSeconds.toFixed(3))}`;
  return `${LINK_SCHEME}://recording/${id}${at}`;
}

/** Undefined for what is no such link. */
export function parseRecordingLink(text: string): RecordingLink | undefined {
  const [, id, at] = LINK.exec(text) ?? [];
  if (id === undefined) return undefined;
  return { id: recordingId(id.toLowerCase()), ...(at === undefined ? {} : { atSeconds: Number(at) }) };
}
