import { join } from 'node:path'; // plants boundaries(dependencies)
import { app } from 'electron'; // plants boundaries(dependencies)
import { Button } from '../elements/Button.tsx'; // plants import(no-cycle)
import { studio } from '../../engine/studio/studio.ts'; // plants boundaries(dependencies)

declare const window: { readonly longtake: unknown };
export const Sources = [join, app, Button, studio, window.longtake]; // plants eslint(no-restricted-properties)
