import { latin1 } from './bytes.ts';

const FIELD_BYTES = 4;
const CONTENTS_BYTES = 100;
/** Of the encoder's part: its name, and where the delay stands in it. */
const NAME_BYTES = 9;
const DELAY_AT = 21;
/** What every decoder of layer III adds (ISO/IEC 11172-3: 528 of its filters, and 1). */
const DECODER_DELAY = 529;

/**
 * Sample frames at the start of an MP3 file that players leave out, by the table in its first frame: what the encoder
 * put in front, and what the decoder adds. 0 when the table does not say so.
 */
export function encoderDelay(firstFrame: Uint8Array): number {
  const at = tableAt(firstFrame);
  if (at === undefined) return 0;
  const flags = firstFrame[at + 7] ?? 0;
  let encoderAt = at + 2 * FIELD_BYTES;
  for (const [bit, bytes] of [
    [1, FIELD_BYTES],
    [2, FIELD_BYTES],
    [4, CONTENTS_BYTES],
    [8, FIELD_BYTES],
  ] as const) {
    if ((flags & bit) !== 0) encoderAt += bytes;
  }
  if (!/^(LAME|Lavf|Lavc)/.test(latin1(firstFrame, encoderAt, encoderAt + NAME_BYTES))) return 0;
  const delay = ((firstFrame[encoderAt + DELAY_AT] ?? 0) << 4) | ((firstFrame[encoderAt + DELAY_AT + 1] ?? 0) >> 4);
  return delay > 0 ? delay + DECODER_DELAY : 0;
}

/** Behind the side information of any version, mono or not. */
function tableAt(frame: Uint8Array): number | undefined {
  return [36, 21, 13].find((at) => /^(Xing|Info)$/.test(latin1(frame, at, at + 4)));
}
