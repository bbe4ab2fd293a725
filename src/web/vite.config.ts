// The pages are built into `dist/`, which the program embeds. One file of code and one of style: no page needs more than it
// would load anyway, and an office's server is on the same desk.
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    modulePreload: false,
    sourcemap: false,
    assetsInlineLimit: 0,
    license: { fileName: 'licences.txt' },
    chunkSizeWarningLimit: 1200,
  },
  server: { host: '127.0.0.1', proxy: { '/api': process.env['PAPAVER_SERVER'] ?? 'http://127.0.0.1:8421' } },
});
