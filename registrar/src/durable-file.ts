/** Files that survive a power cut: written, flushed to disk, and their directory flushed too. */

import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Mode of a file that its owner alone may read and write. */
export const PRIVATE_MODE = 0o600

/**
 * Write a file so that after a crash it is the old one or the new one: temporary file, fsync, rename, fsync. `mode`:
 * permissions of the file; without it, the usual ones.
 */
export async function writeDurably(file: string, text: string, mode?: number): Promise<void> {
  await makeDirectory(dirname(file))
  const temporary = `${file}.new`
  await writeFlushed(temporary, text, mode)
  await rename(temporary, file)
  await flushDirectory(dirname(file))
}

/** Write a file and flush it; its name is durable once the directory is flushed. */
export async function writeFlushed(
  file: string,
  contents: string | Uint8Array,
  mode?: number,
): Promise<void> {
  const handle = await open(file, 'w', mode)
  try {
    // A temporary file that a crash left behind keeps its own mode.
    if (mode !== undefined) await handle.chmod(mode)
    await handle.writeFile(contents)
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

export async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Make a directory and its parents, so that they are still there after a power cut. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true })
  if (first === undefined) return
  const top = dirname(resolve(first))
  for (let made = dirname(resolve(path)); ; made = dirname(made)) {
    await flushDirectory(made)
    if (made === top || made === dirname(made)) return
  }
}

export async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
