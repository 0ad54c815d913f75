import { homeless } from '../../elsewhere/homeless.ts'; // plants boundaries(no-unknown-dependencies)

export const knowsHomeless = homeless;
