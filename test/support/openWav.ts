const RATE = 8000;
const HEADER_BYTES = 44;

/** A stream of WAV whose header leaves its length open, with one second of 16-bit silence, one channel. */
export function oneSecondOfWav(): Buffer {
  return Buffer.concat([openWavHeader(), Buffer.alloc(RATE * 2)]);
}

/** 44 bytes: PCM, 8 kHz, one channel, 16 bit, sizes 0xFFFFFFFF. */
export function openWavHeader(): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(0xffff_ffff, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(RATE * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(0xffff_ffff, 40);
  return bytes;
}
