// Builds what the pages load: styles, scripts and the FEEL bundle that the server runs too. Output is never committed.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { compile } from 'sass';
import { labels } from './modeller/panel/fields.js';

const OUT = 'webapp/static/build';
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
mkdirSync('engine/build', { recursive: true });

// Packages whose styles are taken in, beside those whose scripts are.
const SHEETS = [ 'govuk-frontend', '@ministryofjustice/frontend' ].map(name => `node_modules/${name}/`);

const common = { bundle: true, minify: true, legalComments: 'none', logLevel: 'warning' };

// What a page names by a name of its own: {name: name with the hash of its content}. A browser keeps such a file for a year.
const hashed = {};

const pages = await build({
  ...common,
  metafile: true,
  entryPoints: [
    ...[ 'app', 'diagram', 'modeller' ].map(name => ({ in: `webapp/assets/${name}/index.js`, out: name })),
    ...[ 'form', 'table' ].map(name => ({ in: `webapp/assets/documents/${name}.js`, out: name }))
  ],
  outdir: OUT,
  entryNames: '[name]-[hash]',
  format: 'esm',
  splitting: true,
  // The form editor brings a preact of its own beside that of what it draws with: one must draw all.
  alias: { preact: resolve('node_modules/preact') },
  loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'file', '.svg': 'file' }
});

const feel = await build({ ...common, metafile: true, entryPoints: [ 'engine/feel/entry.js' ], outfile: 'engine/build/feel.js', format: 'iife' });

// Without `charset: false` a compressed sheet begins with a byte order mark, which voids the first rule of a joined sheet.
// MoJ's components cannot be told our typeface: the name of GOV.UK's own, which we may not use, is taken out.
const styles = [ 'moj', 'app' ].map(name => compile(`webapp/assets/styles/${name}.scss`, {
  loadPaths: [ 'node_modules', '.' ], style: 'compressed', quietDeps: true, charset: false
}).css.replaceAll(/"GDS Transport",\s*/g, ''));
keep('app.css', styles.join('\n'));
keep('favicon.svg', readFileSync('webapp/assets/favicon.svg'));
keep('licences.txt', licences([ ...Object.keys({ ...pages.metafile.inputs, ...feel.metafile.inputs }), ...SHEETS ]));

for (const path of Object.keys(pages.metafile.outputs)) {
  const found = /^(app|diagram|modeller|form|table)-\w+(\.\w+)$/.exec(basename(path));
  if (found) hashed[found[1] + found[2]] = basename(path);
}
writeFileSync(`${OUT}/names.json`, JSON.stringify(hashed));
writeFileSync(`${OUT}/panel.json`, JSON.stringify(labels));

for (const name of readdirSync(OUT).filter(each => /\.(css|js|svg)$/.test(each))) {
  const content = readFileSync(`${OUT}/${name}`);
  writeFileSync(`${OUT}/${name}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  writeFileSync(`${OUT}/${name}.gz`, gzipSync(content));
}

function keep(name, content) {
  const hash = createHash('sha256').update(content).digest('base64url').replaceAll(/[-_]/g, '').slice(0, 8).toUpperCase();
  hashed[name] = name.replace(/(?=\.\w+$)/, `-${hash}`);
  writeFileSync(`${OUT}/${hashed[name]}`, content);
}

// The licences of the packages that went into the bundles, which ask to be named wherever these are given away.
function licences(inputs) {
  const packages = inputs.map(each => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(each)?.[1]).filter(Boolean);
  return [ ...new Set(packages) ].sort().map(licence).join(`\n${'-'.repeat(80)}\n\n`);
}

function licence(name) {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`));
  const files = readdirSync(folder).filter(each => /^(licen[cs]e|notice|copying)/i.test(each));
  const texts = files.map(each => readFileSync(`${folder}/${each}`, 'utf8').trim());
  return [ `${name} ${version}`, `Licence: ${license ?? 'see below'}`, ...texts, '' ].join('\n\n');
}
