/** What the program itself is called on Linux, where a script has its name: see packaging/longtake.sh. */
export const LINUX_PROGRAM = 'longtake-studio';
