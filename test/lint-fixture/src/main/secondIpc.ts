import { ipcMain } from 'electron'; // plants eslint(no-restricted-imports)

export const secondIpc = ipcMain;
