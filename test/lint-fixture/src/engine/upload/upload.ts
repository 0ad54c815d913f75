import { library } from '../library/library.ts'; // plants boundaries(dependencies)

export const upload = library;
