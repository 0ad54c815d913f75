import type { FastifyInstance } from 'fastify';
import type { AutomationSettings } from '../../../shared/domain/automation.ts';
import { DEFAULT_API_PORT } from '../../../shared/domain/automation.ts';
import { errnoOf, errorText, LongtakeError } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { Studio } from '../studio.ts';
import type { AutomationAccess, Environment } from './access.ts';

const LOOPBACK = '127.0.0.1';
const PORT_VARIABLE = 'LONGTAKE_API_PORT';

export interface AutomationFaceParts {
  readonly studio: Pick<Studio, 'handlers' | 'onEvent'>;
  readonly access: AutomationAccess;
  /** Of the settings; what is in the environment counts more. */
  readonly settings: () => AutomationSettings | undefined;
  readonly version: string;
  readonly log: Log;
  /** A person should know this. */
  readonly tell: (message: string) => void;
  readonly env?: Environment;
}

interface OpenFace {
  readonly port: number;
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** The automation API of a studio with a window: on loopback alone, and only where it is switched on. */
export class AutomationFace {
  readonly #parts: AutomationFaceParts;
  #open: OpenFace | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(parts: AutomationFaceParts) {
    this.#parts = parts;
  }

  /** Such as `http://127.0.0.1:8485`; undefined while it is off. */
  get address(): string | undefined {
    return this.#open?.address;
  }

  /** Does what the settings say now; resolves when that is so. Never rejects: what fails is told. */
  follow(): Promise<void> {
    this.#work = this.#work.then(() => this.#follow());
    return this.#work;
  }

  close(): Promise<void> {
    this.#work = this.#work.then(() => this.#end());
    return this.#work;
  }

  async #follow(): Promise<void> {
    const { log, tell } = this.#parts;
    const port = this.#wantedPort();
    if (port === this.#open?.port) return;
    await this.#end();
    if (port === undefined) return;
    try {
      this.#open = await this.#listen(port);
    } catch (error) {
      const why = errnoOf(error) === 'EADDRINUSE' ? 'another program has this port' : errorText(error);
      log.error('The automation API could not be opened.', { port, error: errorText(error) });
      tell(`The automation API could not be opened on port ${port}: ${why}. Choose another port in the settings.`);
    }
  }

  #wantedPort(): number | undefined {
    const { settings, env = process.env } = this.#parts;
    const named = env[PORT_VARIABLE];
    if (named !== undefined && /^\d{1,5}$/.test(named) && Number(named) <= 65_535) return Number(named);
    const wanted = settings();
    return wanted?.enabled === true ? (wanted.port ?? DEFAULT_API_PORT) : undefined;
  }

  async #listen(port: number): Promise<OpenFace> {
    const { studio, version, log } = this.#parts;
    // Most studios do without, and start sooner for it.
    const [
      { default: fastify },
      { default: rateLimit },
      { addAutomation, automationError },
      { createMetrics },
      { isOwnHost },
    ] = await Promise.all([
      import('fastify'),
      import('@fastify/rate-limit'),
      import('./routes.ts'),
      import('./metrics.ts'),
      import('./hosts.ts'),
    ]);
    const app: FastifyInstance = fastify({ bodyLimit: 64 * 1024, forceCloseConnections: true });
    const metrics = createMetrics(studio, version);
    app.addHook('onClose', () => metrics.end());
    app.addHook('onRequest', async ({ headers }) => {
      if (!isOwnHost(headers.host) || headers.origin !== undefined) {
        throw new LongtakeError('NOT_ALLOWED', 'Pages of browsers may not ask here.');
      }
    });
    app.setErrorHandler((error, _request, reply) => automationError(error, reply, log));
    app.setNotFoundHandler(() => {
      throw new LongtakeError('NOT_FOUND', 'There is nothing at this address.');
    });
    app.register(rateLimit, { global: false });
    app.register(async (scope) => addAutomation(scope, { ...this.#parts, metrics: metrics.registry }));
    let address: string;
    try {
      address = await app.listen({ host: LOOPBACK, port });
      log.info(`The automation API listens on ${address}.`);
    } catch (error) {
      await app.close();
      throw error;
    }
    return { port, address, close: () => app.close() };
  }

  async #end(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.close();
  }
}
