import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

const SERVER = 'http://127.0.0.1:3000';

/** Below this a packed form saves nothing; as in the server's web-files.ts. */
const MIN_PACKED_BYTES = 1024;

/** Scripts and styles packed as small as they get, which takes seconds: once here, not while a reader waits. */
function packed(): Plugin {
  return {
    name: 'packed',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      for (const name of Object.keys(bundle).filter((each) => /\.(?:js|css)$/.test(each))) {
        const data = readFileSync(join(dir, name));
        if (data.length < MIN_PACKED_BYTES) continue;
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
        };
        writeFileSync(join(dir, `${name}.br`), brotliCompressSync(data, { params }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), packed()],
  // Files name each other relatively, so that the console may lie below a prefix; the server completes the page.
  base: './',
  build: {
    target: 'es2023',
    // Nothing is inlined: the content security policy allows fonts and scripts as files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // Beginning with a dot, it is not served; the build of the programs takes names and licences from it.
    license: { fileName: '.vite/license.json' },
    rolldownOptions: {
      // Packing takes its time and is meant to.
      checks: { bundlerTimings: false },
      output: {
        // All that the start needs in one file: dozens of small ones take longer and pack worse.
        codeSplitting: { groups: [{ name: 'start', test: /\/src\/main\.tsx$/ }] },
      },
    },
  },
  server: {
    proxy: {
      '^/(api|health|metrics)(/|$)': {
        target: SERVER,
        changeOrigin: true,
        // The page that shows the API is the console's own.
        bypass: (request) => (request.url === '/api/docs' ? '/index.html' : undefined),
        configure: (proxy) => {
          proxy.on('proxyReq', (request) => {
            // The server takes a change of state from its own origin only, and here that is the development server.
            if (request.hasHeader('origin')) request.setHeader('origin', SERVER);
          });
        },
      },
    },
  },
});
