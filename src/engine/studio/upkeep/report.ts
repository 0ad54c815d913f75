import { arch, homedir, release } from 'node:os';
import type { LogLine } from '../../../shared/contract/upkeep.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { SourceConfig, SourceStatus } from '../../../shared/domain/source.ts';
import type { Target } from '../../../shared/domain/target.ts';
import { scrubText } from '../../../shared/scrub.ts';
import type { AppInfo } from '../appInfo.ts';

export interface ReportInput {
  readonly at: number;
  readonly appInfo: AppInfo;
  readonly secretsProtection: string;
  readonly decoderAvailable: boolean;
  readonly settings: Settings;
  readonly sources: readonly { readonly config: SourceConfig; readonly status: SourceStatus }[];
  readonly targets: readonly Target[];
  /** Of the last days, one line each. */
  readonly ledger: readonly string[];
  readonly log: readonly LogLine[];
  /** Every secret that is kept: none of them may be in the report, in whatever way it is written. */
  readonly secrets: readonly string[];
}

/** Names of what may be secret, or says who somebody is. */
const PRIVATE_KEY = /pass|secret|token|key(?!s?hortcut)|user|mail|credential|auth(?!or)/i;
const ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>\\]+/gi;
/** A secret that is shorter would black out half of the report. */
const SHORTEST_SECRET = 3;

/** A report for whoever helps a person, as text; without passwords, tokens, or what names a person. */
export function reportText(input: ReportInput): string {
  const { appInfo, settings, sources, targets, ledger, log } = input;
  const sections = [
    ['Longtake report', new Date(input.at).toISOString()],
    [
      'Program',
      `Longtake ${appInfo.version} on ${appInfo.runtime}, ${appInfo.platform} ${release()} ${arch()}`,
      `Node ${process.versions.node}, SQLite by better-sqlite3, ffmpeg ${input.decoderAvailable ? 'found' : 'not found'}`,
      `Passwords: ${input.secretsProtection}`,
    ],
    ['Settings', json(settings)],
    ['Sources', ...(sources.length === 0 ? ['none'] : sources.map(({ config, status }) => json({ config, status })))],
    ['Targets', ...(targets.length === 0 ? ['none'] : targets.map(json))],
    ['Ledger', ...(ledger.length === 0 ? ['nothing recorded'] : ledger)],
    ['Log', ...log.map(({ at, level, part, text }) => `${at} ${level} ${part === '' ? '' : `[${part}] `}${text}`)],
  ];
  const text = sections.map(([title = '', ...lines]) => `== ${title}\n${lines.join('\n')}\n`).join('\n');
  return clean(text, input.secrets);
}

function clean(text: string, secrets: readonly string[]): string {
  const scrubbed = scrubText(text.replaceAll(ADDRESS, bareAddress));
  const home = homedir();
  const homeless = home.length > 1 ? scrubbed.replaceAll(home, '~') : scrubbed;
  return secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap(spellings)
    .toSorted((one, other) => other.length - one.length)
    .reduce((left, secret) => left.replaceAll(secret, '***'), homeless);
}

/** The ways in which a secret comes into a text. */
function spellings(secret: string): readonly string[] {
  const quoted = JSON.stringify(secret).slice(1, -1);
  const encoded = encodeURIComponent(secret);
  return [...new Set([secret, quoted, encoded, encodeURI(secret), Buffer.from(secret).toString('base64')])];
}

/** An address without who asks, and without what is asked with: tokens are in queries, and in paths of webhooks. */
function bareAddress(address: string): string {
  if (!URL.canParse(address)) return address.replace(/\?.*$/s, '?***').replace(/\/\/[^/]*@/, '//***@');
  const { protocol, host, pathname, search } = new URL(address);
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?***'}`;
}

function json(value: unknown): string {
  return JSON.stringify(
    value,
    (key, part: unknown) => {
      if (key === 'webhookUrl' && typeof part === 'string' && URL.canParse(part)) return `${new URL(part).origin}/***`;
      return PRIVATE_KEY.test(key) && typeof part === 'string' && part !== '' ? '***' : part;
    },
    1,
  );
}
