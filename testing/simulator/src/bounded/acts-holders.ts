/** Acts of holders on themselves, and of those who say that a holder is gone, or that they are it. */

import { addSeconds, type Holder, type Instant, type JsonObject } from '@cadastre/records'
import { type Offered, offered, tried } from './acts-numbers.ts'
import { hashOf, identity, identitySigners, keyOf, NETWORKS, SSH_KEY, type Wish } from './small-world.ts'
import { THIEF, type View } from './view.ts'

export function identifications(): readonly Offered[] {
  return [offered({ procedure: 'identify-holder/1', body: identity('new', 1), by: identitySigners('new') })]
}

export function confirmations(view: View): readonly Offered[] {
  return view.subjects.map(({ handle }) =>
    offered(
      { procedure: 'confirm/1', body: { holder: handle }, by: view.narrow(handle, 'technical') },
      handle,
    ),
  )
}

export function updates(view: View): readonly Offered[] {
  return view.subjects.flatMap((holder) => {
    const { handle, coolingSeconds } = holder
    const fields = { email: hashOf(`other mail of ${holder.name}`) }
    const contacts = {
      change: 'contacts',
      holder: handle,
      contacts: [{ role: 'noc', kind: 'group', fields }],
    }
    const cooling = {
      change: 'cooling',
      holder: handle,
      coolingSeconds: coolingSeconds === null ? 10 * 86400 : null,
    }
    return [
      wish(view, 'update-holder/1', holder, contacts, ['contacts'], 'technical'),
      wish(view, 'update-holder/1', holder, cooling, ['coolingSeconds']),
    ]
  })
}

/** Something asked by the holder's full keys, or by one of a narrower role. */
function wish(
  view: View,
  procedure: string,
  holder: Holder,
  body: JsonObject,
  members: readonly (keyof Holder)[],
  role: 'full' | 'technical' = 'full',
): Offered {
  const by = role === 'full' ? view.full(holder.handle) : view.narrow(holder.handle, role)
  return offered({ procedure, body, by, replaces: view.members(holder, ...members) }, holder.handle)
}

export function rotations(view: View): readonly Offered[] {
  return view.subjects.flatMap((holder) => {
    const { handle, policy } = holder
    if (policy === null) return []
    const keys = policy.keys.map((key) => ({ ...key }))
    const added = { ...policy, keys: [...keys, { ...THIEF, roles: ['full'] }] }
    const taken = { ...policy, m: 1, keys: [{ ...THIEF, roles: ['full'] }, ...keys.slice(2)] }
    const rotate = (next: typeof added): Offered => {
      const made = wish(view, 'rotate-keys/1', holder, { step: 'rotate', holder: handle, policy: next }, [
        'policy',
      ])
      return { ...made, wish: { ...made.wish, by: [...made.wish.by, THIEF] } }
    }
    const off = {
      step: 'recovery',
      holder: handle,
      guardianThreshold: null,
      evidenceRecovery: !holder.evidenceRecovery,
    }
    return [
      ...(keys.some(({ key }) => key === THIEF.key) ? [] : [rotate(added), rotate(taken)]),
      wish(view, 'rotate-keys/1', holder, off, ['guardianThreshold', 'evidenceRecovery']),
    ]
  })
}

export function recoveries(view: View): readonly Offered[] {
  return view.subjects.flatMap((holder) => {
    const { handle, policy } = holder
    const asked = { holder: handle, m: 1, keys: [{ ...THIEF, roles: ['full'] }] }
    const replaces = view.members(holder, 'policy')
    const asker = view.living.find((one) => one.handle !== handle)?.handle ?? handle
    const evidence = {
      ...asked,
      step: 'evidence',
      by: asker,
      instrument: hashOf('recovery'),
      attestor: 'CL-2',
    }
    const guardians = policy?.guardians ?? []
    const helpers = guardians.length > 0 ? guardians : view.living.slice(0, 1).map((one) => one.handle)
    const helped = { ...asked, step: 'guardians', guardians: helpers }
    const by = [...helpers.flatMap((one) => view.full(one)), THIEF]
    return [
      offered(
        { procedure: 'recover-keys/1', body: evidence, by: [...view.full(asker), THIEF], replaces },
        handle,
      ),
      offered({ procedure: 'recover-keys/1', body: helped, by, replaces }, guardians[0] ?? handle),
    ]
  })
}

export function locks(view: View): readonly Offered[] {
  return view.subjects.flatMap((holder) => {
    const { handle } = holder
    const until = addSeconds(view.at as Instant, 60 * 86400)
    const members = ['lockedUntil', 'lockReleaseSeconds'] as const
    const freeze = {
      procedure: 'lock/1',
      body: { step: 'freeze', holder: handle },
      by: view.narrow(handle, 'technical'),
    }
    return [
      wish(
        view,
        'lock/1',
        holder,
        { step: 'lock', holder: handle, until, releaseSeconds: 2 * 86400 },
        members,
      ),
      wish(view, 'lock/1', holder, { step: 'release', holder: handle }, members),
      offered(freeze, handle),
    ]
  })
}

