import type { Handlers } from '../../../shared/contract/handlers.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { StudioParts } from '../studio.ts';
import { planImport, previewImport } from './importPlan.ts';
import { problemText, readIsrConfig } from './isrConfig.ts';

/** Takes the sources of an ISR configuration into the studio. */
export function createIsrHandlers(
  { ports, sources }: StudioParts,
  add: Handlers['sources.add'],
): Pick<Handlers, 'isr.preview' | 'isr.import'> {
  const read = (text: string) => {
    const { settings } = ports.settingsStore.read();
    // They all come into one folder here, whatever theirs was.
    const config = readIsrConfig(text, { oneFolder: true });
    const plan = planImport(
      config,
      settings,
      sources.configs().map(({ name }) => name),
    );
    return { settings, config, plan };
  };
  return {
    'isr.preview': ({ text }) => {
      const { settings, config, plan } = read(text);
      return previewImport(config, plan, settings);
    },
    'isr.import': async ({ text, sections }) => {
      const { config, plan } = read(text);
      const error = config.problems.find(({ kind }) => kind === 'error');
      if (error) throw new LongtakeError('INVALID_INPUT', problemText('Line', error));
      const chosen = plan.filter(({ source }) => sections.includes(source.section));
      if (chosen.length === 0) throw new LongtakeError('INVALID_INPUT', 'None of these sources is in the file.');
      const ids = [];
      for (const { draft } of chosen) ids.push((await add(draft)).config.id);
      return { ids };
    },
  };
}
