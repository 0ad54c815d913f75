import { assertNever } from '../../shared/assertNever.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { AudioSource } from './audioSource.ts';
import { createGeneratorSource } from './generator/generatorSource.ts';
import { createSoundcardSource } from './soundcard/soundcardSource.ts';
import { createStreamSource } from './stream/streamSource.ts';

/** The input that a configuration describes. `password` is for streams that ask for one. */
export function createAudioSource(
  config: SourceConfig,
  password: string | undefined,
  ports: { readonly clock: Clock; readonly log: Log },
): AudioSource {
  switch (config.kind) {
    case 'soundcard':
      return createSoundcardSource({ config, ...ports });
    case 'generator':
      return createGeneratorSource({ config, ...ports });
    case 'stream':
      return createStreamSource({ config, ...(password === undefined ? {} : { password }), ...ports });
    default:
      return assertNever(config);
  }
}
