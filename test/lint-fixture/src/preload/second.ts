import * as electron from 'electron'; // plants eslint(no-restricted-imports)

export const second = electron;
