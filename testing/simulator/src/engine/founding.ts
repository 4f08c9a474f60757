/**
 * How a simulated registry is founded: genesis and its parts, one import, the keys of maintainers, open. Where asked for,
 * somebody stumbles at each step: what it asks comes too soon, too late or in the wrong order, and is refused.
 */

import { DAY_SECONDS, type JsonObject } from '@cadastre/records'
import { commitmentOf } from '../workload-registry.ts'
import type { Engine } from './engine.ts'
import { foundingBodies, MAINTAINER, ROWS } from './world.ts'

const GENESIS = 'genesis/1'
const IMPORT = 'import/1'
const OPEN = 'open/1'
/** The objection period, and a day. */
const OBJECTION_SECONDS = 31 * DAY_SECONDS

type Step = {
  readonly procedure: string
  readonly body: JsonObject
  /** What is asked just before, and refused. */
  readonly stumbles: readonly (readonly [procedure: string, body: JsonObject])[]
}

const staff = { staff: 'OP-1' }
const source = { ...staff, source: 'EXAMPLE' }
const MANIFEST = {
  ...source,
  step: 'manifest',
  file: 'delegated-example',
  sha256: commitmentOf('file'),
  attribution: 'Example',
  rows: ROWS.length,
  nested: true,
}
const CHUNK = { ...source, step: 'chunk', from: 0, rows: ROWS.map((raw, line) => ({ line: line + 1, raw })) }
const END = { ...source, step: 'end' }
/** Imported holders of whom a published file lists a key. */
const LISTED = ['IMP-EXAMPLE-A1', 'IMP-EXAMPLE-A3']
const CONFIRM = ['confirm/1', { holder: 'IMP-EXAMPLE-A1' }] as const

function steps(bodies: readonly JsonObject[], maintainer: string): readonly Step[] {
  const [genesis = {}, ...parts] = bodies
  const last = parts.at(-1) ?? {}
  const keys = [{ kind: 'ssh', key: maintainer }]
  const listed = {
    ...source,
    step: 'maintainers',
    sha256: commitmentOf('maintainers'),
    holders: LISTED.map((holder) => ({ holder, keys })),
  }
  const step = (procedure: string, body: JsonObject, ...stumbles: Step['stumbles']): Step => ({
    procedure,
    body,
    stumbles,
  })
  return [
    step(GENESIS, genesis, [OPEN, staff], [GENESIS, parts[0] ?? {}], CONFIRM),
    ...parts.map((part, place) =>
      step(
        GENESIS,
        part,
        [GENESIS, place === parts.length - 1 ? (parts[0] ?? {}) : last],
        [GENESIS, genesis],
        [IMPORT, MANIFEST],
        [OPEN, staff],
      ),
    ),
    step(IMPORT, MANIFEST, [IMPORT, CHUNK], [IMPORT, END], [IMPORT, listed], CONFIRM),
    step(
      IMPORT,
      CHUNK,
      [IMPORT, MANIFEST],
      [IMPORT, { ...CHUNK, from: 1 }],
      [IMPORT, { ...CHUNK, rows: [{ line: 1, raw: 'no row' }] }],
      [IMPORT, END],
    ),
    step(IMPORT, END, [OPEN, staff]),
    step(IMPORT, listed, [IMPORT, MANIFEST]),
    step(OPEN, staff, [OPEN, staff]),
  ]
}

/** Throws where a step of it is refused. */
export function found(engine: Engine, isClumsy: boolean): void {
  const bodies = foundingBodies(
    engine.profile,
    engine.size,
    engine.fees,
    isClumsy,
    (name) => engine.signer(name),
    (member) => engine.state.memberHash(member),
  )
  const by = [engine.signer('OP-1')]
  const ask = (procedure: string, body: JsonObject): string | null =>
    engine.ask({ procedure, body, replaces: [], by, hostile: null })
  for (const { procedure, body, stumbles } of steps(bodies, engine.signer(MAINTAINER).key)) {
    for (const [wrong, asked] of isClumsy ? stumbles : []) ask(wrong, asked)
    if (procedure === OPEN) engine.later(OBJECTION_SECONDS)
    const refusal = ask(procedure, body)
    if (refusal !== null) throw new Error(`${procedure} is refused: ${refusal}`)
  }
  if (isClumsy) ask(IMPORT, MANIFEST)
}
