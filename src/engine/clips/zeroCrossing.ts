import type { Chain } from './chain.ts';
import { type LoadFlac, readPcm } from './pcmSlice.ts';

const REACH_SECONDS = 0.01;

/**
 * The place within 10 ms at which all channels together pass through zero, the nearest one; the position itself where
 * there is none, or the audio is not WAV or FLAC.
 */
export async function nearestZeroCrossing(chain: Chain, position: number, loadFlac: LoadFlac): Promise<number> {
  const reach = Math.round(chain.sampleRate * REACH_SECONDS);
  const { first, last } = chain;
  if (position <= first.from || position >= last.to) return position;
  const from = Math.max(first.from, position - reach - 1);
  const slice = await readPcm(chain, { from, to: Math.min(last.to, position + reach + 1) }, loadFlac);
  if (!slice) return position;
  const sums = sumChannels(slice.values, slice.channels);
  let nearest: number | undefined;
  for (let index = 1; index < sums.length; index += 1) {
    const [before, here] = [sums[index - 1] ?? 0, sums[index] ?? 0];
    const crosses = here === 0 || (before < 0 && here > 0) || (before > 0 && here < 0);
    const place = slice.from + index;
    if (crosses && (nearest === undefined || Math.abs(place - position) < Math.abs(nearest - position)))
      nearest = place;
  }
  return nearest ?? position;
}

function sumChannels(values: ArrayLike<number>, channels: number): Float64Array {
  const sums = new Float64Array(Math.floor(values.length / channels));
  for (let index = 0; index < sums.length; index += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      sums[index] = (sums[index] ?? 0) + (values[index * channels + channel] ?? 0);
    }
  }
  return sums;
}
