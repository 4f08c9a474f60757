/** The beginning: false imports, numbers of others, a second genesis, opening early, witnesses of one's own. */

import { createHash } from 'node:crypto'
import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { JsonObject } from '@cadastre/records'
import { evidenceText, requestText, signRequest } from '@cadastre/signatures'
import type { Attack } from '../attack.ts'
import { convictLog } from '../convict.ts'
import { HostileLog } from '../hostile-log.ts'
import { stopped, visible, written } from '../routes.ts'
import { type AttackWorld, SHA } from '../world.ts'

const FOUNDING = { world: { founding: true }, changes: true } as const
/** A file as its source published it: the whole block is A1's. */
const TRUE_ROWS = ['example|XX|ipv4|203.0.113.0|256|20130501|allocated|A1']
const FILE = `2|example|20260101|1|19830101|20260101|+0000\n${TRUE_ROWS.join('\n')}\n`
const FILE_HASH = createHash('sha256').update(FILE).digest('base64')

const step = (more: JsonObject): JsonObject => ({ staff: 'OPERATOR', source: 'EXAMPLE', ...more })
const manifest = (rows: number): JsonObject =>
  step({
    step: 'manifest',
    file: 'delegated-example',
    sha256: FILE_HASH,
    rows,
    nested: false,
    attribution: 'Example, CC0',
  })
const chunk = (raws: readonly string[]): JsonObject =>
  step({ step: 'chunk', from: 0, rows: raws.map((raw, at) => ({ line: at + 2, raw })) })

async function imported(world: AttackWorld, raws: readonly string[]): Promise<void> {
  for (const body of [manifest(raws.length), chunk(raws), step({ step: 'end' })])
    await world.registry.found('import/1', body)
  await world.registry.registrar.publishedAll()
}

/** What a founding act on the operator's own machine comes to. */
async function founded(world: AttackWorld, procedure: string, body: JsonObject): Promise<string | null> {
  const text = requestText(world.registry.request(procedure, body))
  const evidence = evidenceText([signRequest(text, world.registry.operator)])
  try {
    const [outcome] = await world.registry.registrar.found([{ request: text, evidence }])
    return outcome === undefined || outcome.accepted ? null : outcome.refusals.join()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return error.message
  }
}

