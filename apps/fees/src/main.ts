#!/usr/bin/env node
/** `cadastre-fees`: the fees' own program, database and key. */

import { createProgram } from './program.ts'

try {
  await createProgram().parseAsync()
} catch (error) {
  if (!(error instanceof Error)) throw error
  console.error(error.message)
  process.exitCode = 1
}
