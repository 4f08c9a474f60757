/** `lock/1`: a holder locks its transfers; any one of its keys freezes them. */

import type { Holder, Instant } from '@cadastre/records'
import { ripe, sameJson, saveActive, saveLate, veto } from './holders.ts'
import { anySigned, fullSigned } from './keys.ts'
import {
  type Asked,
  firstOf,
  later,
  names,
  openAndRunning,
  parameters,
  type Rule,
  refuse,
  type Verdict,
} from './verdict.ts'
import { close, remember, remembered, wait } from './windows.ts'

export const lock: Rule = {
  by: 'step',
  shape: {
    lock: 'holder:handle until:instant releaseSeconds:number?',
    release: 'holder:handle',
    freeze: 'holder:handle',
    veto: 'holder:handle application guardian:handle?',
  },
  request(asked) {
    const { world, body } = asked
    if (body['step'] === 'veto') return veto(asked)
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    const holder = world.holder(body['holder'])
    if (holder === null) return refuse('holder-unknown')
    if (body['step'] === 'freeze') return freeze(asked, holder)
    const member = `obj/holder/${holder.handle}`
    const fault = firstOf(
      !fullSigned(asked, holder) && 'consent-missing',
      !(
        names(asked, `${member}#lockedUntil`, holder.lockedUntil) &&
        names(asked, `${member}#lockReleaseSeconds`, holder.lockReleaseSeconds)
      ) && 'member-changed',
    )
    if (fault !== null) return refuse(fault)
    return body['step'] === 'lock' ? setLock(asked, holder) : release(asked, holder)
  },
  due(fallen) {
    const waiting = ripe(fallen)
    if (!('holder' in waiting)) return waiting
    const { world } = fallen
    const { application, holder } = waiting
    const stands = [holder.lockedUntil, holder.lockReleaseSeconds]
    if (!sameJson(remembered(world, application.handle), stands))
      return { accept: () => close(world, application, 'failed', 'member-changed') }
    return {
      accept() {
        close(world, application, 'effected')
        saveLate(world, holder, { lockedUntil: null, lockReleaseSeconds: null }, application)
      },
    }
  },
}

function setLock({ world, body, received }: Asked, holder: Holder): Verdict {
  const [until, wished] = [body['until'] as Instant, body['releaseSeconds'] as number | null]
  const { maxLockSeconds = 0 } = parameters(world, 'lock/1', received)
  const runs = holder.lockedUntil !== null && holder.lockedUntil > world.at
  const preset = holder.lockReleaseSeconds ?? Number.POSITIVE_INFINITY
  const fault = firstOf(
    (until <= world.at || (runs && until < (holder.lockedUntil ?? ''))) && 'term-past',
    runs && (wished ?? Number.POSITIVE_INFINITY) < preset && 'release-sooner',
    until > later(world.at, maxLockSeconds) && 'term-too-long',
    until === holder.lockedUntil && wished === holder.lockReleaseSeconds && 'nothing-changed',
  )
  if (fault !== null) return refuse(fault)
  return { accept: () => saveActive(world, holder, { lockedUntil: until, lockReleaseSeconds: wished }) }
}

function release({ world, body }: Asked, holder: Holder): Verdict {
  const { lockedUntil, lockReleaseSeconds } = holder
  if (lockedUntil === null || lockedUntil <= world.at) return refuse('not-locked')
  if (lockReleaseSeconds === null) return refuse('release-not-preset')
  if (lockReleaseSeconds === 0)
    return { accept: () => saveActive(world, holder, { lockedUntil: null, lockReleaseSeconds: null }) }
  return {
    accept() {
      const due = later(world.at, lockReleaseSeconds) as Instant
      const { handle } = wait(world, 'lock/1', body, { consents: [holder.handle], due })
      remember(world, handle, [lockedUntil, lockReleaseSeconds])
    },
  }
}

function freeze(asked: Asked, holder: Holder): Verdict {
  const { world } = asked
  const { freezeSeconds = 0, freezePeriodSeconds = 0 } = parameters(world, 'lock/1', asked.received)
  const fault = firstOf(
    !anySigned(asked, holder) && 'consent-missing',
    holder.frozenAt !== null && later(holder.frozenAt, freezePeriodSeconds) > world.at && 'freeze-used',
  )
  if (fault !== null) return refuse(fault)
  const now = world.at as Instant
  const frozenUntil = later(now, freezeSeconds) as Instant
  return { accept: () => saveActive(world, holder, { frozenUntil, frozenAt: now }) }
}
