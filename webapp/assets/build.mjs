// Builds what the pages load: styles, scripts and the FEEL bundle that the server runs too. Output is never committed.
import { build } from 'esbuild';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { compile } from 'sass';

const OUT = 'webapp/static/build';
mkdirSync(OUT, { recursive: true });
mkdirSync('engine/build', { recursive: true });

const common = { bundle: true, minify: true, legalComments: 'none', logLevel: 'warning' };

await build({
  ...common,
  entryPoints: [ 'app', 'diagram', 'modeller' ].map(name => ({ in: `webapp/assets/${name}/index.js`, out: name })),
  outdir: OUT,
  format: 'esm',
  splitting: true,
  loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'file', '.svg': 'file' }
});

await build({ ...common, entryPoints: [ 'engine/feel/entry.js' ], outfile: 'engine/build/feel.js', format: 'iife' });

// Without `charset: false` a compressed sheet begins with a byte order mark, which voids the first rule of a joined sheet.
// MoJ's components cannot be told our typeface: the name of GOV.UK's own, which we may not use, is taken out.
const styles = [ 'moj', 'app' ].map(name => compile(`webapp/assets/styles/${name}.scss`, {
  loadPaths: [ 'node_modules', '.' ], style: 'compressed', quietDeps: true, charset: false
}).css.replaceAll(/"GDS Transport",\s*/g, ''));
writeFileSync(`${OUT}/app.css`, styles.join('\n'));
cpSync('webapp/assets/favicon.svg', `${OUT}/favicon.svg`);
