import type { Handlers } from '../../shared/contract/handlers.ts';
import type { StudioParts } from './studio.ts';

type AlarmRequest = Extract<keyof Handlers, `alarms.${string}`>;

/** Answers what is asked about alarms. */
export function createAlarmHandlers({ alarms, library }: StudioParts): Pick<Handlers, AlarmRequest> {
  return {
    'alarms.active': () => [...alarms.active()],
    'alarms.history': (page) => [...library().alarms.history(page)],
    'alarms.acknowledge': ({ id }) => alarms.acknowledge(id),
    'alarms.webhook': () => alarms.webhook(),
    'alarms.setWebhookSecret': ({ secret }) => alarms.setWebhookSecret(secret),
    'alarms.testWebhook': ({ url }) => alarms.testWebhook(url),
  };
}
