import { subject } from '../containers/parse.test.ts'; // plants boundaries(dependencies)

export const knowsTest = subject;
