/** How secrets are kept on this computer. */
type Protection = 'keychain' | 'private-file' | 'memory';

/** Says how `what` is kept that a person is about to enter, such as `The password`. */
export function protectionOf(protection: Protection, what: string): string {
  switch (protection) {
    case 'keychain':
      return `${what} is kept in the keychain of this system.`;
    case 'private-file':
      return `This system has no keychain: ${lower(what)} is kept in a file that only your account can read.`;
    case 'memory':
      return `${what} is kept until Longtake quits, and not stored.`;
  }
}

const lower = (text: string): string => text.charAt(0).toLocaleLowerCase() + text.slice(1);
