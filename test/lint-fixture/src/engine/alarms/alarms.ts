import { library } from '../library/library.ts'; // plants boundaries(dependencies)

export const alarms = library;
