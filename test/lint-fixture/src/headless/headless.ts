import { server } from '../server/server.ts';
import { window } from '../main/window.ts'; // plants boundaries(dependencies)

export const headless = [server, window];
