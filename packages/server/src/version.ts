import manifest from '../package.json' with { type: 'json' };

/** The version the program and the API show: the one of the package. */
export const VERSION = manifest.version;
