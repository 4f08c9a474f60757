// I3: services are a function of the record. There is no per-holder switch: cells have no member for one, services in
// force are those of the innermost registration, and nothing else than their holder's word or a change of the
// registrations around them touches them.

import { parseBlockKey } from '@cadastre/numbers'
import { type CoveringCell, liveServices } from '@cadastre/records'
import type { Applied, Observer } from '@cadastre/simulator'
import { agreementTo } from './agreement.ts'
import { cellsOf, changedSpaces, liveIn, type PlacedCell, servicesIn, stated } from './picture.ts'

const CELL = ['rdns', 'registrations', 'roas', 'routes', 'v']
const REGISTRATION = [
  ...['country', 'first', 'holder', 'id', 'kind', 'last', 'procedure', 'protected', 'provenance'],
  ...['registered', 'since', 'status', 'until'],
]
const HOLDER = [
  ...['active', 'confirmed', 'contacts', 'coolingSeconds', 'country', 'dissolved', 'evidenceRecovery'],
  ...['formerContacts', 'formerGuardians', 'formerKeys', 'frozenAt', 'frozenUntil', 'guardianThreshold'],
  ...['handle', 'identity', 'kind', 'lockReleaseSeconds', 'lockedUntil', 'name', 'policy', 'procedure'],
  ...['recoveryVetoed', 'since', 'transferableFrom', 'v'],
]
const members = (record: object): string => Object.keys(record).sort().join()

/** Registrations that overlap the cell, as far as services depend on them. */
function around(cells: readonly PlacedCell[], { first, last, space }: PlacedCell): string {
  const all = cells
    .flatMap(({ cell }) => cell.registrations)
    .filter((one) => {
      const range = stated(one, space)
      return range.first <= last && first <= range.last
    })
  return [...new Set(all.map((one) => `${one.id} ${one.first} ${one.last}`))].sort().join()
}

/** The production reading of the services in force, for comparison with the picture's. */
function inForce(cells: readonly PlacedCell[], { first, length }: PlacedCell): number {
  const path: readonly CoveringCell[] = cells
    .filter((one) => one.length <= length && one.first <= first && first <= one.last)
    .flatMap(({ key, cell }) => {
      const block = parseBlockKey(key)
      return block.ok ? [{ block: block.value, cell }] : []
    })
  const { rdns, routes, roas } = liveServices(path)
  return (rdns === null ? 0 : 1) + routes.length + roas.length
}

export const functionOfRecord: Observer = {
  name: 'I3: services follow the record',
  applied(step: Applied): string | null {
    for (const [key, record] of step.after) {
      if (key.startsWith('obj/holder/') && members(record as object) !== HOLDER.toSorted().join())
        return `${key} has other members: ${members(record as object)}`
    }
    const { body } = agreementTo(step)
    for (const space of changedSpaces(step.before, step.after)) {
      const [before, after] = [cellsOf(step.before, space), cellsOf(step.after, space)]
      const live = liveIn(after)
      for (const placed of after) {
        if (members(placed.cell) !== CELL.join())
          return `${placed.key} has other members: ${members(placed.cell)}`
        const odd = placed.cell.registrations.find((one) => members(one) !== REGISTRATION.join())
        if (odd !== undefined) return `${odd.id} has other members: ${members(odd)}`
        const count = live.filter(({ key }) => key === placed.key).length
        if (count !== inForce(after, placed)) return `${placed.key}: ${count} services in force, or not`
      }
      for (const placed of [...before, ...after]) {
        const declared = step.procedure.id === 'declare-service/1' && body['at'] === placed.key
        if (declared || around(before, placed) !== around(after, placed)) continue
        const text = (cells: readonly PlacedCell[]): string =>
          cells
            .filter(({ key }) => key === placed.key)
            .flatMap(({ cell }) => servicesIn(cell).map(({ what }) => what))
            .join()
        if (text(before) !== text(after)) return `${placed.key}: services changed of themselves`
      }
    }
    return null
  },
}
