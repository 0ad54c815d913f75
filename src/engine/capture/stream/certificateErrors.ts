import { LongtakeError } from '../../../shared/errors.ts';
import { cleanText } from '../../containers/icy.ts';

/** A sentence for each thing that can be wrong with a certificate, by the code of Node's TLS error. */
const SENTENCES: Readonly<Record<string, (host: string, names: string) => string>> = {
  CERT_HAS_EXPIRED: (host) =>
    `The certificate of ${host} has expired. If the date of this computer is right, ask the station to renew it, or try the address with http://.`,
  CERT_NOT_YET_VALID: (host) =>
    `The certificate of ${host} is not valid yet. Check the date and time of this computer.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: (host) =>
    `The certificate of ${host} is signed by itself, so that nobody vouches for it. Ask the station for one of a known authority; if the server is yours, name its certificate file in NODE_EXTRA_CA_CERTS and start Longtake again.`,
  SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (host) =>
    `The certificate of ${host} cannot be verified: it was issued by an authority that this computer does not know, or the server does not send the whole chain. Ask the station to mend that; if the authority is yours, name its certificate file in NODE_EXTRA_CA_CERTS and start Longtake again.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (host, names) =>
    `The certificate of ${host} is for another name${names === '' ? '' : ` (${names})`}. Enter the address with the name that the certificate is for.`,
  CERT_REVOKED: (host) =>
    `The certificate of ${host} was revoked. Ask the station what happened, and do not log in there.`,
  CERT_SIGNATURE_FAILURE: (host) =>
    `The signature of the certificate of ${host} is wrong. Somebody may be in between; try another network.`,
};

/** The error for a certificate that was refused; undefined when `error` is about something else. */
export function certificateError(url: URL, code: string, error: unknown): LongtakeError | undefined {
  const sentence = Object.hasOwn(SENTENCES, code) ? SENTENCES[code] : undefined;
  if (!sentence) return undefined;
  return new LongtakeError('STREAM_TLS', sentence(url.host, namesIn(error)), {
    details: { host: url.host, reason: code },
    cause: error,
  });
}

function unknownIssuer(host: string): string {
  return `The certificate of ${host} was issued by an authority that this computer does not know. Ask the station for one of a known authority; if the authority is yours, name its certificate file in NODE_EXTRA_CA_CERTS and start Longtake again.`;
}

/** The first names that a certificate is for, as Node's error tells them. */
function namesIn(error: unknown): string {
  if (!(error instanceof Error) || !('cert' in error)) return '';
  const { cert } = error;
  if (typeof cert !== 'object' || cert === null || !('subjectaltname' in cert)) return '';
  const names = String(cert.subjectaltname).matchAll(/(?:DNS|IP Address):([^,\s]{1,253})/g);
  return cleanText(
    [...names]
      .slice(0, 3)
      .map(([, name]) => name ?? '')
      .join(', '),
  );
}
