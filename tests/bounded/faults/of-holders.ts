// Faults of the procedures about holders: keys, control, succession, claims, corrections.

import type { Procedure } from '@cadastre/procedures'
import {
  bodyOf,
  early,
  forgettingEnds,
  Glasses,
  ignoringSignatures,
  insteadOf,
  otherwise,
  registering,
  seeing,
  seeingAs,
  seeingFor,
  writing,
} from './breaking.ts'
import { type Fault, fault } from './fault.ts'

const DAYS = 86400
const NATIONAL = { profile: 'national' } as const

export const OF_HOLDERS: readonly Fault[] = [
  fault('possession of the keys is taken for granted', ignoringSignatures('identify-holder/1'), ['holders']),
  fault('attestors are not needed', attestless(), ['holders'], NATIONAL),
  fault(
    'one identity stands twice',
    seeing('identify-holder/1', { record: (key, value) => (key.startsWith('obj/identity/') ? null : value) }),
    ['holders'],
    { depth: 2 },
  ),
  fault('signatures are taken for granted', ignoringSignatures('update-holder/1'), ['holders']),
  fault('a veto of a waiting change is forgotten', forgettingEnds('update-holder/1'), ['holders']),
  fault('a waiting change does not wait', early('update-holder/1', 8 * DAYS), ['holders']),
  fault('signatures are taken for granted', ignoringSignatures('confirm/1'), ['holders']),
  fault(
    'the holder is marked as gone',
    writing('confirm/1', 'holder', (_, __, at) => ({ dissolved: { notice: '', at } })),
    ['holders'],
  ),
  fault('signatures are taken for granted', ignoringSignatures('erase/1'), ['holders']),
  fault(
    'the keys go too',
    writing('erase/1', 'holder', () => ({ policy: null })),
    ['holders'],
  ),
  fault(
    'an extract of another record',
    insteadOf('certified-extract/1', 'member-changed', () => []),
    ['holders'],
  ),
  fault('signatures are taken for granted', ignoringSignatures('rotate-keys/1'), ['keys']),
  fault('what a thief would do does not wait', early('rotate-keys/1', 8 * DAYS), ['keys']),
  fault('a veto is forgotten', forgettingEnds('rotate-keys/1'), ['keys']),
  fault('signatures are taken for granted', ignoringSignatures('recover-keys/1'), ['keys']),
  fault(
    'one guardian is enough',
    seeingAs('recover-keys/1', 'holder', { guardianThreshold: 1, evidenceRecovery: true }),
    ['keys'],
  ),
  fault('no window', early('recover-keys/1', 61 * DAYS), ['keys'], { depth: 4 }),
  fault('a veto is forgotten', forgettingEnds('recover-keys/1', 'noticed'), ['keys'], { depth: 4 }),
  fault('signatures are taken for granted', ignoringSignatures('lock/1'), ['keys']),
  fault('an early release does not wait', seeingAs('lock/1', 'holder', { lockReleaseSeconds: 0 }), ['keys']),
  fault('a second freeze within 90 days', seeingAs('lock/1', 'holder', { frozenAt: null }), ['keys']),
  fault('signatures are taken for granted', ignoringSignatures('dissolve/1'), ['dissolve']),
  fault('the holder is marked at once', early('dissolve/1', 15 * DAYS), ['dissolve'], { depth: 4 }),
  fault('a veto is forgotten', forgettingEnds('dissolve/1', 'noticed'), ['dissolve'], { depth: 4 }),
  fault('signatures are taken for granted', ignoringSignatures('succeed/1'), ['succeed']),
  fault('no window', early('succeed/1', 43 * DAYS), ['succeed'], { depth: 4 }),
  fault('a veto is forgotten', forgettingEnds('succeed/1', 'noticed'), ['succeed'], { depth: 4 }),
  fault(
    'somebody else succeeds',
    registering('succeed/1', (one) => (one.since < 0 ? { ...one, holder: 'H-14' } : one)),
    ['succeed'],
  ),
  fault('signatures are taken for granted', ignoringSignatures('claim/1'), ['claims']),
  fault('a key that no list names is enough', unlisted(), ['claims'], { depth: 1 }),
  fault('a holder with keys is claimed', claimable(), ['claims']),
  fault('signatures are taken for granted', ignoringSignatures('correct/1'), ['corrections']),
  fault('no window', early('correct/1', 15 * DAYS), ['corrections'], { depth: 4 }),
  fault('a veto is forgotten', forgettingEnds('correct/1', 'noticed'), ['corrections'], { depth: 4 }),
  fault(
    'a correction gives numbers away',
    registering('correct/1', (one) => (one.kind === 'holding' ? { ...one, holder: 'H-14' } : one)),
    ['corrections'],
    { depth: 4 },
  ),
]

/** As if no attestation were needed. */
function attestless(): Procedure {
  return seeing('identify-holder/1', {
    record: (key, value) =>
      key.startsWith('obj/procedure/') ? { ...value, parameters: { attestations: 0 } } : value,
  })
}

/** Whoever is claimed is taken to have been imported. */
function claimable(): Procedure {
  return seeingFor('claim/1', (act) => ({
    record: (key, value) =>
      key === `obj/holder/${String(bodyOf(act)['holder'])}`
        ? { ...value, policy: null, kind: 'imported' }
        : value,
  }))
}

/** The claimant's key is said to be listed. */
function unlisted(): Procedure {
  const procedure = otherwise('claim/1', (effect) => effect)
  return {
    ...procedure,
    decide(act, inputs, at) {
      if (act.kind !== 'request') return procedure.decide(act, inputs, at)
      const key = String(act.request.body['key'])
      const glasses = new Glasses(inputs, {
        record: (name, value) =>
          name.startsWith('obj/maintainers/') ? { keys: [{ kind: 'ssh', key }] } : value,
      })
      const keys = [...act.signatures.keys, { alg: 'sshsig', key }]
      const signatures = { ...act.signatures, keys } as typeof act.signatures
      return procedure.decide({ ...act, signatures }, glasses, at)
    },
  }
}
