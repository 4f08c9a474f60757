/** `identify-holder/1` and `confirm/1`. */

import { type Holder, type Instant, type JsonObject, type KeyPolicy, NEW_HOLDER } from '@cadastre/records'
import { asRead } from './as-read.ts'
import { policyFault, roleSigned, staffSigned } from './keys.ts'
import { type Asked, firstOf, openAndRunning, parameters, type Rule, refuse, textOf } from './verdict.ts'
import type { World } from './world.ts'

/** SHA-256 of a text in capital hexadecimal: how keys and identities are called where they are not to be named. */
export const pseudonym = (world: World, text: string): string => world.hashes.digest(text).toUpperCase()

type Register = { readonly name: string; readonly number: string }

/** The handle of an identity: of a first key, of a register entry, or of a commitment to a person. */
function identityOf(world: World, body: JsonObject, attested: boolean): string {
  const { keys } = asRead<KeyPolicy>(body['policy'])
  const register = body['register'] as Register | null
  if (!attested) return `KEY-${pseudonym(world, `${keys[0]?.alg} ${keys[0]?.key}`)}`
  if (body['kind'] === 'person') return `PERSON-${pseudonym(world, textOf(body, 'person'))}`
  return `ORG ${register?.name} ${register?.number}`
}
const isKnown = (world: World, identity: string): boolean =>
  world.registers.has(identity) || world.get('identity', identity) !== null

export const identifyHolder: Rule = {
  shape:
    'kind:text name:text? register:object? person:hash? country? policy:policy contacts:list attestors:list',
  request(asked) {
    const { world, body } = asked
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    const attested = parameters(world, 'identify-holder/1', asked.received)['attestations'] === 2
    const policy = asRead<KeyPolicy>(body['policy'])
    const lacks = body['kind'] === 'person' ? body['person'] === null : body['register'] === null
    const identity = identityOf(world, body, attested)
    const fault = firstOf(
      attested && lacks && 'register-missing',
      attested && !attestorsSigned(asked) && 'attestations-missing',
      policyFault(asked, policy, []),
      isKnown(world, identity) && 'identity-exists',
    )
    if (fault !== null) return refuse(fault)
    return { accept: () => enrol(world, body, identity) }
  },
}

function attestorsSigned(asked: Asked): boolean {
  const handles = new Set(asked.body['attestors'] as readonly string[])
  const clerks = [...handles]
    .map((handle) => asked.world.staff(handle))
    .filter((one) => one !== null && one.role === 'clerk' && staffSigned(asked, one))
  return clerks.length >= 2 && clerks.some((one) => one?.outside)
}

function enrol(world: World, body: JsonObject, own: string): void {
  const handle = `H-${world.index}`
  const identity = own.startsWith('ORG ') ? world.nameIn(`obj/holder/${handle}`, 'identity') : own
  if (identity !== own) world.registers.set(own, identity)
  const { kind, name, country, policy, contacts, register } = asRead<
    Holder & {
      register: Register | null
    }
  >(body)
  const known = { kind, name, country, identity, policy, contacts, active: world.at as Instant }
  const made = { procedure: 'identify-holder/1', since: world.index }
  world.put('holder', handle, { v: 1, handle, ...NEW_HOLDER, ...known, ...made })
  const granted = { ip4: 0, ip6: 0, asn: 0 }
  world.put('identity', identity, {
    v: 1,
    holder: handle,
    register,
    granted,
    since: world.index,
  })
}

export const confirm: Rule = {
  shape: 'holder:handle',
  request(asked) {
    const { world, body } = asked
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    const holder = world.holder(body['holder'])
    if (holder === null) return refuse('holder-unknown')
    if (!roleSigned(asked, holder, 'technical')) return refuse('consent-missing')
    if (holder.confirmed === world.at) return refuse('nothing-changed')
    const now = world.at as Instant
    return { accept: () => world.put('holder', holder.handle, { ...holder, confirmed: now, active: now }) }
  },
}
