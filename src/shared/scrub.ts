/** Longest log line, in characters; a longer one is cut. */
export const MAX_LINE = 8192;

const SECRET_KEY = /pass(word|phrase)?$|secret|token|authorization|credential|cookie/i;
/** The user information of an address, RFC 3986 3.2.1. */
const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"']*@/gi;
const SECRET_PARAMETER =
  /([?&;](?:pass(?:word|wd)?|pwd|secret|token|auth|key|api[-_]?key|sig(?:nature)?)=)[^&\s"'#]+/gi;
const SECRET_HEADER = /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:basic|bearer|digest)\s+)[^\s"',]+/gi;

/** The text without passwords in addresses and headers. */
export function scrubText(text: string): string {
  return text.replaceAll(USER_INFO, '$1***@').replaceAll(SECRET_PARAMETER, '$1***').replaceAll(SECRET_HEADER, '$1***');
}

/** One line for the log: no secrets, no line breaks or other control characters, at most {@link MAX_LINE} long. */
export function logLine(message: string, data?: Readonly<Record<string, unknown>>): string {
  const full = data && Object.keys(data).length > 0 ? `${message} ${dataText(data)}` : message;
  // A terminal must not obey what a stream calls its title.
  const line = scrubText(full)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trimEnd();
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)} ...` : line;
}

function dataText(data: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(data, replace);
  } catch (error) {
    return `(data cannot be shown: ${String(error)})`;
  }
}

function replace(key: string, value: unknown): unknown {
  if (SECRET_KEY.test(key) && value !== undefined && value !== null) return '***';
  if (value instanceof Error) return describeError(value);
  return typeof value === 'bigint' ? value.toString() : value;
}

function describeError(error: Error): Record<string, unknown> {
  return {
    name: error.name,
    message: error.message,
    ...('code' in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: error.cause }),
    ...(error instanceof AggregateError ? { errors: error.errors as unknown } : {}),
  };
}