export const FOUNDING_ATTACKS: readonly Attack[] = [
  {
    name: 'import after opening',
    wants: 'Bring a holder’s numbers in anew, for somebody else, when the registry is open.',
    routes: [
      stopped('desk: unknown-procedure', (world) => world.ask('import/1', manifest(1), world.operators)),
      stopped('not-founding', (world) => founded(world, 'import/1', manifest(1)), { by: 'genesis' }),
      written('accepted-wrongly', 'decision', (log, world) => {
        log.act('import/1', manifest(1), [world.registry.operator], { accepts: [] }, { received: null })
      }),
    ],
    advice: 'Founding ends for good: an audit finds any import after the opening.',
  },
  {
    name: 'false import at founding',
    wants: 'Import rows that the published file does not have.',
    routes: [
      visible(
        'the log: the file’s hash beside the raw rows, which are not those of the file',
        async (world) => {
          await imported(world, ['example|XX|ipv4|203.0.113.0|256|20130501|allocated|MALLORY'])
          const wrong =
            (await world.logged((entry) => JSON.stringify(entry).includes(FILE_HASH))) &&
            !(await world.logged((entry) => JSON.stringify(entry).includes('allocated|A1')))
          return wrong && (await world.logged((entry) => JSON.stringify(entry).includes('allocated|MALLORY')))
        },
        { ...FOUNDING, by: 'genesis' },
      ),
      stopped(
        'a row over other rows is left out, and says so',
        async (world) => {
          await imported(world, [...TRUE_ROWS, 'example|XX|ipv4|203.0.113.0|128|20130501|allocated|MALLORY'])
          const { holder } = world.heldAt('ip4/203.0.113.0/25')
          return holder === 'IMP-EXAMPLE-A1' ? 'a row over other rows is left out, and says so' : null
        },
        { ...FOUNDING, by: 'genesis' },
      ),
      stopped(
        'source-exists',
        async (world) => {
          await imported(world, TRUE_ROWS)
          return founded(world, 'import/1', manifest(1))
        },
        { ...FOUNDING, by: 'genesis' },
      ),
    ],
    advice:
      'Take the file of that hash from its publisher and compare, within the objection period (before open).',
  },
  {
    name: 'keys listed by the operator itself',
    wants: 'List a key of one’s own for an imported holder, and claim it after the opening.',
    routes: [
      visible(
        'the log: the list with the hash of the file that is said to hold it, and the claim',
        async (world) => {
          await imported(world, TRUE_ROWS)
          const mine = generateEd25519Signer()
          const keys = [{ kind: 'ssh', key: encodeBase64(mine.publicKey) }]
          const body = step({
            step: 'maintainers',
            sha256: SHA('no file'),
            holders: [{ holder: 'IMP-EXAMPLE-A1', keys }],
          })
          await world.registry.found('import/1', body)
          await world.registry.registrar.publishedAll()
          return world.logged((entry) => JSON.stringify(entry).includes(SHA('no file')))
        },
        { ...FOUNDING, by: 'genesis' },
      ),
      stopped('desk: unknown-procedure', (world) => {
        const body = step({ step: 'maintainers', sha256: SHA('no file'), holders: [] })
        return world.ask('import/1', body, world.operators)
      }),
    ],
    advice:
      'Fetch the published file of that hash, and object before the opening; a listed key vetoes later claims.',
  },
  {
    name: 'opening early',
    wants: 'Open before the objection period has passed.',
    routes: [
      stopped(
        'objection-period',
        async (world) => {
          await imported(world, TRUE_ROWS)
          return founded(world, 'open/1', { staff: 'OPERATOR' })
        },
        { world: { founding: true, profile: 'national' }, by: 'genesis', changes: true },
      ),
      {
        ...written('accepted-wrongly', 'decision', () => undefined),
        world: { founding: true, profile: 'national' },
        play: async (world) => {
          await imported(world, TRUE_ROWS)
          const log = await HostileLog.of(world.registry)
          log.act(
            'open/1',
            { staff: 'OPERATOR' },
            [world.registry.operator],
            { accepts: [] },
            { received: null },
          )
          log.commit()
          return convictLog(world, log, 'accepted-wrongly')
        },
      },
    ],
    advice: 'An audit counts the period from the last import.',
  },
  {
    name: 'a second genesis',
    wants: 'Found the registry anew, with other pools, staff and procedures.',
    routes: [
      stopped('already-founded', (world) => founded(world, 'genesis/1', genesisAgain(world)), {
        by: 'genesis',
      }),
      written('accepted-wrongly', 'decision', (log, world) => {
        log.act(
          'genesis/1',
          genesisAgain(world),
          [world.registry.operator],
          { accepts: [] },
          { received: null },
        )
      }),
    ],
    advice: 'A log has one genesis, its first entry.',
  },
  {
    name: 'numbers of others in the pools',
    wants: 'Found a registry over numbers to which one has no right, or keep all of them reserved.',
    routes: [
      visible(
        'entry 0: the pools, the reserved numbers, staff, witnesses and the hash of every procedure',
        async (world) => {
          const text = JSON.stringify(await world.entry(0))
          return text.includes('203.0.113.0') && text.includes('"witnessPolicy"')
        },
        { by: 'genesis' },
      ),
    ],
    advice: 'A registry can say anything about numbers: who relies on it decides. Read entry 0 first.',
  },
  {
    name: 'a quorum of one’s own witnesses at genesis',
    wants: 'Name witnesses that are the operator’s own, so that two histories can be cosigned.',
    routes: [
      visible(
        'entry 0 and /.well-known/cadastre.json: the policy, with every witness’s name and key',
        async (world) => world.registry.reader.info.policy.includes('witness w1.example'),
        { world: { witnesses: { count: 3, needed: 2 } }, by: 'genesis' },
      ),
    ],
    advice: 'Audit under a policy of your own, with witnesses that you know (--policy).',
  },
]

function genesisAgain(world: AttackWorld): JsonObject {
  return {
    step: 'found',
    name: 'Another Registry',
    origin: world.registry.reader.info.origin,
    seat: 'XX',
    profile: 'community',
    demonstration: false,
    relyingParty: { id: 'sign.registry.example', origins: ['https://sign.registry.example'] },
    staff: [
      {
        handle: 'OPERATOR',
        role: 'operator',
        alg: 'ed25519',
        key: encodeBase64(world.registry.operator.publicKey),
        outside: false,
      },
    ],
    pools: [],
    reserved: [],
    witnessPolicy: '',
    roots: [],
    statement: '',
    procedures: [SHA('other procedures')],
  }
}
