import { join } from 'node:path';
import type { Log } from '../../../shared/ports/log.ts';
import type { Library } from '../../library/library.ts';
import type { EventListener } from '../emitter.ts';
import type { StudioPorts } from '../studio.ts';
import { framesFolder } from '../analysisFiles.ts';
import { Exporter } from './exporter.ts';
import { Exports } from './exports.ts';
import { ReadyCuts } from './readyCuts.ts';

/** All that exports need, put together. */
export interface Exporting {
  readonly exports: Exports;
  readonly readyCuts: ReadyCuts;
  /** Cancels what is under way and waits until it has left nothing behind. */
  stop(): Promise<void>;
}

export function createExporting(
  ports: StudioPorts,
  own: { readonly log: Log; readonly emit: EventListener; readonly library: () => Library },
): Exporting {
  const exporter = new Exporter(ports.processHost, own.log, framesFolder(ports.dataFolder));
  const exports = new Exports({ ...ports, ...own, exporter, choose: (wanted) => ports.desktop.chooseExport(wanted) });
  const readyCuts = new ReadyCuts({
    ...ports,
    log: own.log,
    folder: join(ports.dataFolder, 'cache', 'cuts'),
    make: (content, format, folder, signal) => exports.make(content, format, folder, signal),
  });
  return {
    exports,
    readyCuts,
    stop: async () => {
      readyCuts.stop();
      await exports.stop();
      exporter.stop();
    },
  };
}
