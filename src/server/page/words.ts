import { html, type Html } from './html.ts';

/** In powers of 1000, as shops sell disks. */
export function sizeOf(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1000)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** h:mm:ss */
export function lengthOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (count: number): string => String(Math.floor(count)).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** An instant; the page shows it in the zone of who reads. `at`: ms since 1970 UTC. */
export function timeOf(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}
