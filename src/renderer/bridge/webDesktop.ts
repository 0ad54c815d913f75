import type { Reply } from '../../shared/contract/handlers.ts';
import { download } from './webTransport.ts';

const DONE: Reply = { ok: true, value: undefined };

/** What a browser does where a window asks its desktop; undefined: that is the studio's to answer. */
export function askBrowser(name: string, input: unknown): Reply | undefined {
  const { id, token } = input as { readonly id?: string; readonly token?: string };
  switch (name) {
    case 'desktop.revealRecording':
      download(`/download/recording/${id ?? ''}`);
      return DONE;
    case 'desktop.revealExport':
      download(`/download/export/${id ?? ''}`);
      return DONE;
    case 'desktop.copyFile':
    case 'desktop.startDrag':
      download(`/download/ready/${token ?? ''}`);
      return DONE;
    default:
      return undefined;
  }
}
