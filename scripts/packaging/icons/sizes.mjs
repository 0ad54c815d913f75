/** In px; every one that a desktop asks for. */
export const SIZES = [16, 22, 24, 32, 48, 64, 128, 256, 512, 1024];
