import Database from 'better-sqlite3';
import { analysis } from '../analysis/analysis.ts'; // plants boundaries(dependencies)

export const library = [Database, analysis];
