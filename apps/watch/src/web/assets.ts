/** Scripts and styles of the pages: bundled in memory from this tree when they are first asked for. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

export type Asset = {
  readonly path: string
  readonly type: string
  readonly text: string
  readonly etag: string
}

const here = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

function asset(route: string, type: string, text: string): Asset {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return { path: `${route}?v=${hash}`, type, text, etag: `"${hash}"` }
}

async function script(route: string, entry: string): Promise<Asset> {
  const { outputFiles } = await build({
    entryPoints: [here(`../../browser/${entry}`)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
  })
  return asset(route, 'text/javascript; charset=utf-8', outputFiles[0]?.text ?? '')
}

export type Assets = { readonly style: Asset; readonly charts: Asset; readonly map: Asset }

export async function loadAssets(): Promise<Assets> {
  const plot = createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css')
  const [own, uplot, charts, map] = await Promise.all([
    readFile(here('../../static/watch.css'), 'utf8'),
    readFile(plot, 'utf8'),
    script('/watch/charts.js', 'charts.ts'),
    script('/watch/map.js', 'map.ts'),
  ])
  return { style: asset('/watch/style.css', 'text/css; charset=utf-8', `${uplot}\n${own}`), charts, map }
}
