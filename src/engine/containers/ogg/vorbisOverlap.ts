import { type OggHeaders, identifyCodec } from './oggCodec.ts';

/** Sample frames that a packet of Vorbis adds behind another one (Vorbis I 4.3.8). */
export function vorbisOverlap({ packets }: OggHeaders, before: Uint8Array, packet: Uint8Array): number {
  const [head = new Uint8Array(0), ...others] = packets;
  const codec = identifyCodec(head);
  for (const header of others) codec?.take(header);
  codec?.duration(before);
  return codec?.duration(packet) ?? 0;
}
