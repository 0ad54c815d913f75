import type { StoredState } from '../../../shared/ports/settingsStore.ts';
import type { SourceConfig } from '../../../shared/domain/source.ts';
import type { Settings } from '../../../shared/domain/settings.ts';

/** Version of the file that is written; a newer one is refused. */
export const EXPORT_VERSION = 1;
/** What the file calls itself. */
export const EXPORT_KIND = 'longtake settings';

const SECRET_PARAMETER = /pass|pwd|secret|token|auth|key|sig/i;

export interface ExportedSettings {
  readonly text: string;
  /** Sentences about what is secret and was left out, beside the passwords. */
  readonly leftOut: readonly string[];
}

/** All that is set, as the text of a file. Secrets are kept elsewhere; what is secret in an address is left out. */
export function exportSettings({ settings, sources, targets = [] }: StoredState, program: string): ExportedSettings {
  const leftOut: string[] = [];
  const hook = bare(settings.alarms.webhookUrl);
  if (hook.isChanged) leftOut.push('What is secret in the address of the webhook.');
  const content = {
    kind: EXPORT_KIND,
    version: EXPORT_VERSION,
    program,
    note: 'Passwords, tokens and keys are not in this file: they are asked for anew.',
    settings: withHook(settings, hook.address),
    sources: sources.map((source) => bareSource(source, leftOut)),
    targets,
  };
  return { text: `${JSON.stringify(content, undefined, 2)}\n`, leftOut };
}

/** An address without what is secret in it. */
export function bare(address: string): { readonly address: string; readonly isChanged: boolean } {
  if (!URL.canParse(address)) return { address, isChanged: false };
  const url = new URL(address);
  const before = url.href;
  url.username = '';
  url.password = '';
  for (const name of Array.from(url.searchParams.keys()))
    if (SECRET_PARAMETER.test(name)) url.searchParams.delete(name);
  // An address that has nothing to hide stays as it was written.
  return url.href === before ? { address, isChanged: false } : { address: url.href, isChanged: true };
}

function bareSource(source: SourceConfig, leftOut: string[]): SourceConfig {
  if (source.kind !== 'stream') return source;
  const { address, isChanged } = bare(source.url);
  if (isChanged) leftOut.push(`What is secret in the address of ${source.name}.`);
  return { ...source, url: address };
}

function withHook(settings: Settings, webhookUrl: string): Settings {
  return { ...settings, alarms: { ...settings.alarms, webhookUrl } };
}
