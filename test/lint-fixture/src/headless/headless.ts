import { app } from 'electron'; // plants boundaries(dependencies)
import { server } from '../server/server.ts';
import { window } from '../main/window.ts'; // plants boundaries(dependencies)

export const headless = [app, server, window];
