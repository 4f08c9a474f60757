/** Roots of trust as `init` takes them: certificates in files, which genesis names for good. */

import { createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { SealRoot } from '@cadastre/records'

/** The root in a PEM or DER file, named like the file; throws where it is no certificate. */
export async function readSealRoot(path: string): Promise<SealRoot> {
  const { raw } = new X509Certificate(await readFile(path))
  const name = basename(path, extname(path))
  return { name, certificate: createHash('sha256').update(raw).digest('base64') }
}
