import { rate } from './units'; // plants import(extensions)
import { Samples } from './units.ts'; // plants typescript(consistent-type-imports)

export const anything: any = rate; // plants typescript(no-explicit-any)
export const surely = (text: string | undefined): string => text!; // plants typescript(no-non-null-assertion)
export const loose = (count: Samples): boolean => count == null; // plants eslint(eqeqeq)
export const swallow = (act: () => void): void => {
  try {
    act();
  } catch {} // plants eslint(no-empty)
};
console.log(loose); // plants eslint(no-console)
export default surely; // plants import(no-default-export)
