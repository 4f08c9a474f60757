#!/usr/bin/env node
/** The `cadastre` command. */

import { createProgram } from './program.ts'

await createProgram().parseAsync(process.argv)
