/**
 * Writes `src/generated/lookup-types.ts` from the Zod schemas, so that the explorer can know the answers' shapes
 * without importing Zod: `node faces/api/scripts/generate-types.ts`. A test compares the file with the schemas.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lookupTypes } from '../src/type-text.ts'

writeFileSync(join(import.meta.dirname, '../src/generated/lookup-types.ts'), lookupTypes())
