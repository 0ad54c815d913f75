import type { automationRequests } from '../../../shared/contract/automation.ts';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import type { StudioParts } from '../studio.ts';
import { AutomationAccess } from './access.ts';

/** Answers what is asked about the automation API. */
export function automationHandlers({ ports }: Pick<StudioParts, 'ports'>): Handlers<keyof typeof automationRequests> {
  const access = new AutomationAccess(ports.secrets);
  return {
    'automation.access': async () => ({ hasToken: await access.hasToken() }),
    'automation.makeToken': async () => ({ token: await access.makeToken() }),
    'automation.removeToken': () => access.removeToken(),
  };
}
