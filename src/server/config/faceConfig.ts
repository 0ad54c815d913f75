import { addressOf, SettingProblem, type SettingsReader } from './settings.ts';

/** What the server tells others, and who may look into it. */
export interface FaceConfig {
  /** Where webhooks go; undefined: nowhere. */
  readonly webhook: { readonly url: string; readonly secret: string | undefined } | undefined;
  /** How mail is sent; undefined: it is not. */
  readonly mail: { readonly url: string; readonly from: string } | undefined;
  /** Lets programs of other computers read /metrics; undefined: only those of this one. */
  readonly metricsToken: string | undefined;
  /** With less free on the disk the server is not well, bytes. */
  readonly minFreeBytes: number;
}

export function faceOf(reader: SettingsReader): FaceConfig {
  const url = reader.read<string | undefined>('LONGTAKE_SERVER_WEBHOOK_URL', undefined, webhookAddress, true);
  const smtp = reader.read<string | undefined>('LONGTAKE_SERVER_SMTP_URL', undefined, smtpAddress, true);
  return {
    webhook: url === undefined ? undefined : { url, secret: reader.text('LONGTAKE_SERVER_WEBHOOK_SECRET') },
    mail:
      smtp === undefined
        ? undefined
        : { url: smtp, from: reader.text('LONGTAKE_SERVER_MAIL_FROM') ?? 'Longtake <longtake@localhost>' },
    metricsToken: reader.text('LONGTAKE_SERVER_METRICS_TOKEN'),
    minFreeBytes: reader.whole('LONGTAKE_SERVER_MIN_FREE_MB', 1000, 0) * 1e6,
  };
}

/** Unlike the server's own address it may have a query, which often holds a key. */
function webhookAddress(text: string): string {
  addressOf(text.replace(/\?.*$/, ''));
  return text;
}

function smtpAddress(text: string): string {
  if (URL.canParse(text)) {
    const { protocol, hostname } = new URL(text);
    if ((protocol === 'smtp:' || protocol === 'smtps:') && hostname !== '') return text;
  }
  throw new SettingProblem('enter an address such as smtp://user:password@mail.example.org:587 or smtps://….');
}
