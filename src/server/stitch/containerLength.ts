/** ISO/IEC 14496-12 8.2.2: the header of a whole MP4 file. */
const MVHD = Buffer.from('mvhd');
/** RFC 9559 5.1.2.10: Duration, of 8 bytes, in units of TimestampScale. */
const DURATION = Buffer.from([0x44, 0x89, 0x88]);
/** RFC 9559 5.1.2.9: TimestampScale, of 3 bytes, ns. */
const TIMESTAMP_SCALE = Buffer.from([0x2a, 0xd7, 0xb1, 0x83]);
const DEFAULT_SCALE_NS = 1_000_000;

/** How long a finished file says that it is, ms, by its first bytes; undefined when they do not tell. */
export function containerLength(head: Buffer, media: 'mp4' | 'webm'): number | undefined {
  const ms = media === 'mp4' ? mp4Length(head) : webmLength(head);
  return ms !== undefined && Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

function mp4Length(head: Buffer): number | undefined {
  const at = head.indexOf(MVHD);
  if (at < 0 || at + 40 > head.length) return undefined;
  const body = at + MVHD.length;
  const isWide = head.readUInt8(body) === 1;
  const scale = head.readUInt32BE(body + (isWide ? 20 : 12));
  const units = isWide ? Number(head.readBigUInt64BE(body + 24)) : head.readUInt32BE(body + 16);
  return (units / scale) * 1000;
}

function webmLength(head: Buffer): number | undefined {
  const at = head.indexOf(DURATION);
  if (at < 0 || at + DURATION.length + 8 > head.length) return undefined;
  const scaleAt = head.indexOf(TIMESTAMP_SCALE);
  const scale = scaleAt < 0 ? DEFAULT_SCALE_NS : head.readUIntBE(scaleAt + TIMESTAMP_SCALE.length, 3);
  return (head.readDoubleBE(at + DURATION.length) * scale) / 1e6;
}
