/** Sample frames at 48 kHz per Opus frame, by configuration (RFC 6716 3.1, table 2). */
const SILK = [480, 960, 1920, 2880];
const HYBRID = [480, 960];
const CELT = [120, 240, 480, 960];
/** 120 ms. */
const LONGEST_PACKET = 5760;

/** Sample frames at 48 kHz of an Opus packet; undefined when it is not a valid one (RFC 6716 3.). */
export function opusDuration(packet: Uint8Array): number | undefined {
  const [toc, second = 0] = packet;
  if (toc === undefined) return undefined;
  const code = toc & 3;
  if (code === 3 && packet.length < 2) return undefined;
  const frames = code === 0 ? 1 : code === 3 ? second & 63 : 2;
  const samples = frames * frameSize(toc >> 3);
  return samples > 0 && samples <= LONGEST_PACKET ? samples : undefined;
}

function frameSize(configuration: number): number {
  if (configuration < 12) return SILK[configuration & 3] ?? 0;
  if (configuration < 16) return HYBRID[configuration & 1] ?? 0;
  return CELT[configuration & 3] ?? 0;
}
