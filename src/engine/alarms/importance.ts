import type { WebhookMessage } from './webhook.ts';

type MessageType = WebhookMessage['type'];

/** Least important first: what another message says again, what can be looked up later, and last what somebody must hear. */
const ORDER: readonly MessageType[] = ['opened', 'section', 'uploaded', 'closed', 'test', 'cleared', 'raised'];

/** How much it would be missed; a larger number more. A type that is not known is missed as little as any. */
export function importanceOf(type: string): number {
  return ORDER.findIndex((one) => one === type);
}

/** The same of a message as it was kept. */
export function importanceOfBody(body: string): number {
  try {
    const message: unknown = JSON.parse(body);
    const isMessage = typeof message === 'object' && message !== null && 'type' in message;
    return isMessage ? importanceOf(String(message.type)) : -1;
  } catch {
    // Nobody can read it, so nobody will miss it.
    return -1;
  }
}

/** Where the least important one is, the oldest of several; the first `skipped` are not looked at. */
export function leastImportant(importances: readonly number[], skipped: number): number {
  let found = Math.min(skipped, importances.length - 1);
  for (let at = found + 1; at < importances.length; at += 1) {
    if ((importances[at] ?? 0) < (importances[found] ?? 0)) found = at;
  }
  return found;
}