export function dissolutions(view: View): readonly Offered[] {
  const stranger = keyOf('stranger')
  return view.subjects.flatMap(({ handle, dissolved }) => {
    const notice = {
      step: 'notice',
      holder: handle,
      notice: hashOf('notice'),
      key: stranger.key,
      attestor: 'CL-2',
    }
    const filed: Wish = { procedure: 'dissolve/1', body: notice, by: [stranger] }
    const lift: Wish = {
      procedure: 'dissolve/1',
      body: { step: 'lift', holder: handle },
      by: view.full(handle),
    }
    return [offered(filed), ...(dissolved === null ? [] : [offered(lift, handle)])]
  })
}

export function successions(view: View): readonly Offered[] {
  return tried(view).flatMap((met) => {
    const predecessor = met.registration.holder ?? ''
    const successor = view.other(predecessor)?.handle ?? ''
    const registrations = [{ key: met.key, id: met.registration.id }]
    const body = {
      step: 'apply',
      predecessor,
      successor,
      registrations,
      ground: 'merger',
      instrument: hashOf('extract'),
    }
    const replaces = [view.names(met)]
    const procedure = 'succeed/1'
    const heir = view.full(successor)
    return [
      offered({ procedure, body: { ...body, attestor: 'CL-2' }, by: heir, replaces }, successor),
      offered(
        { procedure, body: { ...body, attestor: null }, by: [...heir, ...view.full(predecessor)], replaces },
        predecessor,
      ),
    ]
  })
}

export function claims(view: View): readonly Offered[] {
  const claimant = view.living[0]?.handle ?? ''
  const by = view.full(claimant)
  const proof = { claimant, means: 'instrument', evidence: hashOf('proof'), attestor: 'CL-2' }
  const ownerless = view.met.find(
    ({ key, registration }) => key.startsWith('asn/') && registration.holder === null,
  )
  const imported = 'IMP-EXAMPLE-A1'
  const procedure = 'claim/1'
  const key = { step: 'key', claimant, holder: imported, key: SSH_KEY.key }
  const made = [
    offered({ procedure, body: key, by: [...by, SSH_KEY] }, claimant),
    offered({ procedure, body: { ...proof, step: 'holder', holder: imported }, by }, claimant),
    offered(
      { procedure, body: { ...proof, step: 'holder', holder: view.living[1]?.handle ?? '' }, by },
      claimant,
    ),
  ]
  if (ownerless === undefined) return made
  const registration = { key: ownerless.key, id: ownerless.registration.id }
  const replaces = [view.names(ownerless)]
  return [
    ...made,
    offered({ procedure, body: { ...proof, step: 'registration', registration }, by, replaces }, claimant),
  ]
}

export function corrections(view: View): readonly Offered[] {
  const asking = { by: 'CL-1', instrument: hashOf('instrument'), attestor: 'CL-2' }
  const status = tried(view)
    .slice(0, 2)
    .flatMap((met) => {
      const { holder, id, status: now } = met.registration
      const correction = { field: 'status', value: now === 'assigned' ? 'allocated' : 'assigned' }
      const body = { ...asking, step: 'registration', registration: { key: met.key, id }, correction }
      const replaces = [view.names(met)]
      const own = { ...body, by: holder ?? '' }
      return [
        offered({ procedure: 'correct/1', body, by: [keyOf('CL-1')], replaces }),
        offered({ procedure: 'correct/1', body: own, by: view.full(holder), replaces }, holder),
      ]
    })
  const named = view.subjects.slice(0, 2).map((holder) => {
    const body = {
      ...asking,
      step: 'holder',
      holder: holder.handle,
      correction: { field: 'name', value: 'Other Ltd' },
    }
    return offered({
      procedure: 'correct/1',
      body,
      by: [keyOf('CL-1')],
      replaces: view.members(holder, 'name'),
    })
  })
  return [...status, ...named]
}

export function erasures(view: View): readonly Offered[] {
  return view.subjects.flatMap((holder) => {
    const commitments = holder.contacts.flatMap(({ fields }) => Object.values(fields))
    if (commitments.length === 0) return []
    const body = { holder: holder.handle, commitments }
    return [offered({ procedure: 'erase/1', body, by: view.full(holder.handle) }, holder.handle)]
  })
}

export function extracts(view: View): readonly Offered[] {
  const key = `ip4/${NETWORKS.second}`
  const record = view.replaced(key, view.value(key)).hash
  const body = { key, record, extract: hashOf('extract') }
  const other = { ...body, record: hashOf('another record') }
  return [body, other].map((said) => offered({ procedure: 'certified-extract/1', body: said, by: [] }))
}
