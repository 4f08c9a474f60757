/** Logs that a registry's key signs and that are not what they should be. */

import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { bundlesForSize, CompactRange, decodeBundle, entriesPath, leafHash } from '@cadastre/merkle'
import { formatCheckpoint, noteSigner, signNote } from '@cadastre/notes'
import { PublicFiles } from '@cadastre/registrar'

/** All entries of a folder of public files, whose checkpoint is of this size. */
export async function entriesIn(directory: string, size: number): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = []
  for (const { index, width } of bundlesForSize(size)) {
    const bundle = decodeBundle(await readFile(join(directory, entriesPath(index, width))), width)
    if (!bundle.ok) throw new Error(bundle.error)
    entries.push(...bundle.value)
  }
  return entries
}

/** Write and sign a log of these entries, as a registry would. */
export async function writeLog(
  directory: string,
  entries: readonly Uint8Array[],
  origin: string,
  signer: Signer,
): Promise<string> {
  await rm(directory, { recursive: true, force: true })
  const rows = new Map<number, Uint8Array[]>()
  const range = new CompactRange(nodeCrypto)
  for (const entry of entries)
    range.append(leafHash(nodeCrypto, entry), (height, _index, hash) => {
      if (height % 8 !== 0) return
      const row = rows.get(height / 8) ?? []
      rows.set(height / 8, row)
      row.push(hash)
    })
  const files = new PublicFiles(directory)
  const source = {
    entries: (from: number, count: number) => Promise.resolve(entries.slice(from, from + count)),
    tileHashes: (level: number, from: number, count: number) =>
      Promise.resolve((rows.get(level) ?? []).slice(from, from + count)),
  }
  await files.grow(source, 0, entries.length)
  const text = formatCheckpoint({ origin, size: entries.length, root: range.root() })
  const note = signNote(text, [noteSigner(nodeCrypto, origin, signer)])
  await files.checkpoint(note)
  return note
}

export async function copyOf(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true })
  await cp(from, to, { recursive: true })
}
