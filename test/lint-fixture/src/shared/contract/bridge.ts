export const REQUEST_CHANNEL = 'request';
