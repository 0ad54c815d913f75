import { isInBrowser } from '../bridge/bridge.ts';

/** What becomes of a file that a person asks for: shown where there is a desktop, downloaded in a browser. */
export const showFileWords = (): string => (isInBrowser() ? 'Download' : 'Show in file manager');
