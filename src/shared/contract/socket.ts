/** Where a page of a browser opens its WebSocket. */
export const SOCKET_PATH = '/socket';
/** The log-in has ended: the page has to ask for the password. RFC 6455 7.4.2 leaves 4000 to 4999 to programs. */
export const SESSION_ENDED = 4401;
