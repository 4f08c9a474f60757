/** The beginning: false imports, numbers of others, a second genesis, opening early, witnesses of one's own. */

import { createHash } from 'node:crypto'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { JsonObject } from '@cadastre/records'
import { evidenceText, requestText, signRequest } from '@cadastre/signatures'
import type { Attack } from '../attack.ts'
import { convictLog } from '../convict.ts'
import { HostileLog } from '../hostile-log.ts'
import { stopped, visible, written } from '../routes.ts'
import { sshItem } from '../ssh-signature.ts'
import { examine, sayNotified } from '../steps.ts'
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
    name: 'a false claim to an imported record',
    wants: 'Claim what was imported for somebody else, with papers that all attestors call right.',
    routes: [
      stopped(
        'application vetoed',
        async (world) => {
          const { listed, application } = await falseClaim(world)
          const veto = { step: 'veto', application, holder: IMPORTED, key: encodeBase64(listed.publicKey) }
          const text = requestText(world.registry.request('claim/1', veto))
          await sayNotified(world, application)
          const refusal = await world.submitText(text, evidenceText([sshItem(text, listed)]))
          if (refusal !== null) return refusal
          await world.later(60)
          return `application ${world.application(application).state}`
        },
        { ...FOUNDING, by: 'front door' },
      ),
      stopped(
        'key-not-listed',
        async (world) => {
          await falseClaim(world)
          const mallory = await world.registry.holder('Mallory Again')
          const key = encodeBase64(mallory.signer.publicKey)
          return world.ask('claim/1', { step: 'key', claimant: mallory.handle, holder: IMPORTED, key }, [
            mallory.signer,
          ])
        },
        { ...FOUNDING, by: 'front door' },
      ),
      visible(
        'the log: the claim, the attestors’ answers under their names, the notice, then the window',
        async (world) => {
          const { application } = await falseClaim(world)
          await sayNotified(world, application)
          const announced = world.application(application).state === 'noticed'
          await world.later(60)
          return announced && world.application(application).state === 'effected'
        },
        { ...FOUNDING, by: 'front door' },
      ),
    ],
    advice:
      'Have your keys listed by the source; any of them vetoes. Without one: watch the claims, and a court.',
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

const IMPORTED = 'IMP-EXAMPLE-A1'

/** An open registry with an imported holder whose key is listed, and Mallory's claim to it, examined by liars. */
async function falseClaim(
  world: AttackWorld,
): Promise<{ readonly listed: Signer; readonly application: string }> {
  await imported(world, TRUE_ROWS)
  const listed = generateEd25519Signer()
  const keys = [{ kind: 'ssh', key: encodeBase64(listed.publicKey) }]
  await world.registry.found(
    'import/1',
    step({ step: 'maintainers', sha256: SHA('a file'), holders: [{ holder: IMPORTED, keys }] }),
  )
  await world.registry.found('open/1', { staff: 'OPERATOR' })
  await world.registry.registrar.publishedAll()
  const mallory = await world.registry.holder('Mallory Holdings')
  const body = {
    step: 'holder',
    claimant: mallory.handle,
    holder: IMPORTED,
    means: 'instrument',
    evidence: SHA('a forged contract'),
    attestor: 'CL-1',
  }
  const application = await world.made('application', 'claim/1', body, [mallory.signer])
  await examine(world, application)
  return { listed, application }
}
