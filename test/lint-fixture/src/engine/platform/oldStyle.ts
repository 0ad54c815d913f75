import { join } from 'path'; // plants unicorn(prefer-node-protocol)

export const oldStyle = join;
