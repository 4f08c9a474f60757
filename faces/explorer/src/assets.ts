/** The files beside the pages: style and icon as they lie here, the verifier bundled in memory on first use. */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { encodeHex, encodeUtf8 } from '@cadastre/crypto'
import { browserCrypto } from '@cadastre/crypto/browser'
import { build } from 'esbuild'

export type Asset = {
  readonly text: string
  readonly type: string
  /** Path with the hash of the content, so that caches may keep it for good. */
  readonly path: string
  readonly hash: string
}

const file = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

function asset(route: string, type: string, text: string): Asset {
  const hash = encodeHex(browserCrypto.sha256(encodeUtf8(text))).slice(0, 16)
  return { text, type, hash, path: `${route}?v=${hash}` }
}

export async function readStyle(): Promise<Asset> {
  return asset(
    '/explorer/style.css',
    'text/css; charset=utf-8',
    await readFile(file('../static/style.css'), 'utf8'),
  )
}

export async function readIcon(): Promise<Asset> {
  return asset('/explorer/icon.svg', 'image/svg+xml', await readFile(file('../static/icon.svg'), 'utf8'))
}

/** The same verifier that the command line runs, with the browser's half of the cryptographic port. */
export async function bundleScript(): Promise<Asset> {
  const { outputFiles } = await build({
    entryPoints: [file('../browser/verify.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
  })
  return asset('/explorer/verify.js', 'text/javascript; charset=utf-8', outputFiles[0]?.text ?? '')
}
