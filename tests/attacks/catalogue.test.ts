// The catalogue as a whole: every attack of the issue is in it, every group has its test, the page says what is
// claimed, and a class that does not hold is told.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FILE_FAULTS } from '@cadastre/misbehaviour'
import { PROCEDURES } from '@cadastre/procedures'
import { FAULTS } from '@cadastre/replay'
import {
  type Attack,
  attackPage,
  CATALOGUE,
  difference,
  GROUPS,
  playAttack,
} from '@cadastre/simulator/attacks'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/attacks.md', root), 'utf8')

/** Attacks that the issue names, in its words, and what each is called here. */
const NAMED: readonly (readonly [issue: string, name: string])[] = [
  ['seizure by forged consent', 'seizure by forged consent'],
  ['by staff key', 'seizure by staff key'],
  ['by invented court', 'seizure by invented court'],
  ['by over-broad order', 'seizure by over-broad order'],
  ['by stale order', 'seizure by stale order'],
  ['by sealed order', 'seizure by sealed order'],
  ['by foreign order', 'seizure by foreign order'],
  ['by false succession', 'seizure by false succession'],
  ['by false merger', 'seizure by false merger'],
  ['by recovery while the holder lives', 'recovery while the holder lives'],
  ['by correction', 'seizure by correction'],
  ['by import after opening', 'import after opening'],
  ['by false import at founding', 'false import at founding'],
  ['by a procedure version that fits one holder', 'a procedure version that fits one holder'],
  ['by backdating', 'backdating'],
  ['by postdating', 'postdating'],
  ['by pausing to let windows lapse', 'pausing to let windows lapse'],
  ['refusal at the door', 'refusal at the door'],
  ['forgetting a receipt', 'forgetting a receipt'],
  ['reordering the queue', 'reordering the queue'],
  ['refusing without ground', 'refusing without ground'],
  ['delaying one holder', 'delaying one holder'],
  ['asking a fee where none may be asked', 'asking a fee where none may be asked'],
  ['reserving the pool', 'reserving the pool'],
  ['withdrawing one holder’s service', 'withdrawing one holder’s service'],
  ['degrading one holder’s service', 'degrading one holder’s service'],
  ['ageing one holder’s RPKI or DNS', 'ageing one holder’s RPKI or DNS'],
  ['selective rate limits', 'selective rate limits'],
  ['hiding an order', 'hiding an order'],
  ['hiding an incident', 'hiding an incident'],
  ['rewriting history', 'rewriting history'],
  ['split view', 'split view'],
  ['rolled-back database', 'rolled-back database'],
  ['replaced witness', 'replaced witness'],
  ['captured witness', 'captured witness'],
  ['crowning a friend as successor', 'crowning a friend as successor'],
  ['replayed consent', 'replayed consent'],
  ['consent for another registry', 'consent for another registry'],
  ['partial batch', 'partial batch'],
  ['stolen holder key', 'stolen holder key, transfer'],
  ['colluding attestors', 'colluding attestors'],
  ['silent notice', 'silent notice'],
  ['squatted set names', 'squatted set names'],
]

test('every attack that the issue names is in the catalogue, and each stands there once', () => {
  const names = CATALOGUE.map(({ attack }) => attack.name)
  assert.equal(new Set(names).size, names.length)
  for (const [issue, name] of NAMED) assert.ok(names.includes(name), issue)
})

/** Found only where an earlier forged record is: the entry that wrote that is convicted, with effects-differ. */
const FOLLOWS_ANOTHER = ['decision-impossible']

test('every fault that an audit can find is what some attack comes to', () => {
  const claimed = new Set(CATALOGUE.flatMap(({ attack }) => attack.routes.map(({ claim }) => claim.by)))
  const codes = [...Object.keys(FAULTS), ...Object.keys(FILE_FAULTS)]
  assert.deepEqual(
    codes.filter((code) => !claimed.has(code)),
    FOLLOWS_ANOTHER,
  )
})

test('every procedure is attacked', () => {
  const catalogue = new URL('testing/simulator/src/attacks/catalogue/', root)
  const texts = readdirSync(catalogue).map((name) => readFileSync(new URL(name, catalogue), 'utf8'))
  const attacked = (id: string): boolean => texts.some((text) => text.includes(`'${id}'`))
  assert.deepEqual(
    Object.keys(PROCEDURES).filter((id) => !attacked(id)),
    [],
  )
})

test('every group has its test file', () => {
  for (const group of Object.keys(GROUPS)) {
    const file = new URL(`tests/attacks/${group}.test.ts`, root)
    assert.ok(existsSync(file), file.href)
    assert.match(readFileSync(file, 'utf8'), new RegExp(`^testGroup\\('${group}'\\)$`, 'm'))
  }
})

test('docs/attacks.md says what is claimed, and nothing else (npm run simulate -- --attacks --page)', () => {
  const begin = page.indexOf('\n## ')
  assert.equal(page.slice(begin + 1).trimEnd(), attackPage())
})

test('whoever can be convicted or only seen says what to do about it; what is prevented needs nothing', () => {
  for (const { attack } of CATALOGUE) {
    const isPrevented = attack.routes.every(({ claim }) => claim.class === 'prevented')
    assert.equal(attack.advice === null, isPrevented, attack.name)
    for (const { claim } of attack.routes)
      assert.equal(claim.evidence !== undefined, claim.class === 'convicted', attack.name)
  }
})

test('a class that does not hold is told', async () => {
  const route = (by: string, play: Attack['routes'][0]['play']): Attack['routes'][0] => ({
    by: 'front door',
    claim: { class: 'prevented', by },
    play,
  })
  const attack: Attack = {
    name: 'claimed wrongly',
    wants: '',
    advice: null,
    routes: [
      route('consent-missing', async () => ({ class: 'succeeded', by: 'it was accepted' })),
      route('consent-missing', async () => ({ class: 'only visible', by: 'the log' })),
      route('consent-missing', async () => ({ class: 'prevented', by: 'wrong-origin' })),
      route('nothing', async (world) => {
        // What the honest holders have changes, though something is said to have prevented it.
        await world.must(
          'declare-service/1',
          {
            holder: world.alice.handle,
            at: 'ip4/203.0.113.0/24',
            service: { kind: 'route', origin: 64499 },
            action: 'set',
          },
          [world.alice.signer],
          [world.naming('ip4/203.0.113.0/24')],
        )
        return { class: 'prevented', by: 'nothing' }
      }),
    ],
  }
  const { routes } = await playAttack(attack)
  assert.deepEqual(routes.map(difference), [
    'front door: claimed prevented (consent-missing), came succeeded (it was accepted)',
    'front door: claimed prevented (consent-missing), came only visible (the log)',
    'front door: claimed prevented (consent-missing), came prevented (wrong-origin)',
    'front door: claimed prevented (nothing), came succeeded (what the holders have has changed)',
  ])
})
