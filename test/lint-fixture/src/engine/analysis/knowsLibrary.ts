import { library } from '../library/library.ts'; // plants boundaries(dependencies)
import Database from 'better-sqlite3'; // plants boundaries(dependencies)

export const knowsLibrary = [library, Database];
