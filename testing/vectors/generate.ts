// Writes testing/vectors/data anew: node testing/vectors/generate.ts. Without a change of the code nothing changes.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { vectorFiles } from './src/index.ts'

const data = join(import.meta.dirname, 'data')
let bytes = 0
const files = await vectorFiles()
rmSync(data, { recursive: true, force: true })
for (const [path, content] of files) {
  mkdirSync(dirname(join(data, path)), { recursive: true })
  writeFileSync(join(data, path), content)
  bytes += content.length
}
console.log(`${files.size} files, ${bytes} bytes`)
