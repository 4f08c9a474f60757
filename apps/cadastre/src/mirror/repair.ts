/** Looking at the files of a copy: each is the one that was signed, or is fetched again. */

import { bundlesForSize, entriesPath, tilePath, tilesForSize } from '@cadastre/merkle'
import type { AuthenticLog } from './authentic-log.ts'
import type { CopyFiles } from './copy-files.ts'

/** Every file of the log's size; how many were fetched again. Throws NoGoodFileError where one cannot be had. */
export async function repairFiles(
  log: AuthenticLog,
  files: CopyFiles,
  stopped: () => boolean,
): Promise<number> {
  const { size } = log.checkpoint
  let count = 0
  const keep = async (path: string, bytes: Uint8Array): Promise<void> => {
    await files.keep(path, bytes)
    count += 1
  }
  for (const { index, width } of bundlesForSize(size)) {
    if (stopped()) break
    const { value, held } = await log.bundle({ index, width })
    if (!held) await keep(entriesPath(index, width), value.bytes)
    const tile = await log.tile({ level: 0, index, width })
    if (!tile.held) await keep(tilePath(0, index, width), tile.value)
  }
  for (const { level, index, width } of tilesForSize(size)) {
    if (level === 0) continue
    if (stopped()) break
    const tile = await log.tile({ level, index, width })
    if (!tile.held) await keep(tilePath(level, index, width), tile.value)
  }
  await files.flush()
  return count
}
