// The checkers of neutrality find a procedure that looks at who asks; honest ones pass (invariants.test.ts runs them).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Decision, PROCEDURES, type Procedure } from '@cadastre/procedures'
import { type Observer, Violation, Workload } from '@cadastre/simulator'
import { blindToContacts, blindToPortfolio, sameForAnyone } from './check-neutrality.ts'

function changed(
  id: string,
  change: (decision: Decision, ...args: Parameters<Procedure['decide']>) => Decision,
): Procedure {
  const procedure = PROCEDURES[id]
  assert.ok(procedure, id)
  return { ...procedure, decide: (...args) => change(procedure.decide(...args), ...args) }
}

function found(observer: Observer, broken: readonly Procedure[]): Violation | null {
  for (let seed = 1; seed <= 8; seed++)
    try {
      new Workload(seed, { profile: 'community', observers: [observer], broken }).run(200)
    } catch (error) {
      if (error instanceof Violation) return error
      throw error
    }
  return null
}

const HOLDERS_WITH_LUCK = /^H-\d*[02468]$/

test('an allocation refused to some handles is found when they change places', () => {
  const unlucky = changed('allocate/1', (decision, act) =>
    act.kind === 'request' && HOLDERS_WITH_LUCK.test(String(act.request.body['holder'])) && decision.accepted
      ? { accepted: false, refusals: ['quota-reached'] }
      : decision,
  )
  const violation = found(sameForAnyone, [unlucky])
  assert.match(String(violation?.message), /change places/)
})

test('an allocation refused to who holds other numbers is found', () => {
  const real = PROCEDURES['allocate/1']
  assert.ok(real)
  const key = 'ip4/192.0.2.192/26' as Parameters<Parameters<Procedure['needs']>[1]['record']>[0]
  const need = { key, q: 'subtree' as const }
  const jealous: Procedure = {
    ...real,
    needs: (act, known) => [...real.needs(act, known), need],
    decide: (act, inputs, at) => {
      const decision = real.decide(act, inputs, at)
      const block = { space: 'ip4', first: 0xc00002c0n, length: 26 } as Parameters<typeof inputs.subtree>[0]
      return decision.accepted && inputs.subtree(block).cells.length > 0
        ? { accepted: false, refusals: ['quota-reached'] }
        : decision
    },
  }
  assert.match(String(found(blindToPortfolio, [jealous])?.message), /what else a holder has/)
})

test('a change of contacts refused for what one says is found', () => {
  const picky = changed('update-holder/1', (decision, act) => {
    const text = act.kind === 'request' ? JSON.stringify(act.request.body['contacts'] ?? null) : ''
    return decision.accepted && /"[A-M][A-Za-z0-9+/]{42}="/.test(text)
      ? { accepted: false, refusals: ['nothing-changed'] }
      : decision
  })
  assert.match(String(found(blindToContacts, [picky])?.message), /which language/)
})
