// plants boundaries(no-unknown-files)
export const homeless = 1;
