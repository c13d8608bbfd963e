// Bundles static/src into the one file that is shipped: node build.mjs [OUTFILE]
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'

const repository = new URL('../../../', import.meta.url)
const outfile = process.argv[2] ?? fileURLToPath(new URL('static/upsell.js', repository))

const styles = {
  name: 'minified style sheet as text',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true })
      return { contents: code.trim(), loader: 'text' }
    })
  },
}

await build({
  entryPoints: [fileURLToPath(new URL('static/src/main.js', repository))],
  outfile,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  banner: { js: '/*! Upsell widget, Apache-2.0 */' },
  plugins: [styles],
})
