/** Why a line failed, where the system has no code of its own for it. */
export type LineFault =
  | 'CONNECT_TIMEOUT'
  /** Nothing came for too long. */
  | 'NO_BYTES'
  /** What came is no answer of HTTP. */
  | 'NO_HTTP'
  /** The other side ended before its answer did. */
  | 'CUT_SHORT'
  | 'TUNNEL_REFUSED';

/** A connection failed below what its bytes mean. */
export class LineError extends Error {
  readonly code: LineFault;
  /** Of a proxy that refuses a tunnel. */
  readonly status: number | undefined;

  constructor(code: LineFault, message: string, status?: number) {
    super(message);
    this.name = 'LineError';
    this.code = code;
    this.status = status;
  }
}
