export { window } from '../../main/window.ts'; // plants boundaries(dependencies)

export const sneak = (): Promise<unknown> => import('../../main/window.ts'); // plants boundaries(dependencies)
export const sneakAgain = (): Promise<unknown> => import('electron-store'); // plants boundaries(dependencies)
