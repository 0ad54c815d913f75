/** Groups of an IPv6 address that name the network of one customer: /64 (RFC 4291 2.5.4). */
const NETWORK_GROUPS = 4;
const GROUPS = 8;
/** RFC 4291 2.5.5.2: IPv4, as a socket of both kinds tells it. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Whom tries from `address` are counted for: an address of IPv4, or a network of IPv6, since whoever has one address
 * there has 2^64 of them. What is no address is itself.
 */
export function clientNetwork(address: string): string {
  const [plain = ''] = address.split('%');
  const mapped = MAPPED.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (!plain.includes(':')) return address;
  const [head = '', tail] = plain.split('::');
  const front = groupsOf(head);
  const back = groupsOf(tail ?? '');
  const left = Math.max(0, GROUPS - front.length - back.length);
  const zeros = tail === undefined ? [] : Array.from({ length: left }, () => '0');
  const network = [...front, ...zeros, ...back].slice(0, NETWORK_GROUPS);
  return `${network.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

/** The last 32 bits may be written as IPv4, RFC 4291 2.2. */
const groupsOf = (text: string): readonly string[] =>
  text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? [group, group] : [group]));
