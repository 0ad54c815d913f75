import { decodeFileText, MAX_CONFIG_BYTES } from '../../../shared/decodeText.ts';
import { LongtakeError } from '../../../shared/errors.ts';

/** The text of a file that a person chose. Throws INVALID_INPUT for one that is too large. */
export async function readConfigFile(file: File): Promise<string> {
  if (file.size > MAX_CONFIG_BYTES) {
    throw new LongtakeError('INVALID_INPUT', `${file.name} is larger than 1 MB: that is no configuration.`);
  }
  return decodeFileText(new Uint8Array(await file.arrayBuffer()));
}
