import manifest from '../package.json' with { type: 'json' };

/** Of the package: `--version` and the server show it. */
export const VERSION = manifest.version;
