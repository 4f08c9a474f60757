/** What an order does, from its scope alone. */

import type { HolderNotes, OrderRecord } from '@cadastre/records'
import { correctTo } from './correct.ts'
import { entryOf } from './founding.ts'
import { moveNotes } from './handing.ts'
import { blockAt } from './numbers.ts'
import { itemsOf } from './order-checks.ts'
import { sameWhat, servicesAt, takePart } from './parts.ts'
import { toQuarantine } from './return.ts'
import { statedService } from './services.ts'
import { later, parameters } from './verdict.ts'
import type { World } from './world.ts'

export function execute(world: World, order: OrderRecord): void {
  const { detail, holder } = order
  const items = itemsOf(world, order) ?? []
  switch (detail.effect) {
    case 'correct':
      for (const { parcel } of items) correctTo(world, parcel, null, detail)
      if (items.length === 0) correctTo(world, undefined, world.holder(holder), detail)
      break
    case 'transferTo':
      for (const { parcel, span } of items) {
        const entry = entryOf(world, 'serve-order/1', { ...parcel.entry, holder: detail.receiver })
        takePart(world, parcel, span, entry, true)
        moveNotes(world, parcel.entry.id, entry.id)
      }
      break
    case 'cancelToPool': {
      const { quarantineSeconds = 0 } = parameters(world, 'serve-order/1', order.received)
      const until = later(world.at, quarantineSeconds)
      for (const { parcel, span } of items) toQuarantine(world, parcel, span, 'serve-order/1', until)
      break
    }
    case 'appointRepresentative':
      appoint(world, order)
      break
    case 'withdrawNamedService':
      for (const { at, service } of detail.services) {
        const block = blockAt(at)
        const stated = statedService(service)
        for (const one of block === null ? [] : servicesAt(world, block))
          if (one.kind === stated.kind && sameWhat(one, stated)) world.endService(one)
      }
      break
    default:
      break
  }
}

function appoint(world: World, { detail, holder: handle, handle: order }: OrderRecord): void {
  const holder = world.holder(handle)
  if (holder === null || detail.effect !== 'appointRepresentative') return
  const notes: HolderNotes = world.holderNotes(holder.handle)
  const restores = notes.representative?.restores ?? holder.policy
  const policy = { m: detail.m, keys: detail.keys, guardians: holder.policy?.guardians ?? [] }
  world.put('holder', holder.handle, { ...holder, policy })
  world.put('notes', holder.handle, { ...notes, representative: { order, restores } })
}
