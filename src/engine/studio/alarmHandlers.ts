import type { Handlers } from '../../shared/contract/handlers.ts';
import type { StudioParts } from './studio.ts';

type AlarmRequest = Extract<keyof Handlers, `alarms.${string}`>;

/** Answers what is asked about alarms. */
export function createAlarmHandlers({
  alarms,
  hooks,
  library,
}: StudioParts): Pick<Handlers, AlarmRequest | 'hooks.status'> {
  return {
    'alarms.active': () => [...alarms.active()],
    'alarms.history': (page) => [...library().alarms.history(page)],
    'alarms.acknowledge': ({ id }) => alarms.acknowledge(id),
    'alarms.webhook': () => hooks.webhook(),
    'alarms.setWebhookSecret': ({ secret }) => hooks.setWebhookSecret(secret),
    'hooks.status': () => hooks.status(),
    'alarms.testWebhook': ({ url }) => hooks.testWebhook(url),
  };
}
