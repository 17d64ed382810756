// Bundles the renderer and its Web Workers into dist/renderer. The build is what the doors serve: no inline scripts (CSP),
// hashed names under assets/ (cached for ever), an index.html that names them. The first screen is two scripts, start and window:
// a browser asks for six things at once, and each costs it a turn.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { type Plugin, defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** start.ts imports the window later, and the page names it at once: it is on its way while start.ts runs. */
const namesTheWindow: Plugin = {
  name: 'the page names the window',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const window = chunks.find(({ facadeModuleId, moduleIds }) => (facadeModuleId ?? moduleIds.at(-1))?.endsWith('/window.tsx'));
      if (window === undefined) throw new Error('no chunk is the window');
      const scripts = [...window.imports, window.fileName].filter((file) => !html.includes(file)).map((file) => ({ rel: 'modulepreload', file }));
      const styles = [...window.viteMetadata?.importedCss ?? []].map((file) => ({ rel: 'stylesheet', file }));
      return [...scripts, ...styles].map(({ rel, file }) => ({ tag: 'link', attrs: { rel, crossorigin: true, href: `./${file}` }, injectTo: 'head' as const }));
    },
  },
};

export default defineConfig({
  root: at('app/renderer'),
  base: './',
  publicDir: false,
  plugins: [react(), namesTheWindow],
  worker: { format: 'es' },
  build: {
    outDir: at('dist/renderer'),
    emptyOutDir: true,
    target: 'es2023',
    // A data: URL would need its own CSP exception; the preload polyfill is an inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      checks: { pluginTimings: false },
      // each with all that it imports at once
      output: { codeSplitting: { groups: [{ name: 'start', test: /\/renderer\/start\.ts$/, priority: 2 }, { name: 'window', test: /\/renderer\/window\.tsx$/, priority: 1 }] } },
    },
  },
  server: { host: '127.0.0.1', strictPort: true },
});
