import { isIP } from 'node:net';
import { SettingProblem } from './settings.ts';

const NAMED_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

/** Addresses, networks (`10.0.0.0/8`) and names of networks whose word about the client is taken; `off` for none. */
export function trustOf(text: string): string | false {
  if (['off', 'false', 'no', '0'].includes(text.toLowerCase())) return false;
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every(isNetwork)) return parts.join(',');
  throw new SettingProblem(
    `enter the addresses of your proxies, such as 127.0.0.1 or 10.0.0.0/8, or ${NAMED_NETWORKS.join(', ')}, with commas between, or off.`,
  );
}

function isNetwork(part: string): boolean {
  if (NAMED_NETWORKS.includes(part)) return true;
  const [address = '', bits, ...rest] = part.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
